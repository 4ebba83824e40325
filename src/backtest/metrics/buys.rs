//! How well it was predicted who buys at all.

use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use super::{Columns, Comparison, Decile};
use crate::backtest::ranks::{auc, settled};
use crate::math::ranks::doubled_mid_ranks;
use crate::math::sum::sum;
use crate::{Error, Result};

/// How well it was predicted who buys at all. Letters: o is 1 for those who bought and 0 for the others, p the predicted probability, n customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Buys {
    /// Customers, n.
    pub n: usize,
    /// Buyers, Σ o.
    pub total_actual: f64,
    /// Expected buyers, Σ p.
    pub total_predicted: f64,
    /// (Σ p − Σ o) / Σ o, a fraction. `None` if nobody bought.
    pub bias: Option<f64>,
    /// The area under the ROC curve: the probability that of a buyer and another, both drawn at random, the buyer had the higher p, ties counted half
    /// (Mann & Whitney's U over the number of pairs; Hanley & McNeil 1982, Radiology 143, 29–36). `None` if all or nobody bought, or p is the same for everybody.
    pub auc: Option<f64>,
    /// The Brier score, Σ (p − o)² / n (Brier 1950): the lower the better. `None` without customers.
    pub brier: Option<f64>,
    /// The mean of ln p of those who bought and ln (1 − p) of the others: the higher the better. `None` without customers, or if one of these is ln 0.
    pub log_score: Option<f64>,
    /// By p, the highest first.
    pub deciles: Vec<Decile>,
    /// Why a metric is missing, in words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// The names of the metrics, in the order of [`Buys::entries`].
pub(in crate::backtest) const BUYS: [&str; 7] =
    ["n", "total_actual", "total_predicted", "bias", "auc", "brier", "log_score"];

impl Buys {
    /// Name and value of every metric, in the order of the long CSV.
    #[must_use]
    pub fn entries(&self) -> Vec<(String, Option<f64>)> {
        let values = [
            Some(self.n as f64),
            Some(self.total_actual),
            Some(self.total_predicted),
            self.bias,
            self.auc,
            self.brier,
            self.log_score,
        ];
        BUYS.into_iter().map(String::from).zip(values).collect()
    }
}

/// Who bought (0 or 1) beside the probability of buying.
///
/// # Errors
/// [`Error::Undefined`] if the columns differ in length, or a probability is none.
pub fn buys(bought: &[f64], probability: &[f64]) -> Result<Buys> {
    if let Some(p) = probability.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Error::Undefined(format!("a forecast says that somebody buys with probability {p}")));
    }
    let comparison = Comparison::new(Columns::new(bought, probability))?;
    let whole = comparison.metrics();
    let settled: Vec<f64> = probability.iter().copied().map(settled).collect();
    let mut scores: Vec<f64> = bought.iter().zip(probability).map(|(&o, &p)| bernoulli(o, p)).collect();
    scores.par_sort_unstable_by(f64::total_cmp);
    let impossible = scores.iter().filter(|score| !score.is_finite()).count();
    let n = bought.len();
    let mut found = Buys {
        n,
        total_actual: whole.total_actual,
        total_predicted: whole.total_predicted,
        bias: whole.bias,
        auc: auc(bought, &doubled_mid_ranks(&settled)),
        brier: comparison.mean(|at| (probability[at] - bought[at]).powi(2)),
        log_score: (n > 0 && impossible == 0).then(|| sum(scores) / n as f64),
        deciles: comparison.deciles(),
        notes: Vec::new(),
    };
    found.notes = notes(&found, impossible);
    Ok(found)
}

/// ln of the probability that was given to what somebody did.
pub(in crate::backtest) fn bernoulli(bought: f64, p: f64) -> f64 {
    if bought > 0.0 { p.ln() } else { (-p).ln_1p() }
}

fn notes(found: &Buys, impossible: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if found.n == 0 {
        return notes; // said of the purchases
    }
    if found.total_actual == 0.0 || found.total_actual == found.n as f64 {
        let who = if found.total_actual == 0.0 { "nobody" } else { "everybody" };
        notes.push(format!("{who} bought, so there are no pairs of a buyer and another (no AUC)"));
    } else if found.auc.is_none() {
        notes.push("the probability of buying is the same for everybody, so it ranks nobody (no AUC)".into());
    }
    if impossible > 0 {
        notes
            .push(format!("what {impossible} customers did was called impossible, so there is no log score"));
    }
    notes
}
