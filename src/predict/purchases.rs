//! How many purchases a customer will make in the horizon.

use crate::features::Rfm;
use crate::model::{Law, PurchaseModel};
use crate::units::{Periods, Share};

use super::window::Window;

/// The predictive distribution of the number of purchases in the next t units of time: nothing with probability
/// 1 − P(alive), otherwise the model's law at updated parameters.
///
/// It is a distribution as a value: mean, variance, probabilities and quantiles are read off it, none is simulated.
/// Every number is finite. Probabilities are right to full relative accuracy where the law's are.
#[derive(Debug, Clone)]
pub struct Purchases<L> {
    law: L,
    horizon: f64,
    p_alive: f64,
    /// E\[X | alive\] and Var(X | alive).
    moments: (f64, f64),
    window: Window,
}

impl<L: Law> Purchases<L> {
    /// What a customer with a history will do.
    pub fn of<M: PurchaseModel<Future = L>>(model: &M, customer: &Rfm, horizon: Periods) -> Self {
        Self::new(model.given_alive(customer), model.p_alive(customer), horizon)
    }

    /// What a customer acquired now will do; the first purchase, by which they were acquired, is not counted.
    pub fn of_newcomer<M: PurchaseModel<Future = L>>(model: &M, horizon: Periods) -> Self {
        Self::of(model, &Rfm::NEWCOMER, horizon)
    }

    /// From the law of a living customer and the probability of being one.
    pub fn new(law: L, p_alive: f64, horizon: Periods) -> Self {
        let window = Window::of(&law, horizon.get());
        let moments = law.mean_and_variance(horizon.get());
        Self { law, horizon: horizon.get(), p_alive, moments, window }
    }

    /// P(alive) at the cut-off.
    #[must_use]
    pub const fn p_alive(&self) -> f64 {
        self.p_alive
    }

    /// E\[X\].
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.p_alive * self.moments.0
    }

    /// Var X = P(alive) Var(X | alive) + P(alive) (1 − P(alive)) E\[X | alive\]².
    #[must_use]
    pub fn variance(&self) -> f64 {
        let (mean, variance) = self.moments;
        self.p_alive * (variance + (1.0 - self.p_alive) * mean * mean)
    }

    /// P(X = 0).
    #[must_use]
    pub fn p_none(&self) -> f64 {
        (1.0 - self.p_alive) + self.p_alive * self.window.none()
    }

    /// P(X > 0).
    #[must_use]
    pub fn p_some(&self) -> f64 {
        self.p_alive * self.window.some()
    }

    /// P(X = n).
    #[must_use]
    pub fn pmf(&self, n: u64) -> f64 {
        if n == 0 {
            return self.p_none();
        }
        let living = self
            .window
            .term(n)
            .unwrap_or_else(|| self.law.survival(n - 1, self.horizon) - self.law.survival(n, self.horizon));
        self.p_alive * living.max(0.0)
    }

    /// P(X > n).
    #[must_use]
    pub fn survival(&self, n: u64) -> f64 {
        self.p_alive * self.law.survival(n, self.horizon)
    }

    /// P(X ≤ n).
    #[must_use]
    pub fn cdf(&self, n: u64) -> f64 {
        1.0 - self.survival(n)
    }

    /// The quantile: the smallest n with P(X ≤ n) ≥ `probability`, that is with P(X > n) ≤ 1 − `probability`.
    ///
    /// `probability` outside \[0, 1) is taken as 0 or as the largest number below 1.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> u64 {
        self.upper_quantile(1.0 - probability)
    }

    /// The smallest n with P(X > n) ≤ `tail`: the quantile told from above, where 1 − `tail` would lose digits.
    ///
    /// The tail is summed from its far end, so that no cancellation decides; tails too far out for a sum are found by
    /// bisection on the law's survival function.
    #[must_use]
    pub fn upper_quantile(&self, tail: f64) -> u64 {
        let tail = tail.max(f64::MIN_POSITIVE);
        if self.p_some() <= tail {
            return 0;
        }
        let living = tail / self.p_alive;
        self.window.upper_quantile(living).unwrap_or_else(|| self.bisect(living))
    }

    /// The median: the point that is best in absolute error.
    #[must_use]
    pub fn median(&self) -> u64 {
        self.upper_quantile(0.5)
    }

    /// The central interval: the quantiles at (1 − level)/2 and 1 − (1 − level)/2.
    #[must_use]
    pub fn interval(&self, level: Share) -> (u64, u64) {
        let tail = 0.5 * (1.0 - level.get());
        (self.quantile(tail), self.upper_quantile(tail))
    }

    /// The smallest n with P(X > n | alive) ≤ `tail`, by doubling and halving.
    fn bisect(&self, tail: f64) -> u64 {
        let above = |n: u64| self.law.survival(n, self.horizon) > tail;
        let mut high = 1;
        while above(high) && high < 1 << 52 {
            high *= 2;
        }
        let mut low = high / 2; // `above(low)` holds, or low = 0 is yet to be tried
        if low <= 1 && !above(0) {
            return 0;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if above(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The probabilities of one purchase and more, as weights on numbers of orders.
    pub(super) const fn window(&self) -> &Window {
        &self.window
    }
}
