//! Customers who need not all be under one model.

use super::delayed::Delayed;
use super::kernel::PurchaseModel;

/// Customers in groups, each under a model of its own. A model alone is a population of one group.
pub trait Population: Sync {
    /// The model of a group.
    type Model: PurchaseModel;

    /// The model of this group.
    fn member(&self, group: u32) -> Self::Model;
}

impl<M: PurchaseModel> Population for M {
    type Model = M;

    fn member(&self, _: u32) -> M {
        self.clone()
    }
}

/// A population asked about a window that begins some time after the end of observation: each model is [`Delayed`].
#[derive(Debug, Clone, PartialEq)]
pub struct Deferred<P> {
    population: P,
    delay: f64,
}

impl<P> Deferred<P> {
    /// The population, asked about windows that begin `delay` after the end of observation.
    #[must_use]
    pub const fn new(population: P, delay: f64) -> Self {
        Self { population, delay }
    }
}

impl<P: Population> Population for Deferred<P> {
    type Model = Delayed<P::Model>;

    fn member(&self, group: u32) -> Self::Model {
        Delayed::new(self.population.member(group), self.delay)
    }
}
