//! ln L with its derivatives: an integral over the regularity k and the wait y for the next purchase.
//!
//! With λ and μ integrated out in closed form the likelihood of a customer is
//!
//! ```text
//! L = ∫ dk ρ(k) (β/(β+t_x))^s ∫_0^∞ dy h(y) D(min(y, T − t_x))      D(y) = 1 − ((β+t_x)/(β+t_x+y))^s,  beyond the silence 1
//! ```
//!
//! where ρ(k) is what was seen up to the last purchase (`ParetoGgg::ln_regularity`), h the law of the next wait, and D the
//! chance of having left within y after the last purchase: nothing came in the silence because the wait is longer, or because
//! the customer left before it was over. Every factor is positive and elementary, so that with F the integrand
//! ∇ ln L = E\[∇ ln F\] and ∇² ln L = E\[∇² ln F\] + Cov\[∇ ln F\] under the density F/L (Louis 1982, JRSS B 44, 226–233) come out of
//! the same pass.

use rayon::prelude::*;

use super::shape::{self, Node};
use super::wait::Wait;
use super::{DROP, History, NODES, ParetoGgg, rule};
use crate::features::Rfm;
use crate::math::special::{digamma, digamma_diff, trigamma, trigamma_diff};
use crate::model::kernel::{Derivatives, Parametric, Weighted};

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 32;

/// Points of so small a share of the integral are left out of its derivatives.
const TINY: f64 = 1e-200;

type Vector = [f64; 6];
type Matrix = [[f64; 6]; 6];

/// ∫ F, ∫ F g, ∫ F (g gᵀ + H), upper triangle, with g and H the derivatives of ln F in the six parameters; or their sums over rows.
#[derive(Clone, Copy, Default)]
struct Sums {
    value: f64,
    first: Vector,
    second: Matrix,
}

pub(super) fn derivatives(model: &ParetoGgg, rows: &[Weighted<Rfm>]) -> Derivatives {
    let parts: Vec<Sums> = rows.par_chunks(CHUNK).map(|chunk| chunk_sums(model, chunk)).collect();
    let mut total = Sums::default();
    parts.iter().for_each(|part| total.add(part, 1.0));
    // From the parameters to their logarithms.
    let theta = model.parameters();
    let gradient: Vec<f64> = theta.iter().zip(total.first).map(|(theta, g)| theta * g).collect();
    let entry = |i: usize, j: usize| {
        let plain = theta[i] * theta[j] * total.second[i.min(j)][i.max(j)];
        if i == j { plain + gradient[i] } else { plain }
    };
    let hessian = (0..6).map(|i| (0..6).map(|j| entry(i, j)).collect()).collect();
    Derivatives { value: total.value, gradient, hessian }
}

/// ln L of one customer.
pub(super) fn ln_likelihood(model: &ParetoGgg, history: &History) -> f64 {
    integral::<false>(model, history).value
}

/// ln ∫ dk ρ(k) ∫_0^(T−t_x) h D dy: what was seen, and having left before the next purchase; −∞ without a silence.
pub(super) fn ln_gone(model: &ParetoGgg, c: &History) -> f64 {
    if c.silence <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let nodes = shape::nodes(|k, ln_k| model.ln_regularity(c, k, ln_k), DROP, NODES, 0.0);
    let top = top(&nodes);
    let mut sum = Sums::default();
    nodes.iter().for_each(|node| Pass::<false>::new(model, c, node, top).left_within_silence(&mut sum));
    top + sum.value.ln()
}

fn top(nodes: &[Node]) -> f64 {
    nodes.iter().fold(f64::NEG_INFINITY, |top, node| top.max(node.ln_weight))
}

fn chunk_sums(model: &ParetoGgg, chunk: &[Weighted<Rfm>]) -> Sums {
    let mut sums = Sums::default();
    for Weighted { row, count } in chunk {
        sums.add(&integral::<true>(model, &History::of(row)), *count);
    }
    sums
}

