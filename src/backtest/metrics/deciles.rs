//! Tenths of the customers by prediction: totals, capture, and how far their means are off.

use serde::{Deserialize, Serialize};

use super::Comparison;
use crate::backtest::groups::{Group, divide};
use crate::backtest::ranks::settled;
use crate::math::ranks::ties;
use crate::math::sum::{Sum, sum};

/// Into how many groups [`Comparison::deciles`] divides the customers.
pub(super) const DECILES: usize = 10;

/// A tenth of the customers, by prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// 1 is the tenth with the highest predictions.
    pub decile: usize,
    /// Customers in it; the groups' sizes differ by at most one.
    pub n: usize,
    /// Mean of y.
    pub mean_predicted: f64,
    /// Mean of a.
    pub mean_actual: f64,
    /// Σ y.
    pub total_predicted: f64,
    /// Σ a.
    pub total_actual: f64,
}

/// Why there is no mean error of deciles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoMape {
    /// Fewer than ten customers.
    TooFew,
    /// Two borders between groups are the same prediction.
    Tied,
    /// A group brought nothing (or less).
    Nothing,
}

impl Comparison<'_> {
    /// The customers in ten groups by prediction, the highest first. Customers with equal predictions that stand at a border are
    /// shared out: each side holds its number of them at their mean, so the table does not depend on the order of the rows.
    #[must_use]
    pub fn deciles(&self) -> Vec<Decile> {
        let (rows, runs) = self.highest_first();
        let decile = |(at, group): (usize, Group)| {
            let total_predicted = group.sum(|row| self.columns.predicted[rows[row]]);
            let total_actual = group.sum(|row| self.columns.actual[rows[row]]);
            let n = group.n as f64;
            Decile {
                decile: at + 1,
                n: group.n,
                mean_predicted: total_predicted / n,
                mean_actual: total_actual / n,
                total_predicted,
                total_actual,
            }
        };
        divide(&runs, DECILES).into_iter().enumerate().map(decile).collect()
    }

    /// The rows, the highest prediction first, and the runs of ties in them.
    pub(super) fn highest_first(&self) -> (Vec<usize>, Vec<std::ops::Range<usize>>) {
        let rows: Vec<usize> = self.rows().rev().collect();
        let predictions: Vec<f64> = rows.iter().map(|&at| settled(self.columns.predicted[at])).collect();
        (rows, ties(&predictions))
    }

    /// How many customers the first tenth has.
    pub(super) fn top(&self) -> usize {
        self.len() / DECILES
    }

    /// The part of the total that the first tenth brought.
    pub(super) fn capture(&self, total: f64) -> Option<f64> {
        (self.top() > 0 && total > 0.0).then(|| self.deciles()[0].total_actual / total)
    }

    /// The mean relative error of the means of ten groups with shared ties.
    pub(super) fn decile_mape_ties(&self) -> Result<f64, NoMape> {
        let deciles = self.deciles();
        let means = deciles.iter().map(|decile| (decile.mean_predicted, decile.mean_actual));
        if deciles.len() < DECILES { Err(NoMape::TooFew) } else { mape(means) }
    }

    /// The same of groups between the deciles of the predictions, as `pandas.qcut` makes them: (q₀, q₁], …, (q₉, q₁₀], the first with its lower end, and
    /// q_k at place (n − 1) k/10 between the sorted predictions, interpolated.
    pub(super) fn decile_mape(&self) -> Result<f64, NoMape> {
        let n = self.len();
        if n < DECILES {
            return Err(NoMape::TooFew);
        }
        let predictions: Vec<f64> = self.rows().map(|at| settled(self.columns.predicted[at])).collect();
        let edges: Vec<f64> = (0..=DECILES).map(|k| quantile(&predictions, k)).collect();
        if edges.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(NoMape::Tied);
        }
        let mut groups = vec![(Sum::default(), Sum::default(), 0usize); DECILES];
        for (at, prediction) in self.rows().zip(&predictions) {
            let group = edges[1..DECILES].partition_point(|edge| edge < prediction);
            groups[group].0.add(self.columns.predicted[at]);
            groups[group].1.add(self.columns.actual[at]);
            groups[group].2 += 1;
        }
        mape(
            groups
                .iter()
                .map(|(predicted, actual, n)| (predicted.value() / *n as f64, actual.value() / *n as f64)),
        )
    }
}

/// The mean of |y − a| / a.
fn mape(means: impl Iterator<Item = (f64, f64)> + Clone) -> Result<f64, NoMape> {
    // Also where a group holds nobody, whose means are no numbers.
    if !means.clone().all(|(_, actual)| actual > 0.0) {
        return Err(NoMape::Nothing);
    }
    Ok(sum(means.map(|(predicted, actual)| (predicted - actual).abs() / actual)) / DECILES as f64)
}

/// The k-th tenth of sorted values, interpolated (Hyndman & Fan 1996, type 7).
fn quantile(sorted: &[f64], k: usize) -> f64 {
    let place = (sorted.len() - 1) * k;
    let (below, part) = (place / DECILES, (place % DECILES) as f64 / DECILES as f64);
    if part == 0.0 {
        return sorted[below];
    }
    let (left, right) = (sorted[below], sorted[below + 1]);
    if part < 0.5 { left + (right - left) * part } else { right - (right - left) * (1.0 - part) }
}
