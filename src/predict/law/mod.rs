//! Predictive laws as values: whatever made them, they are asked, mixed and recalibrated in the same way.

mod amounts;
mod counts;
mod engine;
mod met;
mod remap;

pub use amounts::{AmountLaw, AmountShape};
pub use counts::CountLaw;
pub use met::{Meeting, Met};
pub use remap::Remap;

use std::sync::Arc;

/// The laws of some customers' futures, in their order.
#[derive(Debug, Clone, Default)]
pub struct Laws {
    /// P(alive) at the cut-off.
    pub p_alive: Vec<f64>,
    /// Of the number of purchases; customers of one history share one.
    pub purchases: Vec<Arc<CountLaw>>,
    /// Of what they will spend: plain sums of revenue. `None` where money is not modelled.
    pub value: Option<Vec<AmountLaw>>,
}

impl Laws {
    /// Appends those of other customers.
    pub(crate) fn append(&mut self, other: Self) {
        self.p_alive.extend(other.p_alive);
        self.purchases.extend(other.purchases);
        self.value = self.value.take().zip(other.value).map(|(mut all, more)| {
            all.extend(more);
            all
        });
    }

    /// How many customers they are of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.purchases.len()
    }

    /// Whether they are of none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.purchases.is_empty()
    }
}
