//! The posterior by Metropolis steps, for models whose likelihood is a quadrature and whose gradient costs several times as much.

use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::method::Mcmc;
use super::nuts::{Run, Sampled, judged};
use super::penalised::Penalised;
use crate::math::matrix;
use crate::math::parallel;
use crate::model::{Likelihood, Parametric, Weighted};
use crate::progress::Progress;
use crate::{Error, Result};

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 32;
/// The share of proposals that do not look at where the chain is.
const LEAPS: f64 = 0.9;
/// Degrees of freedom of the leaps: their tails are heavier than a posterior's.
const FREEDOM: usize = 8;
/// Length of the other steps, in standard deviations of each of d directions: 2.38/√d would be best for walking alone (Gelman,
/// Roberts & Gilks 1996); after leaps over the whole, the steps are for the places where leaps are refused.
const STEP: f64 = 1.2;
/// The Laplace approximation counts as much as this many points when the proposal is fitted: neighbouring steps of a chain are alike, and
/// a covariance of few points is worse than the curvature at the mode.
const BELIEF: f64 = 400.0;
/// Before the draws the proposal learns from this many rounds of steps of all chains.
const ROUNDS: u32 = 2;

/// Samples the posterior that `mode` is the maximum of; `information` is the negative Hessian of its logarithm there.
///
/// Most proposals are drawn from a multivariate t around the posterior (an independence sampler: Tierney 1994, Annals of
/// Statistics 22, 1701–1762), the rest are random steps, which is a mixture of two kernels that both keep the posterior. The t
/// begins as the Laplace approximation and is fitted anew to the steps of all chains after each round of tuning; then it stays.
/// Every chain has its own stream of chance, so that the number of threads changes nothing.
///
/// # Errors
/// [`Error::Undefined`] if the posterior has no curvature at its mode or the chains have not converged; [`Error::Interrupted`].
pub(super) fn sample<M: Likelihood>(
    mode: &Penalised<M>,
    rows: &[Weighted<M::Row>],
    information: &[Vec<f64>],
    plan: &Mcmc,
    progress: &dyn Progress,
) -> Result<Sampled> {
    let proposal = Proposal::laplace(mode.point(), information).ok_or_else(|| {
        Error::Undefined(format!("the posterior of {} has no curvature at its mode", mode.name()))
    })?;
    let runs = runs(&|point| ln_posterior(mode, rows, point), proposal, plan, progress)?;
    judged((mode.name(), &mode.names()), &runs, plan.draws)
}

/// The ln posterior, up to a constant. It has lost the name of its model, so that the sampler is compiled once and not for each of them.
type Target<'a> = dyn Fn(&[f64]) -> f64 + Sync + 'a;

/// The chains.
fn runs(
    target: &Target<'_>,
    mut proposal: Proposal,
    plan: &Mcmc,
    progress: &dyn Progress,
) -> Result<Vec<Run>> {
    progress.begin("sampling", Some(u64::from(plan.chains) * u64::from(plan.tune + plan.draws)));
    let start = |chain: usize| Chain::new(target, &proposal, plan.seed.rotate_left(32) ^ chain as u64);
    let mut chains: Vec<Chain> = parallel::each(plan.chains as usize, &start);
    let (laplace, mut tuned) = (proposal.clone(), Vec::new());
    for _ in 0..ROUNDS {
        tuned.extend(advance(&mut chains, target, &proposal, plan.tune / ROUNDS, progress)?.concat());
        proposal = laplace.learning(&tuned).unwrap_or(proposal);
    }
    let drawn = advance(&mut chains, target, &proposal, plan.draws, progress)?;
    progress.end();
    let run = |points| Run { points, divergences: 0, gradients: 0 };
    Ok(drawn.into_iter().map(run).collect())
}

