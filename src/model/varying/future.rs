//! The law of a living customer's purchases from now on, where covariates vary: Pareto/NBD by two clocks.

use std::sync::Arc;

use rand::Rng;
use rand_distr::{Distribution, Exp1};

use super::likelihood::{Even, nodes};
use crate::math::special::{IncompleteBeta, ln_gamma, ln_poch};
use crate::model::ParetoNbd;
use crate::model::first::crossing;
use crate::model::kernel::Law;
use crate::model::until_death::Lifetime;
use crate::model::variates::ln_gamma_variate;

/// A node's piece is no longer than this part of a bell: NB_n as a function of 2 √r arsinh √(A/α) is one of width 1.
const BELL: f64 = 1.0;
/// e^−45 = 3e-20: beyond so many 1/δ nothing counts.
const FOREVER: f64 = 45.0;

/// A step of the future: when it begins (from now on), by how much purchases and drop-out are faster in it, and what the clocks
/// show where it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub from: f64,
    pub rates: [f64; 2],
    pub clocks: [f64; 2],
}

/// Purchases of a living customer from now on: λ ~ Gamma(r, α), μ ~ Gamma(s, β), both multiplied by a staircase. The last step goes on
/// for ever.
#[derive(Debug, Clone, PartialEq)]
pub struct Staircase {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
    steps: Arc<Vec<Step>>,
}

impl Staircase {
    /// `steps` are begin and rates, the first from 0 on.
    pub(super) fn new(
        [r, alpha, s, beta]: [f64; 4],
        steps: impl IntoIterator<Item = (f64, [f64; 2])>,
    ) -> Self {
        let mut all: Vec<Step> = Vec::new();
        for (from, rates) in steps {
            let clocks = all.last().map_or([0.0; 2], |last: &Step| last.at(from));
            all.push(Step { from, rates, clocks });
        }
        Self { r, alpha, s, beta, steps: Arc::new(all) }
    }

    fn step(&self, t: f64) -> &Step {
        &self.steps[self.steps.partition_point(|step| step.from <= t).saturating_sub(1)]
    }

    /// Both clocks at t.
    fn clocks(&self, t: f64) -> [f64; 2] {
        self.step(t).at(t)
    }

    /// S: the probability to live on until the drop-out clock shows b.
    fn survival_at(&self, b: f64) -> f64 {
        (-self.s * (b / self.beta).ln_1p()).exp()
    }

    /// The steps up to t, each with its end.
    fn until(&self, t: f64) -> impl Iterator<Item = (&Step, f64)> + '_ {
        let ends = self.steps.iter().skip(1).map(|step| step.from).chain([f64::INFINITY]);
        self.steps
            .iter()
            .zip(ends)
            .take_while(move |(step, _)| step.from < t)
            .map(move |(step, end)| (step, end.min(t)))
    }

    /// ∫_0^t f(u, step) du, for f as even as the powers say.
    fn integral(&self, t: f64, powers: [f64; 2], f: impl Fn(f64, &Step) -> f64) -> f64 {
        let mut sum = 0.0;
        for (step, end) in self.until(t) {
            let distances =
                [(self.alpha + step.clocks[0]) / step.rates[0], (self.beta + step.clocks[1]) / step.rates[1]];
            let even = Even { distances, from: step.from, powers };
            nodes(&even, end - step.from, |u, weight| sum += weight * f(u, step));
        }
        sum
    }

    /// The mixture over the moment until which the customer buys: what the purchase clock shows then, and the probability.
    fn moments_of_end(&self, t: f64) -> Vec<(f64, f64)> {
        let mut all = Vec::new();
        let phi = |a: f64| 2.0 * self.r.sqrt() * (a / self.alpha).sqrt().asinh();
        for (step, end) in self.until(t) {
            // Short enough for every NB_n to be seen.
            let bells = (phi(step.at(end)[0]) - phi(step.clocks[0])) / BELL;
            let parts = bells.ceil().clamp(1.0, 1e4);
            for part in 0..parts as usize {
                let begin = step.from + (end - step.from) * part as f64 / parts;
                let length = (end - step.from) / parts;
                let [a, b] = step.at(begin);
                let distances = [(self.alpha + a) / step.rates[0], (self.beta + b) / step.rates[1]];
                let even = Even { distances, from: begin, powers: [self.r, self.s + 1.0] };
                nodes(&even, length, |u, weight| {
                    let [a, b] = step.at(u);
                    all.push((a, weight * self.s * step.rates[1] / (self.beta + b) * self.survival_at(b)));
                });
            }
        }
        let [a, b] = self.clocks(t);
        all.push((a, self.survival_at(b)));
        all
    }
}

