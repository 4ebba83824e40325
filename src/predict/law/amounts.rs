//! The law of what a customer will spend, as its distribution function on a grid.

use std::sync::{Arc, OnceLock};

use super::Remap;
use crate::math::monotone::{Monotone, hermite};
use crate::math::special::normal_cdf;
use crate::units::Share;

/// Grid points of a mixture lie at least so far apart, in ln s.
const APART: f64 = 0.04;
/// And no more than so many of them are kept.
const MOST: usize = 256;
/// What of the positive part may lie beyond either end of a grid.
const BEYOND: f64 = 1e-9;
/// ln of the smallest density that is told.
const IMPOSSIBLE: f64 = -745.0;

/// What a customer will spend: nothing with some probability, otherwise a law on s > 0, known at points of y = ln(s/scale) with its
/// density there and cubics between them. A scale of its own for each customer lets those of one history share a shape.
#[derive(Debug, Clone)]
pub struct AmountLaw {
    scale: f64,
    mean: Option<f64>,
    variance: Option<f64>,
    shape: Arc<AmountShape>,
}

/// The law of s/scale.
#[derive(Debug)]
pub struct AmountShape {
    none: f64,
    /// P(S ≤ scale e^y) at the points; begins at `none`, ends at 1.
    curve: Monotone,
    /// ln of the density with respect to y at the points, and its slopes between their neighbours.
    ln_density: Vec<(f64, f64)>,
    /// ∫ F² ds up to each point and ∫ (1 − F)² ds from it on, in units of the scale; made when a score is asked for.
    squares: OnceLock<Vec<(f64, f64)>>,
}

impl AmountShape {
    /// From P(S = 0) and points (y, P(0 < S ≤ s), density with respect to y) in rising order. What lies beyond the ends is put on them. `None`
    /// for fewer than two points where something is positive, or numbers that cannot be.
    #[must_use]
    pub fn new(none: f64, points: &[(f64, f64, f64)]) -> Option<Self> {
        let some = 1.0 - none;
        let inner = |point: &&(f64, f64, f64)| point.1 > BEYOND * some && point.1 < some * (1.0 - BEYOND);
        let mut kept: Vec<(f64, f64, f64)> = points.iter().filter(inner).copied().collect();
        let step = |i: usize, j: usize| {
            kept.get(i).zip(kept.get(j)).map_or(1.0, |(a, b)| (a.0 - b.0).abs()).max(1e-3)
        };
        let (first, last) = (kept.first().copied(), kept.last().copied());
        let (before, after) = (step(0, 1), step(kept.len().wrapping_sub(1), kept.len().wrapping_sub(2)));
        match (first, last) {
            (Some(first), Some(last)) => {
                kept.insert(0, (first.0 - before, 0.0, first.2 * 0.1));
                kept.push((last.0 + after, some, last.2 * 0.1));
            }
            // All of it between two points of the grid, or nothing at all.
            _ => {
                let at = points.partition_point(|point| point.1 < 0.5 * some);
                let y = points.get(at).or(points.last()).map_or(0.0, |point| point.0);
                kept = vec![(y - 1e-6, 0.0, 0.0), (y + 1e-6, some, 0.0)];
            }
        }
        Self::of_points(none, &kept)
    }

    /// From points whose first has nothing below it and whose last everything.
    fn of_points(none: f64, points: &[(f64, f64, f64)]) -> Option<Self> {
        let x: Vec<f64> = points.iter().map(|point| point.0).collect();
        let mut below = none;
        let y = points.iter().map(|point| {
            below = below.max(none + point.1).min(1.0);
            below
        });
        let curve =
            Monotone::with_slopes(x.clone(), y.collect(), points.iter().map(|point| point.2).collect())?;
        let ln: Vec<f64> = points.iter().map(|point| point.2.ln().max(IMPOSSIBLE)).collect();
        let slope = |at: usize| {
            let (i, j) = (at.saturating_sub(1), (at + 1).min(x.len() - 1));
            (ln[j] - ln[i]) / (x[j] - x[i])
        };
        let ln_density = (0..x.len()).map(|at| (ln[at], slope(at))).collect();
        Some(Self { none, curve, ln_density, squares: OnceLock::new() })
    }