/// So many steps of every chain: where they stood after each.
fn advance(
    chains: &mut [Chain],
    target: &Target<'_>,
    proposal: &Proposal,
    steps: u32,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Vec<f64>>>> {
    let walk = |chain: &mut Chain| {
        (0..steps)
            .map(|_| {
                progress.check()?;
                chain.step(target, proposal);
                progress.advance(1);
                Ok(chain.point.clone())
            })
            .collect()
    };
    parallel::try_each_mut(chains, &walk)
}

/// −∞ where a parameter or the likelihood leaves the range of numbers.
fn ln_posterior<M: Likelihood>(mode: &Penalised<M>, rows: &[Weighted<M::Row>], point: &[f64]) -> f64 {
    let Ok(model) = mode.at_point(point) else { return f64::NEG_INFINITY };
    let of = |Weighted { row, count }: &Weighted<M::Row>| count * model.ln_likelihood(row);
    let parts = parallel::chunks(rows, CHUNK, &|chunk| chunk.iter().map(of).sum::<f64>());
    let value = parts.iter().sum::<f64>() + model.ln_prior();
    if value.is_finite() { value } else { f64::NEG_INFINITY }
}

/// Where leaps land: centre + C t, with t multivariate t and C Cᵀ the covariance.
#[derive(Clone)]
struct Proposal {
    centre: Vec<f64>,
    /// C, lower triangular.
    factor: Vec<Vec<f64>>,
}

impl Proposal {
    /// The normal approximation at the mode.
    fn laplace(centre: Vec<f64>, information: &[Vec<f64>]) -> Option<Self> {
        let lower = matrix::cholesky(information)?;
        let unit = |i: usize| (0..centre.len()).map(|j| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        let column = |i| matrix::solve_transposed(&lower, &matrix::solve_lower(&lower, &unit(i)));
        let covariance: Vec<Vec<f64>> = (0..centre.len()).map(column).collect();
        let factor = matrix::cholesky(&covariance)?;
        Some(Self { centre, factor })
    }

    /// Between this and the mean and covariance of points; `None` if rounding leaves no covariance.
    fn learning(&self, points: &[Vec<f64>]) -> Option<Self> {
        let share = points.len() as f64 / (points.len() as f64 + BELIEF);
        let n = points.len() as f64;
        let dimension = self.centre.len();
        let mean = |i: usize| points.iter().map(|point| point[i]).sum::<f64>() / n;
        let means: Vec<f64> = (0..dimension).map(mean).collect();
        let mix = |old: f64, new: f64| old + share * (new - old);
        let entry = |i: usize, j: usize| {
            let old = (0..dimension).map(|m| self.factor[i][m] * self.factor[j][m]).sum::<f64>();
            let off = |point: &Vec<f64>| (point[i] - means[i]) * (point[j] - means[j]);
            mix(old, points.iter().map(off).sum::<f64>() / n)
        };
        let covariance: Vec<Vec<f64>> =
            (0..dimension).map(|i| (0..dimension).map(|j| entry(i, j)).collect()).collect();
        let centre = self.centre.iter().zip(&means).map(|(old, new)| mix(*old, *new)).collect();
        Some(Self { centre, factor: matrix::cholesky(&covariance)? })
    }

    /// From + C z.
    fn moved(&self, from: &[f64], z: &[f64]) -> Vec<f64> {
        let along = |row: &Vec<f64>| row.iter().zip(z).map(|(c, z)| c * z).sum::<f64>();
        from.iter().zip(&self.factor).map(|(from, row)| from + along(row)).collect()
    }

    /// ln of the density of a leap there, up to a constant.
    fn ln_density(&self, point: &[f64]) -> f64 {
        let away: Vec<f64> = point.iter().zip(&self.centre).map(|(point, centre)| point - centre).collect();
        let square: f64 = matrix::solve_lower(&self.factor, &away).iter().map(|z| z * z).sum();
        let (freedom, dimension) = (FREEDOM as f64, point.len() as f64);
        -0.5 * (freedom + dimension) * (square / freedom).ln_1p()
    }

    fn leap<R: Rng>(&self, rng: &mut R) -> Vec<f64> {
        let square: f64 = normals(FREEDOM, rng).iter().map(|z| z * z).sum();
        let stretch = (FREEDOM as f64 / square).sqrt();
        let z: Vec<f64> = normals(self.centre.len(), rng).iter().map(|z| z * stretch).collect();
        self.moved(&self.centre, &z)
    }
}

fn normals<R: Rng>(count: usize, rng: &mut R) -> Vec<f64> {
    (0..count).map(|_| StandardNormal.sample(rng)).collect()
}

/// Where a chain stands.
struct Chain {
    point: Vec<f64>,
    ln_posterior: f64,
    rng: Xoshiro256PlusPlus,
}

impl Chain {
    /// Chains that begin in different places can be seen to meet.
    fn new(target: &Target<'_>, proposal: &Proposal, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let z = normals(proposal.centre.len(), &mut rng);
        let point = proposal.moved(&proposal.centre, &z);
        Self { ln_posterior: target(&point), point, rng }
    }

    fn step(&mut self, target: &Target<'_>, proposal: &Proposal) {
        let leap = self.rng.random::<f64>() < LEAPS;
        let there = if leap {
            proposal.leap(&mut self.rng)
        } else {
            let z: Vec<f64> = normals(self.point.len(), &mut self.rng);
            let length = STEP / (z.len() as f64).sqrt();
            proposal.moved(&self.point, &z.iter().map(|z| z * length).collect::<Vec<_>>())
        };
        let ln_posterior = target(&there);
        let mut ln_ratio = ln_posterior - self.ln_posterior;
        if leap {
            ln_ratio += proposal.ln_density(&self.point) - proposal.ln_density(&there);
        }
        // A chain that began where the posterior is 0 takes any step; a step to where it is 0 is never taken.
        if ln_posterior > f64::NEG_INFINITY
            && (ln_ratio.is_nan() || (1.0 - self.rng.random::<f64>()).ln() <= ln_ratio)
        {
            (self.point, self.ln_posterior) = (there, ln_posterior);
        }
    }
}
