//! BG/NBD: purchases are Poisson, and after each repeat purchase the customer may leave.

mod future;
mod likelihood;

use super::kernel::{
    Derivatives, Likelihood, Moments, Parametric, PurchaseLikelihood, PurchaseModel, Weighted,
};
use super::prior::Prior;
use super::ridges;
use crate::features::Rfm;
use crate::math::special::ln_poch;
use crate::{Error, Result};

/// BG/NBD: purchases are Poisson, and after each repeat purchase the customer may leave.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// p ~ Beta(a, b)                 probability of leaving after a repeat purchase
/// ```
///
/// Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way", Marketing Science 24(2), 275–284.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

impl BgNbd {
    /// Its usual name.
    pub const NAME: &'static str = "BG/NBD";
    /// Its identifier.
    pub const ID: &'static str = "bg-nbd";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str = "Poisson purchases; after each repeat purchase the customer may leave";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self { r: 1.0, alpha: 1.0, a: 1.0, b: 1.0 }
    }

    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        for (name, value) in [("r", r), ("alpha", alpha), ("a", a), ("b", b)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Parameter { model: Self::NAME, name, value, rule: "positive and finite" });
            }
        }
        Ok(Self { r, alpha, a, b })
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

    /// The first shape of the drop-out chances across customers.
    #[must_use]
    pub const fn a(&self) -> f64 {
        self.a
    }

    /// The second shape of the drop-out chances across customers.
    #[must_use]
    pub const fn b(&self) -> f64 {
        self.b
    }

    /// ln of the odds of having left: D = ln a − ln(b+x−1) + (r+x) ln((α+T)/(α+t_x)), for x > 0.
    fn ln_odds_gone(&self, c: &Rfm) -> f64 {
        let &Self { r, alpha, a, b } = self;
        let x = f64::from(c.frequency);
        let silence = (r + x) * ((c.age - c.recency) / (alpha + c.recency)).ln_1p();
        a.ln() - (b + (x - 1.0)).ln() + silence
    }
}

impl Parametric for BgNbd {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["r", "alpha", "a", "b"].map(str::to_owned).to_vec()
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [r, alpha, a, b] => Self::new(r, alpha, a, b),
            _ => Err(Error::Undefined(format!("BG/NBD has four parameters, not {}", parameters.len()))),
        }
    }
}

impl Likelihood for BgNbd {
    type Row = Rfm;

    /// Fader, Hardie & Lee (2005), equation 6, with the common factors drawn out:
    ///
    /// ```text
    /// ln Γ(r+x)/Γ(r) + r ln α − (r+x) ln(α+T) + ln (b)_x/(a+b)_x + ln(1 + [x>0] e^D)
    /// D = ln a − ln(b+x−1) + (r+x) ln((α+T)/(α+t_x))
    /// ```
    fn ln_likelihood(&self, c: &Rfm) -> f64 {
        let &Self { r, alpha, a, b } = self;
        let x = f64::from(c.frequency);
        let bought = ln_poch(r, x) - r * (c.age / alpha).ln_1p() - x * (alpha + c.age).ln();
        if c.frequency == 0 {
            return bought; // nobody leaves before a first repeat
        }
        let stayed = ln_poch(b, x) - ln_poch(a + b, x);
        bought + stayed + softplus(self.ln_odds_gone(c))
    }

    fn derivatives(&self, rows: &[Weighted<Rfm>]) -> Derivatives {
        likelihood::derivatives(self, rows)
    }

    fn prior(&self) -> Prior {
        Prior::flat().purchase_rates(0, 1).chances_of_leaving(2, 3)
    }
}

impl PurchaseModel for BgNbd {
    type Future = Self;

    /// 1/(1 + a/(b+x−1) ((α+T)/(α+t_x))^(r+x)), and 1 for one-time buyers (Fader & Hardie, note 021).
    fn p_alive(&self, c: &Rfm) -> f64 {
        if c.frequency == 0 {
            return 1.0; // true of the model, whatever the silence
        }
        1.0 / (1.0 + self.ln_odds_gone(c).exp())
    }

    /// BG/NBD(r+x, α+T, a, b+x).
    fn given_alive(&self, c: &Rfm) -> Self {
        let x = f64::from(c.frequency);
        Self { r: self.r + x, alpha: self.alpha + c.age, a: self.a, b: self.b + x }
    }

    fn newcomer(&self) -> Self {
        *self
    }
}

impl PurchaseLikelihood for BgNbd {
    fn starts(&self, moments: &Moments) -> Vec<Vec<f64>> {
        let (r, alpha) = moments.gamma();
        vec![vec![r, alpha, 0.5, 2.0], vec![1.0, 1.0, 1.0, 1.0], vec![0.3, 0.1, 0.1, 5.0]]
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { alpha: self.alpha * factor, ..*self }
    }

    fn ridges(&self, moments: &Moments) -> Vec<&'static str> {
        let &Self { r, alpha, a, b } = self;
        let mut named: Vec<_> = ridges::geometric_drop_out(a, b, moments).into_iter().collect();
        named.extend(ridges::gamma_rates(r, alpha));
        named
    }
}

/// ln(1 + e^d), without overflow.
fn softplus(d: f64) -> f64 {
    d.max(0.0) + (-d.abs()).exp().ln_1p()
}
