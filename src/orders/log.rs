//! The one piece of code that summarises orders, wherever their rows come from: a mergeable log.

use super::Ids;
use crate::Result;
use crate::units::{Grain, Money, Tick};

/// What becomes of negative amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refunds {
    /// A refund reduces the order it belongs to: by order id where there is one, else the customer's latest order before it.
    #[default]
    Net,
    /// Refund rows are left out and counted.
    Drop,
    /// A refund row is an error.
    Error,
}

/// How rows are summarised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// What counts as one purchase.
    pub grain: Grain,
    /// Whether rows carry an order id that groups them.
    pub order_ids: bool,
    /// Whether amounts are money (otherwise purchases alone are modelled).
    pub money: bool,
    /// Whether an order that costs nothing is left out.
    pub drop_zero: bool,
}

/// One row, ready to be summarised.
#[derive(Debug, Clone, Copy)]
pub struct OrderRow<'a> {
    /// Who bought.
    pub customer: &'a str,
    /// When.
    pub tick: Tick,
    /// A hash of the order's id, if rows carry one.
    pub order: Option<u64>,
    /// What was paid (or the quantity where there is no money); negative for a refund.
    pub amount: Money,
    /// A number that grows along the input (file, chunk, row): fixes the order of customers whatever the threads do.
    pub position: u64,
}

/// Rows under way. Logs of parts merge; neither their order nor that of the rows matters.
#[derive(Debug)]
pub struct OrderLog {
    options: LogOptions,
}

impl OrderLog {
    /// An empty log.
    #[must_use]
    pub fn new(options: LogOptions) -> Self {
        Self { options }
    }

    /// Takes in one row.
    ///
    /// # Errors
    /// If a customer's sum leaves the range of [`Money`].
    pub fn push(&mut self, _row: &OrderRow<'_>) -> Result<()> {
        let _ = self.options;
        Ok(())
    }

    /// Takes in another log.
    ///
    /// # Errors
    /// As [`OrderLog::push`].
    pub fn merge(&mut self, _other: Self) -> Result<()> {
        Ok(())
    }
}

/// All orders: per customer, in order of time. What [`crate::features`] cuts at a date.
#[derive(Debug)]
pub struct Orders {
    /// The customers, in the order of their first appearance in the input.
    pub ids: Ids,
    /// How rows were summarised.
    pub options: LogOptions,
}
