//! The level of a total: what the errors of past totals say of the next one.
//!
//! The logarithm of (what happened / what was predicted) is thought of as the mean over the horizon of a process in time with three
//! parts: what a model always gets wrong in this shop, what drifts (correlated over about a year), and what returns every year. The next
//! origin's error is then told from those of past origins as in kriging (Rasmussen & Williams 2006, Gaussian Processes for Machine Learning,
//! eq. 2.23–2.24; the yearly part is their eq. 4.31), horizons that overlap counting for less than ones that do not. How large the parts are is not
//! known: the yearly one and the other two have unknown factors, which are averaged over by their posterior weights.

use serde::{Deserialize, Serialize};

use crate::math::matrix::{cholesky, solve};

/// Standard deviations of the three parts before anything is seen, of one moment's error. Totals of good models over a year are commonly off
/// by 10 to 30 %; seasons of retail sales by more, but only what a horizon does not average out.
const ALWAYS: f64 = 0.15;
const DRIFT: f64 = 0.12;
const YEARLY: f64 = 0.25;
/// Years over which drift is forgotten.
const MEMORY: f64 = 1.0;
/// How wide the seasons are, in eq. 4.31's length-scale: errors of opposite seasons go along a little, and never against each other, as what
/// was seen of less than a year does not tell a wave from what lasts.
const SEASON: f64 = 1.0;
/// A history so many times as long (as a logarithm) makes another model of the shop: the standard deviation of what that changes.
const GROWING: f64 = 0.10;
/// Points of a horizon over which the process is averaged.
const POINTS: u32 = 8;
/// The factors of the amplitudes, with prior weights of a scaled inverse χ² law of 4 degrees of freedom about 1, on the variance.
const FACTORS: [f64; 9] = [0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 5.0, 9.0];

/// A number for what lasts and drifts, and one for what returns every year: parts of a covariance, or factors of them.
#[derive(Debug, Clone, Copy)]
struct Parts {
    steady: f64,
    yearly: f64,
}

impl Parts {
    /// A covariance of which these are the factors.
    fn times(self, parts: Self) -> f64 {
        self.steady * parts.steady + self.yearly * parts.yearly
    }

    /// All pairs, with the logarithms of their prior weights.
    fn all() -> impl Iterator<Item = (Self, f64)> {
        // The density of a scaled inverse χ² law on a grid that is even in the logarithm.
        let ln_prior = |factor: f64| -2.0 * factor.ln() - 2.0 / factor;
        FACTORS.into_iter().flat_map(move |steady| {
            FACTORS
                .into_iter()
                .map(move |yearly| (Self { steady, yearly }, ln_prior(steady) + ln_prior(yearly)))
        })
    }
}

/// How a total of the past came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastRatio {
    /// How many years before the present origin that one was.
    pub years_ago: f64,
    /// How many years its horizon had.
    pub horizon: f64,
    /// ln(what happened / what was predicted).
    pub ln_ratio: f64,
    /// The variance that the customers' own luck gives it.
    pub noise: f64,
    /// How long the history was then, as a part of the present one's, in (0, 1].
    pub history: f64,
}

/// By what the next total will differ from its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The expected ln(what happens / what is predicted).
    pub ln_factor: f64,
    /// Its standard deviation, the customers' own luck left out.
    pub sd: f64,
}

