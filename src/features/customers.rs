//! The table of customers.

use std::ops::Range;

use super::net::Purchase;
use super::regularity;
use crate::orders::Ids;
use crate::table::{Chunk, Values};
use crate::units::{Grain, Money, Tick, TimeUnit};

/// What a model of purchases knows of a customer. Times are in the unit of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rfm {
    /// Repeat purchases, x.
    pub frequency: u32,
    /// From the first to the LAST purchase, t_x; 0 for one-time buyers.
    pub recency: f64,
    /// From the first purchase to the end of observation, T.
    pub age: f64,
    /// Σ ln(gap) over the x gaps between purchases, which tells how regular they were; `None` where it is not known. Most
    /// models do not ask for it.
    pub ln_gaps: Option<f64>,
}

impl Rfm {
    /// A customer of whom the single gaps between purchases are not known.
    #[must_use]
    pub const fn new(frequency: u32, recency: f64, age: f64) -> Self {
        Self { frequency, recency, age, ln_gaps: None }
    }

    /// The history as numbers that can be compared and hashed. Histories with one key are the same to every model; times that
    /// are not negative are ordered as their keys are.
    #[must_use]
    pub fn key(&self) -> HistoryKey {
        // Adding 0 makes −0 a 0.
        let bits = |value: f64| (value + 0.0).to_bits();
        (self.frequency, bits(self.age), bits(self.recency), self.ln_gaps.map_or(UNKNOWN, bits))
    }

    /// The history of a key.
    #[must_use]
    pub fn of_key((frequency, age, recency, ln_gaps): HistoryKey) -> Self {
        let ln_gaps = (ln_gaps != UNKNOWN).then(|| f64::from_bits(ln_gaps));
        Self { ln_gaps, ..Self::new(frequency, f64::from_bits(recency), f64::from_bits(age)) }
    }
}

impl Rfm {
    /// A customer who has just made their first purchase.
    pub const NEWCOMER: Self = Self::new(0, 0.0, 0.0);
}

/// What a model of spend knows of a customer: their repeat purchases, without the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spent {
    /// How many, x.
    pub frequency: u32,
    /// The mean of their values; `None` without one.
    pub monetary_value: Option<f64>,
    /// Of the logarithms of their values, where all are positive and the table tells.
    pub logs: Option<LnSpent>,
}

/// The logarithms of the values of a customer's repeat purchases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LnSpent {
    /// Their mean.
    pub mean: f64,
    /// The sum of the squares of their differences from the mean.
    pub squares: f64,
}

impl LnSpent {
    /// Of some purchases; `None` without any, or if one is worth nothing.
    fn of(purchases: &[Purchase]) -> Option<Self> {
        if purchases.is_empty() || purchases.iter().any(|purchase| purchase.value.micros() <= 0) {
            return None;
        }
        let (mut mean, mut squares) = (0.0, 0.0);
        for (before, purchase) in purchases.iter().enumerate() {
            // Welford (1962), Technometrics 4, 419-420: nothing cancels.
            let value = purchase.value.to_f64().ln();
            let off = value - mean;
            mean += off / (before + 1) as f64;
            squares += off * (value - mean);
        }
        Some(Self { mean, squares })
    }
}

/// Frequency, age, recency and ln_gaps in bits.
pub type HistoryKey = (u32, u64, u64, u64);

/// No sum of logarithms is this NaN.
const UNKNOWN: u64 = u64::MAX;

/// The customers, column by column; every column has the length of `ids`.
#[derive(Debug, Clone)]
pub struct Customers {
    /// Who.
    pub ids: Ids,
    /// Repeat purchases, x.
    pub frequency: Vec<u32>,
    /// From the first to the last purchase, t_x, in `unit`.
    pub recency: Vec<f64>,
    /// From the first purchase to the cut-off, T, in `unit`.
    pub age: Vec<f64>,
    /// Mean value of the repeat purchases (the first is not in it); `None` for one-time buyers. Empty if there is no money.
    pub monetary_value: Vec<Option<f64>>,
    /// The sum of the logarithms of the gaps between purchases, in `unit`; 0 for one-time buyers. It tells how regularly
    /// they bought, and lets models of different regularity be compared. Empty if it is not known.
    pub ln_gaps: Vec<f64>,
    /// Mean of the natural logarithms of the repeat purchases' values; `None` for one-time buyers and where one of the values is
    /// not positive. Empty unless asked for ([`super::Past::telling_logs`]) or read from a table: log-normal spend needs it.
    pub mean_ln_value: Vec<Option<f64>>,
    /// Sum of the squares of their differences from that mean; `None` and empty likewise.
    pub ss_ln_value: Vec<Option<f64>>,
    /// Where the table was made from orders: what else is known.
    pub history: Option<History>,
    /// The unit of recency and age.
    pub unit: TimeUnit,
    /// What counted as one purchase.
    pub grain: Grain,
    /// The end of observation.
    pub cutoff: Option<Tick>,
}

