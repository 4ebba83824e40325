//! What is measured when a forecast meets what happened.
//!
//! A metric that does not exist for the data at hand is `None` (an empty cell, a JSON null) with a note in words, never
//! a NaN. The customers are put into one order of their own (by prediction, then by what they did) before anything is
//! added up, so the order of the rows does not matter, not even in the last digit. Predictions that agree to 12 digits are
//! tied: their order would be that of rounding errors. Everything is O(n log n).

use rayon::slice::ParallelSliceMut;
use serde::Serialize;

use super::groups::{Group, divide};
use super::ranks::{gini, settled};
use crate::math::ranks::{by_value, doubled_mid_ranks, spearman, ties};
use crate::math::sum::sum;
use crate::{Error, Result};

/// Into how many groups [`Comparison::deciles`] divides the customers.
const DECILES: usize = 10;
/// And [`Comparison::by_frequency`].
const THIRDS: usize = 3;

/// The predictive intervals of all customers at one level.
#[derive(Debug, Clone, Copy)]
pub struct Band<'a> {
    /// The probability with which the interval claims to hold what happens, in (0, 1).
    pub level: f64,
    /// The lower ends; they belong to the interval.
    pub lower: &'a [f64],
    /// The upper ends; they belong to the interval.
    pub upper: &'a [f64],
}

/// What was predicted for every customer, beside what happened. All columns have one length, and are finite.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    actual: &'a [f64],
    predicted: &'a [f64],
    bands: Vec<Band<'a>>,
    /// The rows by prediction, then by what happened: (predicted, actual).
    sorted: Vec<(f64, f64)>,
}

/// How well one quantity was predicted. Letters: a what happened, y the prediction, n customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Customers, n.
    pub n: usize,
    /// Σ a.
    pub total_actual: f64,
    /// Σ y.
    pub total_predicted: f64,
    /// (Σ y − Σ a) / Σ a, a fraction: −0.12 says that the forecast was 12 % too low. `None` if nothing happened.
    pub bias: Option<f64>,
    /// Mean absolute error, Σ |y − a| / n. `None` without customers. (It is smallest for medians; y is the mean.)
    pub mae: Option<f64>,
    /// Root of the mean squared error, √(Σ (y − a)² / n). `None` without customers.
    pub rmse: Option<f64>,
    /// Spearman's rank correlation of y and a, ties at their mid-ranks. `None` if one of them is the same for everybody.
    pub spearman: Option<f64>,
    /// The normalised Gini coefficient (Wang, Liu & Miao 2019): 1 if the order by y is the order by a, about 0 if it is random;
    /// the mean over all orders of tied predictions. `None` if y or a is the same for everybody, or Σ a is not positive.
    pub gini: Option<f64>,
    /// The mean of the logarithm of the probability that was given to what happened: of a count its probability, of an amount
    /// the probability of nothing or else the density per unit of money. The higher the better; only differences between
    /// models mean something. `None` if a model has no law, or called something impossible that happened.
    pub log_score: Option<f64>,
    /// How the intervals held, one entry a level.
    pub intervals: Vec<Coverage>,
    /// Why a metric is missing, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How the intervals of one level held.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The probability they claim, in (0, 1).
    pub level: f64,
    /// The share of customers with lower ≤ a ≤ upper. Whole counts cannot be cut at a level exactly: an honest interval of
    /// counts holds at least its level, often more.
    pub coverage: Option<f64>,
    /// The mean of upper − lower.
    pub width: Option<f64>,
}

/// A tenth of the customers, by prediction.
#[derive(Debug, Clone, PartialEq, Serialize)]
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

/// A third of the customers, by frequency: do the intervals also hold for the rare and for the frequent buyers alone?
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Third {
    /// 1 is the third that bought least often.
    pub third: usize,
    /// Customers in it.
    pub n: usize,
    /// The lowest frequency in it.
    pub frequency_from: u32,
    /// The highest frequency in it.
    pub frequency_to: u32,
    /// Mean of y.
    pub mean_predicted: f64,
    /// Mean of a.
    pub mean_actual: f64,
    /// How the intervals held, one entry a level.
    pub intervals: Vec<Coverage>,
}