/// The level of the total of a horizon of so many years from now.
#[must_use]
pub fn level(past: &[PastRatio], horizon: f64) -> Level {
    // The present window stands behind the past ones.
    let windows: Vec<(f64, f64)> =
        past.iter().map(|one| (-one.years_ago, one.horizon)).chain([(0.0, horizon)]).collect();
    let between: Vec<Vec<Parts>> =
        windows.iter().map(|&a| windows.iter().map(|&b| covariance(a, b)).collect()).collect();
    let here = past.len();
    let seen: Vec<f64> = past.iter().map(|one| one.ln_ratio).collect();
    let mut all: Vec<(f64, f64, f64)> = Vec::new(); // ln weight, mean, variance
    for (factors, ln_prior) in Parts::all() {
        let between = |i: usize, j: usize| factors.times(between[i][j]);
        let row = |i: usize| -> Vec<f64> {
            let nugget = past[i].noise + (GROWING * past[i].history.ln()).powi(2);
            let own = |j: usize| if i == j { nugget.max(1e-6) } else { 0.0 };
            (0..here).map(|j| between(i, j) + own(j)).collect()
        };
        let Some(lower) = cholesky(&(0..here).map(row).collect::<Vec<_>>()) else { continue };
        let with: Vec<f64> = (0..here).map(|i| between(here, i)).collect();
        let (solved, weights) = (solve(&lower, &seen), solve(&lower, &with));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let ln_likelihood =
            -0.5 * dot(&seen, &solved) - lower.iter().enumerate().map(|(i, row)| row[i].ln()).sum::<f64>();
        let variance = (between(here, here) - dot(&with, &weights)).max(0.0);
        all.push((ln_prior + ln_likelihood, dot(&with, &solved), variance));
    }
    let top = all.iter().map(|one| one.0).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = all.iter().map(|one| (one.0 - top).exp()).sum();
    let mean_of = |f: &dyn Fn(&(f64, f64, f64)) -> f64| {
        all.iter().map(|one| (one.0 - top).exp() / total * f(one)).sum::<f64>()
    };
    let mean = mean_of(&|one| one.1);
    let variance = mean_of(&|one| one.2 + (one.1 - mean).powi(2));
    Level { ln_factor: mean, sd: variance.sqrt() }
}

/// The covariance of the means of the process over two windows (start, length), in years: of what lasts and drifts, and of what returns
/// every year, both before their factors.
fn covariance(a: (f64, f64), b: (f64, f64)) -> Parts {
    let at = |window: (f64, f64), i: u32| window.0 + window.1 * (f64::from(i) + 0.5) / f64::from(POINTS);
    let (mut steady, mut yearly) = (0.0, 0.0);
    for i in 0..POINTS {
        for j in 0..POINTS {
            let apart = (at(a, i) - at(b, j)).abs();
            let season = (std::f64::consts::PI * apart).sin() / SEASON;
            steady += ALWAYS * ALWAYS + DRIFT * DRIFT * (-apart / MEMORY).exp();
            yearly += YEARLY * YEARLY * (-2.0 * season * season).exp();
        }
    }
    let points = f64::from(POINTS * POINTS);
    Parts { steady: steady / points, yearly: yearly / points }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(years_ago: f64, ln_ratio: f64) -> PastRatio {
        PastRatio { years_ago, horizon: 0.5, ln_ratio, noise: 0.0004, history: 0.8 }
    }

    #[test]
    fn without_a_past_nothing_is_corrected_and_little_is_sure() {
        let level = level(&[], 0.5);
        assert_eq!(level.ln_factor, 0.0);
        assert!(level.sd > 0.1 && level.sd < 0.4, "{}", level.sd);
    }

    #[test]
    fn one_past_error_is_believed_in_part_and_several_alike_nearly_whole() {
        let one = level(&[seen(0.5, 0.3)], 0.5);
        assert!(one.ln_factor > 0.1 && one.ln_factor < 0.28, "{one:?}");
        let many: Vec<_> = (1..=6).map(|i| seen(0.5 * f64::from(i), 0.3)).collect();
        let many = level(&many, 0.5);
        assert!(many.ln_factor > one.ln_factor && many.ln_factor < 0.32 && many.sd < one.sd, "{many:?}");
    }

    #[test]
    fn errors_of_both_signs_leave_the_level_and_widen_it() {
        let calm = level(&[seen(0.5, 0.01), seen(1.0, -0.01), seen(1.5, 0.01)], 0.5);
        let wild = level(&[seen(0.5, 0.3), seen(1.0, -0.3), seen(1.5, 0.3)], 0.5);
        assert!(calm.sd < wild.sd && calm.ln_factor.abs() < 0.02);
    }

    #[test]
    fn what_happened_in_the_same_season_counts_for_more() {
        let same = level(&[seen(1.0, 0.3), seen(1.5, 0.0)], 0.5);
        let other = level(&[seen(1.0, 0.0), seen(1.5, 0.3)], 0.5);
        assert!(same.ln_factor > other.ln_factor);
    }

    #[test]
    fn the_luck_of_few_customers_teaches_little() {
        let noisy = PastRatio { noise: 0.25, ..seen(0.5, 0.3) };
        assert!(level(&[noisy], 0.5).ln_factor < 0.5 * level(&[seen(0.5, 0.3)], 0.5).ln_factor);
    }
}
