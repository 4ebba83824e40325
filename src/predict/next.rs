//! When a customer buys next.

use crate::features::Rfm;
use crate::math::roots::increasing_root;
use crate::model::{Law, PurchaseModel};
use crate::units::Share;

/// Beyond this many units of time "some day" is never.
const NEVER: f64 = 1e9;
/// Before this fraction of a unit of time "soon" is now.
const NOW: f64 = 1e-9;
/// Quantiles are right to this, relative.
const CLOSE: f64 = 1e-10;

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

    /// The smallest t with P(next ≤ t) ≥ `probability`; `None` if it never gets there (within a thousand million units).
    #[must_use]
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        let gap = |ln_t: f64| self.cdf(ln_t.exp()) - probability;
        let (mut low, mut high) = (NOW.ln(), 0.0);
        while gap(high) < 0.0 {
            (low, high) = (high, high + 4.0);
            if high > NEVER.ln() {
                return None;
            }
        }
        Some(increasing_root(gap, low, high, CLOSE).exp())
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
