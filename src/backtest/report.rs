//! What a backtest found, as values: the rim renders them.

use serde::{Deserialize, Serialize};

use super::contest::Contest;
use super::fitted::FittedModel;
use super::metrics::{BUYS, Bin, Buys, Comparison, Decile, Gain, Metrics, Third, names, thirds};
use crate::Result;
use crate::table::{Chunk, Values};

/// What a backtest found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestReport {
    /// How far ahead was looked, as it was given: `39w`.
    pub horizon: String,
    /// How much of the past each origin was trained on, as it was given: `26w`; `None` for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// Levels of the intervals, as fractions.
    pub levels: Vec<f64>,
    /// One report per origin, in order of time.
    pub origins: Vec<OriginReport>,
    /// The models beside one another, over all origins: one entry per target and metric that two models or more have.
    pub comparison: Vec<Contest>,
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
    /// Those of them who came within the window and were trained on; `None` where all were. The others are forecast too, and part of all metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trained: Option<usize>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// The model: `bg-nbd`, `naive-rate`, `naive-mean`.
    pub model: String,
    /// Why there are no numbers, in words; `None` if there are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failed: Option<String>,
    /// What should be known before the numbers are used.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub warnings: Vec<String>,
    /// The model of purchases as it was fitted; `None` if it failed, if there is none, or if it differs between customers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fitted: Option<FittedModel>,
    /// Purchases; `None` if it failed.
    pub purchases: Option<TargetReport>,
    /// Value; `None` if it failed, if there is no money, or if the spend part could not be fitted (a warning says so).
    pub value: Option<TargetReport>,
    /// Whether they buy at all; `None` if it failed.
    pub buys: Option<Buys>,
}

/// How well one quantity was predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetReport {
    /// The whole.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// By prediction, the highest first.
    pub deciles: Vec<Decile>,
    /// Thirds by frequency, the lowest first.
    pub by_frequency: Vec<Third>,
    /// Thirds by prediction, the lowest first.
    pub by_prediction: Vec<Third>,
    /// By frequency one by one: 0, 1, …, and all from 7 on.
    pub by_each_frequency: Vec<Bin>,
    /// Tenths by how long they had been silent at the origin, in the unit of the models; the shortest first.
    pub by_silence: Vec<Bin>,
    /// The gain curve.
    pub gain: Gain,
}

/// What is known of the customers at the origin, by which they are grouped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// Repeat purchases.
    pub frequency: &'a [u32],
    /// How long they had been silent.
    pub silence: &'a [f64],
}

impl TargetReport {
    pub(super) fn of(comparison: &Comparison<'_>, known: Known<'_>) -> Result<Self> {
        Ok(Self {
            metrics: comparison.metrics(),
            deciles: comparison.deciles(),
            by_frequency: comparison.by_frequency(known.frequency)?,
            by_prediction: comparison.by_prediction(known.frequency)?,
            by_each_frequency: comparison.by_each_frequency(known.frequency)?,
            by_silence: comparison.by_silence(known.silence)?,
            gain: comparison.gain(),
        })
    }

    /// Name and value of every metric, in the order of the long table: those of the whole ([`Metrics::entries`]), then how the intervals held in each third by
    /// frequency (`coverage_90_frequency_1` for the third that bought least often, `pit_coverage_90_frequency_1`) and by prediction (`coverage_90_predicted_1`).
    #[must_use]
    pub fn entries(&self) -> Vec<(String, Option<f64>)> {
        let levels: Vec<f64> = self.metrics.intervals.iter().map(|interval| interval.level).collect();
        let mut entries = self.metrics.entries();
        entries.extend(thirds::entries("frequency", &self.by_frequency, &levels));
        entries.extend(thirds::entries("predicted", &self.by_prediction, &levels));
        entries
    }
}

impl ModelReport {
    /// Name and value of every metric of a target, `purchases`, `value` or `buys`; `None` if there is no report of it.
    #[must_use]
    pub fn entries(&self, target: &str) -> Option<Vec<(String, Option<f64>)>> {
        match target {
            "purchases" => self.purchases.as_ref().map(TargetReport::entries),
            "value" => self.value.as_ref().map(TargetReport::entries),
            "buys" => self.buys.as_ref().map(Buys::entries),
            _ => None,
        }
    }
}

