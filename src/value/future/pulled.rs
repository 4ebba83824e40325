//! A future in which customers buy, leave or spend otherwise from now on; and customers who are still to come.

use super::{Future, Laws, no_mean, picked, sizes};
use crate::features::Rfm;
use crate::math::sum::sum;
use crate::model::{AnyLaw, Law, Parametric, PurchaseModel, SpendModel};
use crate::units::Share;
use crate::value::mixture::{Moments, interval};
use crate::{Error, Result};

/// By what the future differs from the model's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulled {
    /// An order is worth so many times as much.
    pub money: f64,
    /// The living buy so many times as often.
    pub buying: f64,
    /// They leave so many times as readily: the coordinate that covariates of dropout move is moved by its logarithm.
    pub leaving: f64,
}

impl Pulled {
    /// By nothing.
    pub const NOTHING: Self = Self { money: 1.0, buying: 1.0, leaving: 1.0 };

    /// The law of a living customer, changed. Whether it can be is asked beforehand ([`Future::pull`]).
    pub(super) fn law(&self, law: AnyLaw) -> AnyLaw {
        if self.buying == 1.0 && self.leaving == 1.0 {
            return law;
        }
        law.with_rates(self.buying, self.leaving).unwrap_or(law)
    }
}

/// The slices of a window in which new customers come.
const SLICES: usize = 24;
/// So many customers tell of retention.
const TOLD: usize = 1000;

impl Future<'_> {
    /// The same future, changed from now on: who is alive is not, nor what is known of a customer; only what they do from here.
    ///
    /// # Errors
    /// [`Error::Usage`] if the model has no such process, or does not tell its laws by parameters.
    pub fn pull(mut self, pulled: Pulled) -> Result<Self> {
        let name = self.fitted.purchase.name();
        let law = self.fitted.purchase.newcomer();
        if law.with_rates(pulled.buying, 1.0).is_none() {
            return Err(Error::usage(format!(
                "how often customers buy cannot be changed under {name}, whose law has no parameters of its own; use a model such as bg-nbd"
            )));
        }
        if pulled.leaving != 1.0 && law.with_rates(1.0, pulled.leaving).is_none() {
            return Err(Error::usage(format!(
                "nobody leaves under {name}, so retention cannot be changed; use a model with drop-out, such as bg-nbd or pareto-nbd"
            )));
        }
        self.fitted.pulled = pulled;
        self.draws.iter_mut().for_each(|draw| draw.pulled = pulled);
        Ok(self)
    }

    /// The share of the customers alive now who are still alive after a time, as the model has it; of more than 1,000 customers, by that many of
    /// them, evenly picked.
    #[must_use]
    pub fn retention(&self, after: f64) -> f64 {
        let rows: Vec<u32> = (0..self.customers.len() as u32).collect();
        let most = TOLD.min(8 * sizes(self.effort).1);
        let (mut now, mut then) = (0.0, 0.0);
        for row in picked(&rows, most) {
            let Laws { purchase, pulled, .. } = &self.fitted;
            let customer = purchase.sees(self.customers.rfm(row as usize));
            let alive = purchase.p_alive(&customer);
            let kinds = pulled.law(purchase.given_alive(&customer)).later(after);
            now += alive;
            then += alive * sum(kinds.iter().map(|(weight, _)| *weight));
        }
        if now > 0.0 { (then / now).min(1.0) } else { 0.0 }
    }

    /// What so many new customers bring within a time, who come evenly in it, their first orders included: the expected value and its interval.
    /// It knows that their number may be another (Poisson), their luck, and how unsure the parameters are.
    ///
    /// # Errors
    /// [`Error::Undefined`] where the mean value of an order does not exist.
    pub fn newcomers(&self, count: f64, horizon: f64, level: Share) -> Result<(f64, Option<(f64, f64)>)> {
        let fitted = self.fitted.one_newcomer(horizon)?;
        let total = |(mean, variance): (f64, Option<f64>)| {
            variance
                .map(|variance| Moments { mean: count * mean, variance: count * (variance + mean * mean) })
        };
        let mean = count * fitted.0;
        let Some(moments) = total(fitted) else { return Ok((mean, None)) };
        let factor = |laws: &Laws| {
            let drawn = total(laws.one_newcomer(horizon).ok()?)?;
            let of = |new: f64, old: f64| if old > 0.0 { new / old } else { 1.0 };
            Some((of(drawn.mean, moments.mean), of(drawn.variance, moments.variance)))
        };
        let factors: Vec<(f64, f64)> = self.draws.iter().filter_map(factor).collect();
        Ok((mean, Some(interval(moments, &factors, level))))
    }
}

impl Laws {
    /// Mean and variance of what one customer brings who comes at a time drawn evenly from a window, until its end.
    fn one_newcomer(&self, horizon: f64) -> Result<(f64, Option<f64>)> {
        let stays = self.purchase.p_alive(&Rfm::NEWCOMER);
        let law = self.pulled.law(self.purchase.newcomer());
        let orders: Vec<(f64, f64)> = (0..SLICES)
            .map(|slice| {
                let left = horizon * (slice as f64 + 0.5) / SLICES as f64;
                let (mean, variance) = law.mean_and_variance(left);
                (1.0 + stays * mean, stays * (variance + (1.0 - stays) * mean * mean))
            })
            .collect();
        let average = |of: &dyn Fn(&(f64, f64)) -> f64| sum(orders.iter().map(of)) / SLICES as f64;
        let mean = average(&|each| each.0);
        let variance = average(&|each| each.1 + (each.0 - mean).powi(2));
        let Some(spend) = &self.spend else { return Ok((mean, Some(variance))) };
        let money = self.pulled.money;
        let value = money * mean * spend.mean().ok_or_else(no_mean)?;
        Ok((value, spend.variance_of_sum(mean, variance).map(|variance| money * money * variance)))
    }
}
