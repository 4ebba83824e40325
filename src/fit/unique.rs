//! Customers become distinct rows with counts, sorted: most shops have far fewer histories than customers.

use rayon::prelude::*;

use crate::features::{Customers, Rfm};
use crate::model::{SpendRow, Weighted};
use crate::{Error, Result};

/// The distinct histories, sorted by frequency, age and recency, each with the number of customers who have it.
///
/// # Errors
/// [`Error::Input`] for a customer whose times are not finite, negative, or whose recency exceeds the age.
pub fn unique_purchases(customers: &Customers) -> Result<Vec<Weighted<Rfm>>> {
    let n = customers.len();
    if let Some(at) = (0..n).find(|&at| !is_possible(&customers.rfm(at))) {
        return Err(impossible(customers, at));
    }
    // Floats that are not negative are ordered as their bits are.
    let mut keys: Vec<(u32, u64, u64)> = (0..n)
        .into_par_iter()
        .with_min_len(1 << 14)
        .map(|at| {
            let Rfm { frequency, recency, age } = customers.rfm(at);
            // A one-time buyer's recency says nothing; 0.0 + x makes −0 a 0.
            let recency = if frequency == 0 { 0.0 } else { recency + 0.0 };
            (frequency, (age + 0.0).to_bits(), recency.to_bits())
        })
        .collect();
    keys.par_sort_unstable();
    Ok(keys
        .chunk_by(|left, right| left == right)
        .map(|run| {
            let (frequency, age, recency) = run[0];
            let row = Rfm { frequency, recency: f64::from_bits(recency), age: f64::from_bits(age) };
            Weighted { row, count: run.len() as f64 }
        })
        .collect())
}

fn is_possible(c: &Rfm) -> bool {
    c.age.is_finite() && c.age >= 0.0 && c.recency >= 0.0 && c.recency <= c.age
}

fn impossible(customers: &Customers, at: usize) -> Error {
    let Rfm { frequency, recency, age } = customers.rfm(at);
    Error::input(format!(
        "customer `{}` has frequency {frequency}, recency {recency} and age {age}",
        customers.ids.get(at)
    ))
    .expected("finite times with 0 ≤ recency ≤ age")
    .hint("recency is the time from the first to the LAST purchase, not the time since the last one")
    .into()
}

/// The distinct spends of repeat buyers, sorted by frequency and value, each with its count; and how many repeat
/// buyers were left out because their mean repeat spend is not positive.
#[must_use]
pub fn unique_spend(customers: &Customers) -> (Vec<Weighted<SpendRow>>, u64) {
    let mut left_out = 0;
    let mut keys = Vec::new();
    for (&frequency, value) in customers.frequency.iter().zip(&customers.monetary_value) {
        match value {
            Some(value) if frequency > 0 && *value > 0.0 && value.is_finite() => {
                keys.push((frequency, value.to_bits()));
            }
            _ => left_out += u64::from(frequency > 0),
        }
    }
    keys.par_sort_unstable();
    let rows = keys
        .chunk_by(|left, right| left == right)
        .map(|run| {
            let (frequency, value) = run[0];
            let row = SpendRow { frequency, monetary_value: f64::from_bits(value) };
            Weighted { row, count: run.len() as f64 }
        })
        .collect();
    (rows, left_out)
}
