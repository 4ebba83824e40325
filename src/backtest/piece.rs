//! One model at one origin: its forecast beside what happened.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::metrics::{Band, Columns, Comparison, MetColumns, buys};
use super::redrawn;
use super::report::{Known, ModelReport, TargetReport};
use super::resample::{Resampled, group_of};
use crate::features::{Customers, Holdout};
use crate::predict::{Forecast, Interval, Meeting, Met, TotalLaw, TotalLaws, ValueForecast};
use crate::{Error, Result};

/// What is found of one model at one origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Piece {
    /// The report.
    pub report: ModelReport,
    /// The metrics on which models are compared, in every resample of the customers.
    pub resampled: Vec<Resampled>,
}

/// What happened at an origin, in the columns that forecasts are held against.
pub(super) struct Happened {
    /// Purchases of each customer in the holdout.
    pub purchases: Vec<f64>,
    /// 1 for those with any.
    pub bought: Vec<f64>,
    /// Their value; empty without money.
    pub value: Vec<f64>,
    /// What was known of them: repeat purchases.
    pub frequency: Vec<u32>,
    /// How long they had been silent.
    pub silence: Vec<f64>,
    /// Into which groups they are dealt for resampling.
    pub groups: Vec<u16>,
    /// Gini coefficients of the truth in every resample: of purchases, and of value.
    truths: [OnceLock<Vec<Option<f64>>>; 2],
}

impl Happened {
    /// Of the customers of an origin.
    pub fn of(customers: &Customers, holdout: &Holdout) -> Self {
        let silence = customers.age.iter().zip(&customers.recency).map(|(age, recency)| age - recency);
        Self {
            purchases: holdout.purchases.iter().map(|&count| f64::from(count)).collect(),
            bought: holdout.purchases.iter().map(|&count| f64::from(u8::from(count > 0))).collect(),
            value: holdout.value.clone(),
            frequency: customers.frequency.clone(),
            silence: silence.collect(),
            groups: customers.ids.iter().map(group_of).collect(),
            truths: Default::default(),
        }
    }

    fn truth_of_purchases(&self) -> &[Option<f64>] {
        self.truths[0].get_or_init(|| redrawn::truth(&self.purchases, &self.groups))
    }

    fn truth_of_value(&self) -> &[Option<f64>] {
        self.truths[1].get_or_init(|| redrawn::truth(&self.value, &self.groups))
    }

    fn known(&self) -> Known<'_> {
        Known { frequency: &self.frequency, silence: &self.silence }
    }
}

impl Piece {
    /// A model that could not be fitted, or not asked.
    pub fn failed(id: &str, error: &Error) -> Self {
        let report = ModelReport {
            model: id.into(),
            failed: Some(error.to_string()),
            warnings: Vec::new(),
            fitted: None,
            purchases: None,
            value: None,
            buys: None,
        };
        Self { report, resampled: Vec::new() }
    }
}

/// How a forecast, of customers and of their total, met what happened.
///
/// # Errors
/// [`Error::Undefined`] if the forecast holds what is no forecast.
pub(super) fn judged(
    (id, warnings): (&str, &[String]),
    (forecast, totals): (&Forecast, Option<&TotalLaws>),
    met: &Meeting,
    happened: &Happened,
) -> Result<Piece> {
    let total = totals.map(|laws| &laws.purchases);
    let (mut purchases, mut resampled) =
        judged_purchases((forecast, known(total)), &met.purchases, happened)?;
    purchases.metrics.notes.extend(unknown(total));
    let value = forecast.value.as_ref().filter(|_| !happened.value.is_empty());
    let none = Met::default();
    let met_value = met.value.as_ref().unwrap_or(&none);
    let total = totals.and_then(|laws| laws.value.as_ref());
    let value = value.map(|value| judged_value((value, known(total)), met_value, happened));
    let value = value.transpose()?.map(|(mut value, more)| {
        value.metrics.notes.extend(unknown(total));
        resampled.extend(more);
        value
    });
    let any: Vec<f64> = forecast.p_no_purchase.iter().map(|none| 1.0 - none).collect();
    let buys = buys(&happened.bought, &any)?;
    resampled.extend(redrawn::buying(&happened.bought, &any, &happened.groups));
    let report = ModelReport {
        model: id.into(),
        failed: None,
        warnings: warnings.to_vec(),
        fitted: None,
        purchases: Some(purchases),
        value,
        buys: Some(buys),
    };
    Ok(Piece { report, resampled })
}