/// What orders tell beyond frequency, recency, age and monetary value.
#[derive(Debug, Clone)]
pub struct History {
    /// Who, by their numbers in [`crate::orders::Orders`]. Empty in a table that was read from a file.
    pub numbers: Vec<u32>,
    /// Orders (not purchases: two orders on one day are one purchase).
    pub orders: Vec<u32>,
    /// Everything paid, the first purchase included. Empty if there is no money.
    pub total_value: Vec<Money>,
    /// First purchase.
    pub first_order: Vec<Tick>,
    /// Last purchase.
    pub last_order: Vec<Tick>,
}

impl Customers {
    /// A table without rows, to be filled from orders.
    pub(super) fn empty(unit: TimeUnit, grain: Grain, cutoff: Option<Tick>) -> Self {
        let history = History {
            numbers: Vec::new(),
            orders: Vec::new(),
            total_value: Vec::new(),
            first_order: Vec::new(),
            last_order: Vec::new(),
        };
        Self {
            ids: Ids::default(),
            frequency: Vec::new(),
            recency: Vec::new(),
            age: Vec::new(),
            monetary_value: Vec::new(),
            ln_gaps: Vec::new(),
            mean_ln_value: Vec::new(),
            ss_ln_value: Vec::new(),
            history: Some(history),
            unit,
            grain,
            cutoff,
        }
    }

    /// Room for so many customers.
    pub(super) fn reserve(&mut self, customers: usize, money: bool, logs: bool) {
        self.frequency.reserve_exact(customers);
        self.recency.reserve_exact(customers);
        self.age.reserve_exact(customers);
        self.ln_gaps.reserve_exact(customers);
        if money {
            self.monetary_value.reserve_exact(customers);
        }
        if logs {
            self.mean_ln_value.reserve_exact(customers);
            self.ss_ln_value.reserve_exact(customers);
        }
        if let Some(history) = &mut self.history {
            history.numbers.reserve_exact(customers);
            history.orders.reserve_exact(customers);
            history.first_order.reserve_exact(customers);
            history.last_order.reserve_exact(customers);
            if money {
                history.total_value.reserve_exact(customers);
            }
        }
    }

    /// Appends a customer by its number in the orders (but not its id) from its purchases by time; without a purchase nothing, and
    /// `false`.
    pub(super) fn push_purchases(
        &mut self,
        number: usize,
        purchases: &[Purchase],
        cutoff: Tick,
        money: bool,
        logs: bool,
    ) -> bool {
        let ([first, repeats @ ..], Some(last)) = (purchases, purchases.last()) else { return false };
        let frequency = u32::try_from(purchases.len() - 1).unwrap_or(u32::MAX); // a store holds fewer events
        // In range: a customer's amounts all add up to less than i64::MAX.
        let total: i64 = purchases.iter().map(|purchase| purchase.value.micros()).sum();
        let repeat = Money::from_micros(total - first.value.micros());
        self.frequency.push(frequency);
        self.recency.push(self.grain.between(first.tick, last.tick, self.unit));
        self.age.push(self.grain.between(first.tick, cutoff, self.unit));
        self.ln_gaps.push(regularity::ln_gaps(purchases, self.grain, self.unit));
        if money {
            self.monetary_value.push((frequency > 0).then(|| repeat.to_f64() / f64::from(frequency)));
        }
        if logs {
            self.push_logs(LnSpent::of(repeats));
        }
        if let Some(history) = &mut self.history {
            history.numbers.push(number as u32); // there are fewer than 2³²
            history.orders.push(purchases.iter().map(|purchase| purchase.orders).sum());
            history.first_order.push(first.tick);
            history.last_order.push(last.tick);
            if money {
                history.total_value.push(Money::from_micros(total));
            }
        }
        true
    }

    /// Appends what is known of a customer's logarithms.
    pub(super) fn push_logs(&mut self, logs: Option<LnSpent>) {
        self.mean_ln_value.push(logs.map(|logs| logs.mean));
        self.ss_ln_value.push(logs.map(|logs| logs.squares));
    }

    /// Appends the rows of another table made in the same way.
    pub(super) fn append(&mut self, other: Self) {
        self.ids.append(&other.ids);
        self.frequency.extend(other.frequency);
        self.recency.extend(other.recency);
        self.age.extend(other.age);
        self.monetary_value.extend(other.monetary_value);
        self.ln_gaps.extend(other.ln_gaps);
        self.mean_ln_value.extend(other.mean_ln_value);
        self.ss_ln_value.extend(other.ss_ln_value);
        if let (Some(to), Some(from)) = (&mut self.history, other.history) {
            to.numbers.extend(from.numbers);
            to.orders.extend(from.orders);
            to.total_value.extend(from.total_value);
            to.first_order.extend(from.first_order);
            to.last_order.extend(from.last_order);
        }
    }