/// ln L of a customer and, where asked for, its first and second derivatives in the parameters.
fn integral<const SLOPES: bool>(model: &ParetoGgg, c: &History) -> Sums {
    if c.x == 0.0 && c.silence <= 0.0 {
        return Sums::default(); // nothing is seen of who came just now: L = 1
    }
    let nodes = shape::nodes(|k, ln_k| model.ln_regularity(c, k, ln_k), DROP, NODES, 0.0);
    let top = top(&nodes);
    let mut sum = Sums::default();
    for node in &nodes {
        let pass = Pass::<SLOPES>::new(model, c, node, top);
        if c.silence > 0.0 {
            pass.left_within_silence(&mut sum);
            pass.waiting(&mut sum);
        } else {
            pass.no_silence(&mut sum);
        }
    }
    let stayed = -model.s * (c.recency / model.beta).ln_1p();
    let mut ln = Sums { value: top + stayed + sum.value.ln(), ..Sums::default() };
    if SLOPES {
        ln.first = sum.first.map(|first| first / sum.value);
        for i in 0..6 {
            for j in i..6 {
                ln.second[i][j] = sum.second[i][j] / sum.value - ln.first[i] * ln.first[j];
            }
        }
    }
    ln
}

/// The integral over the wait at one regularity.
struct Pass<'a, const SLOPES: bool> {
    model: &'a ParetoGgg,
    c: &'a History,
    wait: Wait,
    weight: f64,
    /// z at the end of the silence.
    now: f64,
    /// What of the derivatives of ln F depends on k alone.
    first: Vector,
    second: Matrix,
}

impl<'a, const SLOPES: bool> Pass<'a, SLOPES> {
    fn new(model: &'a ParetoGgg, c: &'a History, node: &Node, top: f64) -> Self {
        let wait = model.wait(c, node.k);
        let waits = if c.silence > 0.0 { c.x + 1.0 } else { c.x };
        let at = |()| at_shape(model, c, node, node.k * waits);
        let (first, second) = SLOPES.then_some(()).map(at).unwrap_or_default();
        Self { model, c, wait, weight: (node.ln_weight - top).exp(), now: wait.z(c.silence), first, second }
    }

    /// The wait is shorter than the silence: the customer left before it was over.
    fn left_within_silence(&self, sum: &mut Sums) {
        let Self { model, c, wait, now, .. } = self;
        let (middle, tilted, from) = (wait.mode(), wait.tilted(), model.beta + c.recency);
        let mut high = *now;
        if wait.a > 1.5 {
            // D rises no faster than the wait itself, so that the law with density ∝ y h(y) falls first.
            high = high.min(tilted.right_end(tilted.mode(), DROP).max(wait.right_end(middle, 1.0)));
        }
        // To the left D falls nearly as fast as the wait, below (β + t_x)/(1 + s).
        let falls = wait.z(from / (1.0 + model.s)).min(middle).min(high);
        let low = wait.left_end(middle.min(high), DROP).max(tilted.left_end(falls, 1.4 * DROP));
        self.along(low, high, |y| Some(Gone::within(y, from, model.s)), sum);
    }

    /// Nothing is known of the next wait.
    fn no_silence(&self, sum: &mut Sums) {
        sum.value += self.weight;
        if SLOPES {
            self.add_slopes(self.c.x, 0.0, None, self.weight, sum);
        }
    }

    /// The wait is longer than the silence: the chance of that is known, its derivatives are integrals.
    fn waiting(&self, sum: &mut Sums) {
        let value = sum.value + self.weight * self.wait.beyond(self.c.silence);
        if SLOPES {
            self.slopes_of_waiting(sum);
        }
        sum.value = value;
    }

    fn slopes_of_waiting(&self, sum: &mut Sums) {
        let middle = self.wait.mode();
        let low = self.now.max(self.wait.left_end(middle, DROP));
        let high = self.wait.right_end(low.max(middle), DROP);
        self.along(low, high, |_| None, sum);
    }

    /// Adds the integral over z from `low` to `high`.
    fn along(&self, low: f64, high: f64, gone: impl Fn(f64) -> Option<Gone>, sum: &mut Sums) {
        let middle = self.wait.mode();
        if low < middle && middle < high {
            self.piece(low, middle, &gone, sum);
            self.piece(middle, high, &gone, sum);
        } else {
            self.piece(low, high, &gone, sum);
        }
    }

