//! What charts are drawn from: the gain curve, and means by frequency and by silence.

use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use super::Comparison;
use crate::backtest::groups::divide;
use crate::math::ranks::{by_value, ties};
use crate::math::sum::sum;
use crate::{Error, Result};

/// Points of a gain curve, the first at nobody.
const POINTS: usize = 101;
/// From this frequency on customers are taken together, as in the papers on these models (Fader, Hardie & Lee 2005, fig. 3).
const MANY: u32 = 7;
/// Into how many groups customers are divided by silence.
const SILENCES: usize = 10;

/// The gain (Lorenz) curve: the parts of the actual total that the first 0, 1, …, 100 % of the customers brought.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// The customers with the highest predictions first; of tied predictions the mean over all their orders. Empty if the actual total is not positive.
    pub by_prediction: Vec<f64>,
    /// The customers who brought most first: no forecast can be above it. Empty likewise.
    pub by_truth: Vec<f64>,
}

/// Customers with something in common, and their means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// The lowest of what they have in common.
    pub from: f64,
    /// The highest.
    pub to: f64,
    /// Customers.
    pub n: usize,
    /// Mean of y.
    pub mean_predicted: f64,
    /// Mean of a.
    pub mean_actual: f64,
}

impl Comparison<'_> {
    /// The gain curve.
    #[must_use]
    pub fn gain(&self) -> Gain {
        let actual = self.columns.actual;
        if sum(self.rows().map(|at| actual[at])) <= 0.0 {
            return Gain::default();
        }
        let (rows, runs) = self.highest_first();
        let mut truth: Vec<f64> = actual.to_vec();
        truth.par_sort_unstable_by(|left, right| by_value(*right, *left));
        Gain {
            by_prediction: curve(&runs, |at| actual[rows[at]]),
            by_truth: curve(&ties(&truth), |at| truth[at]),
        }
    }

    /// The customers by frequency: 0, 1, …, and all from 7 on together.
    ///
    /// # Errors
    /// [`Error::Undefined`] if `frequency` has another length.
    pub fn by_each_frequency(&self, frequency: &[u32]) -> Result<Vec<Bin>> {
        self.same_length(frequency.len())?;
        let bin = |x: u32| {
            let mut rows = self.rows().filter(|&at| frequency[at].min(MANY) == x).peekable();
            rows.peek()?;
            let rows: Vec<usize> = rows.collect();
            let highest = rows.iter().map(|&at| frequency[at]).max().unwrap_or(x);
            Some(self.bin(&rows, (f64::from(x), f64::from(highest))))
        };
        Ok((0..=MANY).filter_map(bin).collect())
    }

    /// The customers in ten groups by how long they have been silent (age − recency, in the unit of the table), the shortest first; ties at a border are shared out.
    ///
    /// # Errors
    /// [`Error::Undefined`] if `silence` has another length.
    pub fn by_silence(&self, silence: &[f64]) -> Result<Vec<Bin>> {
        self.same_length(silence.len())?;
        let mut rows: Vec<usize> = self.rows().collect();
        rows.par_sort_by(|&i, &j| by_value(silence[i], silence[j]));
        let sorted: Vec<f64> = rows.iter().map(|&at| silence[at]).collect();
        let groups = divide(&ties(&sorted), SILENCES).into_iter().map(|group| {
            let (first, last) = group.span().unwrap_or((0, 0));
            let mean = |column: &[f64]| group.sum(|row| column[rows[row]]) / group.n as f64;
            Bin {
                from: sorted[first],
                to: sorted[last],
                n: group.n,
                mean_predicted: mean(self.columns.predicted),
                mean_actual: mean(self.columns.actual),
            }
        });
        Ok(groups.collect())
    }

    fn bin(&self, rows: &[usize], (from, to): (f64, f64)) -> Bin {
        let mean = |column: &[f64]| sum(rows.iter().map(|&at| column[at])) / rows.len() as f64;
        let (mean_predicted, mean_actual) = (mean(self.columns.predicted), mean(self.columns.actual));
        Bin { from, to, n: rows.len(), mean_predicted, mean_actual }
    }

    pub(super) fn same_length(&self, len: usize) -> Result<()> {
        if len == self.len() {
            return Ok(());
        }
        Err(Error::Undefined("the columns of a forecast have different lengths".into()))
    }
}

/// The shares of the total at each point, rows of a run of ties at their mean.
fn curve(runs: &[std::ops::Range<usize>], column: impl Fn(usize) -> f64) -> Vec<f64> {
    let n = runs.last().map_or(0, |run| run.end);
    let mut before = crate::math::sum::Sum::default();
    let mut runs = runs.iter();
    let (mut run, mut whole) = (0..0, 0.0);
    let mut points = Vec::with_capacity(POINTS);
    for point in 0..POINTS {
        let place = (n * point) as f64 / (POINTS - 1) as f64;
        while run.end as f64 <= place {
            before.add(whole);
            let Some(next) = runs.next() else {
                (run, whole) = (n..n, 0.0);
                break;
            };
            run = next.clone();
            whole = sum(run.clone().map(&column));
        }
        let part = if run.is_empty() { 0.0 } else { (place - run.start as f64) / run.len() as f64 };
        points.push(before.value() + whole * part);
    }
    let total = points.last().copied().unwrap_or(1.0);
    points.into_iter().map(|held| held / total).collect()
}
