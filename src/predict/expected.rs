//! Means alone, without the laws that they are the means of: what a column of a regression asks for.

use std::ops::Range;

use super::forecaster::{Forecaster, Key};
use crate::Result;
use crate::features::{Customers, Rfm};
use crate::math::distinct::distinct;
use crate::math::parallel;
use crate::model::{Law, Population, PurchaseModel, SpendModel};

/// What some customers are expected to do in the horizon: columns, one entry a customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// P(alive) at the cut-off.
    pub p_alive: Vec<f64>,
    /// E\[X\], the number of purchases.
    pub purchases: Vec<f64>,
    /// The expected value of a purchase, `None` where it does not exist; empty without money.
    pub order_value: Vec<Option<f64>>,
}

impl<P: Population> Forecaster<'_, P> {
    /// The means of some of the customers: those of [`Forecaster::forecast_rows`] (revenue, undiscounted), in a small part of its time.
    ///
    /// # Errors
    /// As [`Forecaster::forecast_rows`].
    pub fn expected(&self, customers: &Customers, rows: Range<usize>) -> Result<Expected> {
        self.fits(customers)?;
        let one = self.population().member(0);
        let key = |at: usize| {
            let (group, history, _) = self.key(&one, customers, at)?;
            Ok((group, history, false))
        };
        let keys: Vec<Key> = rows.clone().map(key).collect::<Result<_>>()?;
        let (places, first) = distinct(keys.iter());
        let horizon = self.question().horizon.get();
        let means = |at: usize| {
            let (group, history, _) = keys[first[at]];
            let (model, customer) = (self.population().member(group), Rfm::of_key(history));
            let p_alive = model.p_alive(&customer);
            (p_alive, p_alive * model.given_alive(&customer).mean_and_variance(horizon).0)
        };
        let means: Vec<(f64, f64)> = parallel::each(first.len(), &means);
        let (p_alive, purchases) = places.into_iter().map(|place| means[place]).unzip();
        let spent = |at: usize| Some(self.spender(at)?.knowing(&customers.spent(at)).mean());
        let order_value = rows.map_while(spent).collect();
        Ok(Expected { p_alive, purchases, order_value })
    }
}
