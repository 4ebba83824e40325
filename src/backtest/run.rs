//! The backtest: for each origin train on the past only, forecast, and compare with what then happened.

use super::baselines::{NaiveMean, NaiveRate};
use super::metrics::{Band, Comparison};
use super::origins::{Origins, Possible, after};
use super::report::{AcquiredReport, BacktestReport, ModelReport, OriginReport, TargetReport};
use crate::features::{Customers, Holdout, Past};
use crate::model::{BgNbd, Likelihood};
use crate::predict::{BuyTillYouDie, Estimator, Forecast, Interval, ValueForecast};
use crate::progress::Progress;
use crate::units::{Horizon, Periods, Share, Tick, TimeUnit};
use crate::{Error, Result};

/// What to test.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestPlan {
    /// How far ahead to look from each origin.
    pub horizon: Horizon,
    /// From where.
    pub origins: Origins,
    /// The unit of time of the models.
    pub unit: TimeUnit,
    /// The levels of the intervals, each below 1.
    pub levels: Vec<Share>,
}

impl BacktestPlan {
    /// The newest origin, with intervals at 50, 80, 90 and 95 %.
    ///
    /// # Errors
    /// [`Error::Usage`] only if these levels were none.
    pub fn new(horizon: Horizon, unit: TimeUnit) -> Result<Self> {
        let levels = [0.5, 0.8, 0.9, 0.95].into_iter().map(Share::new).collect::<Result<_>>()?;
        Ok(Self { horizon, origins: Origins::default(), unit, levels })
    }
}

/// Tests how well the estimators would have predicted at each origin, had they been asked then. `past` is everything that is
/// known; each origin sees the part of it up to its own date, and nothing else. A model that cannot be fitted at an origin is
/// reported there in words, and the others go on.
///
/// # Errors
/// [`Error::Usage`] for origins that are not possible, with those that are; [`Error::Undefined`] if none is;
/// [`Error::Interrupted`].
pub fn backtest(
    past: &Past<'_>,
    plan: &BacktestPlan,
    estimators: &[Box<dyn Estimator>],
    progress: &dyn Progress,
) -> Result<BacktestReport> {
    let possible = Possible::of(&past.customers(plan.unit), past.cutoff(), plan.horizon)?;
    let origins = possible.choose(&plan.origins)?;
    progress.begin("backtest", Some((origins.len() * estimators.len()) as u64));
    let reports = origins.into_iter().map(|origin| at_origin(past, plan, origin, estimators, progress));
    let report = BacktestReport {
        horizon: plan.horizon.to_string(),
        levels: plan.levels.iter().map(|level| level.get()).collect(),
        origins: reports.collect::<Result<_>>()?,
    };
    progress.end();
    Ok(report)
}

fn at_origin(
    past: &Past<'_>,
    plan: &BacktestPlan,
    origin: Tick,
    estimators: &[Box<dyn Estimator>],
    progress: &dyn Progress,
) -> Result<OriginReport> {
    let grain = past.orders().options.grain;
    let end = after(origin, plan.horizon, grain)?;
    let (earlier, holdout) = Past::new(past.orders(), Some(end))?.rewind_to(origin)?;
    let customers = earlier.customers(plan.unit);
    let horizon = Periods::new(grain.between(origin, end, plan.unit))?;
    let money = customers.has_money();
    let mut models = Vec::new();
    for estimator in estimators {
        progress.check()?;
        let tried = (|| {
            let predictor = estimator.fit(&earlier, &customers)?;
            let forecast = predictor.forecast(&customers, horizon, &plan.levels)?;
            compare(estimator.id(), predictor.warnings(), &forecast, &customers, &holdout)
        })();
        models.push(match tried {
            Ok(report) => report,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => failed(estimator.id(), &error),
        });
        progress.advance(1);
    }
    Ok(OriginReport {
        origin: grain.show(origin),
        until: grain.show(end),
        customers: customers.len(),
        acquired: AcquiredReport {
            customers: holdout.acquired.customers,
            purchases: holdout.acquired.purchases,
            value: money.then_some(holdout.acquired.value),
        },
        revised: money.then_some(holdout.revised).filter(|&revised| revised != 0.0),
        models,
    })
}

