//! Pareto/NBD: purchases are Poisson until the customer leaves, at a rate of their own as well.

use super::kernel::{Derivatives, Moments, Weighted};
use super::prior::Prior;
use super::ridges::{EXTREMES, NO_SPREAD};
use super::until_death::{Learned, Lifetime, Tangent, UntilDeath, checked, derivatives};
use crate::Result;
use crate::features::Rfm;
use crate::math::special::tricomi_u;

/// Pareto/NBD: purchases are Poisson until the customer leaves, which may be at any moment.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// μ ~ Gamma(shape s, rate β)     the rate of leaving, hence S(u) = (β/(β+u))^s: Pareto of the second kind
/// ```
///
/// Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do Next?", Management
/// Science 33(1), 1–24; Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model", note 009. Discounted: Fader, Hardie &
/// Lee (2005), "RFM and CLV", Journal of Marketing Research 42(4), 415–430.
pub type ParetoNbd = UntilDeath<Pareto>;

impl ParetoNbd {
    /// The model with these parameters; `alpha` and `beta` are rates, in units of time.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self> {
        checked(r, alpha, &[s, beta])
    }

    /// The shape of the rates of leaving across customers.
    #[must_use]
    pub const fn s(&self) -> f64 {
        self.lifetime.s
    }

    /// The rate β of the gamma law of the rates of leaving, in units of time.
    #[must_use]
    pub const fn beta(&self) -> f64 {
        self.lifetime.beta
    }
}

/// Exponential lifetimes with gamma distributed rates: S(u) = (1+u/β)^−s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pareto {
    s: f64,
    beta: f64,
}

impl Lifetime for Pareto {
    const NAME: &'static str = "Pareto/NBD";
    const ID: &'static str = "pareto-nbd";
    const ABOUT: &'static str =
        "Poisson purchases; the customer may leave at any moment, at a rate of their own";
    const PARAMETERS: &'static [&'static str] = &["s", "beta"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.s, self.beta]
    }

    fn at(parameters: &[f64]) -> Self {
        Self { s: parameters[0], beta: parameters[1] }
    }

    fn starts() -> Vec<Vec<f64>> {
        vec![vec![0.5, 0.5], vec![1.0, 1.0], vec![0.3, 2.0]]
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { s: self.s, beta: self.beta * factor }
    }

    fn ridge(&self, _moments: &Moments) -> Option<&'static str> {
        let &Self { s, beta } = self;
        if s > NO_SPREAD || beta > NO_SPREAD {
            Some(
                "all customers leave at the same rate, as far as these data go: only s/beta is determined, not s and beta",
            )
        } else if s < EXTREMES || beta < EXTREMES {
            Some(
                "customers either leave at once or as good as never, as far as these data go: s and beta are at the \
                 border. The history may be too short",
            )
        } else {
            None
        }
    }

    fn believe(prior: Prior) -> Prior {
        prior.rates_of_leaving(2, 3)
    }

    fn derivatives(law: &ParetoNbd, rows: &[Weighted<Rfm>]) -> Derivatives {
        derivatives::<Self, 2>(law, rows)
    }

    /// −s ln(1+u/β)
    fn ln_survival(&self, u: f64) -> f64 {
        -self.s * (u / self.beta).ln_1p()
    }

    fn density_slope(&self, u: f64) -> f64 {
        -(self.s + 1.0) / (self.beta + u)
    }

    fn hazard(&self, u: f64) -> f64 {
        self.s / (self.beta + u)
    }

    fn pole(&self) -> f64 {
        self.beta
    }

    fn left_after(&self, age: f64) -> Self {
        Self { s: self.s, beta: self.beta + age }
    }

    fn outlived_with(&self, ln_survival: f64) -> f64 {
        self.beta * (-ln_survival / self.s).exp_m1()
    }

    /// β (1 − (1+t/β)^(1−s))/(s−1), with ℓ = ln(1+t/β) as β ℓ (e^y − 1)/y, y = (1−s) ℓ: smooth through s = 1.
    fn mean_to(&self, t: f64) -> f64 {
        let growth = (t / self.beta).ln_1p();
        let y = (1.0 - self.s) * growth;
        let factor = if y == 0.0 { 1.0 } else { y.exp_m1() / y };
        self.beta * growth * factor
    }

    /// ∫_0^∞ e^(−δu) (1+u/β)^−s du = β U(1, 2−s, δβ) (DLMF 13.4.4), which is β^s δ^(s−1) U(s, s, δβ), as Fader, Hardie & Lee have
    /// it, by Kummer's transformation (13.2.40).
    fn discounted(&self, delta: f64) -> f64 {
        self.beta * tricomi_u(1.0, 2.0 - self.s, delta * self.beta)
    }
}

impl Learned<2> for Pareto {
    /// With B = ln(1+u/β) and c = u/(β+u) = −∂B/∂ln β, of which the derivative is −c(1−c).
    #[inline]
    fn survival_tangent(&self, u: f64) -> Tangent<2> {
        let &Self { s, beta } = self;
        let (b, c) = ((u / beta).ln_1p(), u / (beta + u));
        Tangent {
            factor: 1.0,
            ln: -s * b,
            gradient: [-s * b, s * c],
            hessian: [[-s * b, s * c], [s * c, -s * c * (1.0 - c)]],
        }
    }

    #[inline]
    fn density_tangent(&self, u: f64) -> Tangent<2> {
        let &Self { s, beta } = self;
        let (b, c) = ((u / beta).ln_1p(), u / (beta + u));
        Tangent {
            factor: s / (beta + u),
            ln: -s * b,
            gradient: [1.0 - s * b, (s + 1.0) * c - 1.0],
            hessian: [[-s * b, s * c], [s * c, -(s + 1.0) * c * (1.0 - c)]],
        }
    }
}
