//! A law on the whole line, kept on a grid: made once, asked often.

use std::sync::OnceLock;

use crate::math::quadrature::{gauss_legendre, legendre_node};
use crate::math::special::normal_cdf;
use crate::model::spend::SumPoint;

/// Grid steps in the law's own scale.
const STEPS: f64 = 8.0;
/// The grid ends where the density has fallen by e^−50 = 2e-22 from its top.
const DEPTH: f64 = 50.0;
/// More grid points than this are never needed; a density that is none must not fill the memory.
const MOST_POINTS: usize = 1 << 16;
/// Points of the polynomial through the logarithm of the density.
const STENCIL: usize = 8;
/// Nodes of the rule that integrates the density over a step.
const NODES: usize = 5;
/// Grid steps of a trapezoidal sum over the grid: half the law's scale.
const STRIDE: usize = 4;
/// Steps of a trapezoidal sum over a standard normal law, and how far it goes.
const BLUR_STEP: f64 = 0.5;
const BLUR_STEPS: i32 = 24;

/// The law of a number y with a smooth density of one main peak: values on an even grid, and between them polynomials of
/// high degree.
#[derive(Debug)]
pub(super) struct GridLaw {
    start: f64,
    step: f64,
    /// How narrow the law is: the smaller of the two half-widths at e^−½ of the top, one standard deviation of a normal law.
    scale: f64,
    /// Where the density is highest, to a step or two.
    top: f64,
    ln_density: Vec<f64>,
    points: Vec<SumPoint>,
    /// What the density at every [`STRIDE`]th grid point weighs, so that all together weigh 1 to the last digit.
    weight: f64,
}

impl GridLaw {
    /// From the logarithm of a density, a point near its top, and about how wide it is there.
    pub(super) fn new(ln_density: impl Fn(f64) -> f64, near: f64, about: f64) -> Self {
        let (top, height, scale) = peak(&ln_density, near, about);
        let step = scale / STEPS;
        let side = |sign: f64| -> Vec<f64> {
            let value = |i: usize| ln_density(top + sign * (i as f64 * step));
            let mut values = Vec::new();
            // A heavier tail than the peak's may begin behind a dip, which is never as deep as this.
            while values.len() < MOST_POINTS {
                let next = value(values.len() + 1);
                if !next.is_finite() || next < height - DEPTH {
                    break;
                }
                values.push(next);
            }
            values
        };
        let (left, right) = (side(-1.0), side(1.0));
        let start = top - left.len() as f64 * step;
        let values = left.into_iter().rev().chain([height]).chain(right).collect();
        let mut law = Self { start, step, scale, top, ln_density: values, points: Vec::new(), weight: 0.0 };
        law.integrate();
        law
    }

    /// How narrow the law is.
    pub(super) const fn scale(&self) -> f64 {
        self.scale
    }

    /// Where the density is highest.
    pub(super) const fn top(&self) -> f64 {
        self.top
    }

