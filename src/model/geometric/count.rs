//! How often a customer buys who does not leave.

use rand::{Rng, RngExt};

use super::discounted::Wait;
use super::integral::integrated_moments;
use super::law::Leaving;
use super::phase::Phase;
use super::{blocks, tail};
use crate::math::special::beta_inc;
use crate::model::first::{crossing, finite, poisson};
use crate::model::variates::ln_gamma_variate;

/// The law of N, the purchases in (0, t] of a customer who does not leave.
pub(in crate::model) trait Count: Clone + Sync {
    /// Probabilities of N one by one.
    type Steps: Steps;

    /// So many purchases are hardly ever exceeded: 40 factors of e, and ten standard deviations.
    fn reach(&self, t: f64) -> f64;

    /// P(N > n), to full relative accuracy; also between whole numbers, where it is as smooth.
    fn beyond(&self, n: f64, t: f64) -> f64;

    /// P(N > n), given P(N = n).
    fn rest(&self, n: u64, t: f64, _at_n: f64) -> f64 {
        self.beyond(n as f64, t)
    }

    /// The t at which P(N > 0) reaches a probability, if it is a number.
    fn first(&self, probability: f64) -> Option<f64>;

    /// P(N = 0), P(N = 1), …, yet to be started.
    fn steps(&self, t: f64) -> Self::Steps;

    /// E\[X\] and E\[X²\] of X = min(N, G), where a sum would be long.
    fn many(leaving: &Leaving<Self>, t: f64) -> (f64, f64) {
        blocks::summed_moments(leaving, t)
    }

    /// The logarithm of a customer's rate, and how many stages are left until their next purchase.
    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> (f64, u32);

    /// Stages between two purchases.
    fn stages(&self) -> u32;

    /// The kinds of waits for the next purchase, as far as the stages passed are not known.
    fn waits(&self) -> Vec<Wait>;
}

/// P(N = n) for n = 0, 1, …, on a scale that its user chooses.
pub(in crate::model) trait Steps {
    /// The logarithm of what [`Steps::start`] starts from, when the scale is 1.
    fn ln_start(&self) -> f64;
    /// Begins at n = 0, on a scale on which that logarithm is this.
    fn start(&mut self, ln_start: f64);
    /// P(N = n).
    fn probability(&self) -> f64;
    /// From n to n + 1.
    fn advance(&mut self);
    /// What P(N = i + 1)/P(N = i) does not exceed from here on.
    fn bound(&self) -> f64;
    /// Changes the scale.
    fn scale(&mut self, factor: f64);
}

/// Poisson purchases: N ~ NB(r, α/(α+t)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Poisson {
    pub(in crate::model) r: f64,
    pub(in crate::model) alpha: f64,
}

impl Count for Poisson {
    type Steps = PoissonSteps;

    fn reach(&self, t: f64) -> f64 {
        let (mean, spread) = (self.r * (t / self.alpha), 1.0 + t / self.alpha);
        mean + 40.0 * spread + 10.0 * (mean * spread).sqrt()
    }

    /// I_{t/(α+t)}(n+1, r).
    fn beyond(&self, n: f64, t: f64) -> f64 {
        let &Self { r, alpha } = self;
        beta_inc(n + 1.0, r, t / (alpha + t), alpha / (alpha + t)).0
    }

    /// By the ratios of the NB law while they fall fast enough, else by the incomplete beta.
    fn rest(&self, n: u64, t: f64, at_n: f64) -> f64 {
        let &Self { r, alpha } = self;
        let z = t / (alpha + t);
        if at_n < 1e-250 {
            return self.beyond(n as f64, t); // its ratios have too few digits to start from, or none
        }
        let (mut term, mut sum, mut j) = (at_n, 0.0, n as f64);
        for _ in 0..2_000 {
            let ratio = z * ((r + j) / (j + 1.0));
            term *= ratio;
            sum += term;
            j += 1.0;
            if ratio < 1.0 && term <= 1e-17 * sum * (1.0 - z.max(ratio)) {
                return sum;
            }
        }
        self.beyond(n as f64, t)
    }

