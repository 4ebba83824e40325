//! What a customer will spend in the horizon.

use crate::model::{Law, SpendModel, SumPoint, Sums};
use crate::units::Share;

use super::mixture::Mixture;
use super::purchases::Purchases;
use super::ratios::ratio_quantile;

/// The predictive distribution of what a customer will spend: an atom at zero, and beyond it a mixture over the number
/// of orders,
///
/// ```text
/// P(S ≤ s) = P(X = 0) + Σ_{n≥1} P(X = n) P(S_n ≤ s)
/// ```
///
/// with the law of the sum of n orders of the spend model ([`crate::model::Sums`]), computed without simulation. Quantiles always
/// exist; under Gamma-Gamma the mean for q' > 1 and the variance for q' > 2.
#[derive(Debug, Clone)]
pub struct Value {
    mixture: Mixture,
    scale: f64,
    p_none: f64,
    mean: Option<f64>,
    variance: Option<f64>,
}

impl Value {
    /// From the law of the number of purchases and that of the orders to come, after the customer's past ([`SpendModel::knowing`]).
    #[must_use]
    pub fn new<L: Law, S: SpendModel>(purchases: &Purchases<L>, spend: S) -> Self {
        Self::with(purchases, spend, spend.sums())
    }

    /// The same, where the law of sums is already there.
    pub(super) fn with<L: Law, S: SpendModel>(purchases: &Purchases<L>, spend: S, sums: Sums) -> Self {
        Self {
            mixture: Mixture::new(purchases.window(), purchases.p_alive(), sums),
            scale: spend.scale(),
            p_none: purchases.p_none(),
            mean: spend.mean().map(|order| purchases.mean() * order),
            variance: spend.variance_of_sum(purchases.mean(), purchases.variance()),
        }
    }

    /// E\[S\] = E\[X\] E\[Z\]; `None` if the mean of an order's value does not exist (q' ≤ 1).
    #[must_use]
    pub const fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// Var S; `None` if it does not exist (q' ≤ 2).
    #[must_use]
    pub const fn variance(&self) -> Option<f64> {
        self.variance
    }

    /// P(S = 0): no purchase at all.
    #[must_use]
    pub const fn p_none(&self) -> f64 {
        self.p_none
    }

    /// P(S ≤ s).
    #[must_use]
    pub fn cdf(&self, s: f64) -> f64 {
        if s < 0.0 {
            return 0.0;
        }
        if s == 0.0 {
            return self.p_none;
        }
        (self.p_none + self.point(s).below).min(1.0)
    }

    /// P(S > s): the probability of being worth more than a threshold.
    #[must_use]
    pub fn survival(&self, s: f64) -> f64 {
        if s < 0.0 {
            return 1.0;
        }
        if s == 0.0 {
            return self.mixture.total();
        }
        self.point(s).above
    }

    /// The density at s > 0, per unit of money; 0 elsewhere (the atom at 0 is [`Value::p_none`]).
    #[must_use]
    pub fn density(&self, s: f64) -> f64 {
        if s > 0.0 { self.point(s).density / s } else { 0.0 }
    }

    /// What is known at ln s, of a value that is `ln_factor` (a logarithm) times this one.
    pub(super) fn at_ln(&self, ln_s: f64, ln_factor: f64) -> SumPoint {
        self.mixture.at(ln_s - ln_factor - self.scale.ln())
    }

    fn point(&self, s: f64) -> SumPoint {
        if s == f64::INFINITY {
            return SumPoint { below: self.mixture.total(), ..SumPoint::default() };
        }
        self.mixture.at((s / self.scale).ln())
    }

    /// The smallest s with P(S ≤ s) ≥ `probability`; 0 where P(S = 0) reaches it.
    ///
    /// `probability` outside \[0, 1) is taken as 0 or as the largest number below 1.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> f64 {
        let probability = probability.min(1.0 - f64::EPSILON);
        self.scale * ratio_quantile(&self.mixture, probability - self.p_none, 1.0 - probability)
    }

    /// The smallest s with P(S > s) ≤ `tail`: the quantile told from above.
    #[must_use]
    pub fn upper_quantile(&self, tail: f64) -> f64 {
        let below = (1.0 - self.p_none) - tail;
        self.scale * ratio_quantile(&self.mixture, below, tail.max(f64::MIN_POSITIVE))
    }

    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.upper_quantile(0.5)
    }

    /// The central interval: the quantiles at (1 − level)/2 and 1 − (1 − level)/2.
    #[must_use]
    pub fn interval(&self, level: Share) -> (f64, f64) {
        let tail = 0.5 * (1.0 - level.get());
        (self.quantile(tail), self.upper_quantile(tail))
    }
}
