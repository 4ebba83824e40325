//! A rising curve through points, and its inverse.

use serde::{Deserialize, Serialize};

/// A rising, once differentiable function: cubics between points (x, y) with given or chosen slopes, constant outside them.
///
/// Slopes are held to what keeps every cubic rising: 0 ≤ slope ≤ 3 times the smaller of the two secants beside it (Fritsch & Carlson
/// 1980, SIAM J. Numer. Anal. 17, 238–246, § 3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Monotone {
    x: Vec<f64>,
    y: Vec<f64>,
    slope: Vec<f64>,
}

impl Monotone {
    /// Through points whose x rise and whose y do not fall; slopes are weighted harmonic means of the secants (Fritsch & Butland
    /// 1984, SIAM J. Sci. Stat. Comput. 5, 300–304, eq. 5). `None` for fewer than two points, or points that are not so.
    #[must_use]
    pub fn through(x: Vec<f64>, y: Vec<f64>) -> Option<Self> {
        let count = x.len();
        let mut slope = vec![0.0; count];
        for at in 1..count.saturating_sub(1) {
            let (before, after) = (x[at] - x[at - 1], x[at + 1] - x[at]);
            let (left, right) = ((y[at] - y[at - 1]) / before, (y[at + 1] - y[at]) / after);
            if left > 0.0 && right > 0.0 {
                let (a, b) = (2.0 * after + before, after + 2.0 * before);
                slope[at] = (a + b) / (a / left + b / right);
            }
        }
        if let [first, .., last] = &mut slope[..] {
            *first = (y[1] - y[0]) / (x[1] - x[0]);
            *last = (y[count - 1] - y[count - 2]) / (x[count - 1] - x[count - 2]);
        }
        Self::with_slopes(x, y, slope)
    }

    /// Through points with slopes, held to what keeps it rising. `None` for fewer than two points, points whose x do not rise or
    /// whose y fall, or numbers that are not finite.
    #[must_use]
    pub fn with_slopes(x: Vec<f64>, y: Vec<f64>, mut slope: Vec<f64>) -> Option<Self> {
        let rises = x.windows(2).all(|pair| pair[0] < pair[1]) && y.windows(2).all(|pair| pair[0] <= pair[1]);
        let finite = x.iter().chain(&y).chain(&slope).all(|number| number.is_finite());
        if x.len() < 2 || x.len() != y.len() || y.len() != slope.len() || !rises || !finite {
            return None;
        }
        let secants: Vec<f64> =
            x.windows(2).zip(y.windows(2)).map(|(x, y)| (y[1] - y[0]) / (x[1] - x[0])).collect();
        for (at, slope) in slope.iter_mut().enumerate() {
            let beside = secants[at.saturating_sub(1)].min(secants[at.min(secants.len() - 1)]);
            *slope = slope.clamp(0.0, 3.0 * beside);
        }
        Some(Self { x, y, slope })
    }

    /// The same value everywhere.
    #[must_use]
    pub fn flat(value: f64) -> Self {
        Self { x: vec![0.0, 1.0], y: vec![value; 2], slope: vec![0.0; 2] }
    }

