//! The law of a sum of many customers' values: gamma laws, mixed over draws of the parameters.

use statrs::function::gamma::gamma_lr;

use crate::math::special::normal_cdf;
use crate::units::Share;

/// Mean and variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    pub mean: f64,
    pub variance: f64,
}

/// From this shape on a gamma law is the cube of a normal one (Wilson & Hilferty 1931): right to 1e-4 in probability at 100, and better beyond.
const CUBE: f64 = 100.0;

impl Moments {
    /// P(Y ≤ y) of the gamma law with these moments: shape k = mean²/variance.
    fn cdf(self, y: f64) -> f64 {
        let Self { mean, variance } = self;
        if y <= 0.0 {
            return 0.0;
        }
        if variance <= 0.0 || mean <= 0.0 {
            return f64::from(u8::from(y >= mean));
        }
        let shape = mean * mean / variance;
        if shape < CUBE {
            return gamma_lr(shape, y * mean / variance);
        }
        let third = (1.0 / (9.0 * shape)).sqrt();
        normal_cdf(((y / mean).cbrt() - (1.0 - third * third)) / third)
    }
}

/// The central interval of the law with these moments, mixed over factors of mean and variance.
pub(super) fn interval(moments: Moments, factors: &[(f64, f64)], level: Share) -> (f64, f64) {
    let mut laws: Vec<Moments> = factors
        .iter()
        .map(|&(mean, variance)| Moments { mean: moments.mean * mean, variance: moments.variance * variance })
        .collect();
    if laws.is_empty() {
        laws.push(moments);
    }
    let tail = 0.5 * (1.0 - level.get());
    (quantile(&laws, tail), quantile(&laws, 1.0 - tail))
}

/// The quantile of a mixture of equal weights, by bisection to nine digits.
fn quantile(laws: &[Moments], p: f64) -> f64 {
    let cdf = |y: f64| laws.iter().map(|law| law.cdf(y)).sum::<f64>() / laws.len() as f64;
    let (mut low, mut high) = (0.0f64, 0.0f64);
    for law in laws {
        high = high.max(law.mean + 12.0 * law.variance.max(0.0).sqrt());
    }
    while cdf(high) < p && high < f64::MAX / 4.0 && high > 0.0 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if high - low <= 1e-9 * high || middle <= low || middle >= high {
            break;
        }
        if cdf(middle) < p { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(mean: f64, variance: f64) -> (f64, f64) {
        interval(Moments { mean, variance }, &[], Share::new(0.9).unwrap())
    }

    /// scipy.stats.gamma.ppf((.05, .95), 4, scale=2.5) and ((.05, .95), 400, scale=.025).
    #[test]
    fn the_ends_are_those_of_the_gamma_law() {
        let near = |found: (f64, f64), wanted: (f64, f64), relative: f64| {
            assert!((found.0 / wanted.0 - 1.0).abs() < relative, "{found:?}");
            assert!((found.1 / wanted.1 - 1.0).abs() < relative, "{found:?}");
        };
        near(ends(10.0, 25.0), (3.415_795_991_874_577, 19.384_141_319_831_81), 2e-9);
        near(ends(10.0, 0.25), (9.192_029_35, 10.836_392_53), 2e-5);
        near(ends(10.0, 1e-12), (10.0, 10.0), 1e-6);
        assert_eq!(ends(0.0, 0.0).1, 0.0);
    }

    #[test]
    fn unsure_parameters_widen_it() {
        let moments = Moments { mean: 100.0, variance: 25.0 };
        let level = Share::new(0.9).unwrap();
        let (low, high) = interval(moments, &[(0.8, 1.0), (1.0, 1.0), (1.2, 1.0)], level);
        let (narrow_low, narrow_high) = interval(moments, &[], level);
        assert!(low < narrow_low - 10.0 && high > narrow_high + 10.0);
    }
}