    fn first(&self, probability: f64) -> Option<f64> {
        finite(poisson(self.r, self.alpha, probability))
    }

    fn steps(&self, t: f64) -> PoissonSteps {
        PoissonSteps::of(self.r, self.alpha, t)
    }

    fn many(leaving: &Leaving<Self>, t: f64) -> (f64, f64) {
        integrated_moments(leaving, t)
    }

    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> (f64, u32) {
        (ln_gamma_variate(self.r, rng) - self.alpha.ln(), 1)
    }

    fn stages(&self) -> u32 {
        1
    }

    fn waits(&self) -> Vec<Wait> {
        vec![Wait { weight: 1.0, shape: self.r, rate: self.alpha, left: 1 }]
    }
}

/// NB probabilities by their ratios z (r+n)/(n+1).
pub(in crate::model) struct PoissonSteps {
    z: f64,
    r: f64,
    ln_none: f64,
    n: f64,
    here: f64,
    ratio: f64,
}

impl PoissonSteps {
    /// Of NB(r, α/(α+t)).
    pub(super) fn of(r: f64, alpha: f64, t: f64) -> Self {
        let z = t / (alpha + t);
        Self { z, r, ln_none: -r * (t / alpha).ln_1p(), n: 0.0, here: 0.0, ratio: z * r }
    }
}

impl Steps for PoissonSteps {
    fn ln_start(&self) -> f64 {
        self.ln_none
    }

    fn start(&mut self, ln_start: f64) {
        self.here = ln_start.exp();
    }

    fn probability(&self) -> f64 {
        self.here
    }

    fn advance(&mut self) {
        self.here *= self.ratio;
        self.n += 1.0;
        self.ratio = self.z * ((self.r + self.n) / (self.n + 1.0));
    }

    fn bound(&self) -> f64 {
        self.z.max(self.ratio)
    }

    fn scale(&mut self, factor: f64) {
        self.here *= factor;
    }
}

/// Erlang-k waiting times, seen at T from a living customer who has been silent for s: j < k stages are passed with
/// probability e_j/S, and then λ ~ Gamma(m + j, α + T), so that M ~ NB(m + j, (α+T)/(α+T+t)) stages follow in (0, t] and
/// N = ⌊(j + M)/k⌋.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model) struct Stages {
    k: u32,
    /// m = r + kx.
    shape: f64,
    /// α + T.
    rate: f64,
    /// s = T − t_x.
    silence: f64,
    /// e_j/S.
    passed: Vec<f64>,
}

impl Stages {
    /// For shape m and rate α + T of λ.
    pub(super) fn new(k: u32, shape: f64, rate: f64, silence: f64) -> Self {
        Self { k, shape, rate, silence, passed: tail::passed(k, shape, silence / rate) }
    }

    /// With no stage passed for certain: a customer who has just bought.
    pub(super) fn known(k: u32, shape: f64, rate: f64) -> Self {
        Self::new(k, shape, rate, 0.0)
    }

    /// The same where stages come so many times as often from now on.
    pub(in crate::model) fn hurried(&self, factor: f64) -> Self {
        Self { rate: self.rate / factor, silence: self.silence / factor, ..self.clone() }
    }

    /// k, m, α + T and the probabilities of the stages passed.
    pub(super) fn parts(&self) -> (u32, f64, f64, &[f64]) {
        (self.k, self.shape, self.rate, &self.passed)
    }
}

impl Count for Stages {
    type Steps = StageSteps;

    fn reach(&self, t: f64) -> f64 {
        let k = f64::from(self.k);
        let (mean, spread) = ((self.shape + k) * (t / self.rate), 1.0 + t / self.rate);
        (mean + 40.0 * spread + 10.0 * (mean * spread).sqrt()) / k
    }

    /// Σ_j e_j/S I_{t/(α+T+t)}(k(n+1) − j, m + j).
    fn beyond(&self, n: f64, t: f64) -> f64 {
        let whole = self.rate + t;
        let missing = f64::from(self.k) * (n + 1.0);
        let one = |(j, weight): (usize, &f64)| {
            weight * beta_inc(missing - j as f64, self.shape + j as f64, t / whole, self.rate / whole).0
        };
        self.passed.iter().enumerate().map(one).sum()
    }

