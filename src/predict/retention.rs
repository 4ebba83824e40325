//! What subscribers will do: the renewals to come, and the whole cohort's survival.

use super::draws::drawn;
use crate::fit::CohortFit;
use crate::math::special::normal_cdf;
use crate::model::{AnyRetentionModel, RetentionModel};
use crate::units::Share;
use crate::{Error, Result};

/// Draws of the parameters behind an interval.
const DRAWS: usize = 400;
/// Their seed: the same input gives the same interval.
const SEED: u64 = 0x6c74_7632;

/// What one subscriber will do over a horizon, after so many renewals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Renewals {
    /// P(the next renewal is made).
    pub p_next: f64,
    /// P(all renewals of the horizon are made).
    pub p_through: f64,
    /// The expected number of renewals in the horizon.
    pub expected: f64,
    /// The interval of this number: the quantiles at (1 − level)/2 and 1 − (1 − level)/2.
    pub interval: (u32, u32),
    /// Discounted expected residual lifetime ([`RetentionModel::derl`]), if a rate is given.
    pub derl: Option<f64>,
}

impl Renewals {
    /// Of a subscriber after `due` renewals, over the next `horizon` of them; `rate` is compounded continuously, per period.
    ///
    /// # Errors
    /// As [`RetentionModel::derl`]; [`Error::Usage`] for a level of 1.
    pub fn of(
        model: &AnyRetentionModel,
        due: u32,
        horizon: u32,
        level: Share,
        rate: Option<f64>,
    ) -> Result<Self> {
        if level.get() >= 1.0 {
            return Err(Error::usage("an interval of level 1 is the whole range; use for instance 0.9"));
        }
        let onwards = model.onwards(due, horizon);
        let tail = 0.5 * (1.0 - level.get());
        // P(N > n) is the chance of the renewal n + 1.
        let quantile =
            |above: f64| onwards.iter().position(|there| *there <= above).map_or(horizon, |n| n as u32);
        Ok(Self {
            p_next: model.renewal(due),
            p_through: onwards.last().copied().unwrap_or(1.0),
            expected: onwards.iter().rev().sum(),
            interval: (quantile(1.0 - tail), quantile(tail)),
            derl: rate.map(|rate| model.derl(due, rate)).transpose()?,
        })
    }
}

/// A cohort's survival at one tenure, as the model has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// Renewals made.
    pub renewals: u32,
    /// S(t): the part of the cohort that makes so many.
    pub survival: f64,
    /// What S(t) may be, given how sure the parameters are; `None` where that is not known.
    pub interval: Option<(f64, f64)>,
    /// The chance of the renewal after these.
    pub p_next: f64,
    /// Discounted expected residual lifetime of who made so many.
    pub derl: Option<f64>,
}

/// A cohort's survival after 0, 1, … `until` renewals.
///
/// # Errors
/// As [`RetentionModel::derl`].
pub fn survival_curve(
    cohort: &CohortFit,
    until: u32,
    level: Share,
    rate: Option<f64>,
) -> Result<Vec<Survival>> {
    let model = &cohort.fit.model;
    let draws = retention_draws(cohort);
    let tail = 0.5 * (1.0 - level.get());
    (0..=until)
        .map(|t| {
            let mut told: Vec<f64> = draws.iter().map(|draw| draw.survival(t)).collect();
            told.sort_by(f64::total_cmp);
            let at = |part: f64| told.get(((told.len() as f64 - 1.0) * part).round() as usize).copied();
            Ok(Survival {
                renewals: t,
                survival: model.survival(t),
                interval: at(tail).zip(at(1.0 - tail)),
                p_next: model.renewal(t),
                derl: rate.map(|rate| model.derl(t, rate)).transpose()?,
            })
        })
        .collect()
}

/// The draws of a fit, or those of the Laplace approximation; none where nothing is known of the uncertainty.
#[must_use]
pub fn retention_draws(cohort: &CohortFit) -> Vec<AnyRetentionModel> {
    if !cohort.fit.draws.is_empty() {
        return cohort.fit.draws.clone();
    }
    drawn(&cohort.fit.model, cohort.fit.uncertainty.as_ref(), DRAWS, SEED).unwrap_or_default()
}

/// How many of a group of subscribers will still be there after a horizon: mean, and interval if the uncertainty is known. It
/// holds luck (normal, given the parameters) and how sure the parameters are (a mixture over their draws).
///
/// `group` is, for each cohort, the numbers of renewals made and of subscribers who made so many.
#[must_use]
pub fn still_there(
    group: &[(&CohortFit, Vec<(u32, f64)>)],
    horizon: u32,
    level: Share,
) -> (f64, Option<(f64, f64)>) {
    let moments = |model: &AnyRetentionModel, kinds: &[(u32, f64)]| {
        kinds.iter().fold((0.0, 0.0), |(mean, variance), (due, count)| {
            let p = model.onwards(*due, horizon).last().copied().unwrap_or(1.0);
            (mean + count * p, variance + count * p * (1.0 - p))
        })
    };
    let expected = group.iter().map(|(cohort, kinds)| moments(&cohort.fit.model, kinds).0).sum();
    let draws: Vec<_> = group.iter().map(|(cohort, _)| retention_draws(cohort)).collect();
    let count = draws.iter().map(Vec::len).min().unwrap_or(0);
    if count == 0 {
        return (expected, None);
    }
    let told: Vec<(f64, f64)> = (0..count)
        .map(|at| {
            group.iter().zip(&draws).fold((0.0, 0.0), |sum, ((_, kinds), draws)| {
                let (mean, variance) = moments(&draws[at], kinds);
                (sum.0 + mean, sum.1 + variance)
            })
        })
        .collect();
    let tail = 0.5 * (1.0 - level.get());
    (expected, Some((mixture_quantile(&told, tail), mixture_quantile(&told, 1.0 - tail))))
}

/// The quantile of an even mixture of normal laws with these means and variances, by bisection.
fn mixture_quantile(laws: &[(f64, f64)], probability: f64) -> f64 {
    let below = |x: f64| {
        let part = |(mean, variance): &(f64, f64)| normal_cdf((x - mean) / variance.sqrt().max(1e-9));
        laws.iter().map(part).sum::<f64>() / laws.len() as f64
    };
    let reach =
        |sign: f64| laws.iter().map(move |(mean, variance)| sign * (mean + sign * 9.0 * variance.sqrt()));
    let (mut low, mut high) =
        (-reach(-1.0).fold(f64::NEG_INFINITY, f64::max), reach(1.0).fold(f64::NEG_INFINITY, f64::max));
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if below(middle) < probability { low = middle } else { high = middle }
    }
    (0.5 * (low + high)).max(0.0)
}
