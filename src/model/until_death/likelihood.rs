//! The log-likelihood of many customers with its gradient and Hessian, in one pass.
//!
//! With weights p that sum to 1 (the living, and the nodes of the integral) and the logarithm G of each weight before it was
//! normed, ∂ ln Σ e^G = E_p[∂G] and ∂∂ ln Σ e^G = E_p[∂∂G + ∂G ∂G] − E_p[∂G] E_p[∂G]. With A = ln(1+u/α) and
//! q = u/(α+u), purchases enter G as −m A, so that ∂G/∂ln r = −r A and ∂G/∂ln α = m q; the lifetime by its tangent.

use super::alive::Silence;
use super::{Learned, Tangent, UntilDeath};
use crate::features::Rfm;
use crate::math::parallel;
use crate::math::special::{digamma_diff, ln_poch, trigamma_diff};
use crate::model::kernel::{Derivatives, Weighted};

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 1 << 9;

/// ln L of many customers and its derivatives in ln r, ln α and the logarithms of the lifetime's N parameters.
pub(in crate::model) fn derivatives<L: Learned<N>, const N: usize>(
    law: &UntilDeath<L>,
    rows: &[Weighted<Rfm>],
) -> Derivatives {
    let parts: Vec<Sums<N>> = parallel::chunks(rows, CHUNK, &|chunk| Sums::over(law, chunk));
    let mut total = Sums::default();
    parts.iter().for_each(|part| total.add(part));
    total.derivatives()
}

/// A value with its derivatives: by (ln r, ln α), by the lifetime's parameters, and mixed.
#[derive(Clone, Copy)]
struct Sums<const N: usize> {
    value: f64,
    /// By ln r, ln α.
    buying: [f64; 2],
    living: [f64; N],
    /// By ln r twice, by both, by ln α twice.
    buying2: [f64; 3],
    mixed: [[f64; N]; 2],
    /// Upper triangle.
    living2: [[f64; N]; N],
}

impl<const N: usize> Default for Sums<N> {
    fn default() -> Self {
        Self {
            value: 0.0,
            buying: [0.0; 2],
            living: [0.0; N],
            buying2: [0.0; 3],
            mixed: [[0.0; N]; 2],
            living2: [[0.0; N]; N],
        }
    }
}

impl<const N: usize> Sums<N> {
    fn over<L: Learned<N>>(law: &UntilDeath<L>, rows: &[Weighted<Rfm>]) -> Self {
        let mut sums = Self::default();
        for run in rows.chunk_by(|left, right| left.row.frequency == right.row.frequency) {
            let silence = law.silence(run[0].row.frequency);
            let mut count = 0.0;
            for &Weighted { row, count: c } in run {
                sums.add_row(law.r, &Moments::over(&silence, row.recency, row.age), c);
                count += c;
            }
            sums.add_purchases(law, silence.m - law.r, count);
        }
        sums
    }

    /// ln Γ(r+x)/Γ(r) − x ln α, for so many customers.
    fn add_purchases<L>(&mut self, law: &UntilDeath<L>, x: f64, count: f64) {
        let r = law.r;
        let by_r = count * r * digamma_diff(r, x);
        self.value += count * (ln_poch(r, x) - x * law.alpha.ln());
        self.buying[0] += by_r;
        self.buying[1] -= count * x;
        self.buying2[0] += by_r + count * r * r * trigamma_diff(r, x);
    }

