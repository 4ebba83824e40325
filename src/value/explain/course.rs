//! P(alive) over a customer's life, and into a silence after it.

use std::collections::BTreeSet;

use crate::features::{Purchase, Rfm};
use crate::model::{AnyPurchaseModel, PurchaseModel};
use crate::units::{Grain, Periods, Tick, TimeUnit};

/// P(alive) at a moment, as it follows from the purchases up to then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// When.
    pub tick: Tick,
    /// P(alive) then; after the cut-off if nothing more is bought.
    pub p_alive: f64,
    /// Purchases up to then.
    pub purchases: u64,
}

/// How ticks are walked.
pub(super) struct Clock {
    pub grain: Grain,
    pub unit: TimeUnit,
    pub cutoff: Tick,
    pub end: Tick,
}

/// Up to so many days every day is told, beyond every week.
const DAYS: i64 = 400;
/// So many moments are told at most, and those of purchases.
const MOST: i64 = 1_000;

/// The end of the horizon; in periods of the calendar, the end of the last.
pub(super) fn end(grain: Grain, unit: TimeUnit, cutoff: Tick, periods: Periods) -> Tick {
    match unit {
        TimeUnit::Calendar(period) => {
            period.end(grain, period.index(grain, cutoff).saturating_add(periods.get() as i32))
        }
        _ => grain.after(cutoff, periods.get(), unit),
    }
}

/// P(alive) at every step, at every purchase and the tick before it, at the cut-off and at the end.
pub(super) fn course(model: &AnyPurchaseModel, purchases: &[Purchase], clock: &Clock) -> Vec<Moment> {
    let at = |tick: Tick| {
        let rfm = model.sees(Rfm::at(purchases, tick, clock.grain, clock.unit)?);
        let seen = purchases.partition_point(|purchase| purchase.tick <= tick);
        Some(Moment { tick, p_alive: model.p_alive(&rfm), purchases: seen as u64 })
    };
    ticks(purchases, clock).into_iter().filter_map(at).collect()
}

fn ticks(purchases: &[Purchase], clock: &Clock) -> BTreeSet<Tick> {
    let Some(first) = purchases.first().map(|purchase| purchase.tick) else { return BTreeSet::new() };
    if let TimeUnit::Calendar(period) = clock.unit {
        // Opportunities count when their period is over.
        let index = |tick| period.index(clock.grain, tick);
        return (index(first)..=index(clock.end)).map(|index| period.end(clock.grain, index)).collect();
    }
    let day = i64::from(clock.grain.ticks_per_day());
    let span = (i64::from(clock.end.0) - i64::from(first.0)).max(0);
    let step = if span <= DAYS * day { day } else { 7 * day }.max(span / MOST);
    let even = (0..=span / step).map(|at| Tick(first.0.saturating_add((at * step) as i32)));
    let mut ticks: BTreeSet<Tick> = even.chain([clock.cutoff, clock.end]).collect();
    // Of very many purchases the steps tell enough.
    if purchases.len() as i64 <= MOST {
        // The tick before a purchase is what it changed.
        ticks.extend(purchases.iter().skip(1).map(|purchase| Tick(purchase.tick.0 - 1)));
        ticks.extend(purchases.iter().map(|purchase| purchase.tick));
    }
    ticks
}
