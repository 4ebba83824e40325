//! Who is best, and who is not worse than the best: as values.

use serde::Serialize;

/// The models beside one another on one metric of one target, over all origins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contest {
    /// `purchases`, `value` or `buys`.
    pub target: &'static str,
    /// The metric, as in the long table: `rmse`, `crps`.
    pub metric: &'static str,
    /// What is better.
    pub better: Better,
    /// Over how many origins.
    pub origins: usize,
    /// Every model that has the metric at every origin, in the order asked for.
    pub models: Vec<Standing>,
    /// Models that lack the metric somewhere, and so have no place here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Which way a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Lower: errors, CRPS, Brier.
    Lower,
    /// Higher: Gini, AUC, log scores.
    Higher,
    /// Nearer to 0: bias.
    NearZero,
}

/// Where a model stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// The model.
    pub model: String,
    /// The mean of the metric over the origins; of a bias, of its absolute value.
    pub mean: f64,
    /// How far that is behind the best, in the metric's own unit; 0 for the best, never negative.
    pub behind: f64,
    /// The standard error of this distance: its standard deviation over the resamples. `None` for the best.
    pub standard_error: Option<f64>,
    /// Ends of the interval of this distance. All intervals of all pairs of models hold together with [`Contest::CONFIDENCE`]. `None` for the best.
    pub interval: Option<(f64, f64)>,
    /// What that says.
    pub verdict: Verdict,
    /// The test of Diebold and Mariano against the best; `None` for the best, and with fewer than [`Contest::FEWEST_ORIGINS`] origins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diebold_mariano: Option<DieboldMariano>,
}

/// What can be said of a model against the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It has the best mean.
    Best,
    /// Its distance from the best is within what chance makes: not worse, as far as these data can tell.
    NotWorse,
    /// It is worse.
    Worse,
}

/// A test of equal accuracy of two forecasts over several origins: Diebold & Mariano (1995), with the correction for few origins of Harvey, Leybourne & Newbold (1997).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DieboldMariano {
    /// Above 0 where the model is behind the best.
    pub statistic: f64,
    /// The probability of a statistic so far from 0 or farther if both were equally good (two-sided, Student's t with one degree of freedom less than origins).
    pub p_value: f64,
    /// How many neighbouring origins' differences were taken as correlated, because their holdouts overlap.
    pub lags: usize,
}

impl Contest {
    /// The confidence with which all intervals hold together.
    pub const CONFIDENCE: f64 = 0.95;
    /// The test of Diebold and Mariano is not made over fewer origins.
    pub const FEWEST_ORIGINS: usize = 5;

    /// The best model; `None` if there is no model.
    #[must_use]
    pub fn best(&self) -> Option<&Standing> {
        self.models.iter().find(|standing| standing.verdict == Verdict::Best)
    }

    /// Where a model stands, by its name.
    #[must_use]
    pub fn standing(&self, model: &str) -> Option<&Standing> {
        self.models.iter().find(|standing| standing.model == model)
    }
}

impl Verdict {
    /// In a word, as it stands in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::NotWorse => "not_worse",
            Self::Worse => "worse",
        }
    }
}
