//! The numbers of a design.

use ndarray::Array2;
use rayon::prelude::*;

use super::attributes::AttributeCoding;
use super::schema::{DesignColumn, Schema};
use crate::math::sum::Sum;
use crate::orders::Orders;
use crate::{Error, Result};

/// Rows are worked on in pieces of this size, whatever the number of threads.
const PIECE: usize = 1 << 12;

/// Logarithms of expected purchases and values (in mean purchases) are ln(this + ·), so that nothing is −∞.
const LEAST: f64 = 1e-3;

/// What a model expects of some customers in the horizon, one number for each row. In a design it becomes the columns `p_alive`,
/// `expected_purchases`, `ln_expected_purchases` = ln(0.001 + expected purchases), and with money `expected_value` and
/// `ln_expected_value` = ln(0.001 + expected value / mean purchase of the training rows' customers).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaseForecast<'a> {
    /// The probability that the customer has not left.
    pub p_alive: &'a [f64],
    /// The expected number of purchases in the horizon.
    pub expected_purchases: &'a [f64],
    /// The expected value of these; `None` without money.
    pub expected_value: Option<&'a [f64]>,
}

/// Customers whose level of an attribute was not there in training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unseen {
    attribute: String,
    customers: usize,
    example: String,
}

/// Customers in rows, what is known of them in columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The names of the columns.
    pub names: Vec<String>,
    /// The numbers, rows by columns, in the units of the columns (not standardised); all finite.
    pub matrix: Array2<f64>,
    /// What should be known of it, in words: levels that were not there in training.
    pub notes: Vec<String>,
}

impl Design {
    /// Of rows with all columns that could be: those of the schema, held to their ranges.
    pub(super) fn new(schema: &Schema, mut all: Vec<f64>, unseen: Vec<Unseen>) -> Result<Self> {
        let (stride, columns) = (schema.full_width(), schema.columns());
        let (rows, width) = (all.len() / stride, columns.len());
        // Columns move to the left within their own row only, then rows to the front.
        all.par_chunks_mut(PIECE * stride).for_each(|piece| {
            for row in piece.chunks_exact_mut(stride) {
                for (to, column) in columns.iter().enumerate() {
                    row[to] = column.held(row[column.at]);
                }
            }
        });
        for row in 0..rows {
            all.copy_within(row * stride..row * stride + width, row * width);
        }
        all.truncate(rows * width);
        let notes = unseen.iter().map(|unseen| {
            format!(
                "{} customer{} of a level of `{}` that was not there in training (for instance `{}`) count as other",
                unseen.customers,
                if unseen.customers == 1 { "" } else { "s" },
                unseen.attribute,
                unseen.example
            )
        });
        let matrix = Array2::from_shape_vec((rows, width), all).map_err(|error| {
            Error::Undefined(format!("the design has another shape than its numbers: {error}"))
        })?;
        Ok(Self { names: schema.names(), matrix, notes: notes.collect() })
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.matrix.nrows()
    }

    /// How many columns it has.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.matrix.ncols()
    }

    /// The numbers on the scale on which each column has mean 0 and standard deviation 1 in the training rows of the schema.
    #[must_use]
    pub fn standardised(&self, schema: &Schema) -> Array2<f64> {
        let mut matrix = self.matrix.clone();
        for (mut values, column) in matrix.columns_mut().into_iter().zip(schema.columns()) {
            values.mapv_inplace(|value| (value - column.mean) / column.sd);
        }
        matrix
    }
}

/// Writes the columns of an attribute; where customers are of levels that were not there in training, how many.
pub(super) fn fill_attribute(
    coding: &AttributeCoding,
    orders: &Orders,
    who: &[u32],
    rows: &mut [f64],
    (stride, at): (usize, usize),
) -> Result<Option<Unseen>> {
    let attribute = coding.find(orders)?;
    let coder = coding.coder();
    let parts: Vec<(usize, Option<u32>)> = rows
        .par_chunks_mut(PIECE * stride)
        .zip(who.par_chunks(PIECE))
        .map(|(rows, who)| {
            let (mut unseen, mut example) = (0, None);
            for (row, &customer) in rows.chunks_exact_mut(stride).zip(who) {
                let row = &mut row[at..at + coding.width()];
                if !coder.write(attribute.of(customer as usize), row) {
                    unseen += 1;
                    example = example.or(Some(customer));
                }
            }
            (unseen, example)
        })
        .collect();
    let customers = parts.iter().map(|(unseen, _)| unseen).sum();
    Ok(parts.iter().find_map(|(_, example)| *example).map(|example| Unseen {
        attribute: coding.name.clone(),
        customers,
        example: attribute.of(example as usize).to_owned(),
    }))
}