    fn first(&self, probability: f64) -> Option<f64> {
        let &Self { k, shape, rate, .. } = self;
        let newly = Phase { k, passed: 0, shape, rate }.first(probability);
        crossing(|t| self.beyond(0.0, t), 1.0, probability, newly.unwrap_or(rate))
    }

    fn steps(&self, t: f64) -> StageSteps {
        let &Self { k, shape, rate, silence, .. } = self;
        StageSteps {
            k: k as usize,
            shape,
            after: t / (rate + t),
            before: silence / (rate + t),
            ln_start: -shape * (t / rate).ln_1p() - tail::Silence::of(k, shape, silence / rate).ln_sum,
            stages: 0.0,
            by_passed: vec![0.0; k as usize],
            here: 0.0,
        }
    }

    fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> (f64, u32) {
        let mut left: f64 = rng.random();
        let mut j = 0;
        for &weight in &self.passed[1..] {
            left -= self.passed[j as usize];
            if left < 0.0 || weight == 0.0 {
                break;
            }
            j += 1;
        }
        (ln_gamma_variate(self.shape + f64::from(j), rng) - self.rate.ln(), self.k - j)
    }

    fn stages(&self) -> u32 {
        self.k
    }

    fn waits(&self) -> Vec<Wait> {
        let kind = |(j, weight): (u32, &f64)| {
            let shape = self.shape + f64::from(j);
            Wait { weight: *weight, shape, rate: self.rate, left: self.k - j }
        };
        (0..).zip(&self.passed).filter(|(_, weight)| **weight > 0.0).map(kind).collect()
    }
}

/// P(N = n) as the sum over l = kn … kn+k−1 of P(l stages since the last purchase). With j of them before T,
///
/// ```text
/// P(l+1, j) = (m+l)/(l+1) (t/(α+T+t) P(l, j) + s/(α+T+t) P(l, j−1))        j < k
/// ```
///
/// from P(0, 0) = (1 + t/(α+T))^−m/S: all terms are positive.
pub(in crate::model) struct StageSteps {
    k: usize,
    shape: f64,
    /// t/(α+T+t)
    after: f64,
    /// s/(α+T+t)
    before: f64,
    ln_start: f64,
    /// l, the last of the present purchase.
    stages: f64,
    /// P(l, j).
    by_passed: Vec<f64>,
    here: f64,
}

impl StageSteps {
    /// From l to l + 1; the sum over j.
    fn pass(&mut self) -> f64 {
        let factor = (self.shape + self.stages) / (self.stages + 1.0);
        let (stay, come) = (factor * self.after, factor * self.before);
        let (mut sum, mut below) = (0.0, 0.0);
        for p in &mut self.by_passed {
            let old = *p;
            *p = stay * old + come * below;
            below = old;
            sum += *p;
        }
        self.stages += 1.0;
        sum
    }
}

impl Steps for StageSteps {
    fn ln_start(&self) -> f64 {
        self.ln_start
    }

    fn start(&mut self, ln_start: f64) {
        self.by_passed[0] = ln_start.exp();
        self.here = self.by_passed[0];
        for _ in 1..self.k {
            self.here += self.pass();
        }
    }

    fn probability(&self) -> f64 {
        self.here
    }

    fn advance(&mut self) {
        self.here = 0.0;
        for _ in 0..self.k {
            self.here += self.pass();
        }
    }

    /// P(l+1, j)/P(l, j) = t/(α+T+t) (m+l)/(l+1−j) once l ≥ j, because each j is an NB law by itself; with l it falls towards
    /// the first factor (for k = 1 and m < 1 it rises).
    fn bound(&self) -> f64 {
        let k = self.k as f64;
        let first = self.stages + 1.0 - k;
        if first < k {
            return f64::INFINITY;
        }
        (self.after * ((self.shape + first) / (first + 2.0 - k)).max(1.0)).powf(k)
    }

    fn scale(&mut self, factor: f64) {
        self.here *= factor;
        self.by_passed.iter_mut().for_each(|p| *p *= factor);
    }
}
