//! The law of a living customer's purchases: X(t) = min(N, G).
//!
//! N purchases in (0, t] if nobody leaves, and G, independent of it, the purchase after which the customer leaves, with
//! P(G > n) = w_n = (b)_n/(a+b)_n. So P(X > n) = w_n P(N > n): sums of positive terms throughout, and nothing singular at
//! a = 1, where the closed form of Fader, Hardie & Lee (2005, equation 9) is 0/0.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1};

use super::count::{Count, Steps};
use crate::model::beta_geometric::BetaGeometric;
use crate::model::variates::beta_variate;

/// Up to about so many terms the moments are summed one by one.
const MANY_TERMS: f64 = 5_000.0;
/// Values of the scaled probabilities are kept below this.
const LARGE: f64 = 1e250;
/// What is left of the moments when a sum stops.
const NOTHING: f64 = 1e-17;

/// How often a customer buys who would buy N times but may leave: at each purchase with a chance p ~ Beta(a, b).
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model) struct Leaving<N> {
    pub(in crate::model) count: N,
    pub(in crate::model) a: f64,
    pub(in crate::model) b: f64,
}

impl<N: Count> Leaving<N> {
    /// E\[X\].
    pub(in crate::model) fn mean(&self, t: f64) -> f64 {
        self.moments(t).0
    }

    /// Var X.
    pub(in crate::model) fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    /// E\[X\] and Var X.
    pub(in crate::model) fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        let (mean, square) = self.moments(t);
        (mean, (square - mean * mean).max(0.0))
    }

    /// P(X > n).
    pub(in crate::model) fn survival(&self, n: u64, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        self.still_there(n as f64) * self.count.beyond(n as f64, t)
    }

    /// When P(X > 0) = P(N > 0) reaches a probability: nobody leaves before the first purchase.
    pub(in crate::model) fn first_purchase(&self, probability: f64) -> Option<f64> {
        self.count.first(probability)
    }

    /// Appends P(X = n), n = 0, 1, …, until P(X > n) < `tail`.
    pub(in crate::model) fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        if t <= 0.0 {
            out.push(1.0);
            return;
        }
        let start = out.len();
        self.undisturbed(t, tail, out);
        let (a, b) = (self.a, self.b);
        // From the last to the first, so that P(N ≥ n) is a sum of positive terms, the smallest first.
        let last = out.len() - start - 1;
        let mut at_least = self.count.rest(last as u64, t, out[out.len() - 1]);
        let mut stayed = vec![1.0; last + 1];
        for n in 1..=last {
            let j = (n - 1) as f64;
            stayed[n] = stayed[n - 1] * ((b + j) / (a + b + j));
        }
        for n in (0..=last).rev() {
            let exactly = out[start + n];
            at_least += exactly;
            out[start + n] = stayed[n] * exactly;
            if n > 0 {
                let j = (n - 1) as f64;
                out[start + n] += stayed[n - 1] * (a / (a + b + j)) * at_least;
            }
        }
    }

    /// Appends one customer's purchases in (0, t\], told forward.
    pub(in crate::model) fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let (ln_rate, mut stages) = self.count.draw(rng);
        let rate = ln_rate.exp();
        let leave = beta_variate(self.a, self.b, rng);
        let mut now = 0.0;
        loop {
            let gap: f64 = (0..stages).map(|_| -> f64 { Exp1.sample(rng) }).sum();
            stages = self.count.stages();
            now += gap / rate;
            // Not `now > t`: with a rate of 0 the moment may be infinite, never NaN.
            if now.is_nan() || now > t {
                return;
            }
            times.push(now);
            if rng.random::<f64>() < leave {
                return;
            }
        }
    }
}

impl<N: Count> Leaving<N> {
    /// w_n = P(still there after n purchases) = (b)_n/(a+b)_n, also between whole numbers.
    pub(in crate::model) fn still_there(&self, n: f64) -> f64 {
        let stays = BetaGeometric { gamma: self.a, delta: self.b };
        if n > 512.0 || n.fract() != 0.0 {
            return stays.survival(n);
        }
        (0..n as u32).map(|j| stays.stay(f64::from(j))).product()
    }

    /// A customer who made n purchases and stayed each time: what such a kind weighs, and its law.
    pub(in crate::model) fn stayed_for<C: Count>(&self, p: f64, n: u32, count: C) -> (f64, Leaving<C>) {
        let n = f64::from(n);
        (p * self.still_there(n), Leaving { count, a: self.a, b: self.b + n })
    }

    /// E\[X\] and E\[X²\].
    fn moments(&self, t: f64) -> (f64, f64) {
        if t <= 0.0 {
            return (0.0, 0.0);
        }
        if self.count.reach(t) <= MANY_TERMS { self.summed_moments(t) } else { N::many(self, t) }
    }

    /// E\[X\] = Σ_j P(N=j) Σ_{n<j} w_n and E\[X²\] = Σ_j P(N=j) Σ_{n<j} (2n+1) w_n; the probabilities of N by their ratios,
    /// on a scale of their own that the division by their sum takes out.
    pub(super) fn summed_moments(&self, t: f64) -> (f64, f64) {
        let (a, b) = (self.a, self.b);
        let mut steps = self.count.steps(t);
        steps.start(0.0);
        let (mut total, mut first, mut second) = (steps.probability(), 0.0f64, 0.0f64);
        let (mut w, mut w_sum, mut w_sum2, mut j) = (1.0, 0.0, 0.0, 0.0);
        loop {
            w_sum += w;
            w_sum2 += (2.0 * j + 1.0) * w;
            w *= (b + j) / (a + b + j);
            j += 1.0;
            steps.advance();
            let here = steps.probability();
            total += here;
            first += here * w_sum;
            second += here * w_sum2;
            // What is left is at most a geometric series; w_sum2 grows no faster than j².
            let ratio = steps.bound();
            if ratio < 1.0 && here * w_sum2 * (1.0 + 3.0 / j) < NOTHING * second * (1.0 - ratio) {
                return (first / total, second / total);
            }
            if here > LARGE {
                steps.scale(1.0 / LARGE);
                for value in [&mut total, &mut first, &mut second] {
                    *value /= LARGE;
                }
            }
        }
    }

    /// Appends P(N = n) of the count without drop-out, as far as P(X > n) ≥ `tail` demands.
    pub(in crate::model) fn undisturbed(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        let (a, b) = (self.a, self.b);
        let mut steps = self.count.steps(t);
        let ln_start = steps.ln_start();
        // Probabilities are scaled by e^−shift while the first ones would underflow.
        let mut shift = ln_start.min(-600.0) + 600.0;
        steps.start(ln_start - shift);
        let (mut n, mut w) = (0.0, 1.0);
        loop {
            let here = steps.probability();
            out.push(if shift == 0.0 { here } else { here * shift.exp() });
            steps.advance();
            let bound = steps.bound();
            // Also while scaled: a law whose largest probability is small may never climb to the scale 1.
            let beyond =
                if bound < 1.0 { (steps.probability() / (1.0 - bound) * shift.exp()).min(1.0) } else { 1.0 };
            if w * beyond < tail {
                return;
            }
            w *= (b + n) / (a + b + n);
            n += 1.0;
            if shift < 0.0 && steps.probability() > 1.0 {
                let step = (-shift).min(600.0);
                steps.scale((-step).exp());
                shift += step;
            }
        }
    }
}