/// Writes the columns of a base forecast.
pub(super) fn fill_base(
    schema: &Schema,
    base: Option<&BaseForecast<'_>>,
    rows: &mut [f64],
    (stride, at): (usize, usize),
) -> Result<()> {
    let (wanted, base) = match (schema.base, base) {
        (None, None) => return Ok(()),
        (Some(wanted), Some(base)) if wanted.value == base.expected_value.is_some() => (wanted, base),
        _ => {
            return Err(Error::usage(
                "a design has the columns of a base forecast if, and only if, it was learnt with one (and likewise those of its value)",
            ));
        }
    };
    let count = rows.len() / stride;
    let columns = [Some(base.p_alive), Some(base.expected_purchases), base.expected_value];
    for (column, what) in columns.iter().zip(["p_alive", "expected purchases", "expected value"]) {
        let Some(column) = column else { continue };
        if column.len() != count {
            return Err(Error::usage(format!("{} values of {what} for {count} customers", column.len())));
        }
        if let Some(wrong) = column.iter().find(|value| !(value.is_finite() && **value >= 0.0)) {
            return Err(Error::Undefined(format!(
                "a base forecast has {wrong} as {what} of a customer, which no regression can use; take another base"
            )));
        }
    }
    let mean = schema.behaviour.mean_purchase().unwrap_or(1.0);
    for (number, row) in rows.chunks_exact_mut(stride).enumerate() {
        let purchases = base.expected_purchases[number];
        let row = &mut row[at..at + wanted.width()];
        row[..3].copy_from_slice(&[base.p_alive[number], purchases, (LEAST + purchases).ln()]);
        if let Some(value) = base.expected_value {
            row[3..].copy_from_slice(&[value[number], (LEAST + value[number] / mean).ln()]);
        }
    }
    Ok(())
}

/// Ranges, means and standard deviations of columns.
pub(super) struct Moments {
    low: Vec<f64>,
    high: Vec<f64>,
    mean: Vec<f64>,
    sd: Vec<f64>,
}

impl Moments {
    /// Of all columns of some rows. Sums are made of fixed pieces, so the number of threads changes nothing.
    pub fn of(all: &[f64], stride: usize) -> Self {
        let rows = (all.len() / stride) as f64;
        let folded = |start: f64, f: fn(f64, f64) -> f64| {
            let pieces: Vec<Vec<f64>> = all
                .par_chunks(PIECE * stride)
                .map(|piece| {
                    let mut column = vec![start; stride];
                    for row in piece.chunks_exact(stride) {
                        column.iter_mut().zip(row).for_each(|(so_far, value)| *so_far = f(*so_far, *value));
                    }
                    column
                })
                .collect();
            pieces.into_iter().fold(vec![start; stride], |so_far, piece| {
                so_far.into_iter().zip(piece).map(|(one, other)| f(one, other)).collect()
            })
        };
        let low = folded(f64::INFINITY, f64::min);
        let high = folded(f64::NEG_INFINITY, f64::max);
        // From a value of the column, so that nothing cancels where the mean is far from 0.
        let from = low.clone();
        let mean: Vec<f64> = summed(all, stride, |at, value| value - from[at])
            .into_iter()
            .zip(&low)
            .map(|(sum, low)| low + sum / rows)
            .collect();
        let squares = summed(all, stride, |at, value| (value - mean[at]).powi(2));
        let sd = squares.into_iter().map(|sum| (sum / rows).sqrt()).collect();
        Self { low, high, mean, sd }
    }

    /// A column, or its name back if it is the same for all rows (or so nearly that its digits do not tell).
    pub fn column(&self, name: String, at: usize) -> Result<DesignColumn, String> {
        let (low, high, mean, sd) = (self.low[at], self.high[at], self.mean[at], self.sd[at]);
        let largest = low.abs().max(high.abs());
        if sd.is_finite() && high > low && sd > 1e-12 * largest {
            Ok(DesignColumn { name, at, mean, sd, low, high })
        } else {
            Err(name)
        }
    }
}

/// The sums over all rows of a function of place and value.
fn summed(all: &[f64], stride: usize, f: impl Fn(usize, f64) -> f64 + Sync) -> Vec<f64> {
    let pieces: Vec<Vec<f64>> = all
        .par_chunks(PIECE * stride)
        .map(|piece| {
            let mut sums = vec![0.0; stride];
            for row in piece.chunks_exact(stride) {
                sums.iter_mut().enumerate().for_each(|(at, sum)| *sum += f(at, row[at]));
            }
            sums
        })
        .collect();
    let column = |at: usize| pieces.iter().map(|piece| piece[at]).collect::<Sum>().value();
    (0..stride).map(column).collect()
}