    fn piece(&self, low: f64, high: f64, gone: &impl Fn(f64) -> Option<Gone>, sum: &mut Sums) {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let rule = rule();
        for (node, share) in rule.nodes.iter().zip(&rule.weights) {
            let z = middle + half * node;
            let odds = z.exp();
            let y = odds * self.wait.scale;
            let gone = gone(y);
            let chance = gone.as_ref().map_or(1.0, |gone| gone.chance);
            let f = self.weight * half * share * self.wait.ln_density(z, odds).exp() * chance;
            sum.value += f;
            if SLOPES && f > TINY {
                self.add_slopes(self.c.x + 1.0, y, gone.as_ref(), f, sum);
            }
        }
    }

    fn add_slopes(&self, waits: f64, y: f64, gone: Option<&Gone>, f: f64, sum: &mut Sums) {
        let Self { model, c, wait, .. } = self;
        let (mut g, mut h) = (self.first, self.second);
        let seen = model.alpha + wait.k * (c.recency + y);
        let shape = model.r + wait.k * waits;
        g[2] -= seen.ln();
        g[3] -= shape / seen;
        h[2][3] -= 1.0 / seen;
        h[3][3] += shape / (seen * seen);
        if let Some(gone) = gone {
            g[4] += gone.first[0];
            g[5] += gone.first[1];
            h[4][4] += gone.second[0];
            h[4][5] += gone.second[1];
            h[5][5] += gone.second[2];
        }
        for i in 0..6 {
            sum.first[i] += f * g[i];
            for j in i..6 {
                sum.second[i][j] += f * (g[i] * g[j] + h[i][j]);
            }
        }
    }
}

/// Having left within y after the last purchase, if there at it: D = 1 − E, E = (b/(b+y))^s, b = β + t_x; and the derivatives of ln D.
struct Gone {
    chance: f64,
    /// In s, β.
    first: [f64; 2],
    /// In s s, s β, β β.
    second: [f64; 3],
}

impl Gone {
    fn within(y: f64, b: f64, s: f64) -> Self {
        let ln = (y / b).ln_1p();
        let chance = -(-s * ln).exp_m1();
        // E/D, s E/D ∂(ln E)/∂b and so on; κ = 1/b − 1/(b+y), ∂E/∂s = −ln E, ∂E/∂b = s κ E.
        let odds = (1.0 - chance) / chance;
        let kappa = y / (b * (b + y));
        let kappa_slope = -kappa * (1.0 / b + 1.0 / (b + y));
        let (in_s, in_beta) = (ln * odds, -s * kappa * odds);
        let second = [
            -in_s * (ln + in_s),
            (s * kappa - in_beta) * in_s - kappa * odds,
            (s * kappa - in_beta) * in_beta - s * kappa_slope * odds,
        ];
        Self { chance, first: [in_s, in_beta], second }
    }
}

/// The derivatives of ln F that depend on k alone: of Gamma(k; t, γ), of Γ(r+`more`)/Γ(r) α^r, and of (β/(β+t_x))^s.
fn at_shape(model: &ParetoGgg, c: &History, node: &Node, more: f64) -> (Vector, Matrix) {
    let &ParetoGgg { t, gamma, r, alpha, s, beta } = model;
    let b = beta + c.recency;
    let first = [
        gamma.ln() - digamma(t) + node.ln_k,
        t / gamma - node.k,
        alpha.ln() + digamma_diff(r, more),
        r / alpha,
        -(c.recency / beta).ln_1p(),
        s * c.recency / (beta * b),
    ];
    let mut second = Matrix::default();
    second[0][0] = -trigamma(t);
    second[0][1] = 1.0 / gamma;
    second[1][1] = -t / (gamma * gamma);
    second[2][2] = trigamma_diff(r, more);
    second[2][3] = 1.0 / alpha;
    second[3][3] = -r / (alpha * alpha);
    second[4][5] = c.recency / (beta * b);
    second[5][5] = s * (1.0 / (b * b) - 1.0 / (beta * beta));
    (first, second)
}

impl Sums {
    fn add(&mut self, other: &Self, count: f64) {
        self.value += count * other.value;
        for i in 0..6 {
            self.first[i] += count * other.first[i];
            for j in i..6 {
                self.second[i][j] += count * other.second[i][j];
            }
        }
    }
}