    /// Some of the customers, in this order: what a fit needs of them, without their history.
    #[must_use]
    pub(crate) fn picked(&self, rows: &[usize]) -> Self {
        let mut picked = Self::empty(self.unit, self.grain, self.cutoff);
        picked.ids = rows.iter().map(|&at| self.ids.get(at)).collect();
        picked.frequency = rows.iter().map(|&at| self.frequency[at]).collect();
        picked.recency = rows.iter().map(|&at| self.recency[at]).collect();
        picked.age = rows.iter().map(|&at| self.age[at]).collect();
        let known = |column: &[Option<f64>]| rows.iter().filter_map(|&at| column.get(at).copied()).collect();
        picked.monetary_value = known(&self.monetary_value);
        picked.mean_ln_value = known(&self.mean_ln_value);
        picked.ss_ln_value = known(&self.ss_ln_value);
        picked.history = None;
        picked
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frequency.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frequency.is_empty()
    }

    /// The sum of the logarithms of all gaps between purchases; `None` where they are not known.
    #[must_use]
    pub fn sum_of_ln_gaps(&self) -> Option<f64> {
        (self.ln_gaps.len() == self.len()).then(|| crate::math::sum::sum(self.ln_gaps.iter().copied()))
    }

    /// What a model of purchases knows of one customer.
    #[must_use]
    pub fn rfm(&self, at: usize) -> Rfm {
        let ln_gaps = self.ln_gaps.get(at).copied();
        Rfm { ln_gaps, ..Rfm::new(self.frequency[at], self.recency[at], self.age[at]) }
    }

    /// What a model of spend knows of one customer.
    #[must_use]
    pub fn spent(&self, at: usize) -> Spent {
        let known = |column: &[Option<f64>]| column.get(at).copied().flatten();
        let logs = known(&self.mean_ln_value).zip(known(&self.ss_ln_value));
        Spent {
            frequency: self.frequency[at],
            monetary_value: known(&self.monetary_value),
            logs: logs.map(|(mean, squares)| LnSpent { mean, squares }),
        }
    }

    /// The table as it is written: `customer_id, frequency, recency, age, monetary_value, ln_gaps, mean_ln_value,
    /// ss_ln_value, orders, total_value, first_order, last_order`. Without money `monetary_value` and `total_value` are left out; `ln_gaps` where
    /// the gaps are not known; without logarithms `mean_ln_value` and `ss_ln_value`; without a history, all columns from `orders` on.
    #[must_use]
    pub fn to_chunk(&self) -> Chunk<'_> {
        self.rows(0..self.len())
    }

    /// Some rows of the table as it is written.
    ///
    /// # Panics
    /// If the range ends beyond [`Customers::len`].
    #[must_use]
    pub fn rows(&self, rows: Range<usize>) -> Chunk<'_> {
        let at = || rows.clone();
        let mut columns = vec![
            ("customer_id", Values::Ids(&self.ids, at())),
            ("frequency", Values::Whole(&self.frequency[at()])),
            ("recency", Values::Real(&self.recency[at()])),
            ("age", Values::Real(&self.age[at()])),
        ];
        if self.has_money() {
            columns.push(("monetary_value", Values::Optional(&self.monetary_value[at()])));
        }
        if !self.ln_gaps.is_empty() {
            columns.push(("ln_gaps", Values::Real(&self.ln_gaps[at()])));
        }
        if self.has_logs() {
            columns.push(("mean_ln_value", Values::Optional(&self.mean_ln_value[at()])));
            columns.push(("ss_ln_value", Values::Optional(&self.ss_ln_value[at()])));
        }
        if let Some(history) = &self.history {
            columns.push(("orders", Values::Whole(&history.orders[at()])));
            if !history.total_value.is_empty() {
                columns.push(("total_value", Values::Money(&history.total_value[at()])));
            }
            columns.push(("first_order", Values::Moments(self.grain, &history.first_order[at()])));
            columns.push(("last_order", Values::Moments(self.grain, &history.last_order[at()])));
        }
        Chunk { columns }
    }

    /// Whether money is known at all.
    #[must_use]
    pub fn has_money(&self) -> bool {
        !self.monetary_value.is_empty()
    }

    /// Whether the logarithms of values are known at all.
    #[must_use]
    pub fn has_logs(&self) -> bool {
        !self.mean_ln_value.is_empty()
    }
}
