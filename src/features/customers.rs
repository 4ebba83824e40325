//! The table of customers.

use crate::orders::Ids;
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
}

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
    /// Where the table was made from orders: what else is known.
    pub history: Option<History>,
    /// The unit of recency and age.
    pub unit: TimeUnit,
    /// The grain, and the end of observation where it is known.
    pub grain: Grain,
    /// The end of observation.
    pub cutoff: Option<Tick>,
}

/// What orders tell beyond frequency, recency, age and monetary value.
#[derive(Debug, Clone)]
pub struct History {
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
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// What a model of purchases knows of one customer.
    #[must_use]
    pub fn rfm(&self, at: usize) -> Rfm {
        Rfm { frequency: self.frequency[at], recency: self.recency[at], age: self.age[at] }
    }

    /// Whether money is known at all.
    #[must_use]
    pub fn has_money(&self) -> bool {
        !self.monetary_value.is_empty()
    }
}