impl<'a> Comparison<'a> {
    /// Puts predictions beside what happened.
    ///
    /// # Errors
    /// [`Error::Undefined`] if columns differ in length, a number is not finite, or an interval ends before it begins.
    pub fn new(actual: &'a [f64], predicted: &'a [f64], bands: Vec<Band<'a>>) -> Result<Self> {
        let columns = || [actual, predicted].into_iter().chain(bands.iter().flat_map(|b| [b.lower, b.upper]));
        if columns().any(|column| column.len() != actual.len()) {
            return Err(Error::Undefined("the columns of a forecast have different lengths".into()));
        }
        if columns().flatten().any(|value| !value.is_finite()) {
            return Err(Error::Undefined("a forecast holds a number that is not finite".into()));
        }
        if bands.iter().any(|band| band.lower.iter().zip(band.upper).any(|(lower, upper)| lower > upper)) {
            return Err(Error::Undefined("an interval of a forecast ends before it begins".into()));
        }
        let mut sorted: Vec<(f64, f64)> = predicted.iter().copied().zip(actual.iter().copied()).collect();
        sorted.par_sort_unstable_by(|l, r| by_value(l.0, r.0).then(by_value(l.1, r.1)));
        Ok(Self { actual, predicted, bands, sorted })
    }

    /// Every metric of the whole.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let (predicted, actual): (Vec<f64>, Vec<f64>) = self.sorted.iter().copied().unzip();
        let n = actual.len();
        let mean = |total: f64| (n > 0).then(|| total / n as f64);
        let total_actual = sum(actual.iter().copied());
        let total_predicted = sum(predicted.iter().copied());
        let errors = || predicted.iter().zip(&actual).map(|(y, a)| y - a);
        let settled: Vec<f64> = predicted.iter().copied().map(settled).collect();
        let (by_prediction, by_truth) = (doubled_mid_ranks(&settled), doubled_mid_ranks(&actual));
        let mut metrics = Metrics {
            n,
            total_actual,
            total_predicted,
            bias: (total_actual != 0.0).then(|| (total_predicted - total_actual) / total_actual),
            mae: mean(sum(errors().map(f64::abs))),
            rmse: mean(sum(errors().map(|error| error * error))).map(f64::sqrt),
            spearman: spearman(&by_prediction, &by_truth),
            gini: gini(&actual, &by_truth, &by_prediction),
            log_score: None,
            intervals: self.bands.iter().map(|band| self.coverage(band)).collect(),
            notes: Vec::new(),
        };
        metrics.notes = notes(&metrics, &settled);
        metrics
    }

    fn coverage(&self, band: &Band<'_>) -> Coverage {
        let n = self.actual.len();
        let held = (0..n).filter(|&at| band.holds(self.actual, at)).count();
        let mut widths: Vec<f64> = (0..n).map(|at| band.upper[at] - band.lower[at]).collect();
        widths.par_sort_unstable_by(f64::total_cmp);
        let mean = |total: f64| (n > 0).then(|| total / n as f64);
        Coverage { level: band.level, coverage: mean(held as f64), width: mean(sum(widths)) }
    }

    /// The customers in ten groups by prediction, the highest first. Customers with equal predictions that stand at a border are
    /// shared out: each side holds its number of them at their mean, so the table does not depend on the order of the rows.
    #[must_use]
    pub fn deciles(&self) -> Vec<Decile> {
        let highest_first: Vec<(f64, f64)> = self.sorted.iter().rev().copied().collect();
        let predictions: Vec<f64> = highest_first.iter().map(|row| settled(row.0)).collect();
        let groups = divide(&ties(&predictions), DECILES);
        let decile = |(at, group): (usize, Group)| {
            let total_predicted = group.sum(|row| highest_first[row].0);
            let total_actual = group.sum(|row| highest_first[row].1);
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
        groups.into_iter().enumerate().map(decile).collect()
    }

    /// The customers in three groups by frequency, the lowest first; equal frequencies at a border are shared out as in
    /// [`Comparison::deciles`].
    ///
    /// # Errors
    /// [`Error::Undefined`] if `frequency` has another length.
    pub fn by_frequency(&self, frequency: &[u32]) -> Result<Vec<Third>> {
        if frequency.len() != self.actual.len() {
            return Err(Error::Undefined("the columns of a forecast have different lengths".into()));
        }
        let mut order: Vec<usize> = (0..frequency.len()).collect();
        order.par_sort_unstable_by(|&i, &j| self.by_frequency_then_all(frequency, i, j));
        let sorted: Vec<u32> = order.iter().map(|&at| frequency[at]).collect();
        let groups = divide(&ties(&sorted), THIRDS);
        let third = |(at, group): (usize, Group)| {
            let mean = |column: &dyn Fn(usize) -> f64| group.sum(|row| column(order[row])) / group.n as f64;
            let coverage = |band: &Band<'_>| Coverage {
                level: band.level,
                coverage: Some(mean(&|at| f64::from(u8::from(band.holds(self.actual, at))))),
                width: Some(mean(&|at| band.upper[at] - band.lower[at])),
            };
            let (first, last) = group.span().unwrap_or((0, 0));
            Third {
                third: at + 1,
                n: group.n,
                frequency_from: sorted[first],
                frequency_to: sorted[last],
                mean_predicted: mean(&|at| self.predicted[at]),
                mean_actual: mean(&|at| self.actual[at]),
                intervals: self.bands.iter().map(coverage).collect(),
            }
        };
        Ok(groups.into_iter().enumerate().map(third).collect())
    }

    /// An order in which only rows that are equal in everything compare as equal.
    fn by_frequency_then_all(&self, frequency: &[u32], i: usize, j: usize) -> std::cmp::Ordering {
        let columns = [self.predicted, self.actual].into_iter();
        let mut columns = columns.chain(self.bands.iter().flat_map(|band| [band.lower, band.upper]));
        let mut later = || columns.find_map(|c| Some(by_value(c[i], c[j])).filter(|order| order.is_ne()));
        frequency[i].cmp(&frequency[j]).then_with(|| later().unwrap_or(std::cmp::Ordering::Equal))
    }
}