    /// The logarithm of the braces, for so many customers.
    fn add_row(&mut self, r: f64, row: &Moments<N>, count: f64) {
        let norm = 1.0 / row.mass;
        let first = [-r * row.a * norm, row.q * norm];
        self.value += count * (row.unit + row.mass.ln());
        self.buying[0] += count * first[0];
        self.buying[1] += count * first[1];
        self.buying2[0] += count * (r * r * row.aa * norm + first[0] - first[0] * first[0]);
        self.buying2[1] += count * (r * row.cross * norm - first[0] * first[1]);
        self.buying2[2] += count * (row.qq * norm - first[1] * first[1]);
        for i in 0..N {
            let by_i = row.living[i] * norm;
            self.living[i] += count * by_i;
            self.mixed[0][i] += count * (-r * row.a_living[i] * norm - first[0] * by_i);
            self.mixed[1][i] += count * (row.q_living[i] * norm - first[1] * by_i);
            for j in i..N {
                self.living2[i][j] += count * (row.living2[i][j] - by_i * row.living[j]) * norm;
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.value += other.value;
        for i in 0..2 {
            self.buying[i] += other.buying[i];
            for j in 0..N {
                self.mixed[i][j] += other.mixed[i][j];
            }
        }
        for i in 0..3 {
            self.buying2[i] += other.buying2[i];
        }
        for i in 0..N {
            self.living[i] += other.living[i];
            for j in i..N {
                self.living2[i][j] += other.living2[i][j];
            }
        }
    }

    fn derivatives(&self) -> Derivatives {
        let gradient = self.buying.iter().chain(&self.living).copied().collect();
        let at = |i: usize, j: usize| match (i.min(j), i.max(j)) {
            (low @ (0 | 1), high @ (0 | 1)) => self.buying2[low + high],
            (low @ (0 | 1), high) => self.mixed[low][high - 2],
            (low, high) => self.living2[low - 2][high - 2],
        };
        let hessian = (0..N + 2).map(|i| (0..N + 2).map(|j| at(i, j)).collect()).collect();
        Derivatives { value: self.value, gradient, hessian }
    }
}

/// Σ w (…) over the living and the nodes, w in units of e^unit, with A, q, and g = ∂G by the lifetime's parameters.
struct Moments<const N: usize> {
    unit: f64,
    /// 1
    mass: f64,
    /// A
    a: f64,
    /// m q
    q: f64,
    /// A²
    aa: f64,
    /// q − m A q: ∂²G by ln r and ln α, and the product of the first ones, over r
    cross: f64,
    /// (m q)² − m q (1−q)
    qq: f64,
    /// g
    living: [f64; N],
    /// A g, m q g
    a_living: [f64; N],
    q_living: [f64; N],
    /// g g + ∂g, upper triangle
    living2: [[f64; N]; N],
}

impl<const N: usize> Moments<N> {
    fn over<L: Learned<N>>(silence: &Silence<'_, L>, from: f64, to: f64) -> Self {
        // Where all live on, what is alive at the end is all there is.
        let unit = silence.ln_alive(if L::ENDS { from } else { to });
        let mut moments = Self {
            unit,
            mass: 0.0,
            a: 0.0,
            q: 0.0,
            aa: 0.0,
            cross: 0.0,
            qq: 0.0,
            living: [0.0; N],
            a_living: [0.0; N],
            q_living: [0.0; N],
            living2: [[0.0; N]; N],
        };
        silence.walk(from, to, unit, |u, weight| {
            moments.add(silence, u, weight, &silence.lifetime.density_tangent(u))
        });
        moments.add(silence, to, 1.0, &silence.lifetime.survival_tangent(to));
        moments
    }

    /// Adds what happens at u: `weight` times the tangent's value times e^(−m A). Returns its size.
    #[inline]
    fn add<L>(&mut self, silence: &Silence<'_, L>, u: f64, weight: f64, tangent: &Tangent<N>) -> f64 {
        let &Silence { alpha, m, .. } = silence;
        let a = (u / alpha).ln_1p();
        let q = u / (alpha + u);
        let mq = m * q;
        let w = weight * tangent.factor * (tangent.ln - m * a - self.unit).exp();
        let (wa, wq) = (w * a, w * mq);
        self.mass += w;
        self.a += wa;
        self.q += wq;
        self.aa += wa * a;
        self.cross += w * q - wa * mq;
        self.qq += wq * (mq - (1.0 - q));
        for i in 0..N {
            let g = tangent.gradient[i];
            self.living[i] += w * g;
            self.a_living[i] += wa * g;
            self.q_living[i] += wq * g;
            for j in i..N {
                self.living2[i][j] += w * (g * tangent.gradient[j] + tangent.hessian[i][j]);
            }
        }
        w
    }
}
