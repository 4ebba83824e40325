//! Where each customer stands in their life with the shop: measures against a rhythm, and the first rule that fits.

use rayon::prelude::*;

use super::rules::{LifeRule, Rules};
use super::{Known, Segmentation};
use crate::features::{Customers, Past};
use crate::units::TimeUnit;

/// What the rules of the lifecycle ask of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// P(alive).
    pub p_alive: f64,
    /// Time since the latest purchase, in the customer's rhythms.
    pub silence: f64,
    /// Time since the first purchase, in the shop's rhythms.
    pub age: f64,
    /// The customer's rhythm, in the shop's.
    pub rhythm: f64,
    /// Purchases so far, the first included.
    pub purchases: f64,
    /// The part of all customers who made fewer.
    pub rank: f64,
    /// Whether the latest purchase came after a gap of many rhythms; `false` where the gaps are not known.
    pub won_back: bool,
}

impl LifeRule {
    /// Whether all of its conditions hold.
    #[must_use]
    pub fn fits(&self, measures: &Measures) -> bool {
        let Measures { p_alive, silence, age, rhythm, purchases, rank, won_back } = *measures;
        let values = [p_alive, silence, age, rhythm, purchases, rank];
        self.won_back.is_none_or(|wanted| wanted == won_back)
            && self.spans().iter().zip(values).all(|(span, value)| span.is_none_or(|span| span.has(value)))
    }
}

/// The gap before each customer's latest purchase, in `unit`; 0 for one-time buyers. In the order of the table of customers.
#[must_use]
pub fn last_gaps(past: &Past<'_>, unit: TimeUnit) -> Vec<f64> {
    let grain = past.orders().options.grain;
    let parts = past.walk(Vec::new, |gaps, _, purchases| {
        gaps.push(match purchases {
            [.., before, last] => grain.between(before.tick, last.tick, unit),
            _ => 0.0,
        });
    });
    parts.concat()
}

/// The time within which two purchases cannot be told apart, in the unit of the table: no rhythm is shorter.
fn least(customers: &Customers) -> f64 {
    match customers.unit.calendar() {
        Some(_) => 1.0,
        None => 1.0 / customers.grain.ticks_per(customers.unit),
    }
}

/// The shop's rhythm in the unit of the table: the median, over its repeat buyers, of their mean gaps. `None` where nobody bought twice.
#[must_use]
pub fn shop_rhythm(customers: &Customers) -> Option<f64> {
    let mut gaps: Vec<f64> = customers
        .frequency
        .iter()
        .zip(&customers.recency)
        .filter(|(x, _)| **x > 0)
        .map(|(x, t)| t / f64::from(*x))
        .collect();
    median(&mut gaps).map(|gap| gap.max(least(customers)))
}

/// The median of finite numbers: the mean of the two in the middle where there are two.
pub(in crate::value) fn median(values: &mut [f64]) -> Option<f64> {
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let even = values.len().is_multiple_of(2);
    let (below, middle, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let middle = *middle;
    if !even {
        return Some(middle);
    }
    below.iter().copied().max_by(f64::total_cmp).map(|other| f64::midpoint(other, middle))
}

/// What is needed to measure customers.
pub struct Scale<'a> {
    known: &'a Known<'a>,
    rules: &'a Rules,
    /// The shop's rhythm, in the unit of the table.
    pub shop: f64,
    /// How many made at most so many repeat purchases: at place x those who made fewer than x.
    fewer: Vec<u64>,
    least: f64,
}

impl<'a> Scale<'a> {
    /// Of these customers. Where nobody bought twice the median age stands for the shop's rhythm.
    #[must_use]
    pub fn new(known: &'a Known<'a>, rules: &'a Rules) -> Self {
        let customers = known.customers;
        let least = least(customers);
        let shop = shop_rhythm(customers)
            .unwrap_or_else(|| median(&mut customers.age.clone()).map_or(least, |age| age.max(least)));
        Self { known, rules, shop, fewer: fewer(&customers.frequency), least }
    }

    /// One customer.
    #[must_use]
    pub fn measures(&self, row: usize) -> Measures {
        let customers = self.known.customers;
        let (x, recency, age) = (customers.frequency[row], customers.recency[row], customers.age[row]);
        let rhythm = self.rhythm(x, recency);
        let won_back = self.known.last_gaps.is_some_and(|gaps| {
            let gap = gaps[row];
            x > 0 && gap >= self.rules.rhythm.won_back_after * self.rhythm(x - 1, recency - gap)
        });
        // Beyond the largest counts everybody else made fewer or as many: found among the sorted.
        let fewer = self.fewer.get(x as usize).or(self.fewer.last()).copied().unwrap_or(0);
        Measures {
            p_alive: self.known.p_alive[row],
            silence: (age - recency) / rhythm,
            age: age / self.shop,
            rhythm: rhythm / self.shop,
            purchases: f64::from(x) + 1.0,
            rank: fewer as f64 / customers.len() as f64,
            won_back,
        }
    }

    /// The mean of so many gaps over a time, or the shop's rhythm where they are too few.
    fn rhythm(&self, gaps: u32, time: f64) -> f64 {
        if gaps >= self.rules.rhythm.own_from_gaps {
            (time / f64::from(gaps)).max(self.least)
        } else {
            self.shop
        }
    }
}

/// Counts beyond this are told apart no further.
const MOST: u32 = 1 << 16;

/// At place x how many customers made fewer than x repeat purchases.
fn fewer(frequency: &[u32]) -> Vec<u64> {
    let most = frequency.iter().copied().max().unwrap_or(0).min(MOST);
    let mut counts = vec![0u64; most as usize + 1];
    frequency.iter().for_each(|&x| counts[x.min(MOST) as usize] += 1);
    let mut before = 0;
    for count in &mut counts {
        (before, *count) = (before + *count, before);
    }
    counts
}

/// Everybody in the segment of the first rule that fits: the last rule has no condition.
pub(super) fn lifecycle(scale: &Scale<'_>) -> Segmentation {
    let life = &scale.rules.lifecycle;
    let place =
        |rule: &LifeRule| life.segments.iter().position(|name| *name == rule.segment).unwrap_or(0) as u32;
    let leads: Vec<u32> = life.rules.iter().map(place).collect();
    let last = life.rules.len().saturating_sub(1);
    let segment = |row: usize| {
        let measures = scale.measures(row);
        leads[life.rules.iter().position(|rule| rule.fits(&measures)).unwrap_or(last)]
    };
    let of = (0..scale.known.customers.len()).into_par_iter().map(segment).collect();
    Segmentation { names: life.segments.clone(), of }
}
