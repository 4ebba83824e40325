//! One customer by themselves.

use super::{Past, Purchase, Rfm, regularity};
use crate::units::{Grain, Tick, TimeUnit};

impl Past<'_> {
    /// The purchases of a customer, by their number in the orders: by time, net of refunds, up to the cut-off. None of those who have none.
    #[must_use]
    pub fn purchases_of(&self, customer: usize) -> Vec<Purchase> {
        if customer >= self.orders().len() {
            return Vec::new();
        }
        self.purchases(&mut self.netter(), customer).to_vec()
    }
}

impl Rfm {
    /// What a model of purchases knew at a tick, of purchases by time: those up to then, refunds as they are known today. `None` before the first.
    #[must_use]
    pub fn at(purchases: &[Purchase], until: Tick, grain: Grain, unit: TimeUnit) -> Option<Self> {
        let seen = &purchases[..purchases.partition_point(|purchase| purchase.tick <= until)];
        let (first, last) = (seen.first()?, seen.last()?);
        let frequency = u32::try_from(seen.len() - 1).unwrap_or(u32::MAX); // a store holds fewer events
        let recency = grain.between(first.tick, last.tick, unit);
        let age = grain.between(first.tick, until, unit);
        let ln_gaps = Some(regularity::ln_gaps(seen, grain, unit));
        Some(Self { ln_gaps, ..Self::new(frequency, recency, age) })
    }
}
