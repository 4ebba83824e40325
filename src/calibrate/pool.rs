//! The mixture of several forecasts' laws.

use std::ops::Range;
use std::sync::Arc;

use crate::Result;
use crate::math::distinct::distinct;
use crate::math::parallel;
use crate::predict::{AmountLaw, CountLaw, Laws, Predictor, View};
use crate::units::Periods;

/// A forecast with its weights in the laws of purchases and of value.
pub(super) type Weighted<'p> = (&'p dyn Predictor, f64, f64);

/// The mixture of several forecasts' laws.
pub(super) fn pool_laws(
    pool: &[Weighted<'_>],
    view: View<'_>,
    rows: Range<usize>,
    horizon: Periods,
) -> Result<Laws> {
    // Who has no weight is not asked.
    let pool: Vec<Weighted<'_>> = pool.iter().copied().filter(|one| one.1 > 0.0 || one.2 > 0.0).collect();
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
    let weights: Vec<f64> = pool.iter().map(|one| one.1).collect();
    let mut all = Laws {
        p_alive: (0..count)
            .map(|at| told.iter().zip(&weights).map(|(laws, w)| w * laws.p_alive[at]).sum())
            .collect(),
        purchases: pool_counts(&told, &weights, count),
        value: None,
    };
    // Who has no law of value is no part of its pool.
    let with: Vec<(&Vec<AmountLaw>, f64)> =
        told.iter().zip(pool).filter_map(|(laws, one)| Some((laws.value.as_ref()?, one.2))).collect();
    let sum: f64 = with.iter().map(|one| one.1).sum();
    if sum > 0.0 {
        let one = |at: usize| {
            let parts: Vec<(f64, &AmountLaw)> =
                with.iter().filter(|one| one.1 > 0.0).map(|one| (one.1 / sum, &one.0[at])).collect();
            AmountLaw::mixture(&parts).unwrap_or_else(AmountLaw::nothing)
        };
        all.value = Some(parallel::each(count, &one));
    }
    all
}

/// Customers of whom all forecasts say the same share a law.
fn pool_counts(told: &[Laws], weights: &[f64], count: usize) -> Vec<Arc<CountLaw>> {
    let pointers = |at: usize| -> Vec<usize> {
        told.iter().map(|laws| Arc::as_ptr(&laws.purchases[at]) as usize).collect()
    };
    let (places, first) = distinct((0..count).map(pointers));
    let mixed = |k: usize| {
        let at = first[k];
        let parts = told.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let parts: Vec<(f64, &CountLaw)> = parts.map(|(laws, &w)| (w, &*laws.purchases[at])).collect();
        Arc::new(CountLaw::mixture(&parts).unwrap_or_else(|| CountLaw::negative_binomial(0.0, 1.0)))
    };
    let laws: Vec<Arc<CountLaw>> = parallel::each(first.len(), &mixed);
    places.into_iter().map(|place| laws[place].clone()).collect()
}