    /// The first and the last point of the grid.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.start, self.start + (self.ln_density.len() - 1) as f64 * self.step)
    }

    /// The logarithm of the density at y, by the polynomial through the eight nearest points (Lagrange); −∞ beyond the grid.
    pub(super) fn ln_density(&self, y: f64) -> f64 {
        let t = (y - self.start) / self.step;
        if !(t >= 0.0 && t <= (self.ln_density.len() - 1) as f64) {
            return f64::NEG_INFINITY;
        }
        self.lagrange(t)
    }

    fn lagrange(&self, t: f64) -> f64 {
        // (−1)^(7−k) / (k! (7−k)!)
        const FACTORS: [f64; STENCIL] = [
            -1.0 / 5040.0,
            1.0 / 720.0,
            -1.0 / 240.0,
            1.0 / 144.0,
            -1.0 / 144.0,
            1.0 / 240.0,
            -1.0 / 720.0,
            1.0 / 5040.0,
        ];
        let first = (t as usize).saturating_sub(STENCIL / 2 - 1).min(self.ln_density.len() - STENCIL);
        let values = &self.ln_density[first..first + STENCIL];
        let s = t - first as f64;
        let mut after = [1.0; STENCIL];
        for k in (0..STENCIL - 1).rev() {
            after[k] = after[k + 1] * (s - (k + 1) as f64);
        }
        let (mut before, mut sum) = (1.0, 0.0);
        for k in 0..STENCIL {
            sum += values[k] * FACTORS[k] * before * after[k];
            before *= s - k as f64;
        }
        sum
    }

    /// Both tails, density and slope at the grid points: the density is integrated step by step, from the left and from the
    /// right, so that the small tail keeps its digits. What the integral misses of 1 is rounding, and divided out.
    fn integrate(&mut self) {
        static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
        let rule = RULE.get_or_init(|| std::array::from_fn(|i| legendre_node(NODES, i)));
        let n = self.ln_density.len();
        let cell =
            |i: usize| self.step * gauss_legendre(rule, |t| self.lagrange(t).exp(), i as f64, (i + 1) as f64);
        let cells: Vec<f64> = (0..n - 1).map(cell).collect();
        // Beyond its ends the density falls like an exponential.
        let end = |here: f64, next: f64| self.step * here.exp() / (next - here).max(0.1);
        let first = end(self.ln_density[0], self.ln_density[1]);
        let last = end(self.ln_density[n - 1], self.ln_density[n - 2]);
        let total = first + cells.iter().sum::<f64>() + last;
        self.ln_density.iter_mut().for_each(|value| *value -= total.ln());
        let mut points: Vec<SumPoint> = (0..n)
            .map(|i| {
                let density = self.ln_density[i].exp();
                SumPoint { density, slope: density * self.ln_slope(i), ..SumPoint::default() }
            })
            .collect();
        let mut below = first / total;
        for (i, point) in points.iter_mut().enumerate() {
            point.below = below;
            below += cells.get(i).map_or(0.0, |cell| cell / total);
        }
        let mut above = last / total;
        for (i, point) in points.iter_mut().enumerate().rev() {
            point.above = above;
            above += if i > 0 { cells[i - 1] / total } else { 0.0 };
        }
        self.weight = 1.0 / points.iter().step_by(STRIDE).map(|point| point.density).sum::<f64>();
        self.points = points;
    }

    /// The derivative of the logarithm of the density at a grid point, by central differences of order eight.
    fn ln_slope(&self, i: usize) -> f64 {
        let v = &self.ln_density;
        if i < 4 || i + 4 >= v.len() {
            let (left, right) = (i.saturating_sub(1), (i + 1).min(v.len() - 1));
            return (v[right] - v[left]) / ((right - left) as f64 * self.step);
        }
        let pair = |k: usize| v[i + k] - v[i - k];
        (0.8 * pair(1) - 0.2 * pair(2) + 4.0 / 105.0 * pair(3) - pair(4) / 280.0) / self.step
    }

    /// The law at y.
    fn point(&self, y: f64) -> SumPoint {
        let t = (y - self.start) / self.step;
        let last = self.points.len() - 1;
        if t.is_nan() || t < 0.0 {
            return SumPoint { above: 1.0, ..SumPoint::default() };
        }
        if t >= last as f64 {
            return SumPoint { below: 1.0, ..SumPoint::default() };
        }
        let i = t as usize;
        between(&self.points[i], &self.points[i + 1], self.step, t - i as f64)
    }

    /// The law of y + τ u, u standard normal and independent of y, at a point.
    ///
    /// The convolution is an integral of smooth functions over the whole line, for which the trapezoidal rule converges
    /// like e^−2(πκ/h)², with κ the width of the narrower factor (Trefethen & Weideman 2014, SIAM Review 56, §§ 5 and 8): over the
    /// grid where τ is the wider, over u where the law is.
    pub(super) fn blurred(&self, tau: f64, y: f64) -> SumPoint {
        if tau > self.scale { self.over_grid(tau, y) } else { self.over_normal(tau, y) }
    }

    fn over_grid(&self, tau: f64, y: f64) -> SumPoint {
        let mut sum = SumPoint::default();
        let width = self.step * STRIDE as f64;
        let height = 1.0 / (tau * std::f64::consts::TAU.sqrt());
        for (k, point) in self.points.iter().step_by(STRIDE).enumerate() {
            let z = (y - self.start - k as f64 * width) / tau;
            let tail = normal_cdf(-z.abs());
            let (below, above) = if z > 0.0 { (1.0 - tail, tail) } else { (tail, 1.0 - tail) };
            let density = height * (-0.5 * z * z).exp();
            let here = SumPoint { below, above, density, slope: -density * z / tau };
            sum.add(self.weight * point.density, &here);
        }
        sum
    }

    fn over_normal(&self, tau: f64, y: f64) -> SumPoint {
        let height = BLUR_STEP / std::f64::consts::TAU.sqrt();
        let mut sum = SumPoint::default();
        for k in -BLUR_STEPS..=BLUR_STEPS {
            let u = f64::from(k) * BLUR_STEP;
            sum.add(height * (-0.5 * u * u).exp(), &self.point(y - tau * u));
        }
        sum
    }
}

