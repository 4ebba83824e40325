//! BG/NBD: purchases are Poisson, and after each repeat purchase the customer may leave.

use rand::Rng;

use super::geometric::{Geometric, LEFT_OUT, Leaving, Poisson, geometric_model};
use super::kernel::{Law, PurchaseModel, law_with_rates};
use crate::Result;
use crate::features::Rfm;

/// BG/NBD: purchases are Poisson, and after each repeat purchase the customer may leave.
///
/// ```text
/// λ ~ Gamma(shape r, rate α)     purchases per unit of time
/// p ~ Beta(a, b)                 probability of leaving after a repeat purchase
/// ```
///
/// Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way", Marketing Science 24(2), 275–284. It is its own law of
/// a living customer's future ([`Law`]): X(t) = min(N, G) with N ~ NB(r, α/(α+t)) and P(G > n) = (b)_n/(a+b)_n.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd(Geometric);

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
        Self(Geometric::template(false))
    }

    /// The model with these parameters; `alpha` is a rate, in units of time.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`] unless all are positive and finite.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self> {
        Self::template().0.with(Self::NAME, &[r, alpha, a, b]).map(Self)
    }

    /// The law of a living customer whose rate and chance of leaving are known as well as this.
    pub(super) const fn of_living(r: f64, alpha: f64, a: f64, b: f64) -> Self {
        Self(Geometric { r, alpha, a, b, ..Geometric::template(false) })
    }

    const fn law(&self) -> Leaving<Poisson> {
        let Geometric { r, alpha, a, b, .. } = self.0;
        Leaving { count: Poisson { r, alpha }, a, b }
    }
}

geometric_model!(BgNbd);

impl PurchaseModel for BgNbd {
    type Future = Self;

    /// 1/(1 + a/(b+x−1) ((α+T)/(α+t_x))^(r+x)), and 1 for one-time buyers (Fader & Hardie, note 021).
    fn p_alive(&self, c: &Rfm) -> f64 {
        self.0.p_alive(c)
    }

    /// BG/NBD(r+x, α+T, a, b+x).
    fn given_alive(&self, c: &Rfm) -> Self {
        self.0.living_poisson(c)
    }
}

impl Law for BgNbd {
    fn mean(&self, t: f64) -> f64 {
        self.law().mean(t)
    }

    fn variance(&self, t: f64) -> f64 {
        self.law().variance(t)
    }

    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        self.law().mean_and_variance(t)
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        self.law().survival(n, t)
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        self.law().pmf(t, tail, out);
    }

    /// α ((1 − p)^(−1/r) − 1): nobody leaves before the first purchase.
    fn first_purchase(&self, probability: f64) -> Option<f64> {
        self.law().first_purchase(probability)
    }

    /// Over the whole future E\[ψ/(1 − (1−p) ψ)\], ψ = λ/(λ+δ).
    fn discounted(&self, t: f64, rate: f64) -> Option<f64> {
        (t == f64::INFINITY && rate > 0.0).then(|| self.law().residual(rate))
    }

    /// After n purchases in (0, u\], none of them the last: P(N = n) (b)_n/(a+b)_n, then BG/NBD(r+n, α+u, a, b+n).
    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        if u <= 0.0 {
            return vec![(1.0, *self)];
        }
        let (law, mut counts) = (self.law(), Vec::new());
        law.undisturbed(u, LEFT_OUT, &mut counts);
        let kind = |(n, count): (usize, f64)| {
            let Geometric { r, alpha, a, b, .. } = self.0;
            let (weight, n) = (count * law.still_there(n as f64), n as f64);
            (weight, Self::of_living(r + n, alpha + u, a, b + n))
        };
        counts.into_iter().enumerate().map(kind).collect()
    }

    /// At α/buying and a · leaving.
    fn with_rates(&self, buying: f64, leaving: f64) -> Option<Self> {
        law_with_rates(self, buying, leaving)
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        self.law().sample(t, rng, times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BgCnbdK, ParetoNbd};

    /// BG/NBD at α/f is BG/NBD on a clock that runs f times as fast; Pareto/NBD buys f times as often in the same life.
    #[test]
    fn the_living_buy_so_many_times_as_often() {
        let c = Rfm { ln_gaps: Some(3.0), ..Rfm::new(3, 20.0, 39.0) };
        let law = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap().given_alive(&c);
        let fast = law.with_rates(1.3, 1.0).unwrap();
        assert!((fast.mean(10.0) / law.mean(13.0) - 1.0).abs() < 1e-13);
        let law = BgCnbdK::new(2, 0.243, 4.414, 0.793, 2.426).unwrap().given_alive(&c);
        let fast = law.with_rates(1.3, 1.0).unwrap();
        assert!((fast.mean(10.0) / law.mean(13.0) - 1.0).abs() < 1e-12);
        let law = ParetoNbd::new(0.55, 10.6, 0.61, 11.7).unwrap().given_alive(&c);
        let more = law.with_rates(1.3, 1.0).unwrap();
        assert!((more.mean(10.0) / law.mean(10.0) - 1.3).abs() < 1e-12);
        let stays = |law: &ParetoNbd| law.later(52.0).iter().map(|(weight, _)| weight).sum::<f64>();
        assert!(stays(&law.with_rates(1.0, 0.5).unwrap()) > stays(&law) + 0.01);
    }
}
