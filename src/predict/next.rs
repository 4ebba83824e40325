//! When a customer buys next.

use crate::features::Rfm;
use crate::model::{Law, PurchaseModel};
use crate::units::Share;

/// The time from the end of observation to the next purchase: never with probability 1 − P(alive), and otherwise by the law
/// of a living customer, P(next ≤ t) = P(alive) P(X(t) > 0). Quantiles that lie in "never" do not exist.
#[derive(Debug, Clone)]
pub struct NextPurchase<L> {
    law: L,
    p_alive: f64,
}

impl<L: Law> NextPurchase<L> {
    /// Of a customer with a history.
    pub fn of<M: PurchaseModel<Future = L>>(model: &M, customer: &Rfm) -> Self {
        Self { law: model.given_alive(customer), p_alive: model.p_alive(customer) }
    }

    /// P(next ≤ t): a purchase within t units of time.
    #[must_use]
    pub fn cdf(&self, t: f64) -> f64 {
        if t > 0.0 { self.p_alive * self.law.survival(0, t) } else { 0.0 }
    }

    /// The smallest t with P(next ≤ t) ≥ `probability`; `None` if it never gets there, or at no time that is a number.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        if probability >= self.p_alive { None } else { self.law.first_purchase(probability / self.p_alive) }
    }

    /// The median; `None` if the customer never buys again with a probability above one half.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The central interval; its upper end is `None` if "never" lies in it, its lower end if nothing else does.
    #[must_use]
    pub fn interval(&self, level: Share) -> (Option<f64>, Option<f64>) {
        let tail = 0.5 * (1.0 - level.get());
        (self.quantile(tail), self.quantile(1.0 - tail))
    }
}
