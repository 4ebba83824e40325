//! The mixture of several forecasts' laws.

use std::ops::Range;
use std::sync::Arc;

use crate::Result;
use crate::math::distinct::distinct;
use crate::math::parallel;
use crate::predict::{AmountLaw, CountLaw, Laws, Predictor, View};
use crate::regress::Weight;
use crate::units::Periods;

/// A forecast with what it weighs in purchases and in value.
pub(super) type Weighted<'p> = (&'p dyn Predictor, Weight, Weight);

/// The mixture of several forecasts' laws, whose means are said to be the sum of theirs: [`super::Calibration::apply`] bends a law to the mean it is said to have.
pub(super) fn pool_laws(
    pool: &[Weighted<'_>],
    view: View<'_>,
    rows: Range<usize>,
    horizon: Periods,
) -> Result<Laws> {
    // Who has no weight is not asked.
    let pool: Vec<Weighted<'_>> =
        pool.iter().copied().filter(|one| one.1.counts() || one.2.counts()).collect();
    Ok(mixed(&pool, told_by(&pool, view, rows.clone(), horizon)?, rows.len()))
}

/// The laws of each of several forecasts.
pub(super) fn told_by(
    pool: &[Weighted<'_>],
    view: View<'_>,
    rows: Range<usize>,
    horizon: Periods,
) -> Result<Vec<Laws>> {
    pool.iter().map(|one| one.0.laws(view, rows.clone(), horizon)).collect()
}

/// The mixture of what several forecasts told of the same so many customers; of one, what it told.
pub(super) fn mixed(pool: &[Weighted<'_>], mut told: Vec<Laws>, count: usize) -> Laws {
    if told.len() == 1 {
        return told.remove(0);
    }
    let weights: Vec<Weight> = pool.iter().map(|one| one.1).collect();
    let mut all = Laws {
        p_alive: (0..count)
            .map(|at| told.iter().zip(&weights).map(|(laws, w)| w.law * laws.p_alive[at]).sum())
            .collect(),
        purchases: pool_counts(&told, &weights, count),
        value: None,
    };
    // Who has no law of value is no part of its pool.
    let with: Vec<(&Vec<AmountLaw>, Weight)> =
        told.iter().zip(pool).filter_map(|(laws, one)| Some((laws.value.as_ref()?, one.2))).collect();
    let sum: f64 = with.iter().map(|one| one.1.law).sum();
    if sum > 0.0 {
        all.value = Some(parallel::each(count, &|at| amount(&with, sum, at)));
    }
    all
}

fn amount(with: &[(&Vec<AmountLaw>, Weight)], sum: f64, at: usize) -> AmountLaw {
    let parts: Vec<(f64, &AmountLaw)> =
        with.iter().filter(|one| one.1.law > 0.0).map(|one| (one.1.law / sum, &one.0[at])).collect();
    let law = AmountLaw::mixture(&parts).unwrap_or_else(AmountLaw::nothing);
    let mean = mean(with.iter().map(|(laws, weight)| (*weight, laws[at].mean())));
    match law.mean().zip(mean).map(|(own, mean)| mean / own) {
        Some(by) if by.is_finite() && by > 0.0 => law.scaled(by),
        _ => law,
    }
}

/// The sum of the means, each brought to the total of all; `None` if one of weight has none.
fn mean(told: impl Iterator<Item = (Weight, Option<f64>)>) -> Option<f64> {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (weight, mean) in told.filter(|(weight, _)| weight.mean > 0.0) {
        sum += weight.mean * weight.level * mean?;
        weights += weight.mean;
    }
    (weights > 0.0).then(|| sum / weights)
}

/// Customers of whom all forecasts say the same share a law.
fn pool_counts(told: &[Laws], weights: &[Weight], count: usize) -> Vec<Arc<CountLaw>> {
    let pointers = |at: usize| -> Vec<usize> {
        told.iter().map(|laws| Arc::as_ptr(&laws.purchases[at]) as usize).collect()
    };
    let (places, first) = distinct((0..count).map(pointers));
    let mixed = |k: usize| {
        let at = first[k];
        let all = || told.iter().zip(weights).map(|(laws, weight)| (*weight, &*laws.purchases[at]));
        let parts: Vec<(f64, &CountLaw)> =
            all().filter(|(w, _)| w.law > 0.0).map(|(w, law)| (w.law, law)).collect();
        let law = CountLaw::mixture(&parts).unwrap_or_else(|| CountLaw::negative_binomial(0.0, 1.0));
        Arc::new(match mean(all().map(|(weight, law)| (weight, Some(law.mean())))) {
            Some(mean) => law.with_mean(mean),
            None => law,
        })
    };
    let laws: Vec<Arc<CountLaw>> = parallel::each(first.len(), &mixed);
    places.into_iter().map(|place| laws[place].clone()).collect()
}
