//! Small groups are drawn towards what they are part of, as far as their size does not speak for them.

use crate::math::sum::sum;

/// A group: its mean, how many are in it, and the rest of what it is part of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Group {
    pub mean: f64,
    pub size: f64,
    /// The mean of the rest.
    pub rest: f64,
    /// How many the rest are.
    pub rest_size: f64,
    /// Σ q² over the shares q of the groups of the rest: 1 where it is one group, near 0 where it is many.
    pub rest_shares: f64,
    /// Which whole it is part of.
    pub of: usize,
}

/// What is believed of a group's mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shrunk {
    /// The part of the group's own mean; what is left is the rest's.
    pub weight: f64,
    /// The variance of the mean that such customers have in the long run.
    pub variance: f64,
}

/// The scale of the prior of τ: groups are believed to differ by about a quarter of the whole.
const SCALE: f64 = 0.25;
/// Points of the prior.
const POINTS: usize = 400;

/// The normal-normal model (Efron & Morris 1975; Gelman et al., Bayesian Data Analysis, § 5.4): with σ² the variance between customers of one group
/// (`within`), and θ_i the mean that such customers have in the long run,
///
/// ```text
/// mean_i | θ_i ~ N(θ_i, σ²/n_i)     θ_i ~ N(μ, τ²)     so that     θ_i | θ_rest ~ N(θ_rest, A),  A = τ² (1 + Σ q²)
/// E[θ_i | τ] = w mean_i + (1 − w) rest_i     w = (A + v_rest) / (A + v_rest + v_i)     v = σ²/n
/// ```
///
/// where the rest are the other groups together, in shares q: with τ = 0 that is the mean of all. It is averaged over what the groups say of τ: by how
/// much those of one whole differ among themselves, μ having a flat prior (equation 5.21 there). The prior of τ is a half of Cauchy's law (Gelman
/// 2006, Bayesian Analysis 1(3), 515-533) with a quarter of `scale` as its own, taken at 400 points of equal probability: an estimate of τ² by
/// moments (DerSimonian & Laird) is 0 for every second shop of few channels, and would call all of them equal. Without anything to compare
/// (σ² or scale 0) each group stands for itself.
pub(super) fn shrink(groups: &[Group], within: f64, scale: f64) -> Vec<Shrunk> {
    if !(within > 0.0 && scale > 0.0) {
        return groups.iter().map(|_| Shrunk { weight: 1.0, variance: 0.0 }).collect();
    }
    let taus: Vec<f64> = (0..POINTS)
        .map(|at| SCALE * scale * (std::f64::consts::FRAC_PI_2 * (at as f64 + 0.5) / POINTS as f64).tan())
        .collect();
    let logs: Vec<f64> = taus.iter().map(|tau| ln_marginal(groups, within, tau * tau)).collect();
    let best = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let chances: Vec<f64> = logs.iter().map(|log| (log - best).exp()).collect();
    let all = sum(chances.iter().copied());
    let mean = |of: &dyn Fn(f64) -> f64| sum(taus.iter().zip(&chances).map(|(&tau, p)| p * of(tau))) / all;
    let one = |group: &Group| {
        let (error, of_rest) = (within / group.size, within / group.rest_size);
        let own = |tau: f64| {
            let apart = tau * tau * (1.0 + group.rest_shares) + of_rest;
            apart / (apart + error)
        };
        let weight = mean(&own);
        let unsure = mean(&|tau| (own(tau) - weight).powi(2));
        Shrunk { weight, variance: weight * error + unsure * (group.mean - group.rest).powi(2) }
    };
    groups.iter().map(one).collect()
}

/// ln p(means | τ²), the mean of each whole's groups integrated out: Π N(mean_i; μ̂, v_i + τ²) · √V, V = 1/Σ 1/(v_i + τ²).
fn ln_marginal(groups: &[Group], within: f64, tau2: f64) -> f64 {
    let wholes = groups.iter().map(|group| group.of + 1).max().unwrap_or(0);
    let (mut weights, mut means) = (vec![0.0; wholes], vec![0.0; wholes]);
    for group in groups {
        let weight = 1.0 / (within / group.size + tau2);
        weights[group.of] += weight;
        means[group.of] += weight * group.mean;
    }
    let each = groups.iter().map(|group| {
        let variance = within / group.size + tau2;
        variance.ln() + (group.mean - means[group.of] / weights[group.of]).powi(2) / variance
    });
    let flat = weights.iter().filter(|weight| **weight > 0.0).map(|weight| weight.ln());
    -0.5 * (sum(each) + sum(flat))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of one whole.
    fn groups(each: &[(f64, f64)]) -> Vec<Group> {
        let rest =
            |at: usize| each.iter().enumerate().filter(move |(other, _)| *other != at).map(|(_, g)| *g);
        (0..each.len())
            .map(|at| {
                let size = rest(at).map(|(_, size)| size).sum::<f64>();
                Group {
                    mean: each[at].0,
                    size: each[at].1,
                    rest: rest(at).map(|(mean, own)| mean * own).sum::<f64>() / size,
                    rest_size: size,
                    rest_shares: rest(at).map(|(_, own)| (own / size).powi(2)).sum(),
                    of: 0,
                }
            })
            .collect()
    }

    #[test]
    fn large_groups_speak_for_themselves_and_small_ones_hardly() {
        let found = shrink(&groups(&[(80.0, 10_000.0), (130.0, 8_000.0), (160.0, 3.0)]), 1e4, 100.0);
        assert!(found[0].weight > 0.99 && found[1].weight > 0.99);
        assert!(found[2].weight < 0.6, "{found:?}");
        // A large group is known to its standard error.
        assert!((found[0].variance.sqrt() - 1.0).abs() < 0.02);
    }

    #[test]
    fn groups_that_differ_by_luck_alone_are_drawn_together() {
        let all = groups(&[(101.0, 100.0), (99.5, 100.0), (99.5, 100.0), (100.0, 100.0)]);
        let found = shrink(&all, 1e4, 100.0);
        assert!(found.iter().all(|one| one.weight < 0.6), "{found:?}");
        // With nothing between them, each is the mean of all: its own part is its share.
        let found = shrink(&all, 1e12, 100.0);
        assert!(found.iter().all(|one| (one.weight - 0.25).abs() < 1e-3), "{found:?}");
        assert_eq!(shrink(&all[..1], 0.0, 100.0), [Shrunk { weight: 1.0, variance: 0.0 }]);
    }
}
