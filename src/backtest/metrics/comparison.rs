//! What was predicted beside what happened, in an order that is the customers' own.

use std::cmp::Ordering;

use rayon::slice::ParallelSliceMut;

use super::notes::notes;
use super::{Coverage, Metrics, TotalHeld, pit};
use crate::backtest::ranks::{gini, settled};
use crate::math::ranks::{by_value, doubled_mid_ranks, spearman};
use crate::math::sum::sum;
use crate::predict::TotalLaw;
use crate::{Error, Result};

/// By so much may probabilities be out of order: they are sums.
const ROUNDING: f64 = 1e-9;

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

/// How the laws of all customers met what happened.
#[derive(Debug, Clone, Copy, Default)]
pub struct MetColumns<'a> {
    /// ln of the probability (or density) of what happened; −∞ is allowed. Empty if it was not asked for.
    pub log_score: &'a [f64],
    /// The continuous ranked probability score. Empty if it was not asked for.
    pub crps: &'a [f64],
    /// P(less than what happened) and P(as much or less). Empty if it was not asked for.
    pub pit: &'a [(f64, f64)],
}

/// What was predicted for every customer, beside what happened: columns of one length.
#[derive(Debug, Clone, Default)]
pub struct Columns<'a> {
    /// What happened.
    pub actual: &'a [f64],
    /// The predicted means.
    pub predicted: &'a [f64],
    /// The predicted medians, where there are any.
    pub median: Option<&'a [f64]>,
    /// Intervals, one entry a level.
    pub bands: Vec<Band<'a>>,
    /// How laws met what happened.
    pub met: MetColumns<'a>,
    /// The law of the total, where there is one.
    pub total: Option<&'a TotalLaw>,
}

/// What was predicted for every customer, beside what happened, checked. All columns have one length, and are finite (but for log scores).
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    pub(super) columns: Columns<'a>,
    /// The rows by prediction, then by what happened, then by all else.
    pub(super) order: Vec<u32>,
}

impl<'a> Columns<'a> {
    /// Means beside what happened, and nothing else yet.
    #[must_use]
    pub fn new(actual: &'a [f64], predicted: &'a [f64]) -> Self {
        Self { actual, predicted, ..Self::default() }
    }

    /// The columns of finite numbers.
    fn numbers(&self) -> impl Iterator<Item = &'a [f64]> {
        let bands = self.bands.iter().flat_map(|band| [band.lower, band.upper]);
        let crps = Some(self.met.crps).filter(|crps| !crps.is_empty());
        [self.actual, self.predicted].into_iter().chain(self.median).chain(bands).chain(crps)
    }

    fn check(&self) -> Result<()> {
        let n = self.actual.len();
        let met = [self.met.log_score.len(), self.met.crps.len(), self.met.pit.len()];
        if self.numbers().any(|column| column.len() != n) || met.iter().any(|&len| len != 0 && len != n) {
            return Err(Error::Undefined("the columns of a forecast have different lengths".into()));
        }
        if self.numbers().flatten().any(|value| !value.is_finite())
            || self.met.log_score.iter().any(|score| score.is_nan())
        {
            return Err(Error::Undefined("a forecast holds a number that is not finite".into()));
        }
        if self.bands.iter().any(|band| band.lower.iter().zip(band.upper).any(|(lower, upper)| lower > upper))
        {
            return Err(Error::Undefined("an interval of a forecast ends before it begins".into()));
        }
        let ordered =
            |(below, at): (f64, f64)| -ROUNDING <= below && below <= at + ROUNDING && at <= 1.0 + ROUNDING;
        if !self.met.pit.iter().copied().all(ordered) {
            return Err(Error::Undefined(
                "a law of a forecast is none: its probabilities are not in order".into(),
            ));
        }
        Ok(())
    }

    /// An order in which only rows that are equal in everything compare as equal.
    fn compare(&self, i: usize, j: usize) -> Ordering {
        let first = by_value(self.predicted[i], self.predicted[j]);
        first.then_with(|| by_value(self.actual[i], self.actual[j])).then_with(|| {
            let of = |column: &[f64]| by_value(column[i], column[j]);
            let numbers = self.numbers().map(of).find(|order| order.is_ne());
            let scores = || Some(self.met.log_score).filter(|scores| !scores.is_empty()).map(of);
            let pit = || {
                let (left, right) = (self.met.pit.get(i)?, self.met.pit.get(j)?);
                Some(by_value(left.0, right.0).then_with(|| by_value(left.1, right.1)))
            };
            numbers.or_else(|| scores().filter(|order| order.is_ne())).or_else(pit).unwrap_or(Ordering::Equal)
        })
    }
}

