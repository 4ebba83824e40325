//! sBG: at every renewal a subscriber leaves with a churn chance of their own, which does not change.

use super::beta_geometric::BetaGeometric;
use super::kernel::{Derivatives, Likelihood, Parametric, Weighted, all_positive};
use super::retention::{ALIKE, EXTREMES, NOBODY_LEAVES, RetentionModel, positive};
use super::ridges::NO_SPREAD;
use crate::features::Tenure;
use crate::math::special::{digamma_diff, trigamma_diff};
use crate::{Error, Result};

/// The shifted-beta-geometric model of subscriptions: at every renewal a subscriber leaves with a chance of their own.
///
/// ```text
/// θ ~ Beta(α, β)     probability of declining a renewal
/// P(T = t) = B(α+1, β+t−1)/B(α, β)     S(t) = B(α, β+t)/B(α, β)
/// ```
///
/// Fader & Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing 21(1), 76–90. Retention rises with
/// tenure although nobody changes: those with a high churn are the first to go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg {
    alpha: f64,
    beta: f64,
}

impl Sbg {
    /// Its usual name.
    pub const NAME: &'static str = "sBG";
    /// Its identifier.
    pub const ID: &'static str = "sbg";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str =
        "each subscriber has a churn chance of their own, the same at every renewal";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self { alpha: 1.0, beta: 1.0 }
    }

    /// The model with these parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are positive and finite.
    pub fn new(alpha: f64, beta: f64) -> Result<Self> {
        all_positive(Self::NAME, [("alpha", alpha), ("beta", beta)])?;
        Ok(Self { alpha, beta })
    }

    /// The first shape of the churn chances: the mean churn of newcomers is α/(α+β).
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The second shape of the churn chances.
    #[must_use]
    pub const fn beta(&self) -> f64 {
        self.beta
    }

    /// How many renewals a subscriber makes: one fewer than T.
    const fn lifetime(&self) -> BetaGeometric {
        BetaGeometric { gamma: self.alpha, delta: self.beta }
    }
}

impl Parametric for Sbg {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["alpha", "beta"].map(str::to_owned).to_vec()
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.alpha, self.beta]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [alpha, beta] => Self::new(alpha, beta),
            _ => Err(Error::Undefined(format!("sBG has two parameters, not {}", parameters.len()))),
        }
    }
}

impl Likelihood for Sbg {
    type Row = Tenure;

    /// Fader & Hardie (2007), equations 5 and 6: ln (β)_s/(α+β)_s for the s renewals made, and for who left ln α/(α+β+s) more.
    fn ln_likelihood(&self, row: &Tenure) -> f64 {
        let &Self { alpha, beta } = self;
        let made = f64::from(row.due.saturating_sub(u32::from(row.left)));
        let stayed = self.lifetime().ln_survival(made);
        if row.left { stayed + alpha.ln() - (alpha + beta + made).ln() } else { stayed }
    }

    fn derivatives(&self, rows: &[Weighted<Tenure>]) -> Derivatives {
        let &Self { alpha, beta } = self;
        let both = alpha + beta;
        let (mut value, mut g, mut h) = (0.0, [0.0; 2], [[0.0; 2]; 2]);
        for &Weighted { row, count } in rows {
            let made = f64::from(row.due.saturating_sub(u32::from(row.left)));
            // The (α+β)-symbol has one factor more where the next renewal was declined.
            let faced = made + f64::from(u8::from(row.left));
            let (left, d, e) =
                (f64::from(u8::from(row.left)), digamma_diff(both, faced), trigamma_diff(both, faced));
            let (by_alpha, by_beta) = (left - alpha * d, beta * (digamma_diff(beta, made) - d));
            value += count * self.ln_likelihood(&row);
            g[0] += count * by_alpha;
            g[1] += count * by_beta;
            h[0][0] -= count * (alpha * d + alpha * alpha * e);
            h[0][1] -= count * alpha * beta * e;
            h[1][1] += count * (by_beta + beta * beta * (trigamma_diff(beta, made) - e));
        }
        Derivatives {
            value,
            gradient: g.to_vec(),
            hessian: vec![vec![h[0][0], h[0][1]], vec![h[0][1], h[1][1]]],
        }
    }
}

impl RetentionModel for Sbg {
    /// (β+t)/(α+β+t).
    fn renewal(&self, t: u32) -> f64 {
        self.lifetime().stay(f64::from(t))
    }

    fn survival(&self, t: u32) -> f64 {
        self.lifetime().survival(f64::from(t))
    }

    /// (β+t)/(α+β+t) ₂F₁(1, β+t+1; α+β+t+1; 1/(1+d)), Fader & Hardie (2010), equation 6.
    fn derl(&self, t: u32, rate: f64) -> Result<f64> {
        positive(rate)?;
        let onwards = BetaGeometric { gamma: self.alpha, delta: self.beta + f64::from(t) };
        Ok(rate.exp() * onwards.discounted(f64::INFINITY, rate))
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        vec![vec![1.0, 2.0], vec![0.3, 3.0], vec![5.0, 20.0]]
    }

    fn ridges(&self) -> Vec<&'static str> {
        let &Self { alpha, beta } = self;
        if alpha / (alpha + beta) < 1e-3 {
            vec![NOBODY_LEAVES]
        } else if alpha + beta > NO_SPREAD {
            vec![ALIKE]
        } else if alpha + beta < 0.03 {
            vec![EXTREMES]
        } else {
            Vec::new()
        }
    }
}
