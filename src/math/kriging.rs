//! What is not yet seen of a Gaussian process, told from what is (kriging), where how large its two parts are is not known.
//!
//! Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, eq. 2.23–2.24 for the mean and the variance, eq. 2.30 for the weight
//! of a pair of amplitudes: they are averaged over, not chosen.

use super::matrix::{cholesky, solve, solve_lower};
use crate::{Error, Result};

/// The factors of a part's variance that are averaged over: even in the logarithm.
const FACTORS: [f64; 5] = [0.1, 0.35, 1.0, 3.0, 9.0];

/// No noise is taken to be less: the same place seen twice would make a matrix that has no factor.
const LEAST_NOISE: f64 = 1e-6;

/// What is told of a place, or of a sum over places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// Its expected value.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// The covariance of the process at two places, as its two parts.
pub type Covariance<'a> = dyn Fn(usize, usize) -> [f64; 2] + 'a;

/// A process of which some values were seen.
///
/// It has mean 0, and a covariance of two parts, each times an unknown factor with a scaled inverse χ² law of 4 degrees of freedom about 1. Places go by
/// number: those that were seen are the first, and any that the covariance knows may be asked.
pub struct Kriging<'a> {
    covariance: &'a Covariance<'a>,
    believed: Vec<Believed>,
    /// What a unit of covariance with each seen place, in each part, adds to a mean: factor × K⁻¹y, averaged over the pairs of factors.
    pulls: Vec<[f64; 2]>,
}

/// What was seen, under one pair of factors.
struct Believed {
    factors: [f64; 2],
    /// How likely the pair is; all of them add up to 1.
    weight: f64,
    /// The lower Cholesky factor of K, the covariance of what was seen with its noise.
    lower: Vec<Vec<f64>>,
    /// K⁻¹y.
    solved: Vec<f64>,
}

impl<'a> Kriging<'a> {
    /// Of values of the process at the first places, each with the variance of its own noise.
    ///
    /// # Errors
    /// [`Error::Undefined`] where a value or a noise is no finite number, or what is given as the covariance cannot be one.
    pub fn of(seen: &[(f64, f64)], covariance: &'a Covariance<'a>) -> Result<Self> {
        Self::under(&pairs(), seen, covariance)
    }

    /// The expected value at a place (eq. 2.23).
    #[must_use]
    pub fn mean(&self, place: usize) -> f64 {
        let pulled = |(seen, pull): (usize, &[f64; 2])| dot(&(self.covariance)(place, seen), pull);
        self.pulls.iter().enumerate().map(pulled).sum()
    }

    /// What is told of a place: [`Kriging::mean`] is much quicker where no variance is needed.
    #[must_use]
    pub fn told(&self, place: usize) -> Told {
        self.sum(&[(place, 1.0)])
    }

    /// What is told of a sum of the values at some places, each times its weight: Σ w f has the covariance Σ w k with what was seen, and the variance
    /// Σ w w′ k with itself (eq. 2.24).
    #[must_use]
    pub fn sum(&self, weighted: &[(usize, f64)]) -> Told {
        let with = |place: usize| -> [f64; 2] {
            weighted.iter().fold([0.0; 2], |sum, &(other, weight)| {
                let parts = (self.covariance)(other, place);
                [sum[0] + weight * parts[0], sum[1] + weight * parts[1]]
            })
        };
        let with_seen: Vec<[f64; 2]> = (0..self.pulls.len()).map(with).collect();
        let own = weighted.iter().fold([0.0; 2], |sum, &(place, weight)| {
            let parts = with(place);
            [sum[0] + weight * parts[0], sum[1] + weight * parts[1]]
        });
        let under = |one: &Believed| {
            let with_seen: Vec<f64> = with_seen.iter().map(|parts| dot(&one.factors, parts)).collect();
            let explained = solve_lower(&one.lower, &with_seen);
            let variance = (dot(&one.factors, &own) - dot(&explained, &explained)).max(0.0);
            Told { mean: dot(&with_seen, &one.solved), variance }
        };
        let all: Vec<(f64, Told)> = self.believed.iter().map(|one| (one.weight, under(one))).collect();
        let mean_of = |f: &dyn Fn(&Told) -> f64| all.iter().map(|(weight, told)| weight * f(told)).sum();
        let mean: f64 = mean_of(&|told| told.mean);
        Told { mean, variance: mean_of(&|told| told.variance + (told.mean - mean).powi(2)) }
    }

