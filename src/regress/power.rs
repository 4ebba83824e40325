//! How the variance goes with the mean, as the data tell.

use ndarray::Array1;

use super::ridge::ridged;
use super::{Family, Sample, Target};
use crate::Result;
use crate::math::ranks::by_value;

/// The powers that Tweedie is allowed: nearer to 1 or 2 its deviance is that of counts, or knows no zero.
const POWERS: (f64, f64) = (1.2, 1.8);

/// So many groups of customers, by what they were expected to do.
const GROUPS: usize = 20;

/// Poisson for counts. For amounts Tweedie with the power by which the variance goes with the mean, Var = φ μ^p: the slope of
/// ln mean (y − μ)² on ln mean μ over twenty groups of equal size, by μ of a first fit with p = 1.5.
///
/// # Errors
/// As [`super::Glm::fit_sample`].
pub(super) fn family(target: Target, sample: &Sample) -> Result<Family> {
    if target == Target::Purchases {
        return Ok(Family::Poisson);
    }
    let first = Family::Tweedie(1.5);
    let fitted = ridged(first, sample, 1e-2)?;
    let means = fitted.means(&sample.x().view(), None);
    Ok(Family::Tweedie(slope(sample.y(), &means).unwrap_or(1.5).clamp(POWERS.0, POWERS.1)))
}

/// The slope, each group counting alike; `None` where groups do not differ.
fn slope(y: &Array1<f64>, means: &Array1<f64>) -> Option<f64> {
    let mut order: Vec<usize> = (0..means.len()).collect();
    order.sort_unstable_by(|&i, &j| by_value(means[i], means[j]).then(i.cmp(&j)));
    let size = order.len().div_ceil(GROUPS).max(5);
    let point = |rows: &[usize]| {
        let count = rows.len() as f64;
        let mean = rows.iter().map(|&row| means[row]).sum::<f64>() / count;
        let square = rows.iter().map(|&row| (y[row] - means[row]).powi(2)).sum::<f64>() / count;
        (mean.ln(), square.ln())
    };
    let points: Vec<(f64, f64)> = order
        .chunks(size)
        .map(point)
        .filter(|(mean, square)| mean.is_finite() && square.is_finite())
        .collect();
    let count = points.len() as f64;
    let centre = points.iter().fold((0.0, 0.0), |at, point| (at.0 + point.0 / count, at.1 + point.1 / count));
    let across: f64 = points.iter().map(|point| (point.0 - centre.0).powi(2)).sum();
    let along: f64 = points.iter().map(|point| (point.0 - centre.0) * (point.1 - centre.1)).sum();
    (points.len() > 2 && across > 1e-6).then(|| along / across)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_is_read_off_the_squares() {
        let means = Array1::from_shape_fn(2000, |row| (row as f64 / 300.0).exp());
        // ± √(2 μ^1.6): the square of every difference is 2 μ^1.6.
        let y = Array1::from_shape_fn(2000, |row| {
            means[row] + if row % 2 == 0 { 1.0 } else { -1.0 } * (2.0 * means[row].powf(1.6)).sqrt()
        });
        assert!((slope(&y, &means).unwrap() - 1.6).abs() < 0.01);
        assert!(slope(&y, &Array1::ones(2000)).is_none());
    }
}
