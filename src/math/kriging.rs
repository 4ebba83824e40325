//! What is not yet seen of a Gaussian process, told from what is (kriging), where how large its two parts are is not known.
//!
//! Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, eq. 2.23–2.24 for the mean and the variance, eq. 2.30 for the weight
//! of a pair of amplitudes: they are averaged over, not chosen.

use super::matrix::{cholesky, solve};

/// The factors of a part's variance that are averaged over: even in the logarithm.
const FACTORS: [f64; 5] = [0.1, 0.35, 1.0, 3.0, 9.0];

/// What is told of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// Its expected value.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// Values of a process at places of which the first ones are seen, each with a noise of its own variance; the `asked` places after them are told.
///
/// `covariance` tells the covariance of two places as two parts. The process has mean 0, and the covariance of the parts times unknown factors,
/// each with a scaled inverse χ² law of 4 degrees of freedom about 1.
#[must_use]
pub fn told(
    seen: &[f64],
    noise: &[f64],
    asked: usize,
    covariance: &dyn Fn(usize, usize) -> [f64; 2],
) -> Vec<Told> {
    let here = seen.len();
    let with_seen = |i: usize| -> Vec<[f64; 2]> { (0..here).map(|j| covariance(i, j)).collect() };
    let between: Vec<Vec<[f64; 2]>> = (0..here).map(with_seen).collect();
    let with: Vec<Vec<[f64; 2]>> = (here..here + asked).map(with_seen).collect();
    let own: Vec<[f64; 2]> = (here..here + asked).map(|i| covariance(i, i)).collect();
    let mut all: Vec<(f64, Vec<Told>)> = Vec::new();
    for (factors, ln_prior) in pairs() {
        let times = |parts: &[f64; 2]| factors[0] * parts[0] + factors[1] * parts[1];
        let row = |i: usize| -> Vec<f64> {
            let noise = |j: usize| if i == j { noise[i].max(1e-6) } else { 0.0 };
            (0..here).map(|j| times(&between[i][j]) + noise(j)).collect()
        };
        let Some(lower) = cholesky(&(0..here).map(row).collect::<Vec<_>>()) else { continue };
        let solved = solve(&lower, seen);
        let ln_likelihood =
            -0.5 * dot(seen, &solved) - lower.iter().enumerate().map(|(i, row)| row[i].ln()).sum::<f64>();
        let one = |(with, own): (&Vec<[f64; 2]>, &[f64; 2])| {
            let with: Vec<f64> = with.iter().map(times).collect();
            let variance = (times(own) - dot(&with, &solve(&lower, &with))).max(0.0);
            Told { mean: dot(&with, &solved), variance }
        };
        all.push((ln_prior + ln_likelihood, with.iter().zip(&own).map(one).collect()));
    }
    averaged(&all, asked)
}

/// All pairs of factors, with the logarithms of their prior weights.
fn pairs() -> impl Iterator<Item = ([f64; 2], f64)> {
    // The density of a scaled inverse χ² law on a grid that is even in the logarithm.
    let ln_prior = |factor: f64| -2.0 * factor.ln() - 2.0 / factor;
    FACTORS.into_iter().flat_map(move |one| {
        FACTORS.into_iter().map(move |other| ([one, other], ln_prior(one) + ln_prior(other)))
    })
}

fn averaged(all: &[(f64, Vec<Told>)], asked: usize) -> Vec<Told> {
    let top = all.iter().map(|one| one.0).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = all.iter().map(|one| (one.0 - top).exp()).sum();
    let of = |at: usize| {
        let mean_of = |f: &dyn Fn(&Told) -> f64| {
            all.iter().map(|one| (one.0 - top).exp() / total * f(&one.1[at])).sum::<f64>()
        };
        let mean = mean_of(&|told| told.mean);
        Told { mean, variance: mean_of(&|told| told.variance + (told.mean - mean).powi(2)) }
    };
    (0..asked).map(of).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_what_was_seen_is_told_from_it_and_what_is_far_is_not() {
        let place = |at: usize| -> f64 { [0.0, 0.1, 50.0][at] };
        let covariance = |i: usize, j: usize| [(-(place(i) - place(j)).abs()).exp(), 0.0];
        let told = told(&[1.0], &[0.01], 2, &covariance);
        assert!(told[0].mean > 0.8 && told[1].mean.abs() < 1e-12);
        assert!(told[0].variance < told[1].variance);
    }

    #[test]
    fn with_nothing_seen_the_prior_is_told() {
        let told = told(&[], &[], 1, &|_, _| [0.04, 0.01]);
        assert_eq!(told[0].mean, 0.0);
        let expected: f64 = {
            let weights: Vec<f64> = FACTORS.iter().map(|f: &f64| f.powi(-2) * (-2.0 / f).exp()).collect();
            let mean =
                FACTORS.iter().zip(&weights).map(|(f, w)| f * w).sum::<f64>() / weights.iter().sum::<f64>();
            0.05 * mean
        };
        assert!((told[0].variance - expected).abs() < 1e-12 * expected);
    }

    #[test]
    fn one_place_and_one_amplitude_are_the_formula_of_the_page() {
        // With a vanishing second part, factor by factor: mean = k y/(k + s²), weighted by N(y; 0, k + s²) and the prior.
        let (y, noise, k) = (0.7, 0.2, 0.5);
        let told = told(&[y], &[noise], 1, &|_, _| [k, 0.0]);
        let weights = FACTORS.map(|f: f64| {
            let v = f * k + noise;
            f.powi(-2) * (-2.0 / f).exp() * (-0.5 * y * y / v).exp() / v.sqrt()
        });
        let means = FACTORS.map(|f| f * k * y / (f * k + noise));
        let expected =
            means.iter().zip(&weights).map(|(m, w)| m * w).sum::<f64>() / weights.iter().sum::<f64>();
        assert!((told[0].mean - expected).abs() < 1e-12);
    }
}
