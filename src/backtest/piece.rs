//! One model at one origin: its forecast beside what happened.

use super::metrics::{Band, Columns, Comparison, MetColumns, buys};
use super::report::{Known, ModelReport, TargetReport};
use crate::features::{Customers, Holdout};
use crate::predict::{Forecast, Interval, Meeting, Met, ValueForecast};
use crate::{Error, Result};

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
        }
    }

    fn known(&self) -> Known<'_> {
        Known { frequency: &self.frequency, silence: &self.silence }
    }
}

/// How a forecast met what happened.
///
/// # Errors
/// [`Error::Undefined`] if the forecast holds what is no forecast.
pub(super) fn judged(
    (id, warnings): (&str, &[String]),
    forecast: &Forecast,
    met: &Meeting,
    happened: &Happened,
) -> Result<ModelReport> {
    let columns = Columns {
        median: Some(&forecast.purchases_median),
        bands: bands(&forecast.purchases),
        met: met_columns(&met.purchases),
        ..Columns::new(&happened.purchases, &forecast.expected_purchases)
    };
    let purchases = TargetReport::of(&Comparison::new(columns)?, happened.known())?;
    let value = forecast.value.as_ref().filter(|_| !happened.value.is_empty());
    let any: Vec<f64> = forecast.p_no_purchase.iter().map(|none| 1.0 - none).collect();
    Ok(ModelReport {
        model: id.into(),
        failed: None,
        warnings: warnings.to_vec(),
        fitted: None,
        purchases: Some(purchases),
        value: value
            .map(|value| judged_value(value, met.value.as_ref().unwrap_or(&Met::default()), happened))
            .transpose()?,
        buys: Some(buys(&happened.bought, &any)?),
    })
}

/// A model that could not be fitted, or not asked.
pub(super) fn failed(id: &str, error: &Error) -> ModelReport {
    ModelReport {
        model: id.into(),
        failed: Some(error.to_string()),
        warnings: Vec::new(),
        fitted: None,
        purchases: None,
        value: None,
        buys: None,
    }
}

/// Value, of the customers whose mean exists.
fn judged_value(forecast: &ValueForecast, met: &Met, happened: &Happened) -> Result<TargetReport> {
    let exists: Vec<usize> =
        forecast.expected.iter().enumerate().filter_map(|(at, mean)| mean.map(|_| at)).collect();
    let without = forecast.expected.len() - exists.len();
    let predicted: Vec<f64> = forecast.expected.iter().copied().flatten().collect();
    if without == 0 {
        let columns = Columns {
            median: Some(&forecast.median),
            bands: bands(&forecast.intervals),
            met: met_columns(met),
            ..Columns::new(&happened.value, &predicted)
        };
        return TargetReport::of(&Comparison::new(columns)?, happened.known());
    }
    let kept = |column: &[f64]| -> Vec<f64> {
        if column.is_empty() { Vec::new() } else { exists.iter().map(|&at| column[at]).collect() }
    };
    let intervals: Vec<(Vec<f64>, Vec<f64>)> =
        forecast.intervals.iter().map(|each| (kept(&each.lower), kept(&each.upper))).collect();
    let bands = forecast.intervals.iter().zip(&intervals);
    let (actual, median) = (kept(&happened.value), kept(&forecast.median));
    let pit = if met.pit.is_empty() { Vec::new() } else { exists.iter().map(|&at| met.pit[at]).collect() };
    let met = Met { log_score: kept(&met.log_score), crps: kept(&met.crps), pit };
    let columns = Columns {
        median: Some(&median),
        bands: bands.map(|(each, (lower, upper))| Band { level: each.level.get(), lower, upper }).collect(),
        met: met_columns(&met),
        ..Columns::new(&actual, &predicted)
    };
    let frequency: Vec<u32> = exists.iter().map(|&at| happened.frequency[at]).collect();
    let known = Known { frequency: &frequency, silence: &kept(&happened.silence) };
    let mut report = TargetReport::of(&Comparison::new(columns)?, known)?;
    report.metrics.notes.push(format!(
        "for {without} customers the mean value does not exist (the spend model's tail is too heavy); they are left out"
    ));
    Ok(report)
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