/// What is left once the last step has begun: when that is, P(there, and nothing bought), and the law from then on.
struct Remains {
    from: f64,
    waiting: f64,
    law: ParetoNbd,
}

impl Staircase {
    fn remains(&self) -> Remains {
        let &Self { r, alpha, s, beta, .. } = self;
        let Step { from, rates, clocks: [a, b] } = self.steps[self.steps.len() - 1];
        let lifetime = Lifetime::at(&[s, (beta + b) / rates[1]]);
        let law = ParetoNbd { r, alpha: (alpha + a) / rates[0], lifetime };
        Remains { from, waiting: (-r * (a / alpha).ln_1p()).exp() * self.survival_at(b), law }
    }
}

impl Step {
    fn at(&self, t: f64) -> [f64; 2] {
        [0, 1].map(|side| self.clocks[side] + self.rates[side] * (t - self.from))
    }
}

impl Law for Staircase {
    /// E\[λ\] ∫ a(u) S(u) du.
    fn mean(&self, t: f64) -> f64 {
        let lived = |u: f64, step: &Step| step.rates[0] * self.survival_at(step.at(u)[1]);
        self.r / self.alpha * self.integral(t, [0.0, self.s], lived)
    }

    fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    /// With M what the purchase clock shows when the customer leaves, or at t: E\[M\] = ∫ a S, E\[M²\] = 2 ∫ a A S, and
    /// Var X = E\[λ\] E\[M\] + Var λ E\[M²\] + E\[λ\]² Var M.
    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        let &Self { r, alpha, .. } = self;
        let mean = self.integral(t, [0.0, self.s], |u, step| step.rates[0] * self.survival_at(step.at(u)[1]));
        let square = 2.0
            * self.integral(t, [1.0, self.s], |u, step| {
                let [a, b] = step.at(u);
                step.rates[0] * a * self.survival_at(b)
            });
        let spread = (square - mean * mean).max(0.0);
        let rate = r / alpha;
        (rate * mean, rate * mean + rate / alpha * square + rate * rate * spread)
    }

    /// The mean over the mixture of P(N > n) = I_z(n+1, r), z = A/(α+A).
    fn survival(&self, n: u64, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        let beyond = IncompleteBeta::new(n as f64 + 1.0, self.r);
        let all = self.moments_of_end(t);
        all.iter()
            .filter(|(a, _)| *a > 0.0)
            .map(|(a, weight)| {
                weight * beyond.tails(a / (self.alpha + a), self.alpha / (self.alpha + a)).lower
            })
            .sum()
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        if t <= 0.0 {
            out.push(1.0);
            return;
        }
        let &Self { r, alpha, .. } = self;
        let all = self.moments_of_end(t);
        let most = self.clocks(t)[0];
        let z = most / (alpha + most);
        let mut n = 0.0;
        loop {
            let choices = ln_poch(r, n) - ln_gamma(n + 1.0);
            let here: f64 = all
                .iter()
                .map(|&(a, weight)| {
                    let repeats = if n > 0.0 { n * (a / (alpha + a)).ln() } else { 0.0 };
                    weight * (choices + repeats - r * (a / alpha).ln_1p()).exp()
                })
                .sum();
            out.push(here);
            // The largest ratio of two terms from here on.
            let ratio = z.max(z * ((r + n) / (n + 1.0)));
            if ratio < 1.0 && here * ratio < tail * (1.0 - ratio) {
                return;
            }
            n += 1.0;
        }
    }

    fn ever(&self) -> f64 {
        let Remains { from, waiting, law } = self.remains();
        self.survival(0, from) + waiting * law.ever()
    }

    /// Within the steps that end, or by the law of the last.
    fn first_purchase(&self, probability: f64) -> Option<f64> {
        let Remains { from, waiting, law } = self.remains();
        let before = self.survival(0, from);
        if probability > before {
            return law.first_purchase((probability - before) / waiting).map(|t| from + t);
        }
        let within = |t: f64| {
            if t <= from { self.survival(0, t) } else { before + waiting * law.survival(0, t - from) }
        };
        crossing(within, before + waiting * law.ever(), probability, 0.5 * from)
    }

    /// Drop-out does not depend on purchases: one kind.
    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        let b = self.clocks(u)[1];
        let now = self.step(u);
        let rest = self.steps.iter().filter(|step| step.from > u).map(|step| (step.from - u, step.rates));
        let first = std::iter::once((0.0, now.rates));
        let law = Self::new([self.r, self.alpha, self.s, self.beta + b], first.chain(rest));
        vec![(self.survival_at(b), law)]
    }

    fn discounted(&self, t: f64, delta: f64) -> Option<f64> {
        let t = if delta > 0.0 { t.min(FOREVER / delta) } else { t };
        let mut sum = 0.0;
        for (step, end) in self.until(t) {
            // Even in pieces over which e^(−δu) falls by e at most.
            let parts = (delta * (end - step.from)).ceil().clamp(1.0, 100.0);
            for part in 0..parts as usize {
                let length = (end - step.from) / parts;
                let begin = step.from + length * part as f64;
                let [_, b] = step.at(begin);
                let distance = (self.beta + b) / step.rates[1];
                let even =
                    Even { distances: [distance, distance], from: begin, powers: [delta * distance, self.s] };
                nodes(&even, length, |u, weight| {
                    sum += weight * step.rates[0] * self.survival_at(step.at(u)[1]) * (-delta * u).exp();
                });
            }
        }
        Some(self.r / self.alpha * sum)
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let rate = (ln_gamma_variate(self.r, rng) - self.alpha.ln()).exp();
        let hazard = (ln_gamma_variate(self.s, rng) - self.beta.ln()).exp();
        let doom: f64 = Exp1.sample(rng);
        let end = self.clocks(t)[1].min(doom / hazard);
        let mut shown = 0.0;
        loop {
            let gap: f64 = Exp1.sample(rng);
            shown += gap / rate;
            // Not `>`: with a rate of 0 this is infinite, never NaN.
            if shown.is_nan() || shown > self.clocks(t)[0] {
                return;
            }
            let step =
                &self.steps[self.steps.partition_point(|step| step.clocks[0] <= shown).saturating_sub(1)];
            let now = step.from + (shown - step.clocks[0]) / step.rates[0];
            if step.at(now)[1] > end {
                return;
            }
            times.push(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_purchase_comes_within_a_step_or_after_the_last_has_begun() {
        let parameters = [0.55, 10.6, 0.61, 11.7];
        let plain = ParetoNbd::new(0.55, 10.6, 0.61, 11.7).unwrap();
        let even = Staircase::new(parameters, [(0.0, [1.0; 2]), (5.0, [1.0; 2]), (9.0, [1.0; 2])]);
        let seasons = Staircase::new(parameters, [(0.0, [1.0; 2]), (5.0, [3.0, 0.5]), (9.0, [0.2, 2.0])]);
        assert!((even.ever() / plain.ever() - 1.0).abs() < 1e-11);
        for p in [1e-6, 0.01, 0.1, 0.2, 0.3, 0.4, 0.45] {
            let (found, right) = (even.first_purchase(p).unwrap(), plain.first_purchase(p).unwrap());
            assert!((found / right - 1.0).abs() < 1e-9, "{p}: {found} {right}");
            match seasons.first_purchase(p) {
                Some(t) => assert!((seasons.survival(0, t) / p - 1.0).abs() < 1e-9, "{p}: {t}"),
                None => assert!(p >= seasons.ever()),
            }
        }
    }
}
