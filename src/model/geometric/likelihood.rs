//! The log-likelihood of many customers with its gradient and Hessian, in one pass.

use rayon::prelude::*;

use super::Geometric;
use super::tail::Silence;
use crate::features::Rfm;
use crate::math::special::{digamma_diff, ln_gamma, ln_poch, trigamma_diff};
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

pub(super) fn derivatives(model: &Geometric, rows: &[Weighted<Rfm>]) -> Derivatives {
    let one_chunk = if model.k == 1 { chunk_sums::<false> } else { chunk_sums::<true> };
    let parts: Vec<Sums> = rows.par_chunks(CHUNK).map(|chunk| one_chunk(model, chunk)).collect();
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

fn chunk_sums<const STAGES: bool>(model: &Geometric, chunk: &[Weighted<Rfm>]) -> Sums {
    let mut sums = Sums::default();
    for run in chunk.chunk_by(|left, right| left.row.frequency == right.row.frequency) {
        Run::over::<STAGES>(model, run).add_to::<STAGES>(model, &mut sums);
    }
    sums
}

/// Sums over customers of equal frequency: all that a pass over rows must gather; u = α/(α+T), κ = α/(α+t_x) − u,
/// s = 1 − P(alive), L = ln((α+T)/(α+t_x)), F = D − ln S = ln(s/(1−s)), and L′, κ′ with ∂F/∂ ln r = r L′,
/// ∂F/∂ ln α = (r+kx) κ′. Where purchases are Poisson ln S = 0, and L′ = L, κ′ = κ.
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
    /// Σ c (ln S + ln(1 + e^F))
    gone: f64,
    /// Σ c s (1, L, κ, ∂²D/∂lnα² without its factor)
    s: [f64; 4],
    /// Σ c s(1−s) (1, L′, κ′, L′², L′κ′, κ′²)
    ss: [f64; 6],
    /// Σ c (1−s) (S_m, S_mm, −S_α, −S_mα, S_αα), the derivatives of ln S by m = r + kx and by ln α
    alive: [f64; 5],
}

impl Run {
    fn over<const STAGES: bool>(model: &Geometric, rows: &[Weighted<Rfm>]) -> Self {
        let frequency = rows.first().map_or(0, |first| first.row.frequency);
        let mut run = Self { frequency, ..Self::default() };
        if STAGES || model.chances(frequency) > 0 {
            run.who_may_have_left::<STAGES>(model, rows);
        } else {
            run.who_are_alive(model, rows);
        }
        run
    }

    /// One-time buyers who cannot have left, their purchases Poisson.
    fn who_are_alive(&mut self, model: &Geometric, rows: &[Weighted<Rfm>]) {
        for &Weighted { row, count } in rows {
            let u = model.alpha / (model.alpha + row.age);
            self.count += count;
            self.ln_age += count * (row.age / model.alpha).ln_1p();
            self.u += count * u;
            self.uu += count * u * (1.0 - u);
        }
    }