    /// Whether what was read from a file is such a curve.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        Self::with_slopes(self.x.clone(), self.y.clone(), self.slope.clone()).is_some()
    }

    /// The points' x.
    #[must_use]
    pub fn x(&self) -> &[f64] {
        &self.x
    }

    /// The points' y.
    #[must_use]
    pub fn y(&self) -> &[f64] {
        &self.y
    }

    /// The value and the slope at x.
    #[must_use]
    pub fn at(&self, x: f64) -> (f64, f64) {
        let (first, last) = (self.x[0], self.x[self.x.len() - 1]);
        if x < first {
            return (self.y[0], 0.0);
        }
        if x > last {
            return (self.y[self.y.len() - 1], 0.0);
        }
        self.cubic(self.left_of(x), x)
    }

    /// The place of the last point that is not right of x; of the first, or of the last but one, where x is outside of them.
    #[must_use]
    pub fn left_of(&self, x: f64) -> usize {
        self.x.partition_point(|&node| node <= x).clamp(1, self.x.len() - 1) - 1
    }

    /// The same for an x that is not left of an earlier one, whose place is known.
    #[must_use]
    pub fn left_from(&self, mut left: usize, x: f64) -> usize {
        while left + 2 < self.x.len() && self.x[left + 1] <= x {
            left += 1;
        }
        left
    }

    /// The value and the slope at x, between a point that is not the last and the next one.
    #[must_use]
    pub fn cubic(&self, left: usize, x: f64) -> (f64, f64) {
        let h = self.x[left + 1] - self.x[left];
        let t = (x - self.x[left]) / h;
        let (y0, y1) = (self.y[left], self.y[left + 1]);
        let (d0, d1) = (h * self.slope[left], h * self.slope[left + 1]);
        let (value, slope) = hermite(t, (y0, d0), (y1, d1));
        (value.clamp(y0, y1), (slope / h).max(0.0))
    }

    /// The smallest x with value ≥ y; the first point's x below its y, the last one's above.
    #[must_use]
    pub fn inverse(&self, y: f64) -> f64 {
        let right = self.y.partition_point(|&node| node < y);
        if right == 0 {
            return self.x[0];
        }
        if right == self.y.len() {
            return self.x[right - 1];
        }
        let (mut low, mut high) = (self.x[right - 1], self.x[right]);
        let mut x = low + (high - low) * (y - self.y[right - 1]) / (self.y[right] - self.y[right - 1]);
        for _ in 0..60 {
            let (value, slope) = self.cubic(right - 1, x);
            if value < y {
                low = x;
            } else {
                high = x;
            }
            let next = x - (value - y) / slope;
            let next = if next > low && next < high { next } else { 0.5 * (low + high) };
            if (next - x).abs() <= 1e-14 * (1.0 + x.abs()) {
                return next;
            }
            x = next;
        }
        x
    }
}

/// The cubic on \[0, 1\] with these values and slopes at its ends: value and slope at t.
pub(crate) fn hermite(t: f64, (y0, d0): (f64, f64), (y1, d1): (f64, f64)) -> (f64, f64) {
    let (bend, turn) = (3.0 * (y1 - y0) - 2.0 * d0 - d1, d0 + d1 - 2.0 * (y1 - y0));
    (y0 + t * (d0 + t * (bend + t * turn)), d0 + t * (2.0 * bend + 3.0 * t * turn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_from_left_to_right_finds_the_places_that_a_search_does() {
        let curve = Monotone::through(vec![0.0, 0.2, 0.5, 1.0], vec![0.0, 0.1, 0.1, 1.0]).unwrap();
        let mut left = 0;
        for x in [-1.0, 0.0, 0.1, 0.2, 0.6, 0.6, 1.0, 2.0] {
            left = curve.left_from(left, x);
            assert_eq!(left, curve.left_of(x), "{x}");
        }
    }

    #[test]
    fn it_rises_through_its_points_and_back() {
        let curve = Monotone::through(vec![0.0, 0.2, 0.5, 1.0], vec![0.0, 0.1, 0.1, 1.0]).unwrap();
        for (x, y) in curve.x().iter().zip(curve.y()) {
            assert_eq!(curve.at(*x).0, *y);
        }
        let mut last = 0.0;
        for i in 0..=1000 {
            let (value, slope) = curve.at(f64::from(i) / 1000.0);
            assert!(value >= last && slope >= 0.0);
            last = value;
        }
        for y in [0.01, 0.05, 0.3, 0.77] {
            assert!((curve.at(curve.inverse(y)).0 - y).abs() < 1e-13);
        }
        assert_eq!((curve.inverse(-1.0), curve.inverse(2.0)), (0.0, 1.0));
    }

    #[test]
    fn with_the_true_slopes_it_is_right_to_the_fourth_order() {
        let error = |count: u32| {
            let x: Vec<f64> = (0..=count).map(|i| f64::from(i) / f64::from(count)).collect();
            let curve = Monotone::with_slopes(
                x.clone(),
                x.iter().map(|x| x.exp()).collect(),
                x.iter().map(|x| x.exp()).collect(),
            );
            (curve.unwrap().at(0.37).0 - 0.37_f64.exp()).abs()
        };
        assert!(error(10) < 1e-5 && error(40) < 1e-7);
    }

    #[test]
    fn what_does_not_rise_is_no_such_curve() {
        assert!(Monotone::through(vec![0.0], vec![0.0]).is_none());
        assert!(Monotone::through(vec![0.0, 1.0], vec![1.0, 0.0]).is_none());
        assert!(Monotone::through(vec![0.0, 0.0], vec![0.0, 1.0]).is_none());
        assert!(Monotone::through(vec![0.0, 1.0], vec![0.0, f64::NAN]).is_none());
    }
}