    /// Certainty of nothing.
    #[must_use]
    pub fn certain() -> Self {
        let curve = Monotone::flat(1.0);
        Self { none: 1.0, ln_density: vec![(IMPOSSIBLE, 0.0); 2], curve, squares: OnceLock::new() }
    }

    /// ln of the density with respect to y.
    fn ln_density(&self, y: f64) -> f64 {
        self.ln_density_at(self.curve.left_of(y), y)
    }

    /// The same where the place of the point before y is known.
    fn ln_density_at(&self, left: usize, y: f64) -> f64 {
        let x = self.curve.x();
        let h = x[left + 1] - x[left];
        let t = ((y - x[left]) / h).clamp(-1.0, 2.0);
        let ((y0, d0), (y1, d1)) = (self.ln_density[left], self.ln_density[left + 1]);
        let (d0, d1) = (h * d0, h * d1);
        if t < 0.0 {
            return (y0 + t * d0).max(IMPOSSIBLE);
        }
        if t > 1.0 {
            return (y1 + (t - 1.0) * d1).max(IMPOSSIBLE);
        }
        hermite(t, (y0, d0), (y1, d1)).0.max(IMPOSSIBLE)
    }

    /// ∫ g(F) ds between two y that lie between a point and the next one, by Gauss' rule of three points.
    fn integral(&self, left: usize, (from, to): (f64, f64), g: impl Fn(f64) -> f64) -> f64 {
        self.integral_of_powers(left, (from, to), 1, g)
    }

    /// ∫ g(F) d(s^m) between two such y.
    fn integral_of_powers(&self, left: usize, (from, to): (f64, f64), m: i32, g: impl Fn(f64) -> f64) -> f64 {
        let m = f64::from(m);
        let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
        let node = 0.6_f64.sqrt();
        let at = |t: f64| {
            let y = middle + half * t;
            g(self.curve.cubic(left, y).0) * m * (m * y).exp()
        };
        half * (5.0 * (at(-node) + at(node)) + 8.0 * at(0.0)) / 9.0
    }

    /// The mean of s/scale, of what lies on the grid.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.moment(1)
    }

    /// The variance of s/scale, of what lies on the grid.
    #[must_use]
    pub fn variance(&self) -> f64 {
        (self.moment(2) - self.moment(1).powi(2)).max(0.0)
    }

    /// The law after a change of its distribution function.
    #[must_use]
    pub fn remapped(&self, remap: &Remap<'_>) -> Self {
        let (none, _) = remap.at(self.none);
        let (x, y) = (self.curve.x(), self.curve.y());
        let point = |at: usize| {
            let (value, slope) = remap.at(y[at]);
            (x[at], value - none, slope * self.ln_density_at(at.min(x.len() - 2), x[at]).exp())
        };
        let points: Vec<(f64, f64, f64)> = (0..x.len()).map(point).collect();
        Self::of_points(none, &points).unwrap_or_else(Self::certain)
    }

    fn squares(&self) -> &[(f64, f64)] {
        self.squares.get_or_init(|| {
            let x = self.curve.x();
            let mut squares = vec![(0.0, 0.0); x.len()];
            squares[0].0 = self.none * self.none * x[0].exp();
            for at in 1..x.len() {
                squares[at].0 = squares[at - 1].0 + self.integral(at - 1, (x[at - 1], x[at]), |f| f * f);
            }
            for at in (1..x.len()).rev() {
                squares[at - 1].1 =
                    squares[at].1 + self.integral(at - 1, (x[at - 1], x[at]), |f| (1.0 - f) * (1.0 - f));
            }
            squares
        })
    }

    /// ∫ (1 − F)^k s^(m−1) m ds over the grid: the mean for m = 1 and the mean square for m = 2.
    fn moment(&self, m: i32) -> f64 {
        let x = self.curve.x();
        let start = (1.0 - self.none) * (f64::from(m) * x[0]).exp();
        let part = |at: usize| self.integral_of_powers(at, (x[at], x[at + 1]), m, |f| 1.0 - f);
        start + (0..x.len() - 1).map(part).sum::<f64>()
    }
}

/// A part of a mixture, read from left to right at the mixture's scale.
struct Reader<'l> {
    weight: f64,
    shape: &'l AmountShape,
    /// y of the mixture less y of the part.
    shift: f64,
    /// The place of the point before what was read last.
    left: usize,
}

