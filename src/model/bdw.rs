//! Beta-discrete-Weibull: a subscriber's churn differs between people and changes with tenure.

use super::beta_geometric::BetaGeometric;
use super::kernel::{Derivatives, Likelihood, Parametric, Weighted, all_positive};
use super::retention::{ALIKE, EXTREMES, NOBODY_LEAVES, RetentionModel};
use super::ridges::NO_SPREAD;
use crate::features::Tenure;
use crate::math::quadrature::{gauss_legendre, legendre_node};
use crate::math::special::{digamma_diff, ln_poch, trigamma, trigamma_diff};
use crate::{Error, Result};

/// The beta-discrete-Weibull model of subscriptions: churn differs between subscribers, and rises (c > 1) or falls (c < 1) with each
/// one's tenure; c = 1 is [`super::Sbg`].
///
/// ```text
/// S(t | θ) = (1−θ)^(t^c)     θ ~ Beta(α, β)     S(t) = B(α, β+t^c)/B(α, β)
/// ```
///
/// Fader, Hardie, Liu, Davin & Steenburgh (2018), "'How to Project Customer Retention' Revisited: The Role of Duration Dependence",
/// Journal of Interactive Marketing 43, 1–16.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bdw {
    alpha: f64,
    beta: f64,
    c: f64,
}

impl Bdw {
    /// Its usual name.
    pub const NAME: &'static str = "beta-discrete-Weibull";
    /// Its identifier.
    pub const ID: &'static str = "bdw";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str = "as sbg, and each one's churn may rise or fall with tenure";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self { alpha: 1.0, beta: 1.0, c: 1.0 }
    }

    /// The model with these parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(alpha: f64, beta: f64, c: f64) -> Result<Self> {
        all_positive(Self::NAME, [("alpha", alpha), ("beta", beta), ("c", c)])?;
        Ok(Self { alpha, beta, c })
    }

    /// The first shape of the churn chances at the first renewal.
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The second shape of the churn chances at the first renewal.
    #[must_use]
    pub const fn beta(&self) -> f64 {
        self.beta
    }

    /// How churn goes with tenure: above 1 it rises, below 1 it falls.
    #[must_use]
    pub const fn c(&self) -> f64 {
        self.c
    }

    /// t^c, and its first and second derivatives in ln c: v c ln t and v c ln t (1 + c ln t).
    fn stretched(&self, t: u32) -> [f64; 3] {
        if t == 0 {
            return [0.0; 3];
        }
        let l = self.c * f64::from(t).ln();
        // Beyond any data: kept finite, so that a difference of two is.
        let v = l.min(600.0).exp();
        [v, v * l, v * l * (1.0 + l)]
    }

    /// ln S(t): that of the beta-geometric law at the stretched time.
    fn ln_survival(&self, t: u32) -> f64 {
        BetaGeometric { gamma: self.alpha, delta: self.beta }.ln_survival(self.stretched(t)[0])
    }

    /// −ln S(t+1)/S(t) with u = t^c, w = (t+1)^c − t^c: ln (β+u+w)_α/(β+u)_α = ∫_0^w ψ(α+β+u+s) − ψ(β+u+s) ds.
    ///
    /// By the difference of two Pochhammer symbols where w is large, by the integral (of a positive function that is smooth
    /// over so short a way) where that would cancel.
    fn hazard(&self, t: u32) -> f64 {
        let &Self { alpha, beta, .. } = self;
        let u = self.stretched(t)[0];
        let w = (self.stretched(t.saturating_add(1))[0] - u).max(0.0);
        let b = beta + u;
        if w > 0.25 * b {
            return ln_poch(b + alpha, w) - ln_poch(b, w);
        }
        let rule: [(f64, f64); 10] = std::array::from_fn(|i| legendre_node(10, i));
        gauss_legendre(&rule, |s| digamma_diff(b + s, alpha), 0.0, w)
    }
}

/// ln (β)_v/(α+β)_v and its derivatives in ln α, ln β, ln c (upper triangle).
#[derive(Clone, Copy)]
struct Jet {
    first: [f64; 3],
    second: [[f64; 3]; 3],
}

