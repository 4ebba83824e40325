//! BG/BB: chances to buy come one by one; a living customer takes each with a chance of their own, and may leave before each.

mod future;
mod likelihood;

use super::beta_geometric::BetaGeometric;
use super::kernel::{
    Derivatives, Likelihood, Moments, Parametric, PurchaseLikelihood, PurchaseModel, Weighted, all_positive,
};
use super::prior::Prior;
use super::ridges::NO_SPREAD;
use crate::features::Rfm;
use crate::math::special::ln_poch;
use crate::{Error, Result};

/// A horizon of more opportunities than this is cut to it, a longer history refused: two thousand years of weeks.
const MOST: f64 = 100_000.0;

/// BG/BB: chances to buy come one by one (years of giving, monthly boxes, weekly markets); before each the customer may leave, and
/// takes it otherwise with a chance of their own.
///
/// ```text
/// p ~ Beta(α, β)     probability of buying at an opportunity, while alive
/// θ ~ Beta(γ, δ)     probability of leaving before an opportunity
/// ```
///
/// Fader, Hardie & Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing Science
/// 29(6), 1086–1108.
///
/// Time is counted in opportunities: of an [`Rfm`], `age` is the number n of opportunities there were since the first purchase,
/// `recency` the number t_x of the last one taken (0 if none was), `frequency` the number x of those taken, all whole, x ≤ t_x ≤ n.
/// Of a length t of future the first ⌊t⌋ opportunities fall within it: the k-th stands at its end, at time k.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
}

impl BgBb {
    /// Its usual name.
    pub const NAME: &'static str = "BG/BB";
    /// Its identifier.
    pub const ID: &'static str = "bg-bb";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str =
        "whole opportunities (--opportunities), each taken by chance; before each the customer may leave";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self { alpha: 1.0, beta: 1.0, gamma: 1.0, delta: 1.0 }
    }

    /// The model with these parameters; none of them has a unit.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self> {
        all_positive(Self::NAME, [("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)])?;
        Ok(Self { alpha, beta, gamma, delta })
    }

    /// The first shape of the chances of buying: the mean chance is α/(α+β).
    #[must_use]
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The second shape of the chances of buying.
    #[must_use]
    pub const fn beta(&self) -> f64 {
        self.beta
    }

    /// The first shape of the chances of leaving: the mean chance is γ/(γ+δ).
    #[must_use]
    pub const fn gamma(&self) -> f64 {
        self.gamma
    }

    /// The second shape of the chances of leaving.
    #[must_use]
    pub const fn delta(&self) -> f64 {
        self.delta
    }

    /// P(alive at opportunity n + m | x, t_x, n): the last one seen is n, so that m = 0 is [`PurchaseModel::p_alive`] and m = 1 asks
    /// whether the customer will be there at the next, as the paper does (its appendix, P(alive | α, β, γ, δ, x, t_x, n)).
    #[must_use]
    pub fn p_alive_at(&self, customer: &Rfm, m: u32) -> f64 {
        self.p_alive(customer) * self.given_alive(customer).lifetime().survival(f64::from(m))
    }

    /// How many opportunities a newcomer lives to see.
    const fn lifetime(&self) -> BetaGeometric {
        BetaGeometric { gamma: self.gamma, delta: self.delta }
    }

    /// The likelihood of what followed the last purchase, given what came before: that the customer had left, by one opportunity
    /// or another, and that the customer is there and passed all of them by.
    ///
    /// ```text
    /// Σ_{j=t_x}^{n−1} S_j γ/(γ+δ+j)   and   S_n,      S_j = Π_{i=t_x}^{j−1} (β+i−x)/(α+β+i) (δ+i)/(γ+δ+i)
    /// ```
    fn silence(&self, h: History) -> (f64, f64) {
        let &Self { alpha, beta, gamma, delta } = self;
        let (mut gone, mut there, mut i) = (0.0, 1.0, h.t_x);
        while i < h.n {
            let leave = gamma + delta + i;
            gone += there * (gamma / leave);
            there *= (beta + (i - h.x)) / (alpha + beta + i) * ((delta + i) / leave);
            i += 1.0;
        }
        (gone, there)
    }
}

/// x purchases at n opportunities, the last at opportunity t_x: whole numbers, x ≤ t_x ≤ n.
#[derive(Debug, Clone, Copy)]
struct History {
    x: f64,
    t_x: f64,
    n: f64,
}

impl History {
    /// What is not whole is rounded down; what cannot be is put right, so that no number below is ever out of range
    /// ([`PurchaseModel::refuses`] says no to such a row before it comes here).
    fn of(c: &Rfm) -> Self {
        let x = f64::from(c.frequency).min(MOST);
        let t_x = if c.frequency == 0 { 0.0 } else { whole(c.recency).max(x) };
        Self { x, t_x, n: whole(c.age).max(t_x) }
    }
}

/// The opportunities within a length of time.
fn whole(t: f64) -> f64 {
    t.clamp(0.0, MOST).floor()
}

impl Parametric for BgBb {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["alpha", "beta", "gamma", "delta"].map(str::to_owned).to_vec()
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [alpha, beta, gamma, delta] => Self::new(alpha, beta, gamma, delta),
            _ => Err(Error::Undefined(format!("BG/BB has four parameters, not {}", parameters.len()))),
        }
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.gamma, self.delta]
    }
}

