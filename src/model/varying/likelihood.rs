//! The log-likelihood of customers with covariates over time, with its gradient and Hessian.

use rayon::prelude::*;

use super::clock::{Clock, Reading};
use super::sums::{At, Moment, Sums};
use super::{VaryingHistory, VaryingParetoNbd};
use crate::features::CovariatePath;
use crate::math::quadrature::{Shape, pieces};
use crate::math::special::{digamma_diff, ln_poch, trigamma_diff};
use crate::model::kernel::{Derivatives, Weighted};

/// So many customers are one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CUSTOMERS: usize = 64;
/// Terms e^−this of the largest do not count any more.
const NOTHING: f64 = 60.0;

/// (α+A)^{−m} (β+B)^{−q} in one step, in which both clocks run evenly.
pub(super) struct Even {
    /// (α+A)/a and (β+B)/b where the piece of time begins, and when that is.
    pub distances: [f64; 2],
    pub from: f64,
    pub powers: [f64; 2],
}

impl Shape for Even {
    fn origin(&self) -> f64 {
        self.distances[0].min(self.distances[1])
    }

    fn slope(&self, u: f64) -> f64 {
        -self.powers[0] / (self.distances[0] + u) - self.powers[1] / (self.distances[1] + u)
    }
}

/// Nodes and weights of (from, to) in step k, where the clocks show A and B at `from`.
pub(super) fn nodes(even: &Even, length: f64, mut each: impl FnMut(f64, f64)) {
    for piece in pieces(even, 0.0, length) {
        piece.nodes().for_each(|(u, weight)| each(even.from + u, weight));
    }
}

/// The steps of a path between two moments: number, begin and end.
pub(super) fn steps(
    path: &CovariatePath,
    from: f64,
    to: f64,
) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
    let first = path.step(from);
    (first..path.starts.len())
        .map(move |k| {
            let begin = if k == first { from } else { path.starts[k] };
            (k, begin, path.starts.get(k + 1).copied().unwrap_or(f64::INFINITY).min(to))
        })
        .take_while(move |(_, begin, _)| *begin < to)
}

pub(super) fn derivatives(model: &VaryingParetoNbd, rows: &[Weighted<u32>]) -> Derivatives {
    let n = 4 + model.effects.len();
    let parts: Vec<Derivatives> = rows
        .par_chunks(CUSTOMERS)
        .map(|rows| {
            let mut sum = Derivatives::zero(n);
            let path_of = |row: &Weighted<u32>| model.shop.histories[row.row as usize].path;
            let sides = model.sides();
            for rows in rows.chunk_by(|left, right| path_of(left) == path_of(right)) {
                let path = &model.shop.paths[rows.first().map_or(0, path_of) as usize];
                let clocks = [0, 1].map(|side| Clock::new(path, &sides[side], true));
                for row in rows {
                    One::of(model, &model.shop.histories[row.row as usize], path, (&clocks, &sides))
                        .add_to(row.count, &mut sum);
                }
            }
            sum
        })
        .collect();
    let mut total = Derivatives::zero(n);
    parts.iter().for_each(|part| total.add(part));
    for i in 0..n {
        for j in 0..i {
            total.hessian[i][j] = total.hessian[j][i];
        }
    }
    let customers = rows.iter().map(|row| row.count).sum::<f64>();
    total.value -= model.penalty_value(customers);
    for (k, (gamma, weight)) in model.coefficients.iter().zip(model.penalties.iter()).enumerate() {
        let weight = weight * customers;
        total.gradient[4 + k] -= weight * gamma;
        total.hessian[4 + k][4 + k] -= weight;
    }
    total
}

/// Place and coefficient of the effects on one side.
type Side = Vec<(usize, f64)>;

/// One customer's ln L with its derivatives: a sum of positive terms e^h under a logarithm.
struct One {
    n: usize,
    /// ln of what is drawn out of the sum.
    top: f64,
    sum: f64,
    gradient: Vec<f64>,
    /// Σ e^h (∂²h + ∂h ∂h'), the upper triangle.
    hessian: Vec<Vec<f64>>,
}

