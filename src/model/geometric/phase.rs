//! Erlang waiting times of which it is known how many stages are passed: what a window that begins later starts from.

use rand::Rng;

use super::count::{Count, PoissonSteps, Stages, Steps};
use super::discounted::Wait;
use crate::math::special::{IncompleteBeta, beta_inc, ln_gamma, ln_poch};
use crate::model::first::finite;
use crate::model::variates::ln_gamma_variate;

/// Erlang-k waiting times with j < k stages of the present one passed, and λ ~ Gamma(shape m, rate): M ~ NB(m, rate/(rate+t))
/// stages follow in (0, t], N = ⌊(j + M)/k⌋.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Phase {
    pub(super) k: u32,
    pub(super) passed: u32,
    pub(super) shape: f64,
    pub(super) rate: f64,
}

impl Phase {
    /// The same where stages come so many times as often from now on.
    pub(in crate::model) fn hurried(&self, factor: f64) -> Self {
        Self { rate: self.rate / factor, ..*self }
    }
}

impl Count for Phase {
    type Steps = PhaseSteps;

    fn reach(&self, t: f64) -> f64 {
        let (mean, spread) = (self.shape * (t / self.rate), 1.0 + t / self.rate);
        (mean + 40.0 * spread + 10.0 * (mean * spread).sqrt()) / f64::from(self.k)
    }

    /// I_{t/(rate+t)}(k(n+1) − j, m).
    fn beyond(&self, n: f64, t: f64) -> f64 {
        let whole = self.rate + t;
        let missing = f64::from(self.k) * (n + 1.0) - f64::from(self.passed);
        beta_inc(missing, self.shape, t / whole, self.rate / whole).0
    }

    /// The beta prime quantile of k − j stages.
    fn first(&self, probability: f64) -> Option<f64> {
        let stages = IncompleteBeta::new(f64::from(self.k - self.passed), self.shape);
        let (x, y) = stages.quantile(probability, 1.0 - probability);
        finite(self.rate * (x / y))
    }

    fn steps(&self, t: f64) -> PhaseSteps {
        let &Self { k, passed, shape, rate } = self;
        PhaseSteps { stages: PoissonSteps::of(shape, rate, t), k, missing: k - passed, here: 0.0 }
    }

    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> (f64, u32) {
        (ln_gamma_variate(self.shape, rng) - self.rate.ln(), self.k - self.passed)
    }

    fn stages(&self) -> u32 {
        self.k
    }

    fn waits(&self) -> Vec<Wait> {
        let &Self { k, passed, shape, rate } = self;
        vec![Wait { weight: 1.0, shape, rate, left: k - passed }]
    }
}

impl Phase {
    /// The same after M stages in (0, u\], for every M: n purchases, and what is then passed.
    pub(in crate::model) fn after(&self, u: f64, tail: f64) -> Vec<(f64, u32, Self)> {
        let known = Stages::known(self.k, self.shape, self.rate);
        let at = |(p, n, phase): (f64, u32, Self)| {
            let l = n * self.k + phase.passed + self.passed;
            (p, l / self.k, Self { passed: l % self.k, ..phase })
        };
        known.after(u, tail).into_iter().map(at).collect()
    }
}

/// P(N = n) as the sum over the stages that end with the n-th purchase made.
pub(in crate::model) struct PhaseSteps {
    stages: PoissonSteps,
    k: u32,
    /// Stages to the first purchase.
    missing: u32,
    here: f64,
}

impl PhaseSteps {
    /// The sum of the next so many probabilities of M; the last of them stays in place.
    fn gather(&mut self, stages: u32) {
        self.here = self.stages.probability();
        for _ in 1..stages {
            self.stages.advance();
            self.here += self.stages.probability();
        }
    }
}

impl Steps for PhaseSteps {
    fn ln_start(&self) -> f64 {
        self.stages.ln_start()
    }

    fn start(&mut self, ln_start: f64) {
        self.stages.start(ln_start);
        self.gather(self.missing);
    }

    fn probability(&self) -> f64 {
        self.here
    }

    fn advance(&mut self) {
        self.stages.advance();
        self.gather(self.k);
    }

    fn bound(&self) -> f64 {
        // Each of the k terms is followed, k further on, by at most this part of it.
        let one = self.stages.bound();
        if one < 1.0 { one.powi(self.k as i32) } else { f64::INFINITY }
    }

    fn scale(&mut self, factor: f64) {
        self.here *= factor;
        self.stages.scale(factor);
    }
}

impl Stages {
    /// Where a customer who does not leave may stand at T + u: l = kn + j stages since the last purchase before T, so n
    /// purchases in (T, T+u] and j stages of the present waiting time, then λ ~ Gamma(m + l, α + T + u). Each with n and its
    /// probability
    ///
    /// ```text
    /// P(l) = Σ_{i≤min(l, k−1)} w_i P(M_i = l − i)        M_i ~ NB(m + i, (α+T)/(α+T+u))
    /// ```
    ///
    /// What is left out is below `tail`.
    pub(in crate::model) fn after(&self, u: f64, tail: f64) -> Vec<(f64, u32, Phase)> {
        let (k, shape, rate, passed) = self.parts();
        let (ln_still, ln_moved) = (-(u / rate).ln_1p(), (u / (rate + u)).ln());
        let stages = |start: usize, more: f64| {
            let m = shape + start as f64;
            (ln_poch(m, more) - ln_gamma(more + 1.0) + m * ln_still + more * ln_moved).exp()
        };
        let mut kinds = Vec::new();
        for n in 0u32.. {
            for j in 0..k {
                let l = (k * n + j) as usize;
                let from = passed.iter().enumerate().take(l + 1);
                let p: f64 = from.map(|(i, weight)| weight * stages(i, (l - i) as f64)).sum();
                let phase = Phase { k, passed: j, shape: shape + l as f64, rate: rate + u };
                kinds.push((p, n, phase));
            }
            if self.beyond(f64::from(n), u) < tail {
                break;
            }
        }
        kinds
    }
}