    fn who_may_have_left<const STAGES: bool>(&mut self, model: &Geometric, rows: &[Weighted<Rfm>]) {
        let alpha = model.alpha;
        let (m, ln_odds) = (model.shape(self.frequency), model.ln_odds_of_leaving(self.frequency));
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
            let k = u - w;
            let stages =
                if STAGES { Silence::of(model.k, m, (age - row.recency) / (alpha + age)) } else { NO_STAGES };
            let f = if STAGES { ln_odds + m * silence - stages.ln_sum } else { ln_odds + m * silence };
            let e = (-f.abs()).exp();
            let gone = if f > 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
            let (cs, css) = (count * gone, count * e / ((1.0 + e) * (1.0 + e)));
            self.count += count;
            self.ln_age += count * ln_age;
            self.u += count * u;
            self.uu += count * u * (1.0 - u);
            self.gone += count * (f.max(0.0) + (1.0 + e).ln());
            self.s[0] += cs;
            self.s[1] += cs * silence;
            self.s[2] += cs * k;
            self.s[3] += cs * k * (1.0 - u - w);
            let (silence, k) = if STAGES {
                self.add_stages(&stages, u, count, count - cs);
                (silence - stages.by_shape, k + stages.by_share * u / m)
            } else {
                (silence, k)
            };
            self.ss[0] += css;
            self.ss[1] += css * silence;
            self.ss[2] += css * k;
            self.ss[3] += css * silence * silence;
            self.ss[4] += css * silence * k;
            self.ss[5] += css * k * k;
        }
    }

    /// u is α/(α+T): the share of the silence in α + T changes by −u with ln α, and u by u(1−u).
    fn add_stages(&mut self, stages: &Silence, u: f64, count: f64, alive: f64) {
        self.gone += count * stages.ln_sum;
        self.alive[0] += alive * stages.by_shape;
        self.alive[1] += alive * stages.by_shape_twice;
        self.alive[2] += alive * u * stages.by_share;
        self.alive[3] += alive * u * stages.by_both;
        self.alive[4] += alive * u * (u * stages.by_share_twice - (1.0 - u) * stages.by_share);
    }

    /// The derivatives of A + B + C, with A = ln (r)_kx + r ln α − (r+kx) ln(α+T) − x ln Γ(k), B = ln (b)_y/(a+b)_y for y
    /// chances to leave, C = ln(S + e^D); in ln-parameters θ² ∂²/∂θ² + θ ∂/∂θ stands for the second derivative.
    fn add_to<const STAGES: bool>(&self, model: &Geometric, sums: &mut Sums) {
        let &Geometric { r, alpha, .. } = model;
        let (c, kx, m) = (self.count, model.stages(self.frequency), model.shape(self.frequency));
        let (g, h) = (&mut sums.gradient, &mut sums.hessian);

        let (d1, d2) = (digamma_diff(r, kx), trigamma_diff(r, kx));
        let by_r = r * (c * d1 - self.ln_age);
        sums.value += c * (ln_poch(r, kx) - kx * alpha.ln()) - m * self.ln_age;
        g[0] += by_r;
        g[1] += c * r - m * self.u;
        h[0][0] += by_r + r * r * c * d2;
        h[0][1] += r * (c - self.u);
        h[1][1] -= m * self.uu;
        if STAGES {
            let [by_m, by_mm, by_alpha, by_both, by_alpha_twice] = self.alive;
            sums.value -= c * f64::from(self.frequency) * ln_gamma(f64::from(model.k));
            g[0] += r * by_m;
            g[1] -= by_alpha;
            h[0][0] += r * by_m + r * r * by_mm;
            h[0][1] -= r * by_both;
            h[1][1] += by_alpha_twice;
        }
        sums.value += self.gone;
        if model.chances(self.frequency) > 0 {
            self.add_drop_out(model, sums);
        }
    }

    fn add_drop_out(&self, model: &Geometric, sums: &mut Sums) {
        let &Geometric { r, a, b, .. } = model;
        let (c, m, y) = (self.count, model.shape(self.frequency), model.chances(self.frequency) as f64);
        let (g, h) = (&mut sums.gradient, &mut sums.hessian);
        let (e1, e2) = (digamma_diff(a + b, y), trigamma_diff(a + b, y));
        let (f1, f2) = (digamma_diff(b, y), trigamma_diff(b, y));
        sums.value += c * (ln_poch(b, y) - ln_poch(a + b, y));
        g[2] -= c * a * e1;
        g[3] += c * b * (f1 - e1);
        h[2][2] -= c * (a * e1 + a * a * e2);
        h[2][3] -= c * a * b * e2;
        h[3][3] += c * (b * (f1 - e1) + b * b * (f2 - e2));

        // D_r = rL, D_α = mκ, D_a = 1, D_b = −β, with β = b/(b+y−1).
        let beta = b / (b + (y - 1.0));
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

/// What Poisson purchases see of a silence.
const NO_STAGES: Silence = Silence {
    ln_sum: 0.0,
    by_shape: 0.0,
    by_shape_twice: 0.0,
    by_share: 0.0,
    by_share_twice: 0.0,
    by_both: 0.0,
};
