//! The law of a living customer's purchases.
//!
//! Given the regularity k, the n-th purchase from now on comes at v if n waits add up to R = Y + v, where Y is the silence so
//! far, and the first of them is longer than Y. With the rate unknown, k R / A is a beta prime variate of shapes kn and a, and
//! independent of it the first wait is the part Beta(k, k(n−1)) of R. Hence, with S the chance that the lifetime goes on for v,
//!
//! ```text
//! P(X(t) ≥ n | k) = ∫_0^t S(v) h_n(Y + v) I_{v/(Y+v)}(k(n−1), k) dv / P(wait > Y)      S(v) = (1 + v/(β+T))^−s
//! ```
//!
//! and the law is the mixture of these over the regularity of a customer who is known to be alive. Every term is positive.

use std::sync::OnceLock;

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::counts::{Counts, Range};
use super::shape::{self, Support};
use super::wait::Wait;
use super::{DROP, History, NODES, ParetoGgg, rule};
use crate::math::special::{IncompleteBeta, ln_beta, ln_beta_inc};
use crate::model::first::crossing;
use crate::model::kernel::Law;
use crate::model::variates::ln_gamma_variate;

/// Up to this many purchases one by one; beyond, ln P(X ≥ n) is interpolated over octaves of n.
const ONE_BY_ONE: usize = 64;
/// Chebyshev nodes of an octave.
const OCTAVE: usize = 14;
/// Counts less probable than this are left out.
const REST: f64 = 1e-13;
/// A regularity that adds less to the chance of a count is not asked about higher ones.
const NIL: f64 = 1e-19;
/// Counts beyond this are left out unless they are more probable than [`RARE`]. A k near 0 means bursts without end, and gives a newcomer's
/// counts a tail like n^−t: for t ≤ 2 their variance does not exist, and is that of the counts that are told.
const MANY: usize = 1 << 16;
const RARE: f64 = 1e-6;
/// So many stories stand for what a customer may do before a window begins. The error of a window's mean is that of so many draws.
const DRAWN: usize = 256;
/// Nothing is told beyond.
const MOST: usize = 1 << 22;

/// The law of the purchases of a customer who is alive now.
#[derive(Debug, Clone)]
pub struct ParetoGggFuture {
    model: ParetoGgg,
    history: History,
    /// β + T.
    beta: f64,
    nodes: Vec<Regularity>,
    /// P(X ≥ 1), P(X ≥ 2), … for the first horizon that was asked for.
    told: OnceLock<(f64, Vec<f64>)>,
}

/// One regularity that the customer may have.
#[derive(Debug, Clone, Copy)]
struct Regularity {
    weight: f64,
    wait: Wait,
    /// ln P(wait > Y).
    ln_silent: f64,
}

impl ParetoGggFuture {
    pub(super) fn new(model: &ParetoGgg, history: History) -> Self {
        let (nodes, total) = model.alive(&history, NODES, 0.0);
        let nodes = nodes
            .into_iter()
            .map(|node| {
                let wait = model.wait(&history, node.k);
                let ln_silent = wait.ln_beyond(history.silence);
                Regularity { weight: (node.ln_weight - total).exp(), wait, ln_silent }
            })
            .filter(|node| node.weight > 1e-15)
            .collect();
        let beta = model.beta + history.recency + history.silence;
        Self { model: *model, history, beta, nodes, told: OnceLock::new() }
    }

    /// E\[e^(−δV); the n-th purchase comes, at V ≤ t\], from P(X(t) ≥ n) at δ = 0.
    fn arrival(&self, n: f64, t: f64, delta: f64) -> f64 {
        if n > 1.0 {
            let range = Range { first: n, last: n, floor: -60.0, spread: f64::INFINITY };
            return self.block((t, delta), self.nodes.iter(), range).arrival(n, NIL);
        }
        self.nodes.iter().map(|node| node.weight * self.arrival_given(node, n, t, delta)).sum()
    }