impl Reader<'_> {
    /// The part's points.
    fn grid(&self) -> impl Iterator<Item = f64> {
        self.shape.curve.x().iter().map(|y| y + self.shift)
    }

    /// P(0 < S ≤ scale e^y) and its density with respect to y, which is not left of what was read before.
    fn at(&mut self, y: f64) -> (f64, f64) {
        let (curve, y) = (&self.shape.curve, y - self.shift);
        if y < curve.x()[0] {
            return (curve.y()[0] - self.shape.none, 0.0);
        }
        if y > curve.x()[curve.x().len() - 1] {
            return (curve.y()[curve.y().len() - 1] - self.shape.none, 0.0);
        }
        self.left = curve.left_from(self.left, y);
        let (below, slope) = curve.cubic(self.left, y);
        let density = if slope > 0.0 { self.shape.ln_density_at(self.left, y).exp() } else { 0.0 };
        (below - self.shape.none, density)
    }
}

impl AmountLaw {
    /// A law of s/scale at a customer's scale, with the mean and variance of s that its model knows.
    #[must_use]
    pub const fn new(shape: Arc<AmountShape>, scale: f64, mean: Option<f64>, variance: Option<f64>) -> Self {
        Self { scale, mean, variance, shape }
    }

    /// Nothing with probability `none`, otherwise lognormal with ln s of mean μ and standard deviation σ > 0: mean (1 − none) e^(μ + σ²/2).
    /// `None` for numbers that cannot be.
    #[must_use]
    pub fn log_normal(none: f64, mu: f64, sigma: f64) -> Option<Self> {
        let some = 1.0 - none;
        let point = |i: i32| {
            let z = 0.2 * f64::from(i);
            let density = some * (-0.5 * z * z).exp() / (sigma * std::f64::consts::TAU.sqrt());
            (sigma * z, some * normal_cdf(z), density)
        };
        let points: Vec<_> = (-30..=30).map(point).collect();
        let shape = AmountShape::new(none, &points)?;
        let each = (mu + 0.5 * sigma * sigma).exp();
        let variance = some * each * each * ((sigma * sigma).exp() - some);
        let scale = mu.exp();
        (scale > 0.0 && scale.is_finite())
            .then(|| Self::new(Arc::new(shape), scale, Some(some * each), Some(variance)))
    }

