//! Purchases that are NBD until a lifetime ends: what NBD, Pareto/NBD and GGom/NBD have in common.
//!
//! A living customer buys at a steady rate λ ~ Gamma(shape r, rate α). The lifetime τ has nothing to do with λ; across
//! customers it outlives u with probability S(u), and has the density f = −S′. Everything else follows:
//!
//! ```text
//! L(x, t_x, T) = Γ(r+x)/Γ(r) α^−x { S(T) (1+T/α)^−(r+x) + ∫_{t_x}^T f(u) (1+u/α)^−(r+x) du }
//! P(alive)     = the first part of { } over both
//! the future of who is alive:  r+x, α+T, and the lifetime of who has lived T
//! E[X(t)]      = r/α ∫_0^t S(u) du
//! P(X(t) = n)  = NB_n(t) S(t) + ∫_0^t NB_n(u) f(u) du
//! ```
//!
//! The integral is over positive terms, at nodes chosen beforehand ([`crate::math::quadrature::pieces`]). Its textbook form,
//! a difference of two 2F1, loses digits where α is near β or T near t_x, and overflows for x in the hundreds; here
//! derivatives are taken under the integral, and nothing cancels. Only S and f tell the models apart ([`Lifetime`]).

mod alive;
mod beyond;
mod counts;
mod future;
mod likelihood;
mod purchases;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

use super::kernel::{Derivatives, Moments, Weighted, all_positive};
use super::prior::Prior;
use crate::Result;
use crate::features::Rfm;
use crate::math::quadrature::{Shape, pieces};

pub(super) use likelihood::derivatives;

/// How long customers live, as a law across customers.
pub trait Lifetime: Copy + Debug + PartialEq + Send + Sync {
    /// The model's usual name.
    const NAME: &'static str;
    /// Its identifier.
    const ID: &'static str;
    /// What it assumes, in one line.
    const ABOUT: &'static str;
    /// The names of the lifetime's parameters.
    const PARAMETERS: &'static [&'static str];
    /// Whether lifetimes end at all.
    const ENDS: bool = true;

    /// The lifetime's parameters.
    fn parameters(&self) -> Vec<f64>;

    /// The lifetime with these parameters, as many as there are names, all positive and finite.
    fn at(parameters: &[f64]) -> Self;

    /// Parameters to start a climb from, where the mean age is 1.
    fn starts() -> Vec<Vec<f64>>;

    /// The same lifetime with time told in units `factor` times as small.
    #[must_use]
    fn rescaled(&self, factor: f64) -> Self;

    /// The ridge on which these parameters may lie, in words, where the mean age is 1.
    fn ridge(&self, moments: &Moments) -> Option<&'static str>;

    /// What is believed of the lifetime before any data, where the mean age is 1; its first parameter is coordinate 2.
    #[must_use]
    fn believe(prior: Prior) -> Prior;

    /// ln L of many customers with its derivatives: [`derivatives`] for the right number of parameters.
    #[doc(hidden)]
    fn derivatives(law: &UntilDeath<Self>, rows: &[Weighted<Rfm>]) -> Derivatives;

    /// ln S(u): the probability to outlive u.
    fn ln_survival(&self, u: f64) -> f64;

    /// h(u) = −d ln S/du, the rate at which those who are there at u leave: f = h S.
    fn hazard(&self, u: f64) -> f64;

    /// d ln f/du.
    fn density_slope(&self, u: f64) -> f64;

    /// How far to the left of 0 the first singularity of f on the real line is.
    fn pole(&self) -> f64;

    /// The distance of f's singularities beside the real line from \[from, to\].
    fn clearance(&self, _from: f64, _to: f64) -> f64 {
        f64::INFINITY
    }

    /// The lifetime left to those who have lived for `age`.
    #[must_use]
    fn left_after(&self, age: f64) -> Self;

    /// The u with ln S(u) = `ln_survival`; ∞ if it is beyond all numbers.
    fn outlived_with(&self, ln_survival: f64) -> f64;

    /// E\[min(τ, t)\] = ∫_0^t S.
    fn mean_to(&self, t: f64) -> f64 {
        discounted_life(self, t, 0.0)
    }

    /// ∫_0^∞ e^(−δu) S(u) du.
    fn discounted(&self, delta: f64) -> f64 {
        discounted_life(self, FOREVER / delta, delta)
    }
}

