//! Alive or not, after a silence.

use super::{Lifetime, UntilDeath};
use crate::math::quadrature::{Shape, pieces};

/// The two ways to a silence from t_x to T, in logs: still alive, or gone in between, given alive at t_x. Told from t_x on, the
/// powers are small, however busy the customer was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fates {
    /// ln S(t_x) (1+t_x/α)^−m
    ln_before: f64,
    /// ln S(T)/S(t_x) ((α+T)/(α+t_x))^−m
    ln_alive: f64,
    /// ln ∫_{t_x}^T f(u)/S(t_x) ((α+u)/(α+t_x))^−m du
    ln_gone: f64,
}

impl Fates {
    /// ln of their sum.
    pub(super) fn ln_total(self) -> f64 {
        let high = self.ln_alive.max(self.ln_gone);
        if high == f64::NEG_INFINITY {
            return high;
        }
        self.ln_before + high + (self.ln_alive.min(self.ln_gone) - high).exp().ln_1p()
    }

    /// The part of the living; 0 where it is below all numbers.
    pub(super) fn p_alive(self) -> f64 {
        if self.ln_alive == f64::NEG_INFINITY {
            return 0.0;
        }
        1.0 / (1.0 + (self.ln_gone - self.ln_alive).exp())
    }
}

/// A silence of customers who would have bought with probability 1 − (1+u/α)^−m: the integrand f(u) (1+u/α)^−m.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Silence<'a, L> {
    pub(crate) alpha: f64,
    /// m = r + x
    pub(crate) m: f64,
    pub(crate) lifetime: &'a L,
}

impl<L: Lifetime> Shape for Silence<'_, L> {
    fn origin(&self) -> f64 {
        self.alpha.min(self.lifetime.pole())
    }

    fn slope(&self, u: f64) -> f64 {
        self.lifetime.density_slope(u) - self.m / (self.alpha + u)
    }

    fn clearance(&self, from: f64, to: f64) -> f64 {
        self.lifetime.clearance(from, to)
    }
}

impl<L: Lifetime> Silence<'_, L> {
    /// ln S(u) (1+u/α)^−m.
    pub(crate) fn ln_alive(&self, u: f64) -> f64 {
        self.lifetime.ln_survival(u) - self.m * (u / self.alpha).ln_1p()
    }

    /// Gives `visit` every node with the integrand there times its weight, in units of e^`unit`, and returns their sum.
    ///
    /// (1+u/α)^−m falls, so what lies beyond a point is at most what is alive there: the walk ends where that is nothing.
    pub(crate) fn walk(&self, from: f64, to: f64, unit: f64, mut visit: impl FnMut(f64, f64) -> f64) -> f64 {
        let mut sum = 0.0;
        if !L::ENDS || to <= from {
            return sum;
        }
        for piece in pieces(self, from, to) {
            for (u, weight) in piece.nodes() {
                sum += visit(u, weight);
            }
            if piece.to < to && (self.ln_alive(piece.to) - unit).exp() <= 1e-18 * sum {
                break;
            }
        }
        sum
    }

    /// Both fates of a silence from `from` to `to`.
    pub(super) fn fates(&self, from: f64, to: f64) -> Fates {
        let (ln_before, ln_there) = (self.ln_alive(from), self.lifetime.ln_survival(from));
        let ln_since = |u: f64| {
            self.lifetime.ln_survival(u) - ln_there - self.m * ((u - from) / (self.alpha + from)).ln_1p()
        };
        let gone =
            self.walk(from, to, ln_before, |u, weight| weight * self.lifetime.hazard(u) * ln_since(u).exp());
        Fates { ln_before, ln_alive: ln_since(to), ln_gone: gone.ln() }
    }
}

impl<L: Lifetime> UntilDeath<L> {
    pub(super) fn silence(&self, frequency: u32) -> Silence<'_, L> {
        Silence { alpha: self.alpha, m: self.r + f64::from(frequency), lifetime: &self.lifetime }
    }
}
