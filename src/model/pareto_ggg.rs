//! Pareto/GGG: customers differ in how often they buy, in how regularly, and in when they leave.

mod counts;
mod future;
mod likelihood;
mod shape;
mod wait;

pub use future::ParetoGggFuture;

use std::sync::OnceLock;

use super::kernel::{
    Derivatives, Effort, Likelihood, Moments, Parametric, PurchaseLikelihood, PurchaseModel, Weighted,
    all_positive,
};
use super::prior::Prior;
use super::ridges;
use crate::features::Rfm;
use crate::math::quadrature::legendre_node;
use crate::math::special::{ln_gamma, ln_poch};
use crate::{Error, Result};
use shape::Node;
use wait::Wait;

/// Pareto/GGG: the waits between a customer's purchases are gamma distributed, with a regularity of their own, and the customer
/// leaves at any moment.
///
/// ```text
/// k ~ Gamma(shape t, rate γ)       regularity: 1 is Poisson, more is like clockwork, less comes in bursts
/// λ ~ Gamma(shape r, rate α)       purchases per unit of time
/// μ ~ Gamma(shape s, rate β)       leaving, per unit of time: the lifetime is exponential(μ)
/// waits between purchases ~ Gamma(shape k, rate kλ), of mean 1/λ
/// ```
///
/// Platzer & Reutterer (2016), "Ticking Away the Moments: Timing Regularity Helps to Better Predict Customer Activity",
/// Marketing Science 35(5), 779–799. The paper draws k, λ, μ and the lifetime of every customer by Gibbs sampling. Here they are
/// integrated out instead: λ and μ in closed form, which leaves an integral over the wait and one over k
/// (`pareto_ggg/likelihood.rs`). With t, γ → ∞ at t/γ = 1 it is Pareto/NBD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoGgg {
    t: f64,
    gamma: f64,
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
}

/// Nodes of the integral over the regularity, the order of the rules over time, and how far down (in e-folds) both reach. On the
/// 1,525 customers of the grocery set ln L of each is then right to 1e-7 (the unit test beside the likelihood).
const NODES: usize = 18;
const ORDER: usize = 20;
const DROP: f64 = 20.0;

/// What the model sees of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
struct History {
    /// Repeat purchases, x.
    x: f64,
    /// t_x.
    recency: f64,
    /// T − t_x.
    silence: f64,
    /// Σ ln(gap), where it is known.
    ln_gaps: Option<f64>,
}

impl History {
    const NEW: Self = Self { x: 0.0, recency: 0.0, silence: 0.0, ln_gaps: Some(0.0) };

    fn of(c: &Rfm) -> Self {
        if c.frequency == 0 {
            return Self { silence: c.age, ..Self::NEW };
        }
        let x = f64::from(c.frequency);
        let recency = c.recency.max(f64::MIN_POSITIVE);
        // Of gaps with a given sum the logarithms sum to most where all are equal.
        let most = x * (recency / x).ln();
        let known = c.ln_gaps.or((c.frequency == 1).then_some(most));
        let ln_gaps = known.map(|sum| sum.clamp((x * f64::MIN_POSITIVE.ln()).min(most), most));
        Self { x, recency, silence: (c.age - c.recency).max(0.0), ln_gaps }
    }
}

impl ParetoGgg {
    /// The model's usual name.
    pub const NAME: &'static str = "Pareto/GGG";
    /// The model's identifier.
    pub const ID: &'static str = "pareto-ggg";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str =
        "purchases as regular as each customer is (gamma waits), who may leave at any moment; needs the gaps";

    /// The model that a fit begins with; its parameters do not matter.
    #[must_use]
    pub const fn template() -> Self {
        Self { t: 1.0, gamma: 1.0, r: 1.0, alpha: 1.0, s: 1.0, beta: 1.0 }
    }