/// e^−45 = 3e-20: beyond so many 1/δ nothing counts.
const FOREVER: f64 = 45.0;

/// S or f at one moment as `factor` e^`ln`, and the derivatives of its logarithm in the logarithms of the lifetime's parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tangent<const N: usize> {
    /// 1, or h(u).
    pub(crate) factor: f64,
    /// ln S(u).
    pub(crate) ln: f64,
    pub(crate) gradient: [f64; N],
    /// Both triangles.
    pub(crate) hessian: [[f64; N]; N],
}

/// A lifetime whose parameters can be learned: N of them, each with its logarithm for a coordinate.
pub(crate) trait Learned<const N: usize>: Lifetime {
    /// ln S(u) with its derivatives.
    fn survival_tangent(&self, u: f64) -> Tangent<N>;

    /// ln f(u) with its derivatives.
    fn density_tangent(&self, u: f64) -> Tangent<N>;
}

/// Purchases that are NBD with shape r and rate α (in units of time) until the lifetime ends: the model, and the law of a
/// living customer's purchases from now on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UntilDeath<L> {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) lifetime: L,
}

impl<L: Lifetime> UntilDeath<L> {
    /// Its usual name.
    pub const NAME: &'static str = L::NAME;
    /// Its identifier.
    pub const ID: &'static str = L::ID;
    /// What it assumes, in one line.
    pub const ABOUT: &'static str = L::ABOUT;

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub fn template() -> Self {
        Self { r: 1.0, alpha: 1.0, lifetime: L::at(&vec![1.0; L::PARAMETERS.len()]) }
    }

    /// The shape of the purchase rates across customers.
    #[must_use]
    pub const fn r(&self) -> f64 {
        self.r
    }

    /// The rate α of the purchase rates' gamma law, in units of time.
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// How long customers live.
    #[must_use]
    pub const fn lifetime(&self) -> &L {
        &self.lifetime
    }
}

/// Checks r, α and the parameters of a lifetime.
pub(super) fn checked<L: Lifetime>(r: f64, alpha: f64, lifetime: &[f64]) -> Result<UntilDeath<L>> {
    let names = ["r", "alpha"].iter().chain(L::PARAMETERS);
    all_positive(L::NAME, names.copied().zip([r, alpha].iter().chain(lifetime).copied()))?;
    Ok(UntilDeath { r, alpha, lifetime: L::at(lifetime) })
}

/// ∫_0^t e^(−δu) S(u) du.
pub(crate) fn discounted_life<L: Lifetime>(lifetime: &L, t: f64, delta: f64) -> f64 {
    let shape = Staying { lifetime, origin: lifetime.pole().min(t), delta };
    let mut sum = 0.0;
    for piece in pieces(&shape, 0.0, t) {
        for (u, weight) in piece.nodes() {
            sum += weight * (lifetime.ln_survival(u) - delta * u).exp();
        }
        // S falls: what is left is at most as long as the rest.
        if (lifetime.ln_survival(piece.to) - delta * piece.to).exp() * (t - piece.to) <= 1e-18 * sum {
            break;
        }
    }
    sum
}

/// The shape of e^(−δu) S(u).
struct Staying<'a, L> {
    lifetime: &'a L,
    origin: f64,
    delta: f64,
}

impl<L: Lifetime> Shape for Staying<'_, L> {
    fn origin(&self) -> f64 {
        self.origin
    }

    fn slope(&self, u: f64) -> f64 {
        -self.delta - self.lifetime.hazard(u)
    }

    fn clearance(&self, from: f64, to: f64) -> f64 {
        self.lifetime.clearance(from, to)
    }
}
