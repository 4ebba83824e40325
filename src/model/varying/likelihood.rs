//! The log-likelihood of customers with covariates over time, with its gradient and Hessian.

use rayon::prelude::*;

use super::clock::{Clock, Reading};
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
    let zero = || Derivatives { value: 0.0, gradient: vec![0.0; n], hessian: vec![vec![0.0; n]; n] };
    let parts: Vec<Derivatives> = rows
        .par_chunks(CUSTOMERS)
        .map(|rows| {
            let mut sum = zero();
            let path_of = |row: &Weighted<u32>| model.shop.histories[row.row as usize].path;
            let sides = model.sides();
            for rows in rows.chunk_by(|left, right| path_of(left) == path_of(right)) {
                let path = &model.shop.paths[rows.first().map_or(0, path_of) as usize];
                let clocks = [0, 1].map(|side| Clock::new(path, &sides[side], true));
                for row in rows {
                    One::of(model, &model.shop.histories[row.row as usize], path, &clocks)
                        .add_to(row.count, &mut sum);
                }
            }
            sum
        })
        .collect();
    let mut total = zero();
    for part in &parts {
        total.value += part.value;
        total.gradient.iter_mut().zip(&part.gradient).for_each(|(to, from)| *to += from);
        for (to, from) in total.hessian.iter_mut().zip(&part.hessian) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
    }
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

/// The parameters as they are needed at every node.
#[derive(Clone, Copy)]
struct At {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
    /// r + x.
    m: f64,
}

impl One {
    fn of(
        model: &VaryingParetoNbd,
        h: &VaryingHistory,
        path: &CovariatePath,
        clocks: &[Clock<'_>; 2],
    ) -> Self {
        let base = &model.base;
        let x = f64::from(h.frequency);
        let at = At { r: base.r(), alpha: base.alpha(), s: base.s(), beta: base.beta(), m: base.r() + x };
        let n = 4 + model.effects.len();
        let start = path.step(h.first);
        let starts = [0, 1].map(|side| clocks[side].reading(start, h.first));
        let read = |k: usize, u: f64| [0, 1].map(|side| clocks[side].reading(k, u).since(&starts[side]));
        let last = path.step(h.end);
        let survived = read(last, h.end);
        let mut one = Self { n, top: 0.0, sum: 0.0, gradient: vec![0.0; n], hessian: vec![vec![0.0; n]; n] };
        let k = path.step(h.last);
        let opening = at.ln_density(
            clocks[1].rates[k],
            &[0, 1].map(|side| clocks[side].value(k, h.last) - starts[side].value),
        );
        one.top = opening.max(at.ln_survival(&[survived[0].value, survived[1].value]));
        one.put(&at, &survived, None, 1.0);
        for (k, from, to) in steps(path, h.last, h.end) {
            let begin = [0, 1].map(|side| clocks[side].value(k, from) - starts[side].value);
            let rates = [clocks[0].rates[k], clocks[1].rates[k]];
            if at.ln_density(rates[1], &begin) < one.top - NOTHING {
                continue;
            }
            let distances = [(at.alpha + begin[0]) / rates[0], (at.beta + begin[1]) / rates[1]];
            let even = Even { distances, from, powers: [at.m, at.s + 1.0] };
            let z = &path.values[k];
            let drop: Vec<f64> = model.sides()[1].iter().map(|(place, _)| z[*place]).collect();
            nodes(&even, to - from, |u, weight| one.put(&at, &read(k, u), Some((rates[1], &drop)), weight));
        }
        one.close(model, h, &at);
        one
    }

    /// Adds a term: survival to the end, or (with the hazard's factor and its covariates) the end of the lifetime at a node.
    fn put(&mut self, at: &At, readings: &[Reading; 2], died: Option<(f64, &[f64])>, weight: f64) {
        let [a, b] = readings;
        let h = match died {
            Some((rate, _)) => at.ln_density(rate, &[a.value, b.value]),
            None => at.ln_survival(&[a.value, b.value]),
        };
        let p = weight * (h - self.top).exp();
        if p == 0.0 {
            return;
        }
        let g = at.slope(readings, died.map(|(_, z)| z));
        self.sum += p;
        for i in 0..self.n {
            self.gradient[i] += p * g[i];
            for j in i..self.n {
                self.hessian[i][j] += p * g[i] * g[j];
            }
        }
        let powers = [at.m, if died.is_some() { at.s + 1.0 } else { at.s }];
        self.curve(at, powers, [a, b], p);
        self.hessian[0][0] += p * g[0];
        self.hessian[2][2] += p * at.s * (at.beta / (at.beta + b.value)).ln();
    }

    /// Adds p ∂²h of −m ln(α+A) and of s ln β − q ln(β+B), clock by clock: `powers` are m and q.
    fn curve(&mut self, at: &At, powers: [f64; 2], readings: [&Reading; 2], p: f64) {
        let own = [(at.r, at.alpha), (at.s, at.beta)];
        let mut place = 4;
        for (side, reading) in readings.into_iter().enumerate() {
            let ((shape, rate), power) = (own[side], powers[side]);
            let (row, all) = (2 * side, rate + reading.value);
            let share = rate / all;
            // ∂²/∂ ln shape ∂ ln rate of −r ln(α+A), of s ln β − s ln(β+B).
            self.hessian[row][row + 1] += p * shape * if side == 0 { -share } else { 1.0 - share };
            self.hessian[row + 1][row + 1] += p * power * share * (share - 1.0);
            let mut curve = reading.curve.iter();
            for (i, slope) in reading.slope.iter().enumerate() {
                let here = slope / all;
                self.hessian[row][place + i] -= p * shape * here;
                self.hessian[row + 1][place + i] += p * power * share * here;
                for j in i..reading.slope.len() {
                    let both = curve.next().copied().unwrap_or(0.0) / all;
                    self.hessian[place + i][place + j] += p * power * (here * reading.slope[j] / all - both);
                }
            }
            place += reading.slope.len();
        }
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

impl At {
    /// ln of the density of leaving now, by clocks that show A and B; `rate` is the hazard's factor.
    fn ln_density(&self, rate: f64, [a, b]: &[f64; 2]) -> f64 {
        let &Self { alpha, s, beta, m, .. } = self;
        (s * rate).ln() + s * (beta / (beta + b)).ln() - (beta + b).ln() - m * (alpha + a).ln()
    }

    /// ln of the probability of living on while the clocks come to show A and B.
    fn ln_survival(&self, [a, b]: &[f64; 2]) -> f64 {
        let &Self { alpha, s, beta, m, .. } = self;
        s * (beta / (beta + b)).ln() - m * (alpha + a).ln()
    }

    /// ∂h: in ln r, ln α, ln s, ln β, and in the coefficients; at the end of a lifetime with its covariates of drop-out.
    fn slope(&self, [a, b]: &[Reading; 2], died: Option<&[f64]>) -> Vec<f64> {
        let &Self { r, alpha, s, beta, m } = self;
        let (ma, mb) = (alpha + a.value, beta + b.value);
        let left = f64::from(u8::from(died.is_some()));
        let q = s + left;
        let mut g = Vec::with_capacity(4 + a.slope.len() + b.slope.len());
        g.extend([-r * ma.ln(), -m * alpha / ma, s * (beta / mb).ln() + left, s - q * beta / mb]);
        g.extend(a.slope.iter().map(|slope| -m * slope / ma));
        g.extend(b.slope.iter().enumerate().map(|(j, slope)| died.map_or(0.0, |z| z[j]) - q * slope / mb));
        g
    }
}
