//! What the new customers of each period have done so far, within the first horizon of their lives.

use std::collections::BTreeMap;

use super::Clock;
use crate::features::{Past, Purchase};
use crate::units::{Money, Tick};

/// The new customers of one period. Amounts are exact.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub index: i32,
    pub customers: u64,
    pub orders: u64,
    pub purchases: u64,
    micros: i128,
    /// How many of them bought in the next period.
    pub returned: u64,
    /// When the last of their horizons is over.
    pub last_life: Tick,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.orders += other.orders;
        self.purchases += other.purchases;
        self.micros += other.micros;
        self.returned += other.returned;
        self.last_life = self.last_life.max(other.last_life);
    }

    /// What they paid.
    pub fn revenue(&self) -> f64 {
        self.micros as f64 / Money::PER_UNIT as f64
    }

    /// The same, or their purchases where there is no money.
    pub fn value(&self, money: bool) -> f64 {
        if money { self.revenue() } else { self.purchases as f64 }
    }
}

/// Every period with new customers, the oldest first.
pub(super) fn seen(past: &Past<'_>, clock: &Clock) -> Vec<Seen> {
    let parts = past.walk(BTreeMap::new, |periods: &mut BTreeMap<i32, Seen>, _, purchases| {
        let Some(one) = customer(purchases, clock) else { return };
        periods.entry(one.index).and_modify(|sum| sum.add(&one)).or_insert(one);
    });
    let mut all: BTreeMap<i32, Seen> = BTreeMap::new();
    for one in parts.into_iter().flat_map(BTreeMap::into_values) {
        all.entry(one.index).and_modify(|sum| sum.add(&one)).or_insert(one);
    }
    all.into_values().collect()
}

fn customer(purchases: &[Purchase], clock: &Clock) -> Option<Seen> {
    let first = purchases.first()?.tick;
    let (index, life) = (clock.period.index(clock.grain, first), clock.life(first));
    let within = &purchases[..purchases.partition_point(|purchase| purchase.tick <= life)];
    let next = (clock.period.start(clock.grain, index + 1), clock.period.end(clock.grain, index + 1));
    let returned = purchases.iter().any(|purchase| purchase.tick >= next.0 && purchase.tick <= next.1);
    Some(Seen {
        index,
        customers: 1,
        orders: within.iter().map(|purchase| u64::from(purchase.orders)).sum(),
        purchases: within.len() as u64,
        micros: within.iter().map(|purchase| i128::from(purchase.value.micros())).sum(),
        returned: returned.into(),
        last_life: life,
    })
}