    /// Certainty of nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(Arc::new(AmountShape::certain()), 1.0, Some(0.0), Some(0.0))
    }

    /// E\[S\]; `None` where it does not exist.
    #[must_use]
    pub const fn mean(&self) -> Option<f64> {
        self.mean
    }

    /// Var S; `None` where it does not exist.
    #[must_use]
    pub const fn variance(&self) -> Option<f64> {
        self.variance
    }

    /// P(S = 0).
    #[must_use]
    pub fn p_none(&self) -> f64 {
        self.shape.none
    }

    /// P(S ≤ s); what is returned counts as nothing, so it is 0 below 0.
    #[must_use]
    pub fn below(&self, s: f64) -> f64 {
        if s > 0.0 {
            self.shape.curve.at((s / self.scale).ln()).0
        } else if s == 0.0 {
            self.shape.none
        } else {
            0.0
        }
    }

    /// The smallest s ≥ 0 with P(S ≤ s) ≥ p.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        if p <= self.shape.none { 0.0 } else { self.scale * self.shape.curve.inverse(p).exp() }
    }

    /// The central interval: the quantiles at (1 − level)/2 and 1 − (1 − level)/2.
    #[must_use]
    pub fn interval(&self, level: Share) -> (f64, f64) {
        let tail = 0.5 * (1.0 - level.get());
        (self.quantile(tail), self.quantile(1.0 - tail))
    }

    /// ln P(S = 0) of nothing (or less), the logarithm of the density per unit of money of more.
    #[must_use]
    pub fn log_score(&self, s: f64) -> f64 {
        if s > 0.0 {
            (self.shape.ln_density((s / self.scale).ln()) - s.ln()).max(IMPOSSIBLE)
        } else {
            self.shape.none.ln().max(IMPOSSIBLE)
        }
    }

    /// The continuous ranked probability score, ∫ (F(x) − 1{x ≥ s})² dx (Gneiting & Raftery 2007, eq. 20): the lower the better, in money.
    #[must_use]
    pub fn crps(&self, s: f64) -> f64 {
        let (x, squares) = (self.shape.curve.x(), self.shape.squares());
        let none = self.shape.none;
        let all_above = squares[0].1 + (1.0 - none) * (1.0 - none) * x[0].exp();
        if s <= 0.0 {
            return self.scale * all_above - s;
        }
        let y = (s / self.scale).ln();
        if y <= x[0] {
            // F is `none` up to the first point.
            let start = x[0].exp();
            return self.scale
                * (none * none * y.exp() + (1.0 - none) * (1.0 - none) * (start - y.exp()) + squares[0].1);
        }
        let end = x.len() - 1;
        if y >= x[end] {
            return self.scale * squares[end].0 + (s - self.scale * x[end].exp());
        }
        let left = x.partition_point(|&node| node <= y) - 1;
        let before = squares[left].0 + self.shape.integral(left, (x[left], y), |f| f * f);
        let after =
            squares[left + 1].1 + self.shape.integral(left, (y, x[left + 1]), |f| (1.0 - f) * (1.0 - f));
        self.scale * (before + after)
    }

    /// P(S < s) and P(S ≤ s): between them lies the probability integral transform; nothing (or less) is the atom.
    #[must_use]
    pub fn pit(&self, s: f64) -> (f64, f64) {
        if s > 0.0 { (self.below(s), self.below(s)) } else { (0.0, self.shape.none) }
    }

    /// The same law of c times as much money.
    #[must_use]
    pub fn scaled(&self, c: f64) -> Self {
        Self {
            scale: self.scale * c,
            mean: self.mean.map(|mean| mean * c),
            variance: self.variance.map(|variance| variance * c * c),
            shape: self.shape.clone(),
        }
    }

    /// The law of s/scale.
    #[must_use]
    pub const fn shape(&self) -> &Arc<AmountShape> {
        &self.shape
    }

    /// The law after a change of its distribution function; its mean and variance are its own where the law had them.
    #[must_use]
    pub fn remapped(&self, remap: &Remap<'_>) -> Self {
        let shape = Arc::new(self.shape.remapped(remap));
        let by = shape.mean() / self.shape.mean();
        self.changed(shape, 1.0, if by.is_finite() { by } else { 1.0 })
    }

    /// The same with another shape, of so many times the money, whose mean is `by` times what it was.
    #[must_use]
    pub(crate) fn changed(&self, shape: Arc<AmountShape>, money: f64, by: f64) -> Self {
        let scale = self.scale * money;
        let variance = self.variance.map(|_| scale * scale * shape.variance());
        Self { scale, mean: self.mean.map(|mean| by * mean), variance, shape }
    }

    fn reader(&self, weight: f64, scale: f64) -> Reader<'_> {
        Reader { weight, shape: &self.shape, shift: (self.scale / scale).ln(), left: 0 }
    }

    /// The mixture of laws with weights that sum to 1. `None` without laws.
    #[must_use]
    pub fn mixture(parts: &[(f64, &Self)]) -> Option<Self> {
        let scale = parts.iter().map(|(w, law)| w * law.scale.ln()).sum::<f64>().exp();
        let mut readers: Vec<Reader<'_>> =
            parts.iter().map(|&(weight, law)| law.reader(weight, scale)).collect();
        let mut grid: Vec<f64> = readers.iter().flat_map(Reader::grid).collect();
        grid.sort_by(f64::total_cmp); // of a few runs that rise
        let (first, last) = (*grid.first()?, *grid.last()?);
        let apart = ((last - first) / MOST as f64).max(APART);
        let mut kept: Vec<f64> = Vec::with_capacity(grid.len().min(MOST + 2));
        for y in grid {
            if kept.last().is_none_or(|before| y - before >= apart) {
                kept.push(y);
            }
        }
        if kept.len() < 2 || last - kept[kept.len() - 1] > 1e-9 {
            kept.push(last.max(first + 1e-6));
        }
        let none = parts.iter().map(|(w, law)| w * law.shape.none).sum::<f64>();
        let at = |&y: &f64| {
            let (mut below, mut density) = (0.0, 0.0);
            for reader in &mut readers {
                let (own_below, own_density) = reader.at(y);
                below += reader.weight * own_below;
                density += reader.weight * own_density;
            }
            (y, below, density)
        };
        let points: Vec<_> = kept.iter().map(at).collect();
        let shape = AmountShape::of_points(none, &points)?;
        let mean = parts.iter().map(|(w, law)| law.mean.map(|m| w * m)).sum::<Option<f64>>();
        let square = |(w, law): &(f64, &Self)| Some(w * (law.variance? + law.mean? * law.mean?));
        let variance =
            parts.iter().map(square).sum::<Option<f64>>().zip(mean).map(|(s, m)| (s - m * m).max(0.0));
        Some(Self { scale, mean, variance, shape: Arc::new(shape) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of ZILN with p = 0.6, μ = 3, σ = 0.8.
    fn law() -> AmountLaw {
        AmountLaw::log_normal(0.4, 3.0, 0.8).unwrap()
    }

    fn exact(s: f64) -> f64 {
        0.4 + 0.6 * normal_cdf((s.ln() - 3.0) / 0.8)
    }

    #[test]
    fn it_is_the_law_that_it_was_made_of() {
        let law = law();
        assert_eq!(law.p_none(), 0.4);
        for s in [0.5, 3.0, 10.0, 20.0, 33.3, 150.0, 800.0] {
            assert!((law.below(s) - exact(s)).abs() < 2e-6, "{s}");
            let z: f64 = (s.ln() - 3.0) / 0.8;
            let density = 0.6 * (-0.5 * z * z).exp() / (0.8 * s * std::f64::consts::TAU.sqrt());
            assert!((law.log_score(s) - density.ln()).abs() < 1e-4, "{s}");
            assert!((law.quantile(law.below(s)) / s - 1.0).abs() < 1e-9);
        }
        assert_eq!(law.quantile(0.3), 0.0);
        let mean = 0.6 * (3.0_f64 + 0.32).exp();
        assert!((law.mean().unwrap() / mean - 1.0).abs() < 1e-12);
        assert!((law.shape.moment(1) * law.scale / mean - 1.0).abs() < 1e-5);
    }

    /// CRPS against a fine sum.
    #[test]
    fn its_score_is_the_integral_of_squares() {
        let law = law();
        for s in [0.0, 0.001, 5.0, 40.0, 5000.0, 1e9] {
            let step = 0.01;
            let sum: f64 = (0..2_000_000_u32)
                .map(|i| (f64::from(i) + 0.5) * step)
                .map(|x| (exact(x) - f64::from(u8::from(x >= s))).powi(2) * step)
                .sum();
            let sum = sum + (s - 20_000.0).max(0.0);
            assert!((law.crps(s) / sum - 1.0).abs() < 1e-4, "{s}: {} {sum}", law.crps(s));
        }
    }

    #[test]
    fn a_mixture_is_the_mean_of_its_parts() {
        let other = AmountLaw::log_normal(0.1, 5.0, 0.3).unwrap();
        let mixed = AmountLaw::mixture(&[(0.25, &law()), (0.75, &other)]).unwrap();
        for s in [1.0, 20.0, 100.0, 148.0, 200.0, 1000.0] {
            let both = 0.25 * law().below(s) + 0.75 * other.below(s);
            assert!((mixed.below(s) - both).abs() < 2e-5, "{s}");
        }
        let mean = 0.25 * law().mean().unwrap() + 0.75 * other.mean().unwrap();
        assert!((mixed.mean().unwrap() / mean - 1.0).abs() < 1e-12);
        assert!((mixed.shape.moment(1) * mixed.scale / mean - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_tilt_moves_distribution_mean_and_density_alike() {
        let tilted = law().remapped(&Remap { exponent: 1.3, shape: None });
        for s in [5.0, 20.0, 90.0] {
            assert!((tilted.below(s) - exact(s).powf(1.3)).abs() < 1e-5);
        }
        assert!((tilted.p_none() - 0.4_f64.powf(1.3)).abs() < 1e-12);
        assert!(tilted.mean().unwrap() > law().mean().unwrap());
    }

    #[test]
    fn certainty_of_nothing_is_a_law() {
        let law = AmountLaw::nothing();
        assert_eq!((law.quantile(0.999), law.below(0.0), law.mean()), (0.0, 1.0, Some(0.0)));
        assert!((law.crps(10.0) - 10.0).abs() < 1e-4);
    }
}