    /// The model with these parameters; `alpha` and `beta` are rates, in units of time; k has no unit.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(t: f64, gamma: f64, r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self> {
        let named = [("t", t), ("gamma", gamma), ("r", r), ("alpha", alpha), ("s", s), ("beta", beta)];
        all_positive(Self::NAME, named)?;
        Ok(Self { t, gamma, r, alpha, s, beta })
    }

    /// The mean regularity of the customers, t/γ.
    #[must_use]
    pub const fn mean_regularity(&self) -> f64 {
        self.t / self.gamma
    }

    /// The wait for the next purchase, for a regularity.
    fn wait(&self, c: &History, k: f64) -> Wait {
        Wait::new(k, self.r + k * c.x, self.alpha / k + c.recency)
    }

    /// ln of the density of ln k times that of the purchases made, whatever the rate:
    ///
    /// ```text
    /// Gamma(k; t, γ) k · (k^k/Γ(k))^x (Π gap)^(k−1) · Γ(r+kx)/Γ(r) α^r/(α + k t_x)^(r+kx)
    /// ```
    ///
    /// Where single gaps are not known, their product is integrated out: the gaps sum to t_x, Gamma(kx, kλ).
    fn ln_regularity(&self, c: &History, k: f64, ln_k: f64) -> f64 {
        let &Self { t, gamma, r, alpha, .. } = self;
        let prior = t * (gamma.ln() + ln_k) - gamma * k - ln_gamma(t);
        if c.x == 0.0 {
            return prior;
        }
        let kx = k * c.x;
        let gaps = match c.ln_gaps {
            Some(sum) => (k - 1.0) * sum - c.x * ln_gamma(k),
            None => (kx - 1.0) * c.recency.ln() - ln_gamma(kx),
        };
        let rates = ln_poch(r, kx) - r * (k * c.recency / alpha).ln_1p() - kx * (alpha / k + c.recency).ln();
        prior + gaps + rates
    }

    /// Nodes over the regularity of a customer who is alive after the silence, and ln of their sum; `offset` shifts the grid.
    fn alive(&self, c: &History, count: usize, offset: f64) -> (Vec<Node>, f64) {
        let density =
            |k: f64, ln_k: f64| self.ln_regularity(c, k, ln_k) + self.wait(c, k).ln_beyond(c.silence);
        let nodes = shape::nodes(density, DROP, count, offset);
        let total = ln_sum(&nodes);
        (nodes, total)
    }
}

/// ln Σ e^(ln_weight).
fn ln_sum(nodes: &[Node]) -> f64 {
    let top = nodes.iter().fold(f64::NEG_INFINITY, |top, node| top.max(node.ln_weight));
    top + nodes.iter().map(|node| (node.ln_weight - top).exp()).sum::<f64>().ln()
}

impl Parametric for ParetoGgg {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["t", "gamma", "r", "alpha", "s", "beta"].map(str::to_owned).to_vec()
    }

    fn parameters(&self) -> Vec<f64> {
        let &Self { t, gamma, r, alpha, s, beta } = self;
        vec![t, gamma, r, alpha, s, beta]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [t, gamma, r, alpha, s, beta] => Self::new(t, gamma, r, alpha, s, beta),
            _ => Err(Error::Undefined(format!("Pareto/GGG has six parameters, not {}", parameters.len()))),
        }
    }
}

impl Likelihood for ParetoGgg {
    type Row = Rfm;

    fn ln_likelihood(&self, c: &Rfm) -> f64 {
        likelihood::ln_likelihood(self, &History::of(c))
    }

    fn derivatives(&self, rows: &[Weighted<Rfm>]) -> Derivatives {
        likelihood::derivatives(self, rows)
    }

    /// Customers about half as irregular as chance has it, unlike each other; buying and leaving as in Pareto/NBD.
    fn prior(&self) -> Prior {
        Prior::flat()
            .about(0, 1.5, 1.0)
            .ratio_about(0, 1, 2.0, 1.5)
            .purchase_rates(2, 3, 1.0)
            .rates_of_leaving(4, 5)
    }
}

impl PurchaseModel for ParetoGgg {
    type Future = ParetoGggFuture;

    /// With ρ = ((β+t_x)/(β+T))^s, the chance of staying through the silence: ρ A/(A + D), where A is the integral over k of what
    /// was seen and no purchase in the silence, and D that of what was seen and having left before the next purchase in it.
    fn p_alive(&self, customer: &Rfm) -> f64 {
        let c = History::of(customer);
        let (_, ln_waiting) = self.alive(&c, NODES, 0.0);
        let ln_gone = likelihood::ln_gone(self, &c);
        let stay = -self.s * (c.silence / (self.beta + c.recency)).ln_1p();
        1.0 / ((-stay).exp() * (1.0 + (ln_gone - ln_waiting).exp()))
    }

