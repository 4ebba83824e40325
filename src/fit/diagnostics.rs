//! Whether chains have converged, and how many independent draws they are worth.
//!
//! Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), "Rank-normalization, folding, and localization: an improved R-hat for
//! assessing convergence of MCMC", Bayesian Analysis 16(2), 667–718. Chains are split into halves, and draws replaced by normal
//! scores of their ranks, so that heavy tails and unequal variances do not hide a failure.

use crate::math::ranks::doubled_mid_ranks;
use crate::math::special::normal_quantile;

/// The largest R-hat of a quantity that counts as converged (Vehtari et al. 2021, section 4).
pub const LARGEST_R_HAT: f64 = 1.01;
/// The fewest effective draws for each chain by which R-hat and the effective number itself can be trusted (ibid.).
pub const FEWEST_EFFECTIVE: f64 = 100.0;
/// Chains shorter than this are not judged.
const SHORTEST: usize = 4;

/// Rank-normalised split R-hat, the larger of that of the draws (their middle) and of the draws folded at their median (their
/// spread). 1 is convergence. `None` unless there are at least four draws a chain, the chains are equally long, and the draws
/// differ.
#[must_use]
pub fn r_hat(chains: &[Vec<f64>]) -> Option<f64> {
    let halves = split(chains)?;
    let median = median(&halves);
    let folded: Vec<Vec<f64>> =
        halves.iter().map(|chain| chain.iter().map(|x| (x - median).abs()).collect()).collect();
    let spread = plain_r_hat(&normal_scores(&folded));
    // Draws of two values only fold into one: their middle then tells everything.
    Some(plain_r_hat(&normal_scores(&halves))?.max(spread.unwrap_or(1.0)))
}

/// The bulk effective sample size: how many independent draws tell the middle of the posterior as well. `None` as for
/// [`r_hat`].
///
/// Geyer's initial monotone sequence over the autocorrelations of the rank-normalised split chains (Vehtari et al. 2021,
/// equations 10 to 14); at most m n log₁₀(m n), as there, for m half-chains of n draws.
#[must_use]
pub fn effective_sample_size(chains: &[Vec<f64>]) -> Option<f64> {
    let scores = normal_scores(&split(chains)?);
    let (m, n) = (scores.len() as f64, scores[0].len());
    let (within, total) = variances(&scores)?;
    let centred: Vec<Vec<f64>> = scores.iter().map(|chain| centred(chain)).collect();
    let correlation = |lag: usize| {
        let covariance = |chain: &Vec<f64>| dot(&chain[..n - lag], &chain[lag..]) / n as f64;
        1.0 - (within - centred.iter().map(covariance).sum::<f64>() / m) / total
    };
    // Sums of neighbouring pairs: positive and falling for a reversible chain.
    let (mut sum, mut last) = (0.0, f64::INFINITY);
    for lag in (0..n - 1).step_by(2) {
        let first = if lag == 0 { 1.0 } else { correlation(lag) };
        let pair = first + correlation(lag + 1);
        if pair <= 0.0 {
            break;
        }
        last = pair.min(last);
        sum += last;
    }
    let draws = m * n as f64;
    let tau = (2.0 * sum - 1.0).max(1.0 / draws.log10());
    Some(draws / tau)
}

/// Every chain as two halves; the middle draw of an odd number is left out.
fn split(chains: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let n = chains.first()?.len();
    let usable = n >= SHORTEST && chains.iter().all(|c| c.len() == n && c.iter().all(|x| x.is_finite()));
    let first = chains[0].first()?;
    if !usable || chains.iter().flatten().all(|x| x == first) {
        return None;
    }
    let half = n / 2;
    Some(chains.iter().flat_map(|c| [c[..half].to_vec(), c[n - half..].to_vec()]).collect())
}

fn median(chains: &[Vec<f64>]) -> f64 {
    let mut all = chains.concat();
    all.sort_unstable_by(f64::total_cmp);
    let middle = all.len() / 2;
    if all.len() % 2 == 1 { all[middle] } else { 0.5 * (all[middle - 1] + all[middle]) }
}