impl One {
    fn of(
        model: &VaryingParetoNbd,
        h: &VaryingHistory,
        path: &CovariatePath,
        (clocks, sides): (&[Clock<'_>; 2], &[Side; 2]),
    ) -> Self {
        let base = &model.base;
        let x = f64::from(h.frequency);
        let at = At { r: base.r(), alpha: base.alpha(), s: base.s(), beta: base.beta(), m: base.r() + x };
        let n = 4 + model.effects.len();
        let start = path.step(h.first);
        let starts = [0, 1].map(|side| clocks[side].reading(start, h.first));
        let read = |k: usize, u: f64| [0, 1].map(|side| clocks[side].reading(k, u).since(&starts[side]));
        let covariates = |k: usize| sides.each_ref().map(|side| numbers(side, &path.values[k]));
        let alive = read(path.step(h.end), h.end);
        let survival = Moment { clocks: [alive[0].value, alive[1].value], since: [0.0; 2], died: None };
        let mut one = Self { n, top: 0.0, sum: 0.0, gradient: vec![0.0; n], hessian: vec![vec![0.0; n]; n] };
        let shown = |k: usize, u: f64| [0, 1].map(|side| clocks[side].value(k, u) - starts[side].value);
        let leaving = |k: usize, u: f64, since: [f64; 2]| Moment {
            clocks: shown(k, u),
            since,
            died: Some(clocks[1].rates[k]),
        };
        let last = path.step(h.last);
        one.top = at.ln_term(&leaving(last, h.last, [0.0; 2])).max(at.ln_term(&survival));
        let mut sums = Sums::new();
        sums.put(&at, &survival, (at.ln_term(&survival) - one.top).exp());
        let end = covariates(path.step(h.end));
        one.take(&sums, &alive, [&end[0], &end[1]]);
        for (k, from, to) in steps(path, h.last, h.end) {
            let begin = leaving(k, from, [0.0; 2]);
            if at.ln_term(&begin) < one.top - NOTHING {
                continue;
            }
            let rates = [clocks[0].rates[k], clocks[1].rates[k]];
            let distances = [(at.alpha + begin.clocks[0]) / rates[0], (at.beta + begin.clocks[1]) / rates[1]];
            let even = Even { distances, from, powers: [at.m, at.s + 1.0] };
            let mut sums = Sums::new();
            nodes(&even, to - from, |u, weight| {
                let moment = leaving(k, u, rates.map(|rate| rate * (u - from)));
                sums.put(&at, &moment, weight * (at.ln_term(&moment) - one.top).exp());
            });
            let z = covariates(k);
            one.take(&sums, &read(k, from), [&z[0], &z[1]]);
        }
        one.close(model, h, &at);
        one
    }

    /// Takes in the moments of a step.
    fn take(&mut self, sums: &Sums, entered: &[Reading; 2], z: [&[f64]; 2]) {
        self.sum += sums.sum;
        sums.add_to(entered, z, &mut self.gradient, &mut self.hessian);
    }

    /// From the sum to its logarithm, and the factors before it.
    fn close(&mut self, model: &VaryingParetoNbd, h: &VaryingHistory, at: &At) {
        let (n, x) = (self.n, f64::from(h.frequency));
        let sum = self.sum;
        self.gradient.iter_mut().for_each(|g| *g /= sum);
        for i in 0..n {
            for j in i..n {
                self.hessian[i][j] = self.hessian[i][j] / sum - self.gradient[i] * self.gradient[j];
            }
        }
        let &At { r, alpha, .. } = at;
        let by_r = r * (digamma_diff(r, x) + alpha.ln());
        self.sum = self.top + sum.ln() + ln_poch(r, x) + r * alpha.ln();
        self.gradient[0] += by_r;
        self.gradient[1] += r;
        self.hessian[0][0] += by_r + r * r * trigamma_diff(r, x);
        self.hessian[0][1] += r;
        let [purchase, _] = model.sides();
        for (i, (place, gamma)) in purchase.iter().enumerate() {
            self.sum += gamma * h.bought[*place];
            self.gradient[4 + i] += h.bought[*place];
        }
    }

    fn add_to(&self, count: f64, total: &mut Derivatives) {
        total.value += count * self.sum;
        for i in 0..self.n {
            total.gradient[i] += count * self.gradient[i];
            for j in i..self.n {
                total.hessian[i][j] += count * self.hessian[i][j];
            }
        }
    }
}

/// The covariates of a side, coefficient by coefficient.
fn numbers(side: &[(usize, f64)], z: &[f64]) -> Vec<f64> {
    side.iter().map(|(place, _)| z[*place]).collect()
}