    fn given_alive(&self, customer: &Rfm) -> ParetoGggFuture {
        ParetoGggFuture::new(self, History::of(customer))
    }

    fn uses_gaps(&self) -> bool {
        true
    }

    fn effort(&self) -> Effort {
        Effort::High
    }

    fn refuses(&self, customer: &Rfm) -> Option<&'static str> {
        (customer.frequency > 1 && customer.ln_gaps.is_none()).then_some(
            "Pareto/GGG asks how regular each customer is, but the single gaps between purchases are not known here; give \
             the orders, or a table with the column ln_gaps (`ltv features` writes it)",
        )
    }
}

impl PurchaseLikelihood for ParetoGgg {
    fn starts(&self, moments: &Moments) -> Vec<Vec<f64>> {
        let (r, alpha) = moments.gamma();
        vec![vec![2.0, 1.0, r.max(0.3), alpha, 0.5, 0.5], vec![2.0, 1.0, 1.0, 1.0, 0.3, 0.05]]
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { alpha: self.alpha * factor, beta: self.beta * factor, ..*self }
    }

    fn ridges(&self, _: &Moments) -> Vec<&'static str> {
        let &Self { t, r, alpha, s, beta, .. } = self;
        let mut named = Vec::new();
        if t > ridges::NO_SPREAD {
            named.push(
                "all customers are equally regular, as far as these data go: only t/gamma is determined, not t and gamma",
            );
        }
        if beta > ridges::NO_SPREAD && s / beta < 0.02 || s < ridges::EXTREMES {
            named.push(ridges::NOBODY_LEAVES);
        } else if beta > ridges::NO_SPREAD {
            named.push("all customers leave at the same rate, as far as these data go: only s/beta is determined, not s and beta");
        }
        named.extend(ridges::gamma_rates(r, alpha));
        named
    }
}

/// The Gauss–Legendre rule of the integrals over time.
struct Rule {
    nodes: Vec<f64>,
    weights: Vec<f64>,
    /// Row i: what to multiply the values at the nodes with to get the integral from −1 to node i.
    integration: Vec<Vec<f64>>,
}

fn rule() -> &'static Rule {
    static RULE: OnceLock<Rule> = OnceLock::new();
    RULE.get_or_init(|| {
        let (nodes, weights): (Vec<f64>, Vec<f64>) =
            (0..ORDER).rev().map(|i| legendre_node(ORDER, i)).unzip();
        let integration = nodes.iter().map(|&x| integration_row(x, &nodes, &weights)).collect();
        Rule { nodes, weights, integration }
    })
}

/// ∫_−1^x of the polynomial through the values at the nodes, as factors of the values: with the projection on Legendre polynomials,
/// w_j Σ_m (2m+1)/2 P_m(x_j) ∫_−1^x P_m, and (2m+1) ∫_−1^x P_m = P_(m+1)(x) − P_(m−1)(x) (DLMF 18.9.7).
fn integration_row(x: f64, nodes: &[f64], weights: &[f64]) -> Vec<f64> {
    let at = legendre(x, nodes.len());
    let parts: Vec<f64> =
        (0..nodes.len()).map(|m| 0.5 * if m == 0 { x + 1.0 } else { at[m + 1] - at[m - 1] }).collect();
    nodes
        .iter()
        .zip(weights)
        .map(|(&node, w)| {
            w * legendre(node, nodes.len()).iter().zip(&parts).map(|(p, part)| p * part).sum::<f64>()
        })
        .collect()
}

/// P_0(x) … P_n(x), DLMF 18.9.1.
fn legendre(x: f64, n: usize) -> Vec<f64> {
    let mut all = vec![1.0, x];
    for k in 2..=n {
        let kf = k as f64;
        all.push(((2.0 * kf - 1.0) * x * all[k - 1] - (kf - 1.0) * all[k - 2]) / kf);
    }
    all
}