fn failed(id: &str, error: &Error) -> ModelReport {
    ModelReport {
        model: id.into(),
        failed: Some(error.to_string()),
        warnings: Vec::new(),
        purchases: None,
        value: None,
    }
}

/// One forecast beside what happened.
fn compare(
    id: &str,
    warnings: &[String],
    forecast: &Forecast,
    customers: &Customers,
    holdout: &Holdout,
) -> Result<ModelReport> {
    let happened: Vec<f64> = holdout.purchases.iter().map(|&count| f64::from(count)).collect();
    let purchases = Comparison::new(&happened, &forecast.expected_purchases, bands(&forecast.purchases))?;
    let value = match &forecast.value {
        Some(value) if !holdout.value.is_empty() => Some(compare_value(value, customers, holdout)?),
        _ => None,
    };
    Ok(ModelReport {
        model: id.into(),
        failed: None,
        warnings: warnings.to_vec(),
        purchases: Some(TargetReport::of(&purchases, &customers.frequency)?),
        value,
    })
}

/// Value, of the customers whose mean exists.
fn compare_value(value: &ValueForecast, customers: &Customers, holdout: &Holdout) -> Result<TargetReport> {
    let with_mean: Vec<usize> =
        (0..value.expected.len()).filter(|&at| value.expected[at].is_some()).collect();
    let only = |column: &[f64]| with_mean.iter().map(|&at| column[at]).collect::<Vec<f64>>();
    let intervals: Vec<Interval> = value
        .intervals
        .iter()
        .map(|each| Interval { level: each.level, lower: only(&each.lower), upper: only(&each.upper) })
        .collect();
    let expected: Vec<f64> = value.expected.iter().flatten().copied().collect();
    let frequency: Vec<u32> = with_mean.iter().map(|&at| customers.frequency[at]).collect();
    let happened = only(&holdout.value);
    let comparison = Comparison::new(&happened, &expected, bands(&intervals))?;
    let mut report = TargetReport::of(&comparison, &frequency)?;
    let without = customers.len() - with_mean.len();
    if without > 0 {
        report.metrics.notes.push(format!(
            "for {without} customers the mean value does not exist (the spend model's tail is too heavy); they are left out"
        ));
    }
    Ok(report)
}

fn bands(intervals: &[Interval]) -> Vec<Band<'_>> {
    intervals
        .iter()
        .map(|each| Band { level: each.level.get(), lower: &each.lower, upper: &each.upper })
        .collect()
}

/// The models that can be tested, by their identifiers, in the order in which they are shown.
pub const MODELS: [&str; 3] = [BgNbd::ID, NaiveRate::ID, NaiveMean::ID];

/// The estimators with these identifiers, each once; all of them if none is named.
///
/// # Errors
/// [`Error::Usage`] for a name that is not in [`MODELS`].
pub fn estimators<S: AsRef<str>>(ids: &[S]) -> Result<Vec<Box<dyn Estimator>>> {
    let named: Vec<&str> = ids.iter().map(|id| id.as_ref().trim()).collect();
    if let Some(unknown) = named.iter().find(|id| !MODELS.contains(id)) {
        return Err(Error::usage(format!("`{unknown}` is not a model; there are {}", MODELS.join(", "))));
    }
    let chosen = MODELS.into_iter().filter(|id| named.is_empty() || named.contains(id));
    Ok(chosen
        .map(|id| -> Box<dyn Estimator> {
            match id {
                NaiveRate::ID => Box::new(NaiveRate),
                NaiveMean::ID => Box::new(NaiveMean),
                _ => Box::new(BuyTillYouDie),
            }
        })
        .collect())
}