/// What is predicted.
pub(super) const TARGETS: [&str; 3] = ["purchases", "value", "buys"];

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
                for target in TARGETS {
                    let entries = match model.entries(target) {
                        Some(entries) => entries,
                        None if target == "value" && origin.acquired.value.is_none() => continue,
                        None => self.missing(target, origin.customers),
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

    /// The comparison as a table: one row per target, metric and model.
    #[must_use]
    pub fn contests(&self) -> ContestTable<'_> {
        let rows =
            self.comparison.iter().flat_map(|contest| contest.models.iter().map(move |each| (contest, each)));
        let mut table = ContestTable::default();
        for (contest, standing) in rows {
            let interval = standing.interval;
            let test = standing.diebold_mariano;
            table.target.push(contest.target);
            table.metric.push(contest.metric);
            table.model.push(&standing.model);
            table.origins.push(contest.origins as u64);
            table.verdict.push(standing.verdict.word());
            let numbers = [
                Some(standing.mean),
                Some(standing.behind),
                standing.standard_error,
                interval.map(|(lower, _)| lower),
                interval.map(|(_, upper)| upper),
                test.map(|test| test.statistic),
                test.map(|test| test.p_value),
            ];
            table.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        }
        table
    }

    /// The entries of a model that failed.
    fn missing(&self, target: &str, customers: usize) -> Vec<(String, Option<f64>)> {
        let mut all = if target == "buys" { BUYS.map(String::from).to_vec() } else { names(&self.levels) };
        if target != "buys" {
            for by in ["frequency", "predicted"] {
                all.extend(thirds::entries(by, &[], &self.levels).into_iter().map(|(name, _)| name));
            }
        }
        all.into_iter()
            .map(|name| if name == "n" { (name, Some(customers as f64)) } else { (name, None) })
            .collect()
    }
}

/// The report as a long table, for machines: columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LongTable<'a> {
    /// The origin.
    pub origin: Vec<&'a str>,
    /// The model.
    pub model: Vec<&'a str>,
    /// `purchases`, `value` or `buys`.
    pub target: Vec<&'static str>,
    /// The metric, as in [`TargetReport::entries`] and [`Buys::entries`].
    pub metric: Vec<String>,
    /// Its value; `None` where it does not exist.
    pub value: Vec<Option<f64>>,
}

/// One row of the long table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LongRow<'a> {
    /// The origin.
    pub origin: &'a str,
    /// The model.
    pub model: &'a str,
    /// `purchases`, `value` or `buys`.
    pub target: &'a str,
    /// The metric.
    pub metric: &'a str,
    /// Its value; `None` where it does not exist.
    pub value: Option<f64>,
}

/// The comparison of models as a table: columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContestTable<'a> {
    target: Vec<&'a str>,
    metric: Vec<&'a str>,
    model: Vec<&'a str>,
    origins: Vec<u64>,
    verdict: Vec<&'static str>,
    /// mean, behind, standard_error, lower, upper, dm_statistic, dm_p_value.
    numbers: [Vec<Option<f64>>; 7],
}

impl ContestTable<'_> {
    /// As a chunk of a table: `target, metric, model, origins, verdict, mean, behind, standard_error, lower, upper, dm_statistic, dm_p_value`; what does not
    /// exist (distances of the best, a test with few origins) is empty.
    #[must_use]
    pub fn chunk(&self) -> Chunk<'_> {
        let mut columns = vec![
            ("target", Values::Text(self.target.clone())),
            ("metric", Values::Text(self.metric.clone())),
            ("model", Values::Text(self.model.clone())),
            ("origins", Values::Count(&self.origins)),
            ("verdict", Values::Text(self.verdict.clone())),
        ];
        let names = ["mean", "behind", "standard_error", "lower", "upper", "dm_statistic", "dm_p_value"];
        columns.extend(names.into_iter().zip(self.numbers.iter().map(|column| Values::Optional(column))));
        Chunk { columns }
    }
}

impl LongTable<'_> {
    /// Row by row.
    #[must_use]
    pub fn rows(&self) -> Vec<LongRow<'_>> {
        let row = |at: usize| LongRow {
            origin: self.origin[at],
            model: self.model[at],
            target: self.target[at],
            metric: &self.metric[at],
            value: self.value[at],
        };
        (0..self.value.len()).map(row).collect()
    }

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
