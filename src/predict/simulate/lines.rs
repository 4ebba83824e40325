//! Order lines: columns, and the cutting of an order's value into the amounts of its lines.

use rand::{Rng, RngExt};

use crate::table::{Chunk, Values};
use crate::units::{Grain, Money, Tick};
use crate::{Error, Result};

/// A cent, in millionths.
const CENT: i64 = Money::PER_UNIT / 100;

/// The value of an order in whole cents, at least one.
pub(super) fn in_cents(value: f64) -> Result<i64> {
    Money::from_f64(value).map(|value| (value.micros() as f64 / CENT as f64).round().max(1.0) as i64).ok_or_else(|| {
        Error::Undefined(format!(
            "a simulated order is worth {value:e}, beyond all money; the spend model's tail is too heavy (of Gamma-Gamma: q far below 1)"
        ))
    })
}

/// Cuts `total` cents into `count` lines of at least one cent each, in uneven parts; `count` is at most `total`.
pub(super) fn split<R: Rng + ?Sized>(total: i64, count: usize, rng: &mut R) -> Vec<i64> {
    let weights: Vec<f64> = (0..count).map(|_| -(1.0 - rng.random::<f64>()).ln()).collect();
    let whole: f64 = weights.iter().sum();
    let rest = total - count as i64;
    let (mut weight, mut given) = (0.0, 0);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|part| {
            weight += part;
            let share = if whole > 0.0 { (rest as f64 * (weight / whole)) as i64 } else { 0 };
            let part = share.clamp(given, rest) - given;
            given += part;
            part + 1
        })
        .collect();
    if let Some(last) = parts.last_mut() {
        *last += rest - given;
    }
    parts
}

/// Order lines, column by column.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    /// Where in `text` the customer's id stands.
    id: Vec<(u32, u32)>,
    /// The same of the order begun last.
    id_now: (u32, u32),
    tick: Vec<Tick>,
    order_id: Vec<u32>,
    quantity: Vec<u32>,
    amount: Vec<Money>,
}

impl Lines {
    /// The lines that follow are of an order of this customer: `C00000001` is the first.
    pub(super) fn begin_order(&mut self, customer: u32) {
        let from = self.text.len() as u32;
        let number = (u64::from(customer) + 1).to_string();
        self.text.push('C');
        (number.len()..8).for_each(|_| self.text.push('0'));
        self.text.push_str(&number);
        self.id_now = (from, self.text.len() as u32);
    }

    /// A line of the order begun last.
    pub(super) fn push(&mut self, tick: Tick, order_id: u32, quantity: u32, cents: Option<i64>) {
        self.id.push(self.id_now);
        self.tick.push(tick);
        self.order_id.push(order_id);
        self.quantity.push(quantity);
        self.amount.extend(cents.map(|cents| Money::from_micros(cents * CENT)));
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.id.len()
    }

    /// Appends other lines.
    pub(super) fn append(&mut self, other: &Self) {
        let shift = self.text.len() as u32;
        self.text.push_str(&other.text);
        self.id.extend(other.id.iter().map(|(from, to)| (from + shift, to + shift)));
        self.tick.extend_from_slice(&other.tick);
        self.order_id.extend_from_slice(&other.order_id);
        self.quantity.extend_from_slice(&other.quantity);
        self.amount.extend_from_slice(&other.amount);
    }

    /// As a chunk of a table.
    pub(super) fn chunk(&self, grain: Grain, money: bool) -> Chunk<'_> {
        let ids = self.id.iter().map(|&(from, to)| &self.text[from as usize..to as usize]).collect();
        let mut columns = vec![
            ("customer_id", Values::Text(ids)),
            ("date", Values::Moments(grain, &self.tick)),
            ("order_id", Values::Whole(&self.order_id)),
            ("quantity", Values::Whole(&self.quantity)),
        ];
        if money {
            columns.push(("amount", Values::Money(&self.amount)));
        }
        Chunk { columns }
    }
}