    fn arrival_given(&self, node: &Regularity, n: f64, t: f64, delta: f64) -> f64 {
        let silence = self.history.silence;
        let nth = Nth::new(node, n, silence);
        let ln_stays = |v: f64| -self.model.s * (v / self.beta).ln_1p() - delta * v;
        let bound = |u: f64| nth.ln_bound(u) + ln_stays(u.exp());
        match shape::support_below(&bound, nth.centre(), t.ln().min(700.0), DROP) {
            Some(Support { low, top, high }) => {
                let low = low.max(-700.0).min(top); // e^low is a number
                nth.before(low, ln_stays)
                    + nth.integral(low, top, ln_stays)
                    + if top < high { nth.integral(top, high, ln_stays) } else { 0.0 }
            }
            None => 0.0,
        }
    }

    /// P(X(t) ≥ 1), P(X(t) ≥ 2), … (discounted, with δ > 0) until less than [`REST`].
    fn arrivals(&self, t: f64, delta: f64) -> Vec<f64> {
        let mut all = Vec::new();
        if t <= 0.0 {
            return all;
        }
        let first = self.arrival(1.0, t, delta).clamp(0.0, 1.0);
        all.push(first);
        if first < REST {
            return all;
        }
        let range = Range { first: 2.0, last: ONE_BY_ONE as f64, floor: first.ln() - 25.0, spread: 5.0 };
        let mut block = self.block((t, delta), self.nodes.iter(), range);
        while all.len() < ONE_BY_ONE {
            let here = block.arrival((all.len() + 1) as f64, NIL);
            // An integral of positive terms: what rounding does to the last digit must not make it rise.
            all.push(all.last().map_or(here, |last: &f64| here.min(*last)).clamp(0.0, 1.0));
            if here < REST {
                return all;
            }
        }
        let mut live = block.live();
        while all.last().is_some_and(|last| *last >= if all.len() < MANY { REST } else { RARE })
            && all.len() < MOST
        {
            self.octave((t, delta), &mut live, &mut all);
        }
        all
    }

    /// The points for a range of counts, of these regularities.
    fn block<'a>(
        &'a self,
        (t, delta): (f64, f64),
        live: impl Iterator<Item = &'a Regularity>,
        range: Range,
    ) -> Block<'a> {
        // Beyond, the discount leaves nothing.
        let end = t.min(60.0 / delta).ln().min(700.0);
        let ln_stays = |v: f64| -self.model.s * (v / self.beta).ln_1p() - delta * v;
        let points = |node: &'a Regularity| {
            let range = Range { floor: range.floor - node.weight.ln(), ..range };
            (node, Counts::new((node.wait, self.history.silence, node.ln_silent), end, range, ln_stays))
        };
        Block { law: self, t, delta, points: live.map(points).collect() }
    }

    /// From m + 1 to 2m purchases: ln of the arrivals at Chebyshev points of ln n, and the polynomial between them. Of the
    /// regularities only those are asked that still matter at m; what no longer does at its last point is let go.
    fn octave<'a>(&'a self, (t, delta): (f64, f64), live: &mut Vec<&'a Regularity>, all: &mut Vec<f64>) {
        let from = all.len() as f64;
        let middle = 0.5 * (2.0 * from * from).ln();
        let half = 0.5 * std::f64::consts::LN_2;
        let angle = |i: usize| (i as f64 + 0.5) * std::f64::consts::PI / OCTAVE as f64;
        let points: [f64; OCTAVE] = std::array::from_fn(|i| -angle(i).cos());
        // The barycentric weights of these points (Berrut & Trefethen 2004, SIAM Review 46, 501–517).
        let weights: [f64; OCTAVE] =
            std::array::from_fn(|i| if i % 2 == 0 { angle(i).sin() } else { -angle(i).sin() });
        let floor = all.last().map_or(0.0, |last| last.ln()) - 60.0;
        let range = Range { first: from, last: 2.0 * from, floor, spread: f64::INFINITY };
        let mut block = self.block((t, delta), live.iter().copied(), range);
        let values: [f64; OCTAVE] = std::array::from_fn(|i| {
            // Within an octave none: the polynomial wants a smooth tail, however small.
            let nil = if i + 1 < OCTAVE { f64::NEG_INFINITY } else { NIL };
            block.arrival((middle + half * points[i]).exp(), nil).max(f64::MIN_POSITIVE).ln()
        });
        *live = block.live();
        for n in all.len() + 1..=2 * all.len() {
            let at = ((n as f64).ln() - middle) / half;
            let (mut above, mut below) = (0.0, 0.0);
            for i in 0..OCTAVE {
                let part = weights[i] / (at - points[i]);
                above += part * values[i];
                below += part;
            }
            let here = (above / below).exp();
            all.push(all.last().map_or(here, |last| here.min(*last)));
            if here < REST {
                return;
            }
        }
    }

    /// The arrivals of one horizon, remembered if it is the first that is asked for.
    fn told<T>(&self, t: f64, read: impl FnOnce(&[f64]) -> T) -> T {
        let (known, arrivals) = self.told.get_or_init(|| (t, self.arrivals(t, 0.0)));
        if *known == t { read(arrivals) } else { read(&self.arrivals(t, 0.0)) }
    }
}

