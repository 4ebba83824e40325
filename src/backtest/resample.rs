//! Resamples of the customers: how much of a difference between two forecasts is luck.
//!
//! Customers are drawn with replacement, each drawn in a resample as often as a Poisson law of mean 1 says (the Poisson bootstrap: Hanley & MacGibbon 2006,
//! Comput. Methods Programs Biomed. 83, 57–62), and every metric is computed again from those. All models and all origins see the same draws, so that
//! differences between them are paired: a customer at several origins is drawn at all of them or at none.
//!
//! Customers are dealt at random (by a hash of their id) into some thousand groups which are drawn as wholes. The variance so found has the same
//! expectation as if each were drawn alone, and its own relative error is √(2 / groups), 2 %. Nothing depends on the order of the rows or on chance outside.

use std::sync::LazyLock;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ranks::settled;
use crate::math::hash::{Hash, mix, uniform};
use crate::math::parallel;
use crate::math::ranks::{by_value, ties};

/// How many resamples.
pub(super) const RESAMPLES: usize = 1000;
/// Into how many groups customers are dealt.
const GROUPS: usize = 1 << 12;
/// The seed of everything drawn here.
const SEED: u64 = 0x6c74_7631;

/// How often each group is drawn, a row per resample.
static DRAWN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let groups = |resample: usize| {
        let stream = mix(SEED.wrapping_add(resample as u64));
        (0..GROUPS as u64).map(move |group| poisson(mix(stream ^ mix(group))))
    };
    (0..RESAMPLES).flat_map(groups).collect()
});

/// A draw of the Poisson law of mean 1 from 64 even bits.
fn poisson(bits: u64) -> u8 {
    let at = uniform(bits);
    let (mut term, mut n) = ((-1f64).exp(), 0u8);
    let mut below = term;
    while at >= below && n < 20 {
        n += 1;
        term /= f64::from(n);
        below += term;
    }
    n
}

/// The group of a customer.
pub(super) fn group_of(id: &str) -> u16 {
    (Hash::new(SEED).with_bytes(id.as_bytes()).value() % GROUPS as u64) as u16
}

fn drawn(resample: usize) -> &'static [u8] {
    &DRAWN[resample * GROUPS..(resample + 1) * GROUPS]
}

/// A metric in every resample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Resampled {
    /// `purchases`, `value` or `buys`.
    pub target: String,
    /// As in the long table.
    pub metric: String,
    /// Its values; `None` where a resample has none.
    pub values: Vec<Option<f64>>,
}

/// Sums of some columns over each group of customers: all that their means need.
pub(super) struct Sums<const N: usize> {
    of: Vec<[f64; N]>,
}

impl<const N: usize> Sums<N> {
    /// Of rows in an order of their own, each with its group.
    pub fn of(rows: impl Iterator<Item = (u16, [f64; N])>) -> Self {
        let mut of = vec![[0.0; N]; GROUPS];
        for (group, terms) in rows {
            let sums = &mut of[usize::from(group)];
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        }
        Self { of }
    }

    /// Something computed from the sums over each resample.
    pub fn resampled<T: Send>(&self, compute: impl Fn(&[f64; N]) -> T + Sync) -> Vec<T> {
        let one = |resample: usize| {
            let mut total = [0.0; N];
            for (sums, &times) in self.of.iter().zip(drawn(resample)) {
                if times > 0 {
                    total.iter_mut().zip(sums).for_each(|(total, sum)| *total += f64::from(times) * sum);
                }
            }
            compute(&total)
        };
        parallel::each(RESAMPLES, &one)
    }
}

/// What happened, in an order with ties.
pub(super) struct Ordered {
    rows: Vec<(u16, f64)>,
    /// Where each run of ties ends.
    ends: Vec<usize>,
}

impl Ordered {
    /// Rows by a key, the lowest first: (key, what happened, group).
    pub fn by(mut rows: Vec<(f64, f64, u16)>) -> Self {
        rows.iter_mut().for_each(|row| row.0 = settled(row.0));
        rows.par_sort_unstable_by(|left, right| {
            by_value(left.0, right.0).then(by_value(left.1, right.1)).then(left.2.cmp(&right.2))
        });
        let keys: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let ends = ties(&keys).into_iter().map(|run| run.end).collect();
        Self { rows: rows.into_iter().map(|(_, actual, group)| (group, actual)).collect(), ends }
    }

    /// The runs of ties in a resample: how many rows each has, and the sum of what happened in it.
    fn runs(&self, resample: usize) -> impl Iterator<Item = (f64, f64)> {
        let drawn = drawn(resample);
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let run = &self.rows[start..end];
            start = end;
            run.iter().fold((0.0, 0.0), |(n, sum), &(group, actual)| {
                let times = f64::from(drawn[usize::from(group)]);
                (n + times, sum + times * actual)
            })
        })
    }

    /// The Gini coefficient that is not normalised yet, 2 Σ a rank / (n A) − 1 with mid-ranks, in every resample: `None` where nothing (or less) was bought or all
    /// are tied.
    pub fn ginis(&self) -> Vec<Option<f64>> {
        let one = |resample: usize| {
            let (mut before, mut weighted, mut total, mut runs) = (0.0, 0.0, 0.0, 0);
            for (n, sum) in self.runs(resample).filter(|run| run.0 > 0.0) {
                weighted += sum * (2.0 * before + n + 1.0); // twice the mid-rank of the run
                total += sum;
                before += n;
                runs += 1;
            }
            (runs > 1 && total > 0.0).then(|| weighted / (before * total) - 1.0)
        };
        parallel::each(RESAMPLES, &one)
    }

    /// The area under the ROC curve in every resample, where what happened is 0 or 1: `None` without a pair.
    pub fn areas(&self) -> Vec<Option<f64>> {
        let one = |resample: usize| {
            let (mut buyers, mut others, mut right) = (0.0, 0.0, 0.0);
            for (n, bought) in self.runs(resample) {
                right += bought * (others + 0.5 * (n - bought));
                buyers += bought;
                others += n - bought;
            }
            (buyers > 0.0 && others > 0.0).then(|| right / (buyers * others))
        };
        parallel::each(RESAMPLES, &one)
    }
}

#[cfg(test)]
#[path = "resample_tests.rs"]
mod tests;