impl<'a> Comparison<'a> {
    /// Puts predictions beside what happened.
    ///
    /// # Errors
    /// [`Error::Undefined`] if columns differ in length, a number is not finite, an interval ends before it begins, or a probability
    /// integral transform is none.
    pub fn new(columns: Columns<'a>) -> Result<Self> {
        columns.check()?;
        let mut order: Vec<u32> = (0..columns.actual.len() as u32).collect();
        order.par_sort_unstable_by(|&i, &j| columns.compare(i as usize, j as usize));
        Ok(Self { columns, order })
    }

    /// How many customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The columns.
    pub(in crate::backtest) const fn columns(&self) -> &Columns<'a> {
        &self.columns
    }

    /// The rows in an order that is their own.
    pub(in crate::backtest) fn rows(&self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        self.order.iter().map(|&at| at as usize)
    }

    /// The mean over all customers; `None` without any.
    pub(super) fn mean(&self, of: impl Fn(usize) -> f64) -> Option<f64> {
        (!self.is_empty()).then(|| sum(self.rows().map(of)) / self.len() as f64)
    }

    /// Every metric of the whole.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let Columns { actual, predicted, median, met, .. } = &self.columns;
        let total_actual = sum(self.rows().map(|at| actual[at]));
        let total_predicted = sum(self.rows().map(|at| predicted[at]));
        let settled: Vec<f64> = self.rows().map(|at| settled(predicted[at])).collect();
        let truth: Vec<f64> = self.rows().map(|at| actual[at]).collect();
        let (by_prediction, by_truth) = (doubled_mid_ranks(&settled), doubled_mid_ranks(&truth));
        let capture_10 = self.capture(total_actual);
        let log = |value: f64| value.max(0.0).ln_1p();
        let given = |column: &[f64]| !column.is_empty();
        let possible = given(met.log_score) && met.log_score.iter().all(|score| score.is_finite());
        let mut metrics = Metrics {
            n: self.len(),
            total_actual,
            total_predicted,
            bias: (total_actual != 0.0).then(|| (total_predicted - total_actual) / total_actual),
            mae: self.mean(|at| (predicted[at] - actual[at]).abs()),
            mae_median: median.and_then(|median| self.mean(|at| (median[at] - actual[at]).abs())),
            rmse: self.mean(|at| (predicted[at] - actual[at]).powi(2)).map(f64::sqrt),
            rmsle: self.mean(|at| (log(predicted[at]) - log(actual[at])).powi(2)).map(f64::sqrt),
            spearman: spearman(&by_prediction, &by_truth),
            gini: gini(&truth, &by_truth, &by_prediction),
            capture_10,
            lift_10: capture_10.map(|held| held * self.len() as f64 / self.top() as f64),
            decile_mape: self.decile_mape().ok(),
            decile_mape_ties: self.decile_mape_ties().ok(),
            log_score: if possible { self.mean(|at| met.log_score[at]) } else { None },
            crps: if given(met.crps) { self.mean(|at| met.crps[at]) } else { None },
            intervals: self.columns.bands.iter().map(|band| self.coverage(band)).collect(),
            pit: if self.is_empty() { Vec::new() } else { pit::histogram(met.pit, |of| self.mean(of)) },
            totals: self.totals(total_actual),
            notes: Vec::new(),
        };
        metrics.notes = notes(&metrics, self, &settled);
        metrics
    }

    fn totals(&self, actual: f64) -> Vec<TotalHeld> {
        let levels = self.columns.bands.iter().map(|band| band.level);
        let total = |law| levels.map(|level| TotalHeld::of(law, level, actual)).collect();
        self.columns.total.map(total).unwrap_or_default()
    }

    fn coverage(&self, band: &Band<'_>) -> Coverage {
        let pit = self.columns.met.pit;
        Coverage {
            level: band.level,
            coverage: self.mean(|at| f64::from(u8::from(band.holds(self.columns.actual, at)))),
            width: self.mean(|at| band.upper[at] - band.lower[at]),
            pit_coverage: (!pit.is_empty()).then(|| self.mean(|at| pit::held(pit[at], band.level))).flatten(),
        }
    }
}

impl Band<'_> {
    pub(super) fn holds(&self, actual: &[f64], at: usize) -> bool {
        self.lower[at] <= actual[at] && actual[at] <= self.upper[at]
    }
}
