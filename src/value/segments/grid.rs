//! The grid of recency, frequency and monetary value.

use rayon::prelude::*;

use super::rules::{Grid, Monetary};
use super::{Known, Segmentation};
use crate::features::History;
use crate::math::ranks::{by_value, ties};

/// A customer's quintiles, 1 to 5 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quintiles {
    /// Of the latest purchase: 5 is the latest.
    pub r: u8,
    /// Of the number of purchases.
    pub f: u8,
    /// Of the money spent so far; where there is no money, as `f`.
    pub m: u8,
}

impl Quintiles {
    /// The mean of frequency and monetary value, halves up.
    #[must_use]
    pub const fn fm(self) -> u8 {
        (self.f + self.m).div_ceil(2)
    }
}

/// Everybody's quintiles. Of frequency and money 1 + ⌊5 × the part of all customers with strictly less⌋, so that one-time buyers have 1, be they most of
/// the shop; of recency 5 − ⌊5 × the part of all customers who bought strictly later⌋, so that whoever bought last has 5. Equal values have equal
/// quintiles; a fifth may be empty and another large.
#[must_use]
pub fn quintiles(known: &Known<'_>, money: Monetary) -> Vec<Quintiles> {
    let customers = known.customers;
    let silence: Vec<f64> = customers.age.iter().zip(&customers.recency).map(|(age, t)| age - t).collect();
    let often: Vec<f64> = customers.frequency.iter().map(|&x| f64::from(x)).collect();
    let (silent, f) = (fifths(&silence), fifths(&often));
    let m = spent(known, money).map(|spent| fifths(&spent));
    let of = |at: usize| Quintiles { r: 6 - silent[at], f: f[at], m: m.as_ref().map_or(f[at], |m| m[at]) };
    (0..customers.len()).map(of).collect()
}

/// What each customer spent so far; of a table without histories always on repeat purchases. `None` without money.
fn spent(known: &Known<'_>, money: Monetary) -> Option<Vec<f64>> {
    let customers = known.customers;
    if !customers.has_money() {
        return None;
    }
    let all = |history: &&History| money == Monetary::All && !history.total_value.is_empty();
    if let Some(history) = customers.history.as_ref().filter(all) {
        return Some(history.total_value.iter().map(|total| total.to_f64()).collect());
    }
    let repeat = |(x, mean): (&u32, &Option<f64>)| f64::from(*x) * mean.unwrap_or(0.0);
    Some(customers.frequency.iter().zip(&customers.monetary_value).map(repeat).collect())
}

/// 1 + ⌊5 × the part with strictly less⌋ of each.
fn fifths(values: &[f64]) -> Vec<u8> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.par_sort_unstable_by(|&i, &j| by_value(values[i as usize], values[j as usize]).then(i.cmp(&j)));
    let sorted: Vec<f64> = order.iter().map(|&at| values[at as usize]).collect();
    let mut fifths = vec![0; values.len()];
    for run in ties(&sorted) {
        let fifth = 1 + (5 * run.start / values.len()) as u8;
        order[run].iter().for_each(|&at| fifths[at as usize] = fifth);
    }
    fifths
}

/// Everybody in the segment of their cell.
pub(super) fn grid(quintiles: &[Quintiles], grid: &Grid) -> Segmentation {
    let place = |name: &str| grid.segments.iter().position(|known| known == name).unwrap_or(0) as u32;
    let mut cells = [[0; 5]; 5];
    for rule in &grid.rules {
        for r in rule.r[0]..=rule.r[1] {
            for fm in rule.fm[0]..=rule.fm[1] {
                cells[usize::from(r - 1)][usize::from(fm - 1)] = place(&rule.segment);
            }
        }
    }
    let cell = |of: &Quintiles| cells[usize::from(of.r - 1)][usize::from(of.fm() - 1)];
    Segmentation { names: grid.segments.clone(), of: quintiles.iter().map(cell).collect() }
}
