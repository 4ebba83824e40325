//! The law of a living customer's purchases at the next opportunities.
//!
//! J, how many of the n opportunities the customer lives to see, has P(J ≥ j) = s_j = (δ)_j/(γ+δ)_j, and X given J is
//! beta-binomial. All that is asked for is a sum of positive terms over j, whose ratios are known: nothing cancels, and
//! nothing is singular at γ = 1, where the closed form of the mean (the paper's equation 8) is 0/0.

use rand::{Rng, RngExt};

use super::{BgBb, MOST, whole};
use crate::math::special::ln_poch;
use crate::model::kernel::Law;
use crate::model::variates::beta_variate;

impl Law for BgBb {
    /// α/(α+β) Σ_j s_j.
    fn mean(&self, t: f64) -> f64 {
        self.alpha / (self.alpha + self.beta) * self.lifetime().moments(whole(t)).0
    }

    fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    /// Var X = E\[Var(X | J)\] + Var(E\[X | J\]) with μ = α/(α+β):
    ///
    /// ```text
    /// μ(1−μ) ((α+β) E[J] + E[J²])/(α+β+1) + μ² (E[J²] − E[J]²)
    /// ```
    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        let both = self.alpha + self.beta;
        let (buy, pass) = (self.alpha / both, self.beta / both);
        let (first, second) = self.lifetime().moments(whole(t));
        let within = buy * pass * (both / (both + 1.0) * first + second / (both + 1.0));
        (buy * first, within + buy * buy * (second - first * first).max(0.0))
    }

    /// P(X > k) = Σ_{j>k} s_j P(the purchase after the first k is at j | alive):
    ///
    /// ```text
    /// Σ_{j=k+1}^n s_j C(j−1, k) B(α+k+1, β+j−k−1)/B(α, β)
    /// ```
    fn survival(&self, k: u64, t: f64) -> f64 {
        let (n, k) = (whole(t), k as f64);
        if k >= n {
            return 0.0;
        }
        let &Self { alpha, beta, gamma, delta } = self;
        let ln_first = ln_poch(alpha, k + 1.0) - ln_poch(alpha + beta, k + 1.0) + ln_poch(delta, k + 1.0)
            - ln_poch(gamma + delta, k + 1.0);
        sum_of_ratios(ln_first, k + 1.0, n, |j| {
            j / (j - k) * ((beta + (j - k - 1.0)) / (alpha + beta + j)) * ((delta + j) / (gamma + delta + j))
        })
        .min(1.0)
    }

    /// P(X = x) = Σ_j P(J = j) P(X = x | J = j), Fader, Hardie & Shang (2010), equation 7.
    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        let (n, mut x) = (whole(t), 0.0);
        loop {
            out.push(self.exactly(x, n));
            if x >= n || self.survival(x as u64, t) < tail {
                return;
            }
            x += 1.0;
        }
    }

    /// P(X > 0) within as many opportunities as are ever told.
    fn ever(&self) -> f64 {
        self.survival(0, MOST)
    }

    /// The number of the first opportunity by which P(X > 0) = Σ_j s_j P(the first purchase is at j | alive) is large enough. What is
    /// still to come after j is at most P(there, and nothing bought) = s_j (β)_j/(α+β)_j: where that is too little, never.
    fn first_purchase(&self, probability: f64) -> Option<f64> {
        let &Self { alpha, beta, gamma, delta } = self;
        let (mut bought, mut waiting, mut j) = (0.0, 1.0, 0.0);
        while bought < probability {
            if j >= MOST || bought + waiting < probability {
                return None;
            }
            let both = alpha + beta + j;
            let there = waiting * ((delta + j) / (gamma + delta + j));
            bought += there * (alpha / both);
            waiting = there * ((beta + j) / both);
            j += 1.0;
        }
        Some(j)
    }

    /// Leaving does not depend on buying: BG/BB(α, β, γ, δ+⌊u⌋), with probability s_⌊u⌋.
    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        let n = whole(u);
        vec![(self.lifetime().survival(n), Self { delta: self.delta + n, ..*self })]
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let (buy, leave) =
            (beta_variate(self.alpha, self.beta, rng), beta_variate(self.gamma, self.delta, rng));
        let (n, mut now) = (whole(t), 1.0);
        while now <= n && rng.random::<f64>() >= leave {
            if rng.random::<f64>() < buy {
                times.push(now);
            }
            now += 1.0;
        }
    }

    /// α/(α+β) Σ_k s_k e^(−rate k): over the whole future the paper's equation 14 for one who is alive.
    fn discounted(&self, horizon: f64, rate: f64) -> Option<f64> {
        let n = if horizon == f64::INFINITY { horizon } else { whole(horizon) };
        Some(self.alpha / (self.alpha + self.beta) * self.lifetime().discounted(n, rate))
    }
}

impl BgBb {
    /// P(X = x) within n opportunities: P(J = j) is s_j γ/(γ+δ+j) for j < n and s_n for j = n.
    fn exactly(&self, x: f64, n: f64) -> f64 {
        let &Self { alpha, beta, gamma, delta } = self;
        if x > n {
            return 0.0;
        }
        // s_j C(j, x) (α)_x (β)_{j−x}/(α+β)_j, from j = x on.
        let ln_first =
            ln_poch(alpha, x) - ln_poch(alpha + beta, x) + ln_poch(delta, x) - ln_poch(gamma + delta, x);
        let mut terms = Scaled::new(ln_first);
        let (mut sum, mut j) = (0.0, x);
        while j < n {
            sum += terms.get() * (gamma / (gamma + delta + j));
            terms.times(
                (j + 1.0) / (j + 1.0 - x)
                    * ((beta + (j - x)) / (alpha + beta + j))
                    * ((delta + j) / (gamma + delta + j)),
            );
            j += 1.0;
        }
        (sum + terms.get()).min(1.0)
    }
}

/// A positive number whose products may pass through what is too small to be one.
struct Scaled {
    value: f64,
    /// The number is `value` e^`shift`; 0 as soon as it can be.
    shift: f64,
}

impl Scaled {
    fn new(ln: f64) -> Self {
        let shift = ln.min(-600.0) + 600.0;
        Self { value: (ln - shift).exp(), shift }
    }

    fn get(&self) -> f64 {
        if self.shift == 0.0 { self.value } else { self.value * self.shift.exp() }
    }

    fn times(&mut self, factor: f64) {
        self.value *= factor;
        if self.shift < 0.0 && self.value > 1.0 {
            let step = (-self.shift).min(600.0);
            self.value *= (-step).exp();
            self.shift += step;
        }
    }
}

/// The sum of terms from `from` to `to`, the first given by its logarithm, each other by its ratio to the one before.
fn sum_of_ratios(ln_first: f64, from: f64, to: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let mut term = Scaled::new(ln_first);
    let (mut sum, mut j) = (term.get(), from);
    while j < to {
        term.times(ratio(j));
        sum += term.get();
        j += 1.0;
    }
    sum
}
