//! How probable a forecast thought what then happened.

use std::ops::Range;

use rayon::prelude::*;

use super::forecaster::{Forecaster, checked};
use super::mixture::Mixture;
use super::purchases::Purchases;
use crate::features::Customers;
use crate::math::parallel;
use crate::model::{Population, SpendModel};
use crate::{Error, Result};

/// The logarithms of the probabilities with which a forecast met what happened, of each customer: a proper score (Gneiting &
/// Raftery 2007, JASA 102, 359–378, § 4.1), the higher the better.
///
/// They are −∞ where what happened was given no probability that a number can hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogScores {
    /// ln P(X = n) of the number of purchases n that were made.
    pub purchases: Vec<f64>,
    /// ln P(S = 0) of those who spent nothing, the logarithm of the density of S, per unit of money, of the others. The same
    /// measure under every model of spend. Empty without money.
    pub value: Vec<f64>,
}

/// What two customers must share to have one law of purchases.
type History = (u32, u32, u64, u64);

impl<P: Population> Forecaster<'_, P> {
    /// How probable it thought what then happened to some of the customers: how often each of all bought, and for how much.
    /// Of revenue: margin and discount are left out.
    ///
    /// # Errors
    /// As [`Forecaster::forecast_rows`]; [`Error::Undefined`] if the columns have other lengths than the table.
    pub fn log_scores(
        &self,
        customers: &Customers,
        rows: Range<usize>,
        (purchases, value): (&[u32], Option<&[f64]>),
    ) -> Result<LogScores> {
        self.fits(customers)?;
        let value = value.filter(|_| self.tables().is_some());
        if purchases.len() != customers.len() || value.is_some_and(|value| value.len() != customers.len()) {
            return Err(Error::Undefined("the columns of a forecast have different lengths".into()));
        }
        let mut places = Vec::with_capacity(rows.len());
        let one = self.population().member(0);
        for at in rows.clone() {
            let customer = customers.rfm(at);
            checked(&one, customers, at, &customer)?;
            let history: History =
                (self.group(at), customer.frequency, customer.recency.to_bits(), customer.age.to_bits());
            places.push((history, at));
        }
        places.par_sort_unstable();
        let groups: Vec<_> = places.chunk_by(|left, right| left.0 == right.0).collect();
        let told = parallel::each(groups.len(), &|at| {
            self.of_one_history(customers, groups[at], (purchases, value))
        });
        let mut scores = LogScores { purchases: vec![0.0; rows.len()], value: Vec::new() };
        if value.is_some() {
            scores.value = vec![0.0; rows.len()];
        }
        for (at, bought, spent) in told.into_iter().flatten() {
            scores.purchases[at - rows.start] = bought;
            if let Some(place) = scores.value.get_mut(at - rows.start) {
                *place = spent;
            }
        }
        Ok(scores)
    }

    /// Customers of one history: their places, and their scores of purchases and of value.
    fn of_one_history(
        &self,
        customers: &Customers,
        group: &[(History, usize)],
        (purchases, value): (&[u32], Option<&[f64]>),
    ) -> Vec<(usize, f64, f64)> {
        let Some(&(_, first)) = group.first() else { return Vec::new() };
        let model = self.population().member(self.group(first));
        let law = Purchases::of(&model, &customers.rfm(first), self.question().horizon);
        let mut mixture: Option<(u32, Mixture)> = None;
        let mut spent = |at: usize, s: f64| -> f64 {
            let Some((model, tables)) = self.spender(at).zip(self.tables()) else { return 0.0 };
            if s <= 0.0 {
                return law.p_none().ln();
            }
            let customer = customers.spent(at);
            let known_from = model.known_from(&customer);
            if mixture.as_ref().is_none_or(|(known, _)| *known != known_from) {
                let made = Mixture::new(law.window(), law.p_alive(), tables.sums(known_from));
                mixture = Some((known_from, made));
            }
            let y = (s / model.knowing(&customer).scale()).ln();
            // The density of s is that of y over s.
            mixture.as_ref().map_or(0.0, |(_, mixture)| mixture.at(y).density.ln() - s.ln())
        };
        let of = |&(_, at): &(History, usize)| {
            let bought = law.pmf(u64::from(purchases[at])).ln();
            (at, bought, value.map_or(0.0, |value| spent(at, value[at])))
        };
        group.iter().map(of).collect()
    }
}
