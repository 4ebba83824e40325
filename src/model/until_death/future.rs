//! The law of a living customer's purchases: moments, and the story told forward. The counts are in [`super::counts`].

use rand::Rng;
use rand_distr::{Distribution, Exp1};

use super::{Lifetime, Staying, UntilDeath};
use crate::math::quadrature::pieces;
use crate::model::kernel::{Law, law_with_rates};
use crate::model::variates::ln_gamma_variate;

impl<L: Lifetime> Law for UntilDeath<L> {
    /// E\[X(t)\] = E\[λ\] E\[min(τ, t)\].
    fn mean(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        self.r * (self.lifetime.mean_to(t) / self.alpha)
    }

    fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    /// With M = min(τ, t): Var X = E\[λ\] E\[M\] + Var λ E\[M²\] + E\[λ\]² Var M, all positive.
    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        if t <= 0.0 {
            return (0.0, 0.0);
        }
        let &Self { r, alpha, lifetime } = self;
        let lived = lifetime.mean_to(t);
        let (square, variance) = spread(&lifetime, t, lived);
        let mean = r * (lived / alpha);
        (mean, mean + r * (square / alpha / alpha) + r * r * (variance / alpha / alpha))
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        if t <= 0.0 { 0.0 } else { self.more_than(n, t) }
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        if t <= 0.0 {
            out.push(1.0);
        } else {
            self.counts(t, tail, out);
        }
    }

    fn ever(&self) -> f64 {
        self.ever_again()
    }

    fn first_purchase(&self, probability: f64) -> Option<f64> {
        self.first(probability)
    }

    fn discounted(&self, horizon: f64, delta: f64) -> Option<f64> {
        let life = if horizon == f64::INFINITY {
            self.lifetime.discounted(delta)
        } else {
            super::discounted_life(&self.lifetime, horizon, delta)
        };
        Some(self.r * (life / self.alpha))
    }

    /// Leaving does not depend on buying: the same purchases, and the lifetime left to who has lived u.
    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        let lifetime = self.lifetime.left_after(u);
        vec![(self.lifetime.ln_survival(u).exp(), Self { lifetime, ..*self })]
    }

    /// At α/buying and β/leaving.
    fn with_rates(&self, buying: f64, leaving: f64) -> Option<Self> {
        law_with_rates(self, buying, leaving)
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let rate = (ln_gamma_variate(self.r, rng) - self.alpha.ln()).exp();
        let doom: f64 = Exp1.sample(rng);
        let end = t.min(self.lifetime.outlived_with(-doom)); // −ln of a uniform number is exponential
        let mut now = 0.0;
        loop {
            let gap: f64 = Exp1.sample(rng);
            now += gap / rate;
            // Not `now > end`: with a rate of 0 the moment may be infinite, never NaN.
            if now.is_nan() || now > end {
                return;
            }
            times.push(now);
        }
    }
}

/// E\[M²\] and Var M of M = min(τ, t), given E\[M\].
///
/// With S: E\[M²\] = 2∫uS. Where most live on, Var M is a small difference: there it is told by t − M, with F = 1 − S:
/// E\[t−M\] = ∫F, E\[(t−M)²\] = 2∫(t−u)F.
fn spread<L: Lifetime>(lifetime: &L, t: f64, mean: f64) -> (f64, f64) {
    if !L::ENDS {
        return (t * t, 0.0);
    }
    let shape = Staying { lifetime, origin: lifetime.pole().min(t), delta: 0.0 };
    let (mut square, mut lost, mut lost_square) = (0.0, 0.0, 0.0);
    for piece in pieces(&shape, 0.0, t) {
        for (u, weight) in piece.nodes() {
            let ln_survival = lifetime.ln_survival(u);
            let gone = -weight * ln_survival.exp_m1();
            square += 2.0 * u * weight * ln_survival.exp();
            lost += gone;
            lost_square += 2.0 * (t - u) * gone;
        }
        let rest = (t - piece.to) * (t + piece.to) * lifetime.ln_survival(piece.to).exp();
        if rest <= 1e-18 * square {
            break; // only where most do not live on
        }
    }
    let variance = if mean > 0.5 * t { lost_square - lost * lost } else { square - mean * mean };
    (square, variance.max(0.0))
}