/// Between two grid points: the quintic that has the tail, the density and its slope at both. It is drawn through the smaller
/// tail, which so keeps its digits.
fn between(left: &SumPoint, right: &SumPoint, step: f64, t: f64) -> SumPoint {
    let upper = left.above < left.below;
    let sign = if upper { -1.0 } else { 1.0 };
    let (f0, f1) = if upper { (left.above, right.above) } else { (left.below, right.below) };
    let (d0, d1) = (sign * step * left.density, sign * step * right.density);
    let (c0, c1) = (0.5 * sign * step * step * left.slope, 0.5 * sign * step * step * right.slope);
    let (rise, bend, turn) = (f1 - f0 - d0 - c0, d1 - d0 - 2.0 * c0, c1 - c0);
    let k3 = 10.0 * rise - 4.0 * bend + turn;
    let k4 = -15.0 * rise + 7.0 * bend - 2.0 * turn;
    let k5 = 6.0 * rise - 3.0 * bend + turn;
    let value = f0 + t * (d0 + t * (c0 + t * (k3 + t * (k4 + t * k5))));
    let first = d0 + t * (2.0 * c0 + t * (3.0 * k3 + t * (4.0 * k4 + t * 5.0 * k5)));
    let second = 2.0 * c0 + t * (6.0 * k3 + t * (12.0 * k4 + t * 20.0 * k5));
    let tail = value.clamp(0.0, 1.0);
    let (below, above) = if upper { (1.0 - tail, tail) } else { (tail, 1.0 - tail) };
    SumPoint { below, above, density: (sign * first / step).max(0.0), slope: sign * second / (step * step) }
}

/// The top of a density, its height, and the smaller of its half-widths, found by walking.
fn peak(ln_density: &impl Fn(f64) -> f64, near: f64, about: f64) -> (f64, f64, f64) {
    let step = 0.25 * about;
    let (mut top, mut height) = (near, ln_density(near));
    for sign in [1.0, -1.0] {
        for _ in 0..1000 {
            let value = ln_density(top + sign * step);
            if value <= height {
                break;
            }
            (top, height) = (top + sign * step, value);
        }
    }
    let half_width = |sign: f64| {
        for k in 1..4000 {
            let distance = f64::from(k) * step;
            let drop = height - ln_density(top + sign * distance);
            if drop >= 0.5 {
                return distance / (2.0 * drop.min(50.0)).sqrt();
            }
        }
        1000.0 * step
    };
    (top, height, half_width(-1.0).min(half_width(1.0)))
}