    /// The same under some pairs of factors, each with the logarithm of its prior weight.
    fn under(pairs: &[([f64; 2], f64)], seen: &[(f64, f64)], covariance: &'a Covariance<'a>) -> Result<Self> {
        let count = seen.len();
        let values: Vec<f64> = seen.iter().map(|(value, _)| *value).collect();
        let row = |i: usize| -> Vec<[f64; 2]> { (0..count).map(|j| covariance(i, j)).collect() };
        let parts: Vec<Vec<[f64; 2]>> = (0..count).map(row).collect();
        let mut believed: Vec<Believed> = Vec::with_capacity(pairs.len());
        for &(factors, ln_prior) in pairs {
            let row = |i: usize| -> Vec<f64> {
                let noise = |j: usize| if i == j { seen[i].1.clamp(LEAST_NOISE, f64::INFINITY) } else { 0.0 };
                (0..count).map(|j| dot(&factors, &parts[i][j]) + noise(j)).collect()
            };
            let Some(lower) = cholesky(&(0..count).map(row).collect::<Vec<_>>()) else { continue };
            let solved = solve(&lower, &values);
            let ln_determinant: f64 = lower.iter().enumerate().map(|(i, row)| row[i].ln()).sum();
            let weight = ln_prior - 0.5 * dot(&values, &solved) - ln_determinant;
            believed.push(Believed { factors, weight, lower, solved });
        }
        normalise(&mut believed)?;
        let pull = |at: usize| {
            believed.iter().fold([0.0; 2], |sum, one| {
                let solved = one.weight * one.solved[at];
                [sum[0] + one.factors[0] * solved, sum[1] + one.factors[1] * solved]
            })
        };
        let pulls = (0..count).map(pull).collect();
        Ok(Self { covariance, believed, pulls })
    }
}

/// All pairs of factors, with the logarithms of their prior weights.
fn pairs() -> Vec<([f64; 2], f64)> {
    // The density of a scaled inverse χ² law on a grid that is even in the logarithm.
    let ln_prior = |factor: f64| -2.0 * factor.ln() - 2.0 / factor;
    let with = |one: f64| FACTORS.map(|other| ([one, other], ln_prior(one) + ln_prior(other)));
    FACTORS.into_iter().flat_map(with).collect()
}

