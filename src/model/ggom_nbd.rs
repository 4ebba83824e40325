//! GGom/NBD: purchases are Poisson until the customer leaves; the older the customer, the faster the leaving.

use std::f64::consts::PI;

use super::kernel::{Derivatives, Moments, Weighted};
use super::prior::Prior;
use super::ridges::{EXTREMES, NO_SPREAD};
use super::until_death::{Learned, Lifetime, Tangent, UntilDeath, checked, derivatives};
use crate::Result;
use crate::features::Rfm;
use crate::math::quadrature::distance;

/// GGom/NBD: purchases are Poisson until the customer leaves; the rate of leaving grows with the customer's age.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// η ~ Gamma(shape s, rate β)     lifetimes outlive u with probability exp(−η (e^(bu) − 1)): Gompertz's law, hence
///                                S(u) = (β/(β−1+e^(bu)))^s
/// ```
///
/// Bemmaor & Glady (2012), "Modeling Purchasing Behavior with Sudden 'Death': A Flexible Customer Lifetime Model", Management
/// Science 58(5), 1012–1021, with the conditional expectation as corrected by Adler's erratum (2022): who has lived T goes on
/// with r+x, α+T, b, s and 1+(β−1)e^(−bT). For b → 0 it is Pareto/NBD with β/b.
pub type GgomNbd = UntilDeath<GammaGompertz>;

impl GgomNbd {
    /// The model with these parameters; `alpha` is a rate in units of time, `b` per unit of time, `beta` a plain number.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, b: f64, s: f64, beta: f64) -> Result<Self> {
        checked(r, alpha, &[b, s, beta])
    }

    /// The rate at which leaving grows with age, per unit of time.
    #[must_use]
    pub const fn b(&self) -> f64 {
        self.lifetime.b
    }

    /// The shape of η across customers.
    #[must_use]
    pub const fn s(&self) -> f64 {
        self.lifetime.s
    }

    /// The rate of η's gamma law, a plain number.
    #[must_use]
    pub const fn beta(&self) -> f64 {
        self.lifetime.beta
    }
}

/// Gompertz lifetimes with gamma distributed scales: S(u) = (1+(e^(bu)−1)/β)^−s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGompertz {
    b: f64,
    s: f64,
    beta: f64,
}

/// From here on e^(bu) may be no number.
const LARGE: f64 = 500.0;
/// b times the mean age below this: within it, leaving grows by less than so much.
const NO_AGEING: f64 = 0.01;

impl GammaGompertz {
    /// D = β e^(−bu) + 1 − e^(−bu), in which (e^(bu)−1)/β = (1 − e^(−bu))/(D − (1 − e^(−bu))).
    fn fade(&self, u: f64) -> f64 {
        self.beta * (-self.b * u).exp() - (-self.b * u).exp_m1()
    }

    /// B = ln(1+(e^(bu)−1)/β).
    fn ln_growth(&self, u: f64) -> f64 {
        let &Self { b, beta, .. } = self;
        let age = b * u;
        if age < LARGE { (age.exp_m1() / beta).ln_1p() } else { age - beta.ln() + self.fade(u).ln() }
    }
}

