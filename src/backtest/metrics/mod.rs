//! What is measured when a forecast meets what happened.
//!
//! A metric that does not exist for the data at hand is `None` (an empty cell, a JSON null) with a note in words, never
//! a NaN. The customers are put into one order of their own (by prediction, then by what they did, then by all else) before anything is
//! added up, so the order of the rows does not matter, not even in the last digit. Predictions that agree to 12 digits are
//! tied: their order would be that of rounding errors. Everything is O(n log n).

mod buys;
mod comparison;
mod deciles;
mod gain;
mod notes;
mod pit;
pub(super) mod thirds;
mod totals;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use buys::{Buys, buys};
pub use comparison::{Band, Columns, Comparison, MetColumns};
pub use deciles::Decile;
pub use gain::{Bin, Gain};
pub use thirds::Third;
pub use totals::TotalHeld;

pub(super) use buys::{BUYS, bernoulli};

/// How well one quantity was predicted. Letters: a what happened, y the predicted mean, n customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Customers, n.
    pub n: usize,
    /// Σ a.
    pub total_actual: f64,
    /// Σ y.
    pub total_predicted: f64,
    /// (Σ y − Σ a) / Σ a, a fraction: −0.12 says that the forecast was 12 % too low. `None` if nothing happened.
    pub bias: Option<f64>,
    /// Mean absolute error of the mean, Σ |y − a| / n, as other programs report it. `None` without customers.
    pub mae: Option<f64>,
    /// Mean absolute error of the median m, Σ |m − a| / n: the median is the point that absolute error asks for (Gneiting 2011,
    /// JASA 106, 746–762). `None` without customers, or if the forecast has no medians.
    pub mae_median: Option<f64>,
    /// Root of the mean squared error, √(Σ (y − a)² / n). `None` without customers.
    pub rmse: Option<f64>,
    /// Root of the mean squared error of logarithms, √(Σ (ln(1 + max(y, 0)) − ln(1 + max(a, 0)))² / n). What is below 0 (a customer who returned
    /// more than they bought) counts as 0, for there is no logarithm of it. Of money it depends on the currency. `None` without customers.
    pub rmsle: Option<f64>,
    /// Spearman's rank correlation of y and a, ties at their mid-ranks. `None` if one of them is the same for everybody.
    pub spearman: Option<f64>,
    /// The normalised Gini coefficient (Wang, Liu & Miao 2019): 1 if the order by y is the order by a, about 0 if it is random;
    /// the mean over all orders of tied predictions. `None` if y or a is the same for everybody, or Σ a is not positive.
    pub gini: Option<f64>,
    /// The part of Σ a that the tenth with the highest y brought (the first of [`Comparison::deciles`], ties shared out). `None` with fewer than ten
    /// customers, or if Σ a is not positive.
    pub capture_10: Option<f64>,
    /// The mean of a in that tenth over the mean of all: how many times better than drawing at random. `None` likewise.
    pub lift_10: Option<f64>,
    /// The mean over ten groups of |mean y − mean a| / mean a, as Google's `lifetime_value` has it (Wang, Liu & Miao 2019, § 4.3): the groups lie between
    /// the deciles of y, each decile with the group below it. `None` if two of the deciles are equal (that program then ends with an error), or
    /// a group brought nothing.
    pub decile_mape: Option<f64>,
    /// The same over the groups of [`Comparison::deciles`], in which ties are shared out: it exists whatever is tied. `None` with fewer than ten customers, or if a
    /// group brought nothing.
    pub decile_mape_ties: Option<f64>,
    /// The mean of the logarithm of the probability that was given to what happened: of a count its probability, of an amount
    /// the probability of nothing or else the density per unit of money. The higher the better; only differences between
    /// models mean something. `None` if a model has no law, or called something impossible that happened.
    pub log_score: Option<f64>,
    /// The mean of the continuous ranked probability score, ∫ (F(z) − 1{a ≤ z})² dz, in units of the quantity (Gneiting & Raftery 2007, eq. 20): the lower
    /// the better; for a forecast of one number it is its absolute error. `None` if the model has no law.
    pub crps: Option<f64>,
    /// How the intervals held, one entry a level.
    pub intervals: Vec<Coverage>,
    /// The shares of the probability integral transforms of what happened in \[0, 0.1\], (0.1, 0.2\], …, (0.9, 1\]: all 0.1 if the laws are right. Of counts (and
    /// of amounts at nothing) each customer is spread evenly from P(less) to P(as much or less), which is the histogram without chance of Czado, Gneiting &
    /// Held (2009, Biometrics 65, 1254–1261, eq. 2). Empty if the model has no law.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pit: Vec<f64>,
    /// The predictive interval of Σ a and whether it held, one entry a level. Empty if the forecast has no law of the total.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub totals: Vec<TotalHeld>,
    /// Why a metric is missing, in words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// How the intervals of one level held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// The probability they claim, in (0, 1).
    pub level: f64,
    /// The share of customers with lower ≤ a ≤ upper. Whole counts cannot be cut at a level exactly: an honest interval of
    /// counts holds at least its level, often more.
    pub coverage: Option<f64>,
    /// The mean of upper − lower.
    pub width: Option<f64>,
    /// The share whose randomised probability integral transform, drawn evenly between P(less) and P(as much or less), lies in the middle part of that level:
    /// exactly the level for a right law, also of counts. It is the expectation over the draws, not one of them. `None` if the model has no law.
    pub pit_coverage: Option<f64>,
}

