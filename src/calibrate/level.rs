//! The level of a total: what the errors of past totals say of the next one.
//!
//! The logarithm of (what happened / what was predicted) is thought of as the mean over the horizon of a process in time with two
//! parts: what a model always gets wrong in this shop, and what comes and goes within a season. The next origin's error is then told from those of past
//! origins by kriging ([`crate::math::kriging`]), horizons that overlap counting for less than ones that do not. Errors that
//! were alike at all origins are believed nearly whole, ones that changed hardly at all; trend and season themselves are the tempo's
//! ([`crate::predict::Tempo`]), which sees them in the history and not in a handful of origins. How little it knew of the season that lay ahead of a past
//! origin is told by its own variance and by what it is now known to have missed: an error made in the dark teaches little of the next, and the next is
//! less sure where the tempo cannot know.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::math::kriging::Kriging;

/// Standard deviations before anything is seen: of what lasts, and of what comes and goes.
const ALWAYS: f64 = 0.12;
const PASSING: f64 = 0.10;
/// Years over which the latter is forgotten.
const MEMORY: f64 = 0.2;
/// The part of the present tempo's variance that what comes and goes does not hold already.
const DOUBT: f64 = 0.5;
/// A history so many times as long (as a logarithm) makes another model of the shop: the standard deviation of what that changes.
const GROWING: f64 = 0.10;
/// Points of a horizon over which the process is averaged.
const POINTS: u32 = 8;

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
    /// How little was known then of the tempo of its horizon, as a variance: what was in doubt ([`crate::predict::Tempo::doubt`]), or the square of what
    /// is known to have been missed ([`crate::predict::Tempo::missed`]), whichever is greater.
    pub doubt: f64,
}

/// By what the next total will differ from its prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The expected ln(what happens / what is predicted).
    pub ln_factor: f64,
    /// Its standard deviation, the customers' own luck left out.
    pub sd: f64,
}

/// The level of the total of a horizon of so many years from now, of whose tempo so little is known (a variance).
///
/// # Errors
/// [`crate::Error::Undefined`] where what is known of a past total is no finite number.
pub fn level(past: &[PastRatio], horizon: f64, doubt: f64) -> Result<Level> {
    // The present window stands behind the past ones.
    let windows: Vec<(f64, f64)> =
        past.iter().map(|one| (-one.years_ago, one.horizon)).chain([(0.0, horizon)]).collect();
    let seen = |one: &PastRatio| (one.ln_ratio, one.noise + one.doubt + (GROWING * one.history.ln()).powi(2));
    let seen: Vec<(f64, f64)> = past.iter().map(seen).collect();
    let covariance = |i: usize, j: usize| covariance(windows[i], windows[j]);
    let told = Kriging::of(&seen, &covariance)?.told(past.len());
    Ok(Level { ln_factor: told.mean, sd: (told.variance + DOUBT * doubt).sqrt() })
}

/// The covariance of the means of the process over two windows (start, length), in years: of what lasts, and of what comes and goes, both before
/// their factors.
fn covariance(a: (f64, f64), b: (f64, f64)) -> [f64; 2] {
    let at = |window: (f64, f64), i: u32| window.0 + window.1 * (f64::from(i) + 0.5) / f64::from(POINTS);
    let mut passing = 0.0;
    for i in 0..POINTS {
        for j in 0..POINTS {
            passing += (-(at(a, i) - at(b, j)).abs() / MEMORY).exp();
        }
    }
    [ALWAYS * ALWAYS, PASSING * PASSING * passing / f64::from(POINTS * POINTS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(past: &[PastRatio], horizon: f64) -> Level {
        super::level(past, horizon, 0.0).unwrap()
    }

    fn seen(years_ago: f64, ln_ratio: f64) -> PastRatio {
        PastRatio { years_ago, horizon: 0.5, ln_ratio, noise: 0.0004, history: 0.8, doubt: 0.0 }
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
    fn the_luck_of_few_customers_teaches_little() {
        let noisy = PastRatio { noise: 0.25, ..seen(0.5, 0.3) };
        assert!(level(&[noisy], 0.5).ln_factor < 0.5 * level(&[seen(0.5, 0.3)], 0.5).ln_factor);
    }

    #[test]
    fn an_error_made_without_knowing_the_season_teaches_little_and_an_unknown_season_ahead_widens() {
        let blind = PastRatio { doubt: 0.09, ..seen(0.5, 0.3) };
        let level = |past: PastRatio, doubt| super::level(&[past], 0.5, doubt).unwrap();
        assert!(level(blind, 0.0).ln_factor < 0.7 * level(seen(0.5, 0.3), 0.0).ln_factor);
        let (known, unknown) = (level(blind, 0.0), level(blind, 0.09));
        assert_eq!(known.ln_factor, unknown.ln_factor);
        assert!((unknown.sd.powi(2) - known.sd.powi(2) - DOUBT * 0.09).abs() < 1e-15);
    }

    #[test]
    fn a_past_total_that_is_no_number_is_no_level_of_0() {
        let wrong = super::level(&[seen(0.5, f64::NAN), seen(1.0, 0.3)], 0.5, 0.0);
        assert!(matches!(wrong, Err(crate::Error::Undefined(_))), "{wrong:?}");
    }
}
