//! What a backtest found, as values: the rim renders them.

use serde::Serialize;

use super::metrics::{Comparison, Decile, Metrics, Third, names};
use crate::Result;
use crate::table::{Chunk, Values};

/// What a backtest found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestReport {
    /// How far ahead was looked, as it was given: `39w`.
    pub horizon: String,
    /// Levels of the intervals, as fractions.
    pub levels: Vec<f64>,
    /// One report per origin, in order of time.
    pub origins: Vec<OriginReport>,
}

/// What was found at one origin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OriginReport {
    /// The origin: the last day (or moment) the models saw.
    pub origin: String,
    /// The last day (or moment) of the holdout.
    pub until: String,
    /// Customers known at the origin: all metrics are about them.
    pub customers: usize,
    /// Customers who came later: what they bought in the holdout no forecast at the origin could see.
    pub acquired: AcquiredReport,
    /// By how much refunds (or late lines) in the holdout changed the value of orders from before the origin. It is part of no metric.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revised: Option<f64>,
    /// One report per model, in the order asked for.
    pub models: Vec<ModelReport>,
}

/// Customers whose first purchase was after the origin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AcquiredReport {
    /// How many.
    pub customers: u64,
    /// Their purchases in the holdout, the first ones included.
    pub purchases: u64,
    /// The value of these; `None` without money.
    pub value: Option<f64>,
}

/// How one model did at one origin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelReport {
    /// The model: `bg-nbd`, `naive-rate`, `naive-mean`.
    pub model: String,
    /// Why there are no numbers, in words; `None` if there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// What should be known before the numbers are used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Purchases; `None` if it failed.
    pub purchases: Option<TargetReport>,
    /// Value; `None` if it failed, if there is no money, or if the spend part could not be fitted (a warning says so).
    pub value: Option<TargetReport>,
}

/// How well one quantity was predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TargetReport {
    /// The whole.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// By prediction, the highest first.
    pub deciles: Vec<Decile>,
    /// By frequency, the lowest first.
    pub by_frequency: Vec<Third>,
}

impl TargetReport {
    pub(super) fn of(comparison: &Comparison<'_>, frequency: &[u32]) -> Result<Self> {
        Ok(Self {
            metrics: comparison.metrics(),
            deciles: comparison.deciles(),
            by_frequency: comparison.by_frequency(frequency)?,
        })
    }
}

impl BacktestReport {
    /// The report of a model at an origin, both by name.
    #[must_use]
    pub fn model(&self, origin: &str, model: &str) -> Option<&ModelReport> {
        let origin = self.origins.iter().find(|report| report.origin == origin)?;
        origin.models.iter().find(|report| report.model == model)
    }

    /// The long table: one row per origin, model, target and metric. A model that failed has its number of customers and
    /// empty cells.
    #[must_use]
    pub fn long(&self) -> LongTable<'_> {
        let mut table = LongTable::default();
        for origin in &self.origins {
            for model in &origin.models {
                for (target, report) in [("purchases", &model.purchases), ("value", &model.value)] {
                    let entries = match report {
                        Some(report) => report.metrics.entries(),
                        None if target == "value" && origin.acquired.value.is_none() => continue,
                        None => self.missing(origin.customers),
                    };
                    for (metric, value) in entries {
                        table.origin.push(&origin.origin);
                        table.model.push(&model.model);
                        table.target.push(target);
                        table.metric.push(metric);
                        table.value.push(value);
                    }
                }
            }
        }
        table
    }

    fn missing(&self, customers: usize) -> Vec<(String, Option<f64>)> {
        let names = names(&self.levels).into_iter();
        names.map(|name| if name == "n" { (name, Some(customers as f64)) } else { (name, None) }).collect()
    }
}

/// The report as a long table, for machines: columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LongTable<'a> {
    /// The origin.
    pub origin: Vec<&'a str>,
    /// The model.
    pub model: Vec<&'a str>,
    /// `purchases` or `value`.
    pub target: Vec<&'static str>,
    /// The metric, as in [`Metrics::entries`].
    pub metric: Vec<String>,
    /// Its value; `None` where it does not exist.
    pub value: Vec<Option<f64>>,
}

impl LongTable<'_> {
    /// As a chunk of a table: `origin, model, target, metric, value`.
    #[must_use]
    pub fn chunk(&self) -> Chunk<'_> {
        Chunk {
            columns: vec![
                ("origin", Values::Text(self.origin.clone())),
                ("model", Values::Text(self.model.clone())),
                ("target", Values::Text(self.target.clone())),
                ("metric", Values::Text(self.metric.iter().map(String::as_str).collect())),
                ("value", Values::Optional(&self.value)),
            ],
        }
    }
}
