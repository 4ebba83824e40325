//! The backtest of subscriptions: the renewals of the last periods are taken away, foreseen, and compared with what happened.

use serde::Serialize;

use crate::features::{Subscriptions, Tenure};
use crate::fit::{Method, TrainedRetention};
use crate::model::{AnyRetentionModel, RetentionModel};
use crate::progress::{Progress, Silent};
use crate::table::{Chunk, Values};
use crate::{Error, Result};

/// What everybody does who divides by churn: one churn for all and for ever, those lost over the renewals that were due. It is sBG
/// without differences between subscribers.
pub const CONSTANT_CHURN: &str = "constant-churn";

/// How well subscriptions would have been foreseen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetentionBacktest {
    /// Periods held out.
    pub periods: u32,
    /// Subscribers who were there at the origin.
    pub subscribers: f64,
    /// How many of them were still there after each period held out.
    pub actual: Vec<f64>,
    /// The models.
    pub models: Vec<RetentionModelReport>,
}

/// How well one model did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RetentionModelReport {
    /// Its identifier.
    pub model: String,
    /// Why it could not be fitted; the rest is then empty.
    pub failed: Option<String>,
    /// What the fits warn of.
    pub warnings: Vec<String>,
    /// How many it foresaw after each period.
    pub predicted: Vec<f64>,
    /// (predicted − actual)/actual after the last period; `None` if nobody was left.
    pub bias: Option<f64>,
    /// The mean logarithm of the probability that was given to what each subscriber did: higher is better.
    pub log_score: Option<f64>,
}

/// One subscriber (or kind of them) at the origin, and what came.
struct Known {
    cohort: usize,
    due: u32,
    /// Renewals made after the origin, at most the periods held out.
    made: u32,
    count: f64,
}

/// Takes the last `periods` away, fits each model to what was known then, and compares.
///
/// # Errors
/// [`Error::Usage`] for a name that is no model of subscriptions, or more periods than there are; [`Error::Interrupted`].
pub fn backtest_retention(
    subscriptions: &Subscriptions,
    periods: u32,
    models: &[String],
    progress: &dyn Progress,
) -> Result<RetentionBacktest> {
    let then = subscriptions.rewind(periods)?;
    let known = followed(subscriptions, periods);
    let subscribers: f64 = known.iter().map(|known| known.count).sum();
    if subscribers == 0.0 {
        return Err(Error::Undefined(
            "nobody was subscribed at the origin: there is nothing to foresee".into(),
        ));
    }
    let actual: Vec<f64> = (1..=periods)
        .map(|k| known.iter().filter(|known| known.made >= k).map(|known| known.count).sum())
        .collect();
    let names: Vec<&str> = models.iter().map(|name| name.trim()).collect();
    let report = |name: &&str| {
        progress.check()?;
        let chances = match *name {
            CONSTANT_CHURN => Ok((constant(&then, periods), Vec::new())),
            name => fitted(&then, name, periods),
        };
        match chances {
            Ok((chances, warnings)) => Ok(compare(name, &known, &actual, &*chances, warnings, subscribers)),
            Err(error @ (Error::Usage(_) | Error::Interrupted)) => Err(error),
            Err(error) => Ok(RetentionModelReport {
                model: (*name).to_owned(),
                failed: Some(error.to_string()),
                warnings: Vec::new(),
                predicted: Vec::new(),
                bias: None,
                log_score: None,
            }),
        }
    };
    let models = names.iter().map(report).collect::<Result<_>>()?;
    Ok(RetentionBacktest { periods, subscribers, actual, models })
}

/// Who was there at the origin, and what they did since: those whose renewals were all due by now.
fn followed(now: &Subscriptions, periods: u32) -> Vec<Known> {
    (0..now.len())
        .filter_map(|at| {
            let (observed, Tenure { due, left }) = (now.observed[at].checked_sub(periods)?, now.tenures[at]);
            let made = due - u32::from(left);
            (made >= observed).then(|| Known {
                cohort: now.cohort[at],
                due: observed,
                made: made - observed,
                count: now.count[at],
            })
        })
        .collect()
}

