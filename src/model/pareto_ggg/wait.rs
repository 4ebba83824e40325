//! The wait for the next purchase, given the regularity.

use crate::math::special::{beta_inc, ln_beta, ln_beta_inc};

/// The time from one purchase to the next, y, of a living customer of regularity k whose rate is not known: given the rate it is
/// Gamma(k, kλ), and λ ~ Gamma(a, A), so that k y / A is a beta prime variate,
///
/// ```text
/// h(y) dy = z-density with  z = ln(k y / A):   e^(kz) (1 + e^z)^−(a+k) / B(k, a) dz
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wait {
    /// The regularity, k.
    pub(super) k: f64,
    /// The shape of the rate, a = r + kx.
    pub(super) a: f64,
    /// A / k = α/k + t_x: the time at which z = 0.
    pub(super) scale: f64,
    /// ln B(k, a).
    ln_beta: f64,
}

impl Wait {
    pub(super) fn new(k: f64, a: f64, scale: f64) -> Self {
        Self { k, a, scale, ln_beta: ln_beta(k, a) }
    }

    /// The law with density ∝ y h(y): shapes k + 1 and a − 1; only its form is used.
    pub(super) fn tilted(&self) -> Self {
        Self { k: self.k + 1.0, a: self.a - 1.0, ..*self }
    }

    /// The law of the sum of n such waits of one customer: shapes kn and a.
    pub(super) fn of_sum(k: f64, n: f64, a: f64, scale: f64) -> Self {
        Self { k: k * n, a, scale, ln_beta: ln_beta(k * n, a) }
    }

    /// z of a time.
    pub(super) fn z(&self, time: f64) -> f64 {
        (time / self.scale).ln()
    }

    /// z of the most probable z.
    pub(super) fn mode(&self) -> f64 {
        (self.k / self.a).ln()
    }

    /// ln of the density of z, from z and e^z.
    pub(super) fn ln_density(&self, z: f64, odds: f64) -> f64 {
        self.k * z - (self.a + self.k) * odds.ln_1p() - self.ln_beta
    }

    /// P(wait > time).
    pub(super) fn beyond(&self, time: f64) -> f64 {
        let total = time + self.scale;
        beta_inc(self.a, self.k, self.scale / total, time / total).0
    }

    /// ln P(wait > time).
    pub(super) fn ln_beyond(&self, time: f64) -> f64 {
        if time <= 0.0 {
            return 0.0;
        }
        let total = time + self.scale;
        ln_beta_inc(self.a, self.k, self.scale / total, time / total).0
    }

    /// The z right of `from` (at or right of the mode) at which the density has fallen by e^(−`drop`).
    pub(super) fn right_end(&self, from: f64, drop: f64) -> f64 {
        from + reach(self.k, self.a, from, drop)
    }

    /// The z left of `from` (at or left of the mode) at which the density has fallen by e^(−`drop`).
    pub(super) fn left_end(&self, from: f64, drop: f64) -> f64 {
        from - reach(self.a, self.k, -from, drop)
    }
}

/// The δ with g(z) − g(z + δ) = L for g(z) = p z − (p + q) ln(1 + e^z), z at or beyond its top, by Newton's method from outside: g
/// is concave, and δ = (L + (p + q) ln(1 + e^(−z)))/q is too far.
fn reach(p: f64, q: f64, z: f64, drop: f64) -> f64 {
    let before = softplus(z);
    let mut delta = (drop + (p + q) * softplus(-z)) / q;
    for _ in 0..4 {
        let odds_against = (-(z + delta)).exp();
        let fallen = -p * delta + (p + q) * (softplus(z + delta) - before);
        let slope = (p + q) / (1.0 + odds_against) - p;
        if slope <= 0.0 || !slope.is_finite() {
            break;
        }
        delta -= (fallen - drop) / slope;
    }
    delta
}

/// ln(1 + e^z).
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}
