//! NBD: everybody buys at a steady rate of their own, and nobody leaves.

use super::kernel::{Derivatives, Moments, Weighted};
use super::prior::Prior;
use super::until_death::{Learned, Lifetime, Tangent, UntilDeath, checked, derivatives};
use crate::Result;
use crate::features::Rfm;

/// NBD: purchases are Poisson, and nobody leaves.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// ```
///
/// Ehrenberg (1959), "The Pattern of Consumer Purchases", Applied Statistics 8(1), 26–41; Morrison & Schmittlein (1988),
/// Journal of Business & Economic Statistics 6(2), 145–159. What every model with drop-out becomes where none is visible.
pub type Nbd = UntilDeath<Forever>;

impl Nbd {
    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless both are positive and finite.
    pub fn new(r: f64, alpha: f64) -> Result<Self> {
        checked(r, alpha, &[])
    }
}

/// The lifetime without an end: S = 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forever;

impl Lifetime for Forever {
    const NAME: &'static str = "NBD";
    const ID: &'static str = "nbd";
    const ABOUT: &'static str = "Poisson purchases; nobody leaves";
    const PARAMETERS: &'static [&'static str] = &[];
    const ENDS: bool = false;

    fn parameters(&self) -> Vec<f64> {
        Vec::new()
    }

    fn at(_: &[f64]) -> Self {
        Self
    }

    fn starts() -> Vec<Vec<f64>> {
        vec![Vec::new(); 2]
    }

    fn rescaled(&self, _factor: f64) -> Self {
        Self
    }

    fn ridge(&self, _moments: &Moments) -> Option<&'static str> {
        None
    }

    fn believe(prior: Prior) -> Prior {
        prior
    }

    fn derivatives(law: &Nbd, rows: &[Weighted<Rfm>]) -> Derivatives {
        derivatives::<Self, 0>(law, rows)
    }

    fn ln_survival(&self, _u: f64) -> f64 {
        0.0
    }

    fn density_slope(&self, _u: f64) -> f64 {
        0.0
    }

    fn hazard(&self, _u: f64) -> f64 {
        0.0
    }

    fn pole(&self) -> f64 {
        f64::INFINITY
    }

    fn left_after(&self, _age: f64) -> Self {
        Self
    }

    fn outlived_with(&self, _ln_survival: f64) -> f64 {
        f64::INFINITY
    }

    fn mean_to(&self, t: f64) -> f64 {
        t
    }

    fn discounted(&self, delta: f64) -> f64 {
        1.0 / delta
    }
}

impl Learned<0> for Forever {
    fn survival_tangent(&self, _u: f64) -> Tangent<0> {
        Tangent { factor: 1.0, ln: 0.0, gradient: [], hessian: [] }
    }

    fn density_tangent(&self, _u: f64) -> Tangent<0> {
        Tangent { factor: 0.0, ln: 0.0, gradient: [], hessian: [] }
    }
}