impl Likelihood for BgBb {
    type Row = Rfm;

    /// Fader, Hardie & Shang (2010), equation 6,
    ///
    /// ```text
    /// L = B(α+x, β+n−x)/B(α, β) B(γ, δ+n)/B(γ, δ) + Σ_{j=t_x}^{n−1} B(α+x, β+j−x)/B(α, β) B(γ+1, δ+j)/B(γ, δ)
    /// ```
    ///
    /// with what all terms have in common drawn out: (α)_x (β)_{t_x−x}/(α+β)_{t_x} (δ)_{t_x}/(γ+δ)_{t_x}.
    fn ln_likelihood(&self, c: &Rfm) -> f64 {
        let &Self { alpha, beta, gamma, delta } = self;
        let h = History::of(c);
        let bought = ln_poch(alpha, h.x) + ln_poch(beta, h.t_x - h.x) - ln_poch(alpha + beta, h.t_x);
        let stayed = ln_poch(delta, h.t_x) - ln_poch(gamma + delta, h.t_x);
        let (gone, there) = self.silence(h);
        bought + stayed + (gone + there).ln()
    }

    fn derivatives(&self, rows: &[Weighted<Rfm>]) -> Derivatives {
        likelihood::derivatives(self, rows)
    }

    fn prior(&self) -> Prior {
        Prior::flat().about(0, 0.8, 1.0).ratio_about(0, 1, 0.5, 1.5).chances_of_leaving(2, 3)
    }
}

impl PurchaseModel for BgBb {
    type Future = Self;

    /// P(alive at n): B(α+x, β+n−x)/B(α, β) B(γ, δ+n)/B(γ, δ) / L. The paper asks for n + 1: [`BgBb::p_alive_at`].
    fn p_alive(&self, c: &Rfm) -> f64 {
        let (gone, there) = self.silence(History::of(c));
        there / (gone + there)
    }

    /// BG/BB(α+x, β+n−x, γ, δ+n).
    fn given_alive(&self, c: &Rfm) -> Self {
        let History { x, n, .. } = History::of(c);
        let &Self { alpha, beta, gamma, delta } = self;
        Self { alpha: alpha + x, beta: beta + (n - x), gamma, delta: delta + n }
    }

    fn refuses(&self, c: &Rfm) -> Option<&'static str> {
        let x = f64::from(c.frequency);
        if c.recency.fract() != 0.0 || c.age.fract() != 0.0 {
            Some(
                "BG/BB counts opportunities: recency and age must be whole; say what one is with --opportunities year|quarter|month|week",
            )
        } else if x > c.recency {
            Some(
                "BG/BB allows one purchase an opportunity: frequency can be at most recency, the number of the last one taken",
            )
        } else if c.age > MOST {
            Some("BG/BB takes at most 100,000 opportunities")
        } else {
            None
        }
    }
}

impl PurchaseLikelihood for BgBb {
    const DISCRETE: bool = true;

    fn starts(&self, _moments: &Moments) -> Vec<Vec<f64>> {
        vec![vec![1.0, 1.0, 0.5, 2.0], vec![0.3, 1.5, 0.5, 10.0], vec![3.0, 3.0, 1.0, 1.0]]
    }

    /// Opportunities have no smaller unit: the model itself.
    fn rescaled(&self, _factor: f64) -> Self {
        *self
    }

    fn ridges(&self, _moments: &Moments) -> Vec<&'static str> {
        const EXTREMES: f64 = 0.03;
        let &Self { alpha, beta, gamma, delta } = self;
        let mut named = Vec::new();
        if alpha + beta > NO_SPREAD {
            named.push(
                "all customers take an opportunity with the same chance, as far as these data go: only alpha/(alpha+beta) is \
                 determined, not alpha and beta. Scores will hardly tell customers apart",
            );
        } else if alpha + beta < EXTREMES {
            named.push(
                "customers take either every opportunity or none, as far as these data go: alpha and beta are at the border. \
                 The history may be too short",
            );
        }
        if gamma / (gamma + delta) < 1e-3 {
            named.push(
                "no drop-out is visible in these opportunities: as far as these data go nobody leaves, and gamma and delta \
                 cannot be told apart from the border; predictions may be too high if customers do leave. A longer history \
                 would show it",
            );
        } else if gamma + delta > NO_SPREAD {
            named.push(
                "all customers leave with the same chance before an opportunity, as far as these data go: only \
                 gamma/(gamma+delta) is determined, not gamma and delta",
            );
        } else if gamma + delta < EXTREMES {
            named.push(
                "customers leave either before their first opportunity or never, as far as these data go: gamma and delta \
                 are at the border. The history may be too short",
            );
        }
        named
    }
}
