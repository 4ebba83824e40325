//! The log-likelihood of many customers with its gradient and Hessian, in one pass.

use rayon::prelude::*;

use super::BgNbd;
use crate::features::Rfm;
use crate::math::special::{digamma_diff, ln_poch, trigamma_diff};
use crate::model::kernel::{Derivatives, Weighted};

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 1 << 14;

/// ln L, four first and ten second derivatives in ln r, ln α, ln a, ln b.
#[derive(Clone, Copy, Default)]
struct Sums {
    value: f64,
    gradient: [f64; 4],
    /// Upper triangle.
    hessian: [[f64; 4]; 4],
}

pub(super) fn derivatives(model: &BgNbd, rows: &[Weighted<Rfm>]) -> Derivatives {
    let parts: Vec<Sums> = rows.par_chunks(CHUNK).map(|chunk| chunk_sums(model, chunk)).collect();
    let mut total = Sums::default();
    for part in &parts {
        total.value += part.value;
        for i in 0..4 {
            total.gradient[i] += part.gradient[i];
            for j in i..4 {
                total.hessian[i][j] += part.hessian[i][j];
            }
        }
    }
    let hessian = (0..4).map(|i| (0..4).map(|j| total.hessian[i.min(j)][i.max(j)]).collect()).collect();
    Derivatives { value: total.value, gradient: total.gradient.to_vec(), hessian }
}

fn chunk_sums(model: &BgNbd, chunk: &[Weighted<Rfm>]) -> Sums {
    let mut sums = Sums::default();
    for run in chunk.chunk_by(|left, right| left.row.frequency == right.row.frequency) {
        let run_of = Run::over(model, run);
        run_of.add_to(model, &mut sums);
    }
    sums
}

/// Sums over customers of equal frequency: all that a pass over rows must gather; u = α/(α+T), k = α/(α+t_x) − u,
/// s = 1 − P(alive), L = ln((α+T)/(α+t_x)).
#[derive(Default)]
struct Run {
    frequency: u32,
    /// Σ c
    count: f64,
    /// Σ c ln(1 + T/α)
    ln_age: f64,
    /// Σ c u, Σ c u(1−u)
    u: f64,
    uu: f64,
    /// Σ c ln(1 + e^D)
    gone: f64,
    /// Σ c s (1, L, −k, ∂²D/∂lnα² without its factor)
    s: [f64; 4],
    /// Σ c s(1−s) (1, L, −k, L², −Lk, k²)
    ss: [f64; 6],
}

impl Run {
    fn over(model: &BgNbd, rows: &[Weighted<Rfm>]) -> Self {
        let frequency = rows.first().map_or(0, |first| first.row.frequency);
        let mut run = Self { frequency, ..Self::default() };
        if frequency == 0 {
            run.one_time_buyers(model, rows)
        } else {
            run.repeat_buyers(model, rows)
        }
        run
    }

    fn one_time_buyers(&mut self, model: &BgNbd, rows: &[Weighted<Rfm>]) {
        for &Weighted { row, count } in rows {
            let u = model.alpha / (model.alpha + row.age);
            self.count += count;
            self.ln_age += count * (row.age / model.alpha).ln_1p();
            self.u += count * u;
            self.uu += count * u * (1.0 - u);
        }
    }

    fn repeat_buyers(&mut self, model: &BgNbd, rows: &[Weighted<Rfm>]) {
        let &BgNbd { r, alpha, a, b } = model;
        let x = f64::from(self.frequency);
        let ln_odds = a.ln() - (b + (x - 1.0)).ln();
        // Customers who came on one day have one age: what depends on it alone is kept from row to row.
        let (mut age, mut ln_age, mut u) = (f64::NAN, 0.0, 0.0);
        for &Weighted { row, count } in rows {
            if row.age != age {
                age = row.age;
                ln_age = (age / alpha).ln_1p();
                u = alpha / (alpha + age);
            }
            let w = alpha / (alpha + row.recency);
            let silence = ((alpha + age) / (alpha + row.recency)).ln();
            let d = ln_odds + (r + x) * silence;
            let e = (-d.abs()).exp();
            let gone = if d > 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
            let (cs, css) = (count * gone, count * e / ((1.0 + e) * (1.0 + e)));
            let k = u - w;
            self.count += count;
            self.ln_age += count * ln_age;
            self.u += count * u;
            self.uu += count * u * (1.0 - u);
            self.gone += count * (d.max(0.0) + (1.0 + e).ln());
            self.s[0] += cs;
            self.s[1] += cs * silence;
            self.s[2] += cs * k;
            self.s[3] += cs * k * (1.0 - u - w);
            self.ss[0] += css;
            self.ss[1] += css * silence;
            self.ss[2] += css * k;
            self.ss[3] += css * silence * silence;
            self.ss[4] += css * silence * k;
            self.ss[5] += css * k * k;
        }
    }

    /// The derivatives of A + B + C, with A = ln (r)_x + r ln α − (r+x) ln(α+T), B = ln (b)_x/(a+b)_x,
    /// C = ln(1 + e^D); in ln-parameters θ² ∂²/∂θ² + θ ∂/∂θ stands for the second derivative.
    fn add_to(&self, model: &BgNbd, sums: &mut Sums) {
        let &BgNbd { r, alpha, a, b } = model;
        let (x, c) = (f64::from(self.frequency), self.count);
        let (g, h) = (&mut sums.gradient, &mut sums.hessian);

        let (d1, d2) = (digamma_diff(r, x), trigamma_diff(r, x));
        let by_r = r * (c * d1 - self.ln_age);
        sums.value += c * (ln_poch(r, x) - x * alpha.ln()) - (r + x) * self.ln_age;
        g[0] += by_r;
        g[1] += c * r - (r + x) * self.u;
        h[0][0] += by_r + r * r * c * d2;
        h[0][1] += r * (c - self.u);
        h[1][1] -= (r + x) * self.uu;
        if self.frequency == 0 {
            return;
        }

        let (e1, e2) = (digamma_diff(a + b, x), trigamma_diff(a + b, x));
        let (f1, f2) = (digamma_diff(b, x), trigamma_diff(b, x));
        sums.value += c * (ln_poch(b, x) - ln_poch(a + b, x)) + self.gone;
        g[2] -= c * a * e1;
        g[3] += c * b * (f1 - e1);
        h[2][2] -= c * (a * e1 + a * a * e2);
        h[2][3] -= c * a * b * e2;
        h[3][3] += c * (b * (f1 - e1) + b * b * (f2 - e2));

        // D_r = rL, D_α = (r+x)k, D_a = 1, D_b = −β, with β = b/(b+x−1).
        let (m, beta) = (r + x, b / (b + (x - 1.0)));
        let (s, ss) = (&self.s, &self.ss);
        g[0] += r * s[1];
        g[1] += m * s[2];
        g[2] += s[0];
        g[3] -= beta * s[0];
        h[0][0] += r * r * ss[3] + r * s[1];
        h[0][1] += r * m * ss[4] + r * s[2];
        h[0][2] += r * ss[1];
        h[0][3] -= beta * r * ss[1];
        h[1][1] += m * m * ss[5] + m * s[3];
        h[1][2] += m * ss[2];
        h[1][3] -= beta * m * ss[2];
        h[2][2] += ss[0];
        h[2][3] -= beta * ss[0];
        h[3][3] += beta * beta * ss[0] - beta * (1.0 - beta) * s[0];
    }
}