/// The law of a total, where there is one.
fn known(total: Option<&Result<TotalLaw>>) -> Option<&TotalLaw> {
    total.and_then(|total| total.as_ref().ok())
}

/// Why there is none, where there should be one.
fn unknown(total: Option<&Result<TotalLaw>>) -> Option<String> {
    total.and_then(|total| total.as_ref().err()).map(ToString::to_string)
}

fn judged_purchases(
    (forecast, total): (&Forecast, Option<&TotalLaw>),
    met: &Met,
    happened: &Happened,
) -> Result<(TargetReport, Vec<Resampled>)> {
    let comparison = Comparison::new(Columns {
        median: Some(&forecast.purchases_median),
        bands: bands(&forecast.purchases),
        met: met_columns(met),
        total,
        ..Columns::new(&happened.purchases, &forecast.expected_purchases)
    })?;
    let truth = happened.truth_of_purchases();
    let resampled = redrawn::amounts("purchases", &comparison, &happened.groups, truth);
    Ok((TargetReport::of(&comparison, happened.known())?, resampled))
}

/// Value, of the customers whose mean exists.
fn judged_value(
    (forecast, total): (&ValueForecast, Option<&TotalLaw>),
    met: &Met,
    happened: &Happened,
) -> Result<(TargetReport, Vec<Resampled>)> {
    let exists: Vec<usize> =
        forecast.expected.iter().enumerate().filter_map(|(at, mean)| mean.map(|_| at)).collect();
    if exists.len() < forecast.expected.len() {
        return judged_some_value(forecast, met, happened, &exists);
    }
    let predicted: Vec<f64> = forecast.expected.iter().copied().flatten().collect();
    let comparison = Comparison::new(Columns {
        median: Some(&forecast.median),
        bands: bands(&forecast.intervals),
        met: met_columns(met),
        total,
        ..Columns::new(&happened.value, &predicted)
    })?;
    let resampled = redrawn::amounts("value", &comparison, &happened.groups, happened.truth_of_value());
    Ok((TargetReport::of(&comparison, happened.known())?, resampled))
}

/// Value of some customers alone; there is then no law of the total.
fn judged_some_value(
    forecast: &ValueForecast,
    met: &Met,
    happened: &Happened,
    rows: &[usize],
) -> Result<(TargetReport, Vec<Resampled>)> {
    fn kept<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
        if column.is_empty() { Vec::new() } else { rows.iter().map(|&at| column[at]).collect() }
    }
    let predicted: Vec<f64> = forecast.expected.iter().copied().flatten().collect();
    let intervals: Vec<(Vec<f64>, Vec<f64>)> =
        forecast.intervals.iter().map(|each| (kept(&each.lower, rows), kept(&each.upper, rows))).collect();
    let bands = forecast.intervals.iter().zip(&intervals);
    let (actual, median) = (kept(&happened.value, rows), kept(&forecast.median, rows));
    let (log_score, crps, pit) = (kept(&met.log_score, rows), kept(&met.crps, rows), kept(&met.pit, rows));
    let comparison = Comparison::new(Columns {
        median: Some(&median),
        bands: bands.map(|(each, (lower, upper))| Band { level: each.level.get(), lower, upper }).collect(),
        met: MetColumns { log_score: &log_score, crps: &crps, pit: &pit },
        ..Columns::new(&actual, &predicted)
    })?;
    let groups = kept(&happened.groups, rows);
    let resampled = redrawn::amounts("value", &comparison, &groups, &redrawn::truth(&actual, &groups));
    let known =
        Known { frequency: &kept(&happened.frequency, rows), silence: &kept(&happened.silence, rows) };
    let mut report = TargetReport::of(&comparison, known)?;
    report.metrics.notes.push(format!(
        "for {} customers the mean value does not exist (the spend model's tail is too heavy); they are left out",
        forecast.expected.len() - rows.len()
    ));
    Ok((report, resampled))
}

fn bands(intervals: &[Interval]) -> Vec<Band<'_>> {
    intervals
        .iter()
        .map(|each| Band { level: each.level.get(), lower: &each.lower, upper: &each.upper })
        .collect()
}

fn met_columns(met: &Met) -> MetColumns<'_> {
    MetColumns { log_score: &met.log_score, crps: &met.crps, pit: &met.pit }
}
