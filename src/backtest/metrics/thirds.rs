//! Thirds of the customers: do the intervals also hold for the rare and for the frequent buyers, for small and for large forecasts alone?

use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use super::{Comparison, Coverage, percent, pit};
use crate::Result;
use crate::backtest::groups::{Group, divide};
use crate::backtest::ranks::settled;
use crate::math::ranks::ties;

/// Into how many groups.
pub(in crate::backtest) const THIRDS: usize = 3;

/// A third of the customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Third {
    /// 1 is the third that bought least often, or of which least is expected.
    pub third: usize,
    /// Customers in it.
    pub n: usize,
    /// The lowest frequency in it.
    pub frequency_from: u32,
    /// The highest frequency in it.
    pub frequency_to: u32,
    /// The lowest y in it.
    pub predicted_from: f64,
    /// The highest y in it.
    pub predicted_to: f64,
    /// Mean of y.
    pub mean_predicted: f64,
    /// Mean of a.
    pub mean_actual: f64,
    /// How the intervals held, one entry a level.
    pub intervals: Vec<Coverage>,
    /// The histogram of probability integral transforms, as in [`super::Metrics::pit`]. Empty if the model has no law.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pit: Vec<f64>,
}

impl Comparison<'_> {
    /// The customers in three groups by frequency, the lowest first; equal frequencies at a border are shared out as in
    /// [`Comparison::deciles`].
    ///
    /// # Errors
    /// [`crate::Error::Undefined`] if `frequency` has another length.
    pub fn by_frequency(&self, frequency: &[u32]) -> Result<Vec<Third>> {
        self.same_length(frequency.len())?;
        let mut rows: Vec<usize> = self.rows().collect();
        rows.par_sort_by_key(|&at| frequency[at]);
        let sorted: Vec<u32> = rows.iter().map(|&at| frequency[at]).collect();
        Ok(self.thirds(&rows, &ties(&sorted), frequency))
    }

    /// The customers in three groups by prediction, the lowest first; equal predictions at a border are shared out likewise.
    ///
    /// # Errors
    /// [`crate::Error::Undefined`] if `frequency` has another length.
    pub fn by_prediction(&self, frequency: &[u32]) -> Result<Vec<Third>> {
        self.same_length(frequency.len())?;
        let rows: Vec<usize> = self.rows().collect();
        let sorted: Vec<f64> = rows.iter().map(|&at| settled(self.columns.predicted[at])).collect();
        Ok(self.thirds(&rows, &ties(&sorted), frequency))
    }

    fn thirds(&self, rows: &[usize], runs: &[std::ops::Range<usize>], frequency: &[u32]) -> Vec<Third> {
        let third = |(at, group)| self.third(at, &group, rows, frequency);
        divide(runs, THIRDS).into_iter().enumerate().map(third).collect()
    }

    fn third(&self, at: usize, group: &Group, rows: &[usize], frequency: &[u32]) -> Third {
        let columns = &self.columns;
        let mean = |column: &dyn Fn(usize) -> f64| group.sum(|row| column(rows[row])) / group.n as f64;
        let pit = columns.met.pit;
        let intervals = columns.bands.iter().map(|band| Coverage {
            level: band.level,
            coverage: Some(mean(&|at| f64::from(u8::from(band.holds(columns.actual, at))))),
            width: Some(mean(&|at| band.upper[at] - band.lower[at])),
            pit_coverage: (!pit.is_empty()).then(|| mean(&|at| pit::held(pit[at], band.level))),
        });
        let (first, last) = group.span().unwrap_or((0, 0));
        let held = || rows[first..=last].iter();
        let frequencies = || held().map(|&at| frequency[at]);
        let predictions = || held().map(|&at| columns.predicted[at]);
        Third {
            third: at + 1,
            n: group.n,
            frequency_from: frequencies().min().unwrap_or(0),
            frequency_to: frequencies().max().unwrap_or(0),
            predicted_from: predictions().fold(f64::INFINITY, f64::min),
            predicted_to: predictions().fold(f64::NEG_INFINITY, f64::max),
            mean_predicted: mean(&|at| columns.predicted[at]),
            mean_actual: mean(&|at| columns.actual[at]),
            intervals: intervals.collect(),
            pit: pit::histogram(pit, |of| Some(mean(of))),
        }
    }
}

/// Names and values of how intervals held in each third, in the order of the long CSV: `coverage_50_frequency_1` …, then `pit_coverage_50_frequency_1` …; `None` for
/// a third that does not exist.
pub(in crate::backtest) fn entries(by: &str, thirds: &[Third], levels: &[f64]) -> Vec<(String, Option<f64>)> {
    let of = |what: &'static str, pick: fn(&Coverage) -> Option<f64>| {
        levels.iter().enumerate().flat_map(move |(at, &level)| {
            (0..THIRDS).map(move |third| {
                let value = thirds.get(third).and_then(|third| pick(third.intervals.get(at)?));
                (format!("{what}_{}_{by}_{}", percent(level), third + 1), value)
            })
        })
    };
    of("coverage", |held| held.coverage).chain(of("pit_coverage", |held| held.pit_coverage)).collect()
}