/// How many bars a histogram of probability integral transforms has.
pub(super) const BARS: usize = 10;

impl Metrics {
    /// Name and value of every metric, in the order of the long CSV: `n`, `total_actual`, …, `log_score`, `crps`, then `coverage_50` … for every
    /// level, `width_50` …, `pit_coverage_50` …, `pit_01` to `pit_10`, `total_low_50` …, `total_high_50` … and `total_held_50` … (1 or 0).
    #[must_use]
    pub fn entries(&self) -> Vec<(String, Option<f64>)> {
        let levels: Vec<f64> = self.intervals.iter().map(|interval| interval.level).collect();
        let values = [
            Some(self.n as f64),
            Some(self.total_actual),
            Some(self.total_predicted),
            self.bias,
            self.mae,
            self.mae_median,
            self.rmse,
            self.rmsle,
            self.spearman,
            self.gini,
            self.capture_10,
            self.lift_10,
            self.decile_mape,
            self.decile_mape_ties,
            self.log_score,
            self.crps,
        ];
        let of = |pick: fn(&Coverage) -> Option<f64>| self.intervals.iter().map(pick);
        let values = (values.into_iter())
            .chain(of(|interval| interval.coverage))
            .chain(of(|interval| interval.width))
            .chain(of(|interval| interval.pit_coverage))
            .chain((0..BARS).map(|bar| self.pit.get(bar).copied()))
            .chain(totals::values(&self.totals, levels.len()));
        names(&levels).into_iter().zip(values).collect()
    }
}

/// The metrics of the whole that every target has, in the order of [`Metrics::entries`].
const PLAIN: [&str; 16] = [
    "n",
    "total_actual",
    "total_predicted",
    "bias",
    "mae",
    "mae_median",
    "rmse",
    "rmsle",
    "spearman",
    "gini",
    "capture_10",
    "lift_10",
    "decile_mape",
    "decile_mape_ties",
    "log_score",
    "crps",
];

/// The names of the metrics, in the order of [`Metrics::entries`].
pub(super) fn names(levels: &[f64]) -> Vec<String> {
    let of = |what: &'static str| levels.iter().map(move |&level| format!("{what}_{}", percent(level)));
    (PLAIN.into_iter().map(String::from))
        .chain(of("coverage"))
        .chain(of("width"))
        .chain(of("pit_coverage"))
        .chain((1..=BARS).map(|bar| format!("pit_{bar:02}")))
        .chain(totals::names(levels))
        .collect()
}

/// A level as people write it in per cent: 0.9 is `90`, 0.975 is `97.5`.
#[must_use]
pub fn percent(level: f64) -> String {
    format!("{}", (level * 1e8).round() / 1e6)
}