impl Lifetime for GammaGompertz {
    const NAME: &'static str = "GGom/NBD";
    const ID: &'static str = "ggom-nbd";
    const ABOUT: &'static str =
        "Poisson purchases; the customer may leave at any moment, the faster the older";
    const PARAMETERS: &'static [&'static str] = &["b", "s", "beta"];

    fn parameters(&self) -> Vec<f64> {
        vec![self.b, self.s, self.beta]
    }

    fn at(parameters: &[f64]) -> Self {
        Self { b: parameters[0], s: parameters[1], beta: parameters[2] }
    }

    fn starts() -> Vec<Vec<f64>> {
        vec![vec![0.1, 0.5, 0.1], vec![1.0, 1.0, 1.0], vec![3.0, 0.3, 5.0]]
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { b: self.b / factor, ..*self }
    }

    fn ridge(&self, _moments: &Moments) -> Option<&'static str> {
        let &Self { b, s, beta } = self;
        if b < NO_AGEING {
            Some(
                "leaving does not grow with age, as far as these data go: b is at the border, where this is Pareto/NBD \
                 (--model pareto-nbd) with its beta for beta/b, and only beta/b is determined; predictions are those of \
                 Pareto/NBD",
            )
        } else if s > NO_SPREAD || beta > NO_SPREAD {
            Some(
                "all customers age alike, as far as these data go: only s/beta is determined, not s and beta",
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
        // The rate of leaving of a new customer is s b/β: as that of Pareto/NBD with β/b.
        prior
            .about(3, 0.6, 1.0)
            .believe(&[(3, 1.0), (2, 1.0), (4, -1.0)], 1.5_f64.ln(), 1.5)
            .about(2, 0.3, 1.5)
    }

    fn derivatives(law: &GgomNbd, rows: &[Weighted<Rfm>]) -> Derivatives {
        derivatives::<Self, 3>(law, rows)
    }

    /// −s B
    fn ln_survival(&self, u: f64) -> f64 {
        -self.s * self.ln_growth(u)
    }

    fn density_slope(&self, u: f64) -> f64 {
        self.b * (1.0 - (self.s + 1.0) / self.fade(u))
    }

    fn hazard(&self, u: f64) -> f64 {
        self.s * self.b / self.fade(u)
    }

    /// e^(bu) = 1 − β has a real root for β < 1.
    fn pole(&self) -> f64 {
        if self.beta < 1.0 { -(-self.beta).ln_1p() / self.b } else { f64::INFINITY }
    }

    /// The other roots stand in a column, (2k+1)π/b above and below the line for β > 1, 2kπ/b for β < 1.
    fn clearance(&self, from: f64, to: f64) -> f64 {
        let &Self { b, beta, .. } = self;
        if beta == 1.0 {
            return f64::INFINITY;
        }
        let height = if beta > 1.0 { PI } else { 2.0 * PI };
        distance((beta - 1.0).abs().ln() / b, height / b, from, to)
    }

    /// 1+(β−1)e^(−bT), of positive terms.
    fn left_after(&self, age: f64) -> Self {
        Self { beta: self.fade(age), ..*self }
    }

    fn outlived_with(&self, ln_survival: f64) -> f64 {
        let growth = -ln_survival / self.s; // B
        if growth < LARGE {
            (self.beta * growth.exp_m1()).ln_1p() / self.b
        } else {
            (growth + self.beta.ln()).max(0.0) / self.b
        }
    }
}

impl Learned<3> for GammaGompertz {
    /// With c = (e^(bu)−1)/(β−1+e^(bu)) = −∂B/∂ln β and g = bu e^(bu)/(β−1+e^(bu)) = ∂B/∂ln b.
    fn survival_tangent(&self, u: f64) -> Tangent<3> {
        let s = self.s;
        let [bent, c, g, gg] = self.parts(u);
        let (sb, sc, sg) = (s * bent, s * c, s * g);
        Tangent {
            factor: 1.0,
            ln: -sb,
            gradient: [-sg, -sb, sc],
            hessian: [[-s * gg, -sg, sg * (1.0 - c)], [-sg, -sb, sc], [sg * (1.0 - c), sc, -sc * (1.0 - c)]],
        }
    }

    fn density_tangent(&self, u: f64) -> Tangent<3> {
        let &Self { b, s, .. } = self;
        let [bent, c, g, gg] = self.parts(u);
        let (sb, sc, sg, s1) = (s * bent, s * c, s * g, s + 1.0);
        Tangent {
            factor: self.hazard(u),
            ln: -sb,
            gradient: [1.0 + b * u - s1 * g, 1.0 - sb, s1 * c - 1.0],
            hessian: [
                [b * u - s1 * gg, -sg, s1 * g * (1.0 - c)],
                [-sg, -sb, sc],
                [s1 * g * (1.0 - c), sc, -s1 * c * (1.0 - c)],
            ],
        }
    }
}

impl GammaGompertz {
    /// B, c, g, and ∂g/∂ln b = g (1 + bu − g).
    fn parts(&self, u: f64) -> [f64; 4] {
        let age = self.b * u;
        let fade = self.fade(u);
        let (c, g) = (-(-age).exp_m1() / fade, age / fade);
        [self.ln_growth(u), c, g, g * (1.0 + age - g)]
    }
}
