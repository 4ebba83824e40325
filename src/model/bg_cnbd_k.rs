//! BG/CNBD-k: as BG/NBD, but customers buy at regular intervals: waiting times are Erlang-k.

use rand::Rng;

use super::geometric::{Geometric, LEFT_OUT, Leaving, Phase, Stages, geometric_model};
use super::kernel::{Law, PurchaseModel};
use crate::Result;
use crate::features::Rfm;

/// BG/CNBD-k: customers buy at regular intervals, and after each repeat purchase may leave.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     stages per unit of time, k of them from one purchase to the next
/// p ~ Beta(a, b)                 probability of leaving after a repeat purchase
/// ```
///
/// k = 1 is BG/NBD; the larger k, the more regular: a gap varies by 1/√k of its mean. k is a whole number, chosen by the
/// likelihood among 1, 2, … or given. Platzer & Reutterer (2017), "Incorporating Regularity into Models of Noncontractual
/// Customer-Firm Relationships", WU Vienna (the package BTYDplus).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgCnbdK(Geometric);

impl BgCnbdK {
    /// Its usual name.
    pub const NAME: &'static str = "BG/CNBD-k";
    /// Its identifier.
    pub const ID: &'static str = "bg-cnbd-k";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str =
        "regular purchases (Erlang-k gaps); after each repeat one the customer may leave";

    /// A model to start from, whose k a fit is to choose; [`BgCnbdK::stages_of`] gives it.
    #[must_use]
    pub const fn template() -> Self {
        Self(Geometric::undecided(false))
    }

    /// A model to start from with k stages between two purchases.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless k is from 1 to [`MOST_STAGES`](super::MOST_STAGES).
    pub fn stages_of(k: u32) -> Result<Self> {
        Self::template().0.with_stages(Self::NAME, f64::from(k)).map(Self)
    }

    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless all are positive and finite and k is from 1 to [`MOST_STAGES`](super::MOST_STAGES).
    pub fn new(k: u32, r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        Self::stages_of(k)?.0.with(Self::NAME, &[r, alpha, a, b]).map(Self)
    }

    /// Stages between two purchases.
    #[must_use]
    pub const fn k(&self) -> u32 {
        self.0.k
    }
}

geometric_model!(BgCnbdK, regular);

impl PurchaseModel for BgCnbdK {
    type Future = RegularFuture;

    /// S/(S + a/(b+x−1) ((α+T)/(α+t_x))^(r+kx)), S = Σ_{j<k} (r+kx)_j/j! ((T−t_x)/(α+T))^j; 1 for one-time buyers.
    fn p_alive(&self, c: &Rfm) -> f64 {
        self.0.p_alive(c)
    }

    /// At r+kx, α+T, a, b+x, with the stages that the silence may have seen.
    fn given_alive(&self, c: &Rfm) -> RegularFuture {
        RegularFuture::of(&self.0, c)
    }
}

/// The law of the purchases of a living customer with Erlang-k waiting times, seen at T after a silence of s = T − t_x.
///
/// j < k stages of the present waiting time are passed with probability w_j ∝ (m)_j/j! (s/(α+T))^j, m = r + kx. Then
/// λ ~ Gamma(m + j, α + T), so M ~ NB(m + j, (α+T)/(α+T+t)) stages follow in (0, t]: N = ⌊(j + M)/k⌋ purchases if the
/// customer never leaves, and with G as in [`BgNbd`](super::BgNbd)
///
/// ```text
/// X = min(N, G)        P(X > n) = (b′)_n/(a+b′)_n Σ_j w_j I_{t/(α+T+t)}(k(n+1) − j, m + j)
/// ```
///
/// a sum of positive terms. That the silence is part of a waiting time is exact here; conditional expectations elsewhere
/// that restart the waiting at T are approximations.
///
/// Once a window begins later, the stages passed by then are told one kind of customer by another, and are known in each.
#[derive(Debug, Clone, PartialEq)]
pub struct RegularFuture(Ahead);

#[derive(Debug, Clone, PartialEq)]
enum Ahead {
    /// Seen at T, after a silence.
    Silent(Leaving<Stages>),
    /// With so many stages of the present waiting time passed.
    Known(Leaving<Phase>),
}

/// The same of both.
macro_rules! ahead {
    ($self:ident, $law:ident => $answer:expr) => {
        match &$self.0 {
            Ahead::Silent($law) => $answer,
            Ahead::Known($law) => $answer,
        }
    };
}

impl RegularFuture {
    pub(super) fn of(model: &Geometric, c: &Rfm) -> Self {
        let (count, b) = (model.stages_ahead(c), model.stayed(c.frequency));
        Self(Ahead::Silent(Leaving { count, a: model.a, b }))
    }
}

impl Law for RegularFuture {
    fn mean(&self, t: f64) -> f64 {
        ahead!(self, law => law.mean(t))
    }

    fn variance(&self, t: f64) -> f64 {
        ahead!(self, law => law.variance(t))
    }

    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        ahead!(self, law => law.mean_and_variance(t))
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        ahead!(self, law => law.survival(n, t))
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        ahead!(self, law => law.pmf(t, tail, out));
    }

    fn first_purchase(&self, probability: f64) -> Option<f64> {
        ahead!(self, law => law.first_purchase(probability))
    }

    /// Over the whole future E\[ψ^l/(1 − (1−p) ψ^k)\], ψ = λ/(λ+δ) and l the stages until the next purchase.
    fn discounted(&self, t: f64, rate: f64) -> Option<f64> {
        (t == f64::INFINITY && rate > 0.0).then(|| ahead!(self, law => law.residual(rate)))
    }

    /// After n purchases in (0, u\], none of them the last, and with j stages of the next waiting time passed.
    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        if u <= 0.0 {
            return vec![(1.0, self.clone())];
        }
        ahead!(self, law => {
            let kind = |(p, n, count)| {
                let (weight, law) = law.stayed_for(p, n, count);
                (weight, Self(Ahead::Known(law)))
            };
            law.count.after(u, LEFT_OUT).into_iter().map(kind).collect()
        })
    }

    /// Stages come `buying` times as often from now on, those passed stay passed; a · leaving.
    fn with_rates(&self, buying: f64, leaving: f64) -> Option<Self> {
        Some(Self(match &self.0 {
            Ahead::Silent(Leaving { count, a, b }) => {
                Ahead::Silent(Leaving { count: count.hurried(buying), a: a * leaving, b: *b })
            }
            Ahead::Known(Leaving { count, a, b }) => {
                Ahead::Known(Leaving { count: count.hurried(buying), a: a * leaving, b: *b })
            }
        }))
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        ahead!(self, law => law.sample(t, rng, times));
    }
}
