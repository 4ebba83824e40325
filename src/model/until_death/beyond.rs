//! P(X(t) > n), and when the first purchase comes.

use super::{Lifetime, UntilDeath};
use crate::math::special::{IncompleteBeta, beta_inc};
use crate::model::first::{crossing, finite, poisson};

/// What is e^−this of an integrand's top is left out: 6e-19.
const DROP: f64 = 42.0;
/// Beyond e^this a time is no number; what happens later is told by the power of time with which the integrand falls.
const FAR: f64 = 690.0;

/// The integrand of P(X(t) > n) = E\[1(T ≤ t) S(T)\] on the axis y = ln u, T the moment of purchase n + 1: the density of
/// T/(α+T) ~ Beta(n+1, r), and the chance to outlive it. Its logarithm is concave in y.
struct Arrival<'a, L> {
    law: &'a UntilDeath<L>,
    /// n + 1
    nth: f64,
    moment: IncompleteBeta,
}

impl<L: Lifetime> Arrival<'_, L> {
    fn ln_density(&self, u: f64) -> f64 {
        let whole = self.law.alpha + u;
        self.moment.ln_logit_density(u / whole, self.law.alpha / whole) + self.law.lifetime.ln_survival(u)
    }

    /// Its slope in y: (n+1) − (n+1+r) u/(α+u) − u h(u).
    fn slope(&self, y: f64) -> f64 {
        let (u, alpha) = (y.exp(), self.law.alpha);
        let whole = alpha + u;
        self.nth * (alpha / whole) - self.law.r * (u / whole) - u * self.law.lifetime.hazard(u)
    }

    /// Where it is highest up to `end`, to within half an e-fold of the height.
    fn top(&self, end: f64) -> f64 {
        let without_death = (self.nth * (self.law.alpha / self.law.r)).ln().min(end);
        if self.slope(without_death) >= 0.0 {
            return without_death;
        }
        let (mut low, mut high, mut step) = (without_death, without_death, 0.5);
        while self.slope(low) < 0.0 && low > -FAR {
            (low, high, step) = (low - step, low, 2.0 * step);
        }
        while self.slope(low) * (high - low) > 0.5 && high - low > 1e-12 {
            let middle = 0.5 * (low + high);
            if self.slope(middle) < 0.0 { high = middle } else { low = middle }
        }
        low
    }

    /// How far from the top in one direction it has fallen by [`DROP`], or somewhat farther; at most `most`.
    fn reach(&self, top: f64, direction: f64, first: f64, most: f64) -> f64 {
        let floor = self.ln_density(top.exp()) - DROP;
        let above = |far: f64| self.ln_density((top + direction * far).exp()) > floor;
        let (mut near, mut far) = (0.0, first);
        while far < most && above(far) {
            (near, far) = (far, 2.0 * far);
        }
        far = far.min(most);
        for _ in 0..3 {
            let middle = 0.5 * (near + far);
            if above(middle) { near = middle } else { far = middle }
        }
        far
    }
}

impl<L: Lifetime> UntilDeath<L> {
    /// P(X(t) > n) = E\[1(T ≤ t) S(T)\] for the moment T of purchase n + 1; t may be infinite.
    pub(super) fn more_than(&self, n: u64, t: f64) -> f64 {
        let &Self { r, alpha, lifetime } = self;
        let nth = n as f64 + 1.0;
        if !L::ENDS {
            return if t < f64::INFINITY {
                beta_inc(nth, r, t / (alpha + t), alpha / (alpha + t)).0
            } else {
                1.0
            };
        }
        let arrival = Arrival { law: self, nth, moment: IncompleteBeta::new(nth, r) };
        let end = t.ln().min(FAR);
        let top = arrival.top(end);
        if arrival.ln_density(top.exp()) < -750.0 {
            return 0.0;
        }
        // To the left the slope is at most n + 1.
        let left = arrival.reach(top, -1.0, DROP / nth, 2.0 * FAR);
        let right = arrival.reach(top, 1.0, 1e-3 * left, end - top);
        let (low, high) =
            ((top - left).exp(), if right < end - top { (top + right).exp() } else { t.min(FAR.exp()) });
        let mut sum = 0.0;
        for piece in self.pieces(high, nth) {
            for (u, weight) in piece.nodes() {
                sum += weight / u * arrival.ln_density(u).exp();
            }
            if piece.from <= low {
                break;
            }
        }
        if end == FAR && right >= end - top {
            sum += arrival.ln_density(high).exp() / (r + high * lifetime.hazard(high));
        }
        sum
    }

    /// P(X(∞) > 0).
    pub(super) fn ever_again(&self) -> f64 {
        self.more_than(0, f64::INFINITY)
    }

    /// When P(X(t) > 0) reaches a probability.
    pub(super) fn first(&self, probability: f64) -> Option<f64> {
        let without_death = |p: f64| poisson(self.r, self.alpha, p);
        if !L::ENDS {
            return finite(without_death(probability));
        }
        let ever = self.ever_again();
        let near = without_death((probability / ever).min(1.0));
        crossing(|t| self.more_than(0, t), ever, probability, near)
    }
}
