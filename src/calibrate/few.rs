//! Who of a large shop stands for all at past origins.

use crate::features::{Customers, Past};
use crate::math::hash::{nth, uniform};
use crate::orders::Orders;
use crate::{Result, units::TimeUnit};

/// Of more customers than this, about so many are looked at: their totals have a standard error of about 1 %, far below what totals are off by.
const CUSTOMERS: usize = 50_000;

/// What customers are drawn by: another seed than those of folds and of training rows, so that they know nothing of each other.
const DRAWN: u64 = 0x6c74_762d_6665_7721;

/// The orders of some customers of a past, drawn by their places in the orders; `None` where all are few enough.
pub(super) fn few(past: &Past<'_>) -> Option<Orders> {
    if past.len() <= CUSTOMERS {
        return None;
    }
    let part = CUSTOMERS as f64 / past.len() as f64;
    let drawn = |customer: &u32| uniform(nth(u64::from(*customer), DRAWN)) <= part;
    let who: Vec<u32> = past.indices(0..past.orders().len()).into_iter().filter(drawn).collect();
    Some(past.orders().of_some(&who))
}

/// A past and its table.
pub(super) struct Known<'a> {
    pub past: Past<'a>,
    /// `None` where that of all is meant.
    table: Option<Customers>,
}

impl<'a> Known<'a> {
    /// Those who were drawn; everyone where none were.
    pub fn of(past: &Past<'a>, few: Option<&'a Orders>, unit: TimeUnit) -> Result<Self> {
        let Some(orders) = few else { return Ok(Self { past: *past, table: None }) };
        let past = past.of_orders(orders)?;
        Ok(Self { table: Some(past.customers(unit)), past })
    }

    /// The table, where `all` is that of everyone.
    pub fn table<'t>(&'t self, all: &'t Customers) -> &'t Customers {
        self.table.as_ref().unwrap_or(all)
    }
}