/// Turns logarithms of weights into weights that add up to 1.
fn normalise(believed: &mut [Believed]) -> Result<()> {
    let top = believed.iter().map(|one| one.weight).fold(f64::NEG_INFINITY, f64::max);
    believed.iter_mut().for_each(|one| one.weight = (one.weight - top).exp());
    let total: f64 = believed.iter().map(|one| one.weight).sum();
    believed.iter_mut().for_each(|one| one.weight /= total);
    if total > 0.0 {
        return Ok(());
    }
    Err(Error::Undefined(
        "what is not seen cannot be told from what is: values, their noise and their covariances must be finite numbers, and \
         the covariances those of a process"
            .to_owned(),
    ))
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parts at places on a line: one that is forgotten, and one that comes again.
    fn both(i: usize, j: usize) -> [f64; 2] {
        const PLACES: [f64; 7] = [-2.5, -2.0, -1.1, -0.4, -0.2, 0.3, 1.2];
        let apart = (PLACES[i] - PLACES[j]).abs();
        [0.5 * (-apart).exp(), 0.3 * (-2.0 * (2.5 * apart).sin().powi(2)).exp()]
    }

    const SEEN: [(f64, f64); 4] = [(0.3, 0.05), (-0.4, 0.02), (0.1, 0.04), (0.6, 0.01)];

    #[test]
    fn what_is_near_what_was_seen_is_told_from_it_and_what_is_far_is_not() {
        let place = |at: usize| -> f64 { [0.0, 0.1, 50.0][at] };
        let covariance = |i: usize, j: usize| [(-(place(i) - place(j)).abs()).exp(), 0.0];
        let process = Kriging::of(&[(1.0, 0.01)], &covariance).unwrap();
        let [near, far] = [1, 2].map(|at| process.told(at));
        assert!(near.mean > 0.8 && far.mean.abs() < 1e-12);
        assert!(near.variance < far.variance);
    }

    #[test]
    fn with_nothing_seen_the_prior_is_told() {
        let told = Kriging::of(&[], &|_, _| [0.04, 0.01]).unwrap().told(0);
        assert_eq!(told.mean, 0.0);
        let weights: Vec<f64> = FACTORS.iter().map(|f: &f64| f.powi(-2) * (-2.0 / f).exp()).collect();
        let mean =
            FACTORS.iter().zip(&weights).map(|(f, w)| f * w).sum::<f64>() / weights.iter().sum::<f64>();
        assert!((told.variance - 0.05 * mean).abs() < 1e-12 * told.variance);
    }

    #[test]
    fn one_place_and_one_amplitude_are_the_formula_of_the_page() {
        // With a vanishing second part, factor by factor: mean = k y/(k + s²), weighted by N(y; 0, k + s²) and the prior.
        let (y, noise, k) = (0.7, 0.2, 0.5);
        let weights = FACTORS.map(|f: f64| {
            let v = f * k + noise;
            f.powi(-2) * (-2.0 / f).exp() * (-0.5 * y * y / v).exp() / v.sqrt()
        });
        let total: f64 = weights.iter().sum();
        let averaged = |of: &dyn Fn(f64) -> f64| -> f64 {
            FACTORS.iter().zip(&weights).map(|(&f, w)| w / total * of(f)).sum()
        };
        let mean = averaged(&|f| f * k * y / (f * k + noise));
        let square = averaged(&|f| f * k * noise / (f * k + noise) + (f * k * y / (f * k + noise)).powi(2));
        let told = Kriging::of(&[(y, noise)], &|_, _| [k, 0.0]).unwrap().told(1);
        assert!((told.mean - mean).abs() < 1e-14);
        assert!((told.variance - (square - mean * mean)).abs() < 1e-14);
    }

    #[test]
    fn means_alone_are_those_that_are_told_with_variances() {
        let process = Kriging::of(&SEEN, &both).unwrap();
        for place in 0..7 {
            let told = process.told(place);
            assert!((process.mean(place) - told.mean).abs() < 1e-14, "{place}: {told:?}");
        }
    }

    /// Under one pair of factors, mean and covariance of all that is asked are those of the page: K*ᵀK⁻¹y and K** − K*ᵀK⁻¹K*, K⁻¹ column by column.
    #[test]
    fn a_sum_has_the_variance_of_the_whole_covariance_matrix() {
        let factors = [0.35, 3.0];
        let k = |i: usize, j: usize| dot(&factors, &both(i, j));
        let whole = |i: usize| (0..4).map(|j| k(i, j) + if i == j { SEEN[i].1 } else { 0.0 }).collect();
        let lower = cholesky(&(0..4).map(whole).collect::<Vec<Vec<f64>>>()).unwrap();
        let with = |place: usize| -> Vec<f64> { (0..4).map(|seen| k(place, seen)).collect() };
        let values = SEEN.map(|(value, _)| value);
        let weighted = [(4, 0.2), (5, 0.5), (6, -0.7), (0, 1.3)];
        let (mut mean, mut variance) = (0.0, 0.0);
        for (i, w) in weighted {
            mean += w * dot(&with(i), &solve(&lower, &values));
            for (j, v) in weighted {
                variance += w * v * (k(i, j) - dot(&with(i), &solve(&lower, &with(j))));
            }
        }
        let told = Kriging::under(&[(factors, -1.7)], &SEEN, &both).unwrap().sum(&weighted);
        assert!((told.mean - mean).abs() < 1e-13 && (told.variance - variance).abs() < 1e-13 * variance);
    }

    /// Over all pairs of factors: the mean of the means, the mean of the variances and the variance of the means.
    #[test]
    fn a_sum_over_unknown_factors_is_their_mixture() {
        let weighted = [(4, 1.0), (5, 0.5)];
        let one = |(factors, _): &([f64; 2], f64)| {
            let under = Kriging::under(&[(*factors, 0.0)], &SEEN, &both).unwrap();
            (under.sum(&weighted), under.believed[0].lower.clone(), under.believed[0].solved.clone())
        };
        let mut sums = [0.0; 3];
        for pair in pairs() {
            let (told, lower, solved) = one(&pair);
            let squares: f64 = SEEN.iter().zip(&solved).map(|(seen, solved)| seen.0 * solved).sum();
            let determinant: f64 = (0..4).map(|i| lower[i][i]).product();
            let weight = pair.1.exp() * (-0.5 * squares).exp() / determinant;
            let square = told.variance + told.mean * told.mean;
            sums = [sums[0] + weight, sums[1] + weight * told.mean, sums[2] + weight * square];
        }
        let [weight, mean, square] = sums;
        let told = Kriging::of(&SEEN, &both).unwrap().sum(&weighted);
        assert!((told.mean - mean / weight).abs() < 1e-14);
        assert!((told.variance - (square / weight - (mean / weight).powi(2))).abs() < 1e-13);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for seen in [(f64::NAN, 0.1), (f64::INFINITY, 0.1), (0.1, f64::NAN), (0.1, f64::INFINITY)] {
            assert!(matches!(Kriging::of(&[SEEN[0], seen], &both), Err(Error::Undefined(_))), "{seen:?}");
        }
    }
}
