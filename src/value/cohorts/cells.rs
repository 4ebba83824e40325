//! One walk over all purchases: what the customers of each cohort and group did at each age.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Age, Cohort, CohortPlan};
use crate::features::{Past, Purchase};
use crate::math::means::PowerSums;
use crate::units::{Grain, Money};
use crate::value::Groups;

/// What was seen in one cell. Amounts are exact; powers of the customers' values are those that the period added.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    active: u64,
    orders: u64,
    micros: i128,
    powers: [f64; 3],
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.active += other.active;
        self.orders += other.orders;
        self.micros += other.micros;
        self.powers.iter_mut().zip(other.powers).for_each(|(sum, term)| *sum += term);
    }
}

/// Cohort, group, age.
type Key = (i32, u32, u32);
type Cells = HashMap<Key, Cell, FixedState>;

/// How purchases become cells.
struct Clerk<'a> {
    grain: Grain,
    money: bool,
    groups: &'a Groups,
    plan: &'a CohortPlan,
    /// What a unit of revenue is worth at each age.
    worth: Vec<f64>,
}

impl Clerk<'_> {
    fn take_in(&self, cells: &mut Cells, customer: usize, purchases: &[Purchase]) {
        let period = |purchase: &Purchase| self.plan.period.index(self.grain, purchase.tick);
        let Some(cohort) = purchases.first().map(period) else { return };
        let group = self.groups.of[customer];
        let (mut rest, mut value) = (purchases, 0.0);
        while let Some(index) = rest.first().map(period) {
            let end = self.plan.period.end(self.grain, index);
            let (within, later) = rest.split_at(rest.partition_point(|purchase| purchase.tick <= end));
            rest = later;
            let age = (index - cohort) as u32;
            let micros: i64 = within.iter().map(|purchase| purchase.value.micros()).sum();
            let amount = if self.money { Money::from_micros(micros).to_f64() } else { within.len() as f64 };
            let before: f64 = value;
            value += amount * self.worth[age as usize];
            let raised = |power: i32| value.powi(power) - before.powi(power);
            cells.entry((cohort, group, age)).or_default().add(&Cell {
                active: 1,
                orders: within.iter().map(|purchase| u64::from(purchase.orders)).sum(),
                micros: micros.into(),
                powers: [raised(1), raised(2), raised(3)],
            });
        }
    }
}

/// The cohorts of each group, by cohort, then by group.
pub(super) fn gather(past: &Past<'_>, groups: &Groups, plan: &CohortPlan) -> Vec<Cohort> {
    let (grain, cutoff) = (past.orders().options.grain, past.cutoff());
    let now = plan.period.index(grain, cutoff);
    let first = past.orders().first_tick().map_or(now, |tick| plan.period.index(grain, tick));
    let worth = (0..=(now - first).max(0) as usize).map(|age| plan.worth(age)).collect();
    let clerk = Clerk { grain, money: past.orders().has_money(), groups, plan, worth };
    let parts =
        past.walk(Cells::default, |cells, customer, purchases| clerk.take_in(cells, customer, purchases));
    let mut all: BTreeMap<Key, Cell> = BTreeMap::new();
    for part in parts {
        part.iter().for_each(|(key, cell)| all.entry(*key).or_default().add(cell));
    }
    let mut cohorts: BTreeMap<(i32, u32), Vec<(u32, Cell)>> = BTreeMap::new();
    for ((cohort, group, age), cell) in all {
        cohorts.entry((cohort, group)).or_default().push((age, cell));
    }
    let over = plan.period.end(grain, now) <= cutoff;
    let cohort = |((index, group), cells): ((i32, u32), Vec<(u32, Cell)>)| Cohort {
        index,
        group: group as usize,
        customers: cells.first().map_or(0, |(_, own)| own.active), // everybody is active at age 0
        ages: ages(&cells, (now - index) as usize, over, clerk.money),
        ahead: Vec::new(),
    };
    cohorts.into_iter().map(cohort).collect()
}

/// Every age up to now, those without a purchase as well.
fn ages(cells: &[(u32, Cell)], now: usize, over: bool, money: bool) -> Vec<Age> {
    let mut ages = Vec::with_capacity(now + 1);
    let mut value = PowerSums { count: cells.first().map_or(0, |(_, own)| own.active), sums: [0.0; 3] };
    let mut cells = cells.iter().peekable();
    for age in 0..=now {
        let cell = cells.next_if(|(at, _)| *at as usize == age).map(|(_, cell)| *cell).unwrap_or_default();
        value.sums.iter_mut().zip(cell.powers).for_each(|(sum, more)| *sum += more);
        ages.push(Age {
            complete: age < now || over,
            active: cell.active,
            orders: cell.orders,
            revenue: money.then(|| cell.micros as f64 / Money::PER_UNIT as f64),
            value,
        });
    }
    ages
}

/// All groups of each cohort as one.
pub(super) fn joined(split: &[Cohort]) -> Vec<Cohort> {
    let mut whole: Vec<Cohort> = Vec::new();
    for cohort in split {
        match whole.last_mut() {
            Some(last) if last.index == cohort.index => {
                last.customers += cohort.customers;
                last.ages.iter_mut().zip(&cohort.ages).for_each(|(sum, age)| sum.add(age));
            }
            _ => whole.push(Cohort { group: 0, ..cohort.clone() }),
        }
    }
    whole
}