/// Φ⁻¹((rank − 3/8)/(S + 1/4)), ranks over all chains (equation 14).
fn normal_scores(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let ranks = doubled_mid_ranks(&chains.concat());
    let scale = ranks.len() as f64 + 0.25;
    let scores: Vec<f64> =
        ranks.iter().map(|&doubled| normal_quantile((0.5 * doubled as f64 - 0.375) / scale)).collect();
    scores.chunks(chains[0].len()).map(<[f64]>::to_vec).collect()
}

/// W, the mean variance within chains, and var⁺ = (n−1)/n W + B/n (equations 1 to 3).
fn variances(chains: &[Vec<f64>]) -> Option<(f64, f64)> {
    let (m, n) = (chains.len() as f64, chains[0].len() as f64);
    let square = |chain: &Vec<f64>| {
        let centred = centred(chain);
        dot(&centred, &centred) / (n - 1.0)
    };
    let within = chains.iter().map(square).sum::<f64>() / m;
    let means = centred(&chains.iter().map(|chain| chain.iter().sum::<f64>() / n).collect::<Vec<_>>());
    let between_over_n = dot(&means, &means) / (m - 1.0);
    (within > 0.0).then(|| (within, (n - 1.0) / n * within + between_over_n))
}

/// √(var⁺/W) (equation 4).
fn plain_r_hat(chains: &[Vec<f64>]) -> Option<f64> {
    variances(chains).map(|(within, total)| (total / within).sqrt())
}

fn centred(values: &[f64]) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|x| x - mean).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    /// Four chains of an autoregression x' = φ x + √(1−φ²) z, each moved and stretched.
    fn chains(phi: f64, moved: [f64; 4], stretched: [f64; 4], draws: usize) -> Vec<Vec<f64>> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let normal = |rng: &mut Xoshiro256PlusPlus| -> f64 { StandardNormal.sample(rng) };
        (0..4)
            .map(|c| {
                let mut x = normal(&mut rng);
                let step = |_| {
                    x = phi * x + (1.0 - phi * phi).sqrt() * normal(&mut rng);
                    moved[c] + stretched[c] * x
                };
                (0..draws).map(step).collect()
            })
            .collect()
    }

    #[test]
    fn independent_draws_have_converged_and_count_in_full() {
        let drawn = chains(0.0, [0.0; 4], [1.0; 4], 1000);
        assert!((r_hat(&drawn).unwrap() - 1.0).abs() < 2e-3);
        let effective = effective_sample_size(&drawn).unwrap();
        assert!((3400.0..4600.0).contains(&effective), "{effective}");
    }

    /// (1−φ)/(1+φ) of an autoregression's draws count.
    #[test]
    fn draws_that_remember_count_for_less() {
        for phi in [0.3, 0.7, 0.9] {
            let effective = effective_sample_size(&chains(phi, [0.0; 4], [1.0; 4], 20_000)).unwrap();
            let right = 80_000.0 * (1.0 - phi) / (1.0 + phi);
            assert!((effective / right - 1.0).abs() < 0.1, "{phi}: {effective}, should be {right}");
        }
    }

    #[test]
    fn a_chain_elsewhere_or_of_another_spread_is_seen() {
        assert!(r_hat(&chains(0.0, [0.0, 0.0, 0.0, 1.0], [1.0; 4], 1000)).unwrap() > 1.1);
        assert!(r_hat(&chains(0.0, [0.0; 4], [1.0, 1.0, 1.0, 3.0], 1000)).unwrap() > 1.05);
    }

    #[test]
    fn heavy_tails_and_monotone_changes_do_not_matter() {
        let drawn = chains(0.5, [0.0; 4], [1.0; 4], 1000);
        let bent: Vec<Vec<f64>> =
            drawn.iter().map(|chain| chain.iter().map(|x: &f64| (5.0 * x).exp()).collect()).collect();
        assert_eq!(effective_sample_size(&drawn), effective_sample_size(&bent));
    }

    #[test]
    fn what_cannot_be_judged_is_none() {
        assert_eq!(r_hat(&[]), None);
        assert_eq!(r_hat(&[vec![1.0, 2.0, 3.0]]), None);
        assert_eq!(effective_sample_size(&[vec![1.0; 100], vec![1.0; 100]]), None);
        assert_eq!(r_hat(&[vec![f64::NAN; 10]]), None);
        assert_eq!(r_hat(&[vec![0.0, 1.0, 2.0, 3.0], vec![0.0, 1.0]]), None);
    }
}
