//! Attributes: what stands in further columns in the row of a customer's first order.

use super::Ids;

/// A column of the orders that was asked for, one value for each customer: what stood there in the row of the customer's first order (the
/// smallest tick, and of equals the first in the input; refunds are no orders). So it is known from the first order on, and nothing of later
/// orders is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The column's name, as it was asked for.
    pub name: String,
    /// Its different values as text, without the spaces around, by letter.
    pub levels: Ids,
    /// For each customer of the orders, the number of its level.
    pub codes: Vec<u32>,
}

impl Attribute {
    /// The level of customers in whose first order nothing stands in the column, and of those who have no order.
    pub const MISSING: &str = "(missing)";

    /// The value of a customer.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn of(&self, customer: usize) -> &str {
        self.levels.get(self.codes[customer] as usize)
    }
}