impl Bdw {
    /// Derivatives of ln S(to) − ln S(from): of ln (β+u)_w/(α+β+u)_w with u = from^c, w = to^c − from^c.
    fn between(&self, from: u32, to: u32) -> Jet {
        let &Self { alpha, beta, .. } = self;
        let ([u, u1, u2], [v, v1, v2]) = (self.stretched(from), self.stretched(to));
        let w = (v - u).max(0.0);
        let (b, both) = (beta + u, alpha + beta + u);
        let (lower, upper) = (digamma_diff(b, w), digamma_diff(both, w));
        let (lower2, upper2) = (trigamma_diff(b, w), trigamma_diff(both, w));
        // The slope and bend in the stretched time: ψ(β+v) − ψ(α+β+v), and the same of ψ′.
        let (slope_u, slope_v) = (-digamma_diff(b, alpha), -digamma_diff(beta + v, alpha));
        let (bend_u, bend_v) = (-trigamma_diff(b, alpha), -trigamma_diff(beta + v, alpha));
        let first = [-alpha * upper, beta * (lower - upper), slope_v * v1 - slope_u * u1];
        let mut second = [[0.0; 3]; 3];
        second[0][0] = first[0] - alpha * alpha * upper2;
        second[0][1] = -alpha * beta * upper2;
        second[1][1] = first[1] + beta * beta * (lower2 - upper2);
        // ∂/∂α of the slope at v is −ψ′(α+β+v), ∂/∂β its bend.
        second[0][2] = -alpha * (trigamma(alpha + beta + v) * v1 - trigamma(both) * u1);
        second[1][2] = beta * (bend_v * v1 - bend_u * u1);
        second[2][2] = bend_v * v1 * v1 - bend_u * u1 * u1 + slope_v * v2 - slope_u * u2;
        Jet { first, second }
    }

    /// Derivatives of ln L of one row. Where the renewal `due` was declined: ln S(due−1) + ln(1 − e^−h), h the hazard.
    fn jet(&self, row: Tenure) -> Jet {
        let made = row.due.saturating_sub(u32::from(row.left));
        let mut jet = self.between(0, made);
        if row.left {
            let (h, last) = (self.hazard(made), self.between(made, made + 1));
            // With r = −h: d ln(1 − e^r) = −e^r/(1−e^r) dr, and −e^r/(1−e^r)² dr².
            let odds = 1.0 / h.exp_m1();
            for i in 0..3 {
                jet.first[i] -= odds * last.first[i];
                for j in i..3 {
                    jet.second[i][j] -=
                        odds * last.second[i][j] + odds * (1.0 + odds) * last.first[i] * last.first[j];
                }
            }
        }
        jet
    }
}

impl Parametric for Bdw {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["alpha", "beta", "c"].map(str::to_owned).to_vec()
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.c]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [alpha, beta, c] => Self::new(alpha, beta, c),
            _ => Err(Error::Undefined(format!(
                "beta-discrete-Weibull has three parameters, not {}",
                parameters.len()
            ))),
        }
    }
}

impl Likelihood for Bdw {
    type Row = Tenure;

    /// ln S(t), and where the renewal t was declined ln (S(t−1) − S(t)) = ln S(t−1) + ln(1 − e^−h).
    fn ln_likelihood(&self, row: &Tenure) -> f64 {
        let made = row.due.saturating_sub(u32::from(row.left));
        let stayed = self.ln_survival(made);
        if row.left { stayed + (-(-self.hazard(made)).exp_m1()).ln() } else { stayed }
    }

    fn derivatives(&self, rows: &[Weighted<Tenure>]) -> Derivatives {
        let (mut value, mut g, mut h) = (0.0, vec![0.0; 3], vec![vec![0.0; 3]; 3]);
        for &Weighted { row, count } in rows {
            let jet = self.jet(row);
            value += count * self.ln_likelihood(&row);
            for (i, row) in h.iter_mut().enumerate() {
                g[i] += count * jet.first[i];
                for (j, entry) in row.iter_mut().enumerate() {
                    *entry += count * jet.second[i.min(j)][i.max(j)];
                }
            }
        }
        Derivatives { value, gradient: g, hessian: h }
    }
}

impl RetentionModel for Bdw {
    fn renewal(&self, t: u32) -> f64 {
        (-self.hazard(t)).exp()
    }

    fn survival(&self, t: u32) -> f64 {
        self.ln_survival(t).exp()
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        vec![vec![1.0, 2.0, 1.0], vec![0.3, 3.0, 1.2], vec![5.0, 20.0, 0.8]]
    }

    fn ridges(&self) -> Vec<&'static str> {
        let &Self { alpha, beta, c } = self;
        let mut named = Vec::new();
        if alpha / (alpha + beta) < 1e-3 {
            named.push(NOBODY_LEAVES);
        } else if alpha + beta > NO_SPREAD {
            named.push(ALIKE);
        } else if alpha + beta < 0.03 {
            named.push(EXTREMES);
        }
        if !(0.1..10.0).contains(&c) {
            named.push(
                "how churn goes with tenure runs to the border: too few renewals are seen to tell differences between subscribers \
                 from a change with tenure; take the simpler --model sbg",
            );
        }
        named
    }
}