/// A range of counts up to a horizon.
struct Block<'a> {
    law: &'a ParetoGggFuture,
    t: f64,
    delta: f64,
    /// Regularities, each with its points or, where it is better to ask for each count, none.
    points: Vec<(&'a Regularity, Option<Counts>)>,
}

impl<'a> Block<'a> {
    fn live(&self) -> Vec<&'a Regularity> {
        self.points.iter().map(|(node, _)| *node).collect()
    }

    /// Asked in the order of n: a regularity that adds no more than `nil` is let go.
    fn arrival(&mut self, n: f64, nil: f64) -> f64 {
        let Self { law, t, delta, points } = self;
        let mut sum = 0.0;
        points.retain(|(node, points)| {
            let chance = match points {
                Some(points) => points.arrival(n),
                None => law.arrival_given(node, n, *t, *delta),
            };
            sum += node.weight * chance;
            node.weight * chance > nil
        });
        sum
    }
}

/// The n-th purchase from now on, on the axis u = ln v.
struct Nth {
    /// The law of the sum R of n waits.
    sum: Wait,
    /// k(n−1) and k, with ln B of them; the first wait is not shorter than Y.
    split: Option<(f64, f64, f64)>,
    silence: f64,
    /// ln of what the law is divided by: P(wait > Y).
    ln_silent: f64,
}

impl Nth {
    fn new(node: &Regularity, n: f64, silence: f64) -> Self {
        let Wait { k, a, scale, .. } = node.wait;
        let split = (n > 1.0 && silence > 0.0).then(|| (k * (n - 1.0), k, ln_beta(k * (n - 1.0), k)));
        Self { sum: Wait::of_sum(k, n, a, scale), split, silence, ln_silent: node.ln_silent }
    }

    /// Where to begin to look for the highest point.
    fn centre(&self) -> f64 {
        let sum = self.sum.scale * (self.sum.mode().exp());
        (sum - self.silence).max(0.1 * sum.min(self.silence.max(sum))).ln()
    }

    /// ln of h_n(Y + v) v / P(wait > Y), v = e^u.
    fn ln_density(&self, u: f64, v: f64) -> f64 {
        let sum = self.silence + v;
        let odds = sum / self.sum.scale;
        let ln_odds = if self.silence > 0.0 { odds.ln() } else { u - self.sum.scale.ln() };
        let share = if self.silence > 0.0 { (v / sum).ln() } else { 0.0 };
        self.sum.ln_density(ln_odds, odds) + share - self.ln_silent
    }

