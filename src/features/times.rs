//! When customers bought.

use crate::units::Tick;

/// The times of the purchases of each customer of a table, in its order: for models that ask when, and not only how often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PurchaseTimes {
    ticks: Vec<Tick>,
    ends: Vec<usize>,
}

impl PurchaseTimes {
    /// Appends a customer's purchases, by time.
    pub(super) fn push(&mut self, ticks: impl Iterator<Item = Tick>) {
        self.ticks.extend(ticks);
        self.ends.push(self.ticks.len());
    }

    /// Appends other customers.
    pub(super) fn append(&mut self, other: Self) {
        let start = self.ticks.len();
        self.ticks.extend(other.ticks);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    /// How many customers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The purchases of a customer, by time.
    ///
    /// # Panics
    /// If there is no such customer.
    #[must_use]
    pub fn of(&self, at: usize) -> &[Tick] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.ticks[start..self.ends[at]]
    }
}