impl Band<'_> {
    fn holds(&self, actual: &[f64], at: usize) -> bool {
        self.lower[at] <= actual[at] && actual[at] <= self.upper[at]
    }
}

/// Why metrics are missing.
fn notes(metrics: &Metrics, predicted: &[f64]) -> Vec<String> {
    let mut notes = Vec::new();
    if metrics.n == 0 {
        notes.push("there are no customers, so nothing can be compared".to_string());
        return notes;
    }
    if metrics.bias.is_none() {
        notes.push("nothing was bought, so a bias in per cent does not exist".into());
    }
    if predicted.windows(2).all(|pair| pair[0] == pair[1]) {
        notes.push(
            "the prediction is the same for everybody, so it ranks nobody (no Spearman, no Gini)".into(),
        );
    } else if metrics.spearman.is_none() {
        notes.push("what happened is the same for everybody, so there is no order to find".into());
    } else if metrics.gini.is_none() {
        notes.push("the actual total is not positive, so a Gini coefficient does not exist".into());
    }
    notes
}

impl Metrics {
    /// Takes in the logarithms of the probabilities given to what happened, of each customer.
    pub(super) fn scored(&mut self, mut log_scores: Vec<f64>) {
        log_scores.par_sort_unstable_by(f64::total_cmp);
        let impossible = log_scores.iter().filter(|score| !score.is_finite()).count();
        if impossible > 0 {
            self.notes.push(format!(
                "what {impossible} customers did was given no probability that a number can hold, so there is no log score"
            ));
        } else if !log_scores.is_empty() {
            let n = log_scores.len() as f64;
            self.log_score = Some(sum(log_scores) / n);
        }
    }

    /// Name and value of every metric, in the order of the long CSV: `n`, `total_actual`, …, `gini`, `log_score`, then `coverage_50` … for every
    /// level, then `width_50` ….
    #[must_use]
    pub fn entries(&self) -> Vec<(String, Option<f64>)> {
        let levels: Vec<f64> = self.intervals.iter().map(|interval| interval.level).collect();
        let values = [
            Some(self.n as f64),
            Some(self.total_actual),
            Some(self.total_predicted),
            self.bias,
            self.mae,
            self.rmse,
            self.spearman,
            self.gini,
            self.log_score,
        ];
        let coverages = self.intervals.iter().map(|interval| interval.coverage);
        let widths = self.intervals.iter().map(|interval| interval.width);
        names(&levels).into_iter().zip(values.into_iter().chain(coverages).chain(widths)).collect()
    }
}

/// The names of the metrics, in the order of [`Metrics::entries`].
pub(super) fn names(levels: &[f64]) -> Vec<String> {
    let plain =
        ["n", "total_actual", "total_predicted", "bias", "mae", "rmse", "spearman", "gini", "log_score"];
    let coverages = levels.iter().map(|&level| format!("coverage_{}", percent(level)));
    let widths = levels.iter().map(|&level| format!("width_{}", percent(level)));
    plain.into_iter().map(String::from).chain(coverages).chain(widths).collect()
}

/// A level as people write it in per cent: 0.9 is `90`, 0.975 is `97.5`.
#[must_use]
pub fn percent(level: f64) -> String {
    format!("{}", (level * 1e8).round() / 1e6)
}