/// The chances of each further renewal, given cohort and renewals made.
type Chances = Box<dyn Fn(usize, u32) -> Vec<f64>>;

fn fitted(then: &Subscriptions, name: &str, periods: u32) -> Result<(Chances, Vec<String>)> {
    let template = AnyRetentionModel::template(name).ok_or_else(|| {
        let known: Vec<&str> = AnyRetentionModel::ALL.iter().map(|(id, ..)| *id).collect();
        Error::usage(format!(
            "`{name}` is not a model of subscriptions; there are {}, {CONSTANT_CHURN}",
            known.join(", ")
        ))
    })?;
    let trained = TrainedRetention::train(&template, then, Method::Mle, &Silent)?;
    let warnings = trained.cohorts.iter().flat_map(|cohort| cohort.fit.report.warnings.clone()).collect();
    Ok((Box::new(move |cohort, due| trained.cohorts[cohort].fit.model.onwards(due, periods)), warnings))
}

fn constant(then: &Subscriptions, periods: u32) -> Chances {
    let stay: Vec<f64> = (0..then.cohorts.len())
        .map(|cohort| {
            let (mut lost, mut due) = (0.0, 0.0);
            for at in then.of(cohort) {
                lost += then.count[at] * f64::from(u8::from(then.tenures[at].left));
                due += then.count[at] * f64::from(then.tenures[at].due);
            }
            if due > 0.0 { 1.0 - lost / due } else { 1.0 }
        })
        .collect();
    Box::new(move |cohort, _| (1..=periods).map(|k| stay[cohort].powi(k as i32)).collect())
}

fn compare(
    name: &str,
    known: &[Known],
    actual: &[f64],
    chances: &dyn Fn(usize, u32) -> Vec<f64>,
    warnings: Vec<String>,
    subscribers: f64,
) -> RetentionModelReport {
    let (mut predicted, mut score) = (vec![0.0; actual.len()], 0.0);
    for one in known {
        let there = chances(one.cohort, one.due);
        predicted.iter_mut().zip(&there).for_each(|(sum, p)| *sum += one.count * p);
        let made = one.made as usize;
        let before = if made == 0 { 1.0 } else { there[made - 1] };
        let what_happened = if made == actual.len() { before } else { before - there[made] };
        score += one.count * what_happened.ln();
    }
    let last = actual.last().copied().unwrap_or(0.0);
    let bias = (last > 0.0).then(|| predicted.last().map_or(0.0, |predicted| predicted / last - 1.0));
    let log_score = Some(score / subscribers).filter(|score| score.is_finite());
    RetentionModelReport { model: name.to_owned(), failed: None, warnings, predicted, bias, log_score }
}

/// The report as a long table: `model, period, actual, predicted`.
#[derive(Debug, Default)]
pub struct RetentionTable {
    model: Vec<String>,
    period: Vec<u32>,
    actual: Vec<f64>,
    predicted: Vec<f64>,
}

impl RetentionBacktest {
    /// The long table.
    #[must_use]
    pub fn long(&self) -> RetentionTable {
        let mut table = RetentionTable::default();
        for model in &self.models {
            for (period, (predicted, actual)) in (1..).zip(model.predicted.iter().zip(&self.actual)) {
                table.model.push(model.model.clone());
                table.period.push(period);
                table.actual.push(*actual);
                table.predicted.push(*predicted);
            }
        }
        table
    }
}

impl RetentionTable {
    /// The table as it is written.
    #[must_use]
    pub fn chunk(&self) -> Chunk<'_> {
        Chunk {
            columns: vec![
                ("model", Values::Text(self.model.iter().map(String::as_str).collect())),
                ("period", Values::Whole(&self.period)),
                ("actual", Values::Real(&self.actual)),
                ("predicted", Values::Real(&self.predicted)),
            ],
        }
    }
}
