//! Tiers by expected value: so many per cent of the customers, or from an amount on.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::rules::Tiers;
use super::{Known, Segmentation};
use crate::math::ranks::by_value;

/// Everybody in a tier.
///
/// Of a percentage, tiers are cut from the top: the first k tiers together hold round(n × their sum / 100) customers. Where customers have
/// the same expected value, the one with the higher P(alive) comes first, then the one with more purchases, then the one who
/// bought last, then the one earlier in the table.
pub(super) fn tiers(known: &Known<'_>, tiers: &Tiers) -> Segmentation {
    Segmentation {
        names: names(tiers),
        of: match tiers {
            Tiers::Percent(shares) => by_rank(known, shares),
            Tiers::AtLeast(amounts) => {
                let tier = |value: &f64| amounts.partition_point(|amount| value < amount) as u32;
                known.expected.par_iter().map(tier).collect()
            }
        },
    }
}

fn by_rank(known: &Known<'_>, shares: &[f64]) -> Vec<u32> {
    let count = known.customers.len();
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.par_sort_unstable_by(|&one, &other| before(known, one as usize, other as usize));
    let mut of = vec![0; count];
    let (mut sum, mut start) = (0.0, 0);
    for (tier, share) in shares.iter().enumerate() {
        sum += share;
        let last = tier + 1 == shares.len();
        let end = if last { count } else { ((count as f64 * sum / 100.0).round() as usize).min(count) };
        order[start..end].iter().for_each(|&row| of[row as usize] = tier as u32);
        start = end;
    }
    of
}

/// Who of two stands nearer to the top.
fn before(known: &Known<'_>, one: usize, other: usize) -> Ordering {
    let customers = known.customers;
    let silence = |row: usize| customers.age[row] - customers.recency[row];
    by_value(known.expected[other], known.expected[one])
        .then_with(|| by_value(known.p_alive[other], known.p_alive[one]))
        .then_with(|| customers.frequency[other].cmp(&customers.frequency[one]))
        .then_with(|| by_value(silence(one), silence(other)))
        .then(one.cmp(&other))
}

fn names(tiers: &Tiers) -> Vec<String> {
    match tiers {
        Tiers::Percent(shares) => {
            let name = |(at, share): (usize, &f64)| {
                let which = match at {
                    0 => "top",
                    at if at + 1 == shares.len() => "last",
                    _ => "next",
                };
                format!("{} ({which} {share} %)", at + 1)
            };
            shares.iter().enumerate().map(name).collect()
        }
        Tiers::AtLeast(amounts) => {
            let from = |(at, amount): (usize, &f64)| format!("{} (from {amount})", at + 1);
            let mut names: Vec<String> = amounts.iter().enumerate().map(from).collect();
            names.extend(amounts.last().map(|least| format!("{} (below {least})", amounts.len() + 1)));
            names
        }
    }
}
