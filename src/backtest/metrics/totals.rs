//! The total of all customers within its predictive interval.

use serde::{Deserialize, Serialize};

use super::percent;
use crate::predict::TotalLaw;

/// The central predictive interval of the total at one level, and whether it held.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TotalHeld {
    /// The probability it claims, in (0, 1).
    pub level: f64,
    /// Its lower end, the quantile of the total at (1 − level)/2.
    pub lower: f64,
    /// Its upper end, the quantile at 1 − (1 − level)/2.
    pub upper: f64,
    /// Whether lower ≤ Σ a ≤ upper.
    pub held: bool,
}

impl TotalHeld {
    /// Of a law of the total, with what happened.
    pub(super) fn of(law: &TotalLaw, level: f64, actual: f64) -> Self {
        let tail = 0.5 * (1.0 - level);
        let (lower, upper) = (law.quantile(tail), law.quantile(1.0 - tail));
        Self { level, lower, upper, held: lower <= actual && actual <= upper }
    }
}

/// What the long table holds of each, in order.
const PARTS: [&str; 3] = ["total_low", "total_high", "total_held"];

/// The names: `total_low_50` …, `total_high_50` …, `total_held_50` ….
pub(super) fn names(levels: &[f64]) -> impl Iterator<Item = String> {
    PARTS
        .into_iter()
        .flat_map(move |part| levels.iter().map(move |&level| format!("{part}_{}", percent(level))))
}

/// The values in the order of [`names`]; `None` where there is no law of the total.
pub(super) fn values(totals: &[TotalHeld], levels: usize) -> impl Iterator<Item = Option<f64>> {
    let parts: [fn(&TotalHeld) -> f64; 3] =
        [|total| total.lower, |total| total.upper, |total| f64::from(u8::from(total.held))];
    parts.into_iter().flat_map(move |part| (0..levels).map(move |at| totals.get(at).map(part)))
}
