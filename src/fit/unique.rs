//! Customers become distinct rows with counts, sorted: most shops have far fewer histories than customers.

use rayon::prelude::*;

use super::spend::in_groups;
use crate::features::{Customers, HistoryKey, Rfm};
use crate::model::{Grouped, SpendLikelihood, Weighted};
use crate::{Error, Result};

/// The distinct histories, sorted by frequency, age and recency, each with the number of customers who have it.
///
/// # Errors
/// [`Error::Input`] for a customer whose times are not finite, negative, or whose recency exceeds the age.
pub fn unique_purchases(customers: &Customers) -> Result<Vec<Weighted<Rfm>>> {
    plain(unique(customers, |_| 0, |customer| Rfm { ln_gaps: None, ..customer })?)
}

/// The same for models that ask for the single gaps ([`crate::model::PurchaseModel::uses_gaps`]): histories differ by ln_gaps too.
///
/// # Errors
/// As [`unique_purchases`].
pub fn unique_histories(customers: &Customers) -> Result<Vec<Weighted<Rfm>>> {
    plain(unique(customers, |_| 0, |customer| customer)?)
}

/// The distinct histories of customers in groups, without the gaps, sorted by group first.
pub(super) fn unique_in_groups(
    customers: &Customers,
    group: impl Fn(usize) -> u32 + Sync,
) -> Result<Vec<Weighted<Grouped<Rfm>>>> {
    unique(customers, group, |customer| Rfm { ln_gaps: None, ..customer })
}

fn plain(rows: Vec<Weighted<Grouped<Rfm>>>) -> Result<Vec<Weighted<Rfm>>> {
    Ok(rows.into_iter().map(|Weighted { row, count }| Weighted { row: row.row, count }).collect())
}

/// The distinct histories as `seen`, by groups.
fn unique(
    customers: &Customers,
    group: impl Fn(usize) -> u32 + Sync,
    seen: impl Fn(Rfm) -> Rfm + Sync,
) -> Result<Vec<Weighted<Grouped<Rfm>>>> {
    let n = customers.len();
    if let Some(at) = (0..n).find(|&at| !is_possible(&customers.rfm(at))) {
        return Err(impossible(customers, at));
    }
    let mut keys: Vec<(u32, HistoryKey)> = (0..n)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|at| {
            let customer = seen(customers.rfm(at));
            // A one-time buyer's recency says nothing.
            let recency = if customer.frequency == 0 { 0.0 } else { customer.recency };
            (group(at), Rfm { recency, ..customer }.key())
        })
        .collect();
    keys.par_sort_unstable();
    Ok(keys
        .chunk_by(|left, right| left == right)
        .map(|run| {
            let (group, key) = run[0];
            Weighted { row: Grouped { group, row: Rfm::of_key(key) }, count: run.len() as f64 }
        })
        .collect())
}

fn is_possible(c: &Rfm) -> bool {
    c.age.is_finite() && c.age >= 0.0 && c.recency >= 0.0 && c.recency <= c.age
}

fn impossible(customers: &Customers, at: usize) -> Error {
    let Rfm { frequency, recency, age, .. } = customers.rfm(at);
    Error::input(format!(
        "customer `{}` has frequency {frequency}, recency {recency} and age {age}",
        customers.ids.get(at)
    ))
    .expected("finite times with 0 ≤ recency ≤ age")
    .hint("recency is the time from the first to the LAST purchase, not the time since the last one")
    .into()
}

/// The distinct spends of repeat buyers, sorted by frequency and value, each with its count; and how many repeat
/// buyers were left out because the model's likelihood cannot speak of them.
#[must_use]
pub fn unique_spend<S: SpendLikelihood>(customers: &Customers) -> (Vec<Weighted<S::Row>>, u64) {
    let everyone: Vec<usize> = (0..customers.len()).collect();
    let (rows, left_out) = unique_spend_in_groups::<S>(customers, &everyone, |_| 0);
    (rows.into_iter().map(|Weighted { row, count }| Weighted { row: row.row, count }).collect(), left_out)
}

/// The same of some of the customers, in groups, sorted by group first.
pub(super) fn unique_spend_in_groups<S: SpendLikelihood>(
    customers: &Customers,
    members: &[usize],
    group: impl Fn(usize) -> u32,
) -> (Vec<Weighted<Grouped<S::Row>>>, u64) {
    let mut left_out = 0;
    let mut found = Vec::new();
    for &at in members {
        match S::row(&customers.spent(at)) {
            Some(row) => found.push(Grouped { group: group(at), row }),
            None => left_out += u64::from(customers.frequency[at] > 0),
        }
    }
    found.par_sort_unstable_by(in_groups::<S>);
    let rows = found
        .chunk_by(|left, right| left == right)
        .map(|run| Weighted { row: run[0], count: run.len() as f64 })
        .collect();
    (rows, left_out)
}