    /// ln of the density of u at which the first of n waits is Y: x^p y^q / B(p, q) with x = v/(Y+v).
    fn ln_split_density(&self, (p, q, ln_beta): (f64, f64, f64), v: f64) -> f64 {
        let sum = self.silence + v;
        p * (v / sum).ln() + q * (self.silence / sum).ln() - ln_beta
    }

    /// ln of a bound of the density of u, close to it: left of its top, the mass of a log-concave law below u is less than its
    /// density over the slope of its logarithm.
    fn ln_bound(&self, u: f64) -> f64 {
        let v = u.exp();
        let density = self.ln_density(u, v);
        let Some(split @ (p, q, _)) = self.split else { return density };
        let slope = p - (p + q) * v / (self.silence + v);
        if slope <= 0.0 {
            return density;
        }
        density + (self.ln_split_density(split, v) - slope.ln()).min(0.0)
    }

    /// What is left of `low`, where there is no silence: waits of a regularity near 0 are e^−1000 as often as not.
    fn before(&self, low: f64, ln_stays: impl Fn(f64) -> f64) -> f64 {
        if self.silence > 0.0 {
            return 0.0;
        }
        let v = low.exp();
        let all = self.sum.scale + v;
        (ln_beta_inc(self.sum.k, self.sum.a, v / all, self.sum.scale / all).0 + ln_stays(v)).exp()
    }

    /// ∫ S(v) of the density of u from `low` to `high`. The chance I that the first wait is long enough is itself the integral of
    /// a density of u, taken along with the other by the same polynomials.
    fn integral(&self, low: f64, high: f64, ln_stays: impl Fn(f64) -> f64 + Copy) -> f64 {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let rule = rule();
        let us = || rule.nodes.iter().map(|node| middle + half * node);
        let Some(split @ (p, q, _)) = self.split else {
            let term = |(u, w): (f64, &f64)| w * (self.ln_density(u, u.exp()) + ln_stays(u.exp())).exp();
            return half * us().zip(&rule.weights).map(term).sum::<f64>();
        };
        let at = |v: f64| (v / (self.silence + v), self.silence / (self.silence + v));
        let (x, y) = at(low.exp());
        let before = ln_beta_inc(p, q, x, y).0;
        // The whole on the scale of its largest value, as P(wait > Y) may be too small for a number.
        let (x, y) = at(high.exp());
        let scale = ln_beta_inc(p, q, x, y).0;
        let places: Vec<f64> = us().map(f64::exp).collect();
        let densities: Vec<f64> =
            places.iter().map(|v| half * (self.ln_split_density(split, *v) - scale).exp()).collect();
        let before = (before - scale).exp();
        let mut sum = 0.0;
        for (((row, u), v), weight) in rule.integration.iter().zip(us()).zip(&places).zip(&rule.weights) {
            let up_to: f64 = row.iter().zip(&densities).map(|(m, c)| m * c).sum();
            let long_enough = (before + up_to).max(0.0);
            sum += weight * long_enough * (self.ln_density(u, *v) + ln_stays(*v) + scale).exp();
        }
        half * sum
    }
}

impl Law for ParetoGggFuture {
    fn mean(&self, t: f64) -> f64 {
        self.told(t, |arrivals| arrivals.iter().rev().sum())
    }

    fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        self.told(t, |arrivals| {
            let mean: f64 = arrivals.iter().rev().sum();
            let square: f64 = arrivals.iter().enumerate().rev().map(|(i, p)| (2 * i + 1) as f64 * p).sum();
            (mean, (square - mean * mean).max(0.0))
        })
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        if t <= 0.0 || n >= MOST as u64 {
            return 0.0;
        }
        let more = self.arrival(n as f64 + 1.0, t, 0.0).clamp(0.0, 1.0);
        // The tail ends where that of the arrivals does: a power of n would never fall below what a sum leaves out.
        if n >= MANY as u64 && more < RARE { 0.0 } else { more }
    }

    fn ever(&self) -> f64 {
        self.arrival(1.0, f64::INFINITY, 0.0).clamp(0.0, 1.0)
    }

    fn first_purchase(&self, probability: f64) -> Option<f64> {
        let main = self.nodes.iter().max_by(|a, b| a.weight.total_cmp(&b.weight))?;
        let near = Nth::new(main, 1.0, self.history.silence).centre().exp();
        crossing(|t| self.survival(0, t), self.ever(), probability, near)
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        self.told(t, |arrivals| {
            let mut before = 1.0;
            for &here in arrivals {
                out.push((before - here).max(0.0));
                before = here;
                if here < tail {
                    return;
                }
            }
            out.push(before);
        });
    }

    fn discounted(&self, horizon: f64, delta: f64) -> Option<f64> {
        Some(self.arrivals(horizon, delta).iter().rev().sum())
    }

    /// What the waits until u were can only be drawn: `DRAWN` stories of customers who do not leave, each with P(alive at u)
    /// of its share, from a seed that the history gives.
    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        if u <= 0.0 {
            return vec![(1.0, self.clone())];
        }
        let History { x, recency, silence, ln_gaps } = self.history;
        let seed = [recency, silence, ln_gaps.unwrap_or(0.5), u].iter().fold(x as u64, |seed, part| {
            (seed ^ part.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        });
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let weight = (-self.model.s * (u / self.beta).ln_1p()).exp() / DRAWN as f64;
        let mut times = Vec::new();
        let mut story = || {
            times.clear();
            self.waits(u, &mut rng, &mut times);
            let Some(&last) = times.last() else {
                return History { silence: silence + u, ..self.history };
            };
            let first = silence + times[0];
            let gaps: f64 = times.windows(2).map(|pair| (pair[1] - pair[0]).ln()).sum();
            History {
                x: x + times.len() as f64,
                recency: recency + silence + last,
                silence: u - last,
                ln_gaps: ln_gaps.map(|before| before + first.ln() + gaps),
            }
        };
        (0..DRAWN).map(|_| (weight, Self::new(&self.model, story()))).collect()
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let lifetime = self.beta * ((1.0 - rng.random::<f64>()).ln() / -self.model.s).exp_m1();
        self.waits(t.min(lifetime), rng, times);
    }
}

impl ParetoGggFuture {
    /// Appends the purchases until `end` of one customer who does not leave. The regularity is drawn by the trapezoidal rule with
    /// its grid shifted by chance, which is exact as far as the rule is.
    fn waits<R: Rng + ?Sized>(&self, end: f64, rng: &mut R, times: &mut Vec<f64>) {
        let Self { model, history, .. } = self;
        let (nodes, total) = model.alive(history, NODES, rng.random());
        let mut left: f64 = rng.random();
        let chosen = nodes.iter().find(|node| {
            left -= (node.ln_weight - total).exp();
            left < 0.0
        });
        let Some(node) = chosen.or(nodes.last()) else { return };
        let wait = model.wait(history, node.k);
        let first = longer_wait(&wait, history.silence, rng);
        // λ ~ Gamma(a + k, A + k G) once the wait G is known.
        let ln_rate = ln_gamma_variate(wait.a + wait.k, rng) - (wait.scale + first).ln();
        let mut now = first - history.silence;
        while now <= end {
            times.push(now);
            now += (ln_gamma_variate(wait.k, rng) - ln_rate).exp();
        }
    }
}

/// A wait that is longer than `silence`.
fn longer_wait<R: Rng + ?Sized>(wait: &Wait, silence: f64, rng: &mut R) -> f64 {
    let beyond = wait.beyond(silence);
    let part = 1.0 - rng.random::<f64>();
    if beyond < 1e-290 {
        return silence * part.powf(-1.0 / wait.a); // h falls like y^(−a−1) there
    }
    let p = part * beyond;
    let (x, y) = IncompleteBeta::new(wait.a, wait.k).quantile(p, 1.0 - p);
    (wait.scale * (y / x)).max(silence)
}
