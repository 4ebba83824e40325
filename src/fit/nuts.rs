//! The posterior by the No-U-Turn sampler of nuts-rs, which is behind [`sample`] alone.
//!
//! Hoffman & Gelman (2014), "The No-U-Turn Sampler", Journal of Machine Learning Research 15, 1593–1623.

use std::collections::HashMap;
use std::fmt;

use nuts_rs::{Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError, Settings};
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::diagnostics::{FEWEST_EFFECTIVE, LARGEST_R_HAT, effective_sample_size, r_hat};
use super::method::Nuts;
use crate::math::matrix;
use crate::math::parallel;
use crate::model::{Likelihood, Weighted};
use crate::progress::Progress;
use crate::{Error, Result};

/// More divergent draws than this part: the sampler does not reach everywhere.
const MOST_DIVERGENT: f64 = 0.01;
/// Between two looks whether to stop.
const BETWEEN_LOOKS: u32 = 16;

/// Draws from a posterior, and how far they can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sampled {
    /// Coordinates, chain after chain.
    pub(super) points: Vec<Vec<f64>>,
    /// R-hat of every coordinate.
    pub(super) r_hat: Vec<f64>,
    /// The effective number of draws of every coordinate.
    pub(super) effective: Vec<f64>,
    /// Draws whose trajectory diverged.
    pub(super) divergences: u64,
    /// Evaluations of the gradient, tuning included.
    pub(super) gradients: u64,
}

/// Samples the posterior that `mode` is the maximum of. The sampler walks in whitened coordinates: `information`, the negative
/// Hessian of the ln posterior at its mode, is L Lᵀ, and z with η = mode + L⁻ᵀ z is nearly standard normal.
///
/// # Errors
/// [`Error::Undefined`] if the posterior has no curvature at its mode, or the chains have not converged: R-hat above 1.01 (and 2 over the number of draws a chain), an
/// effective number below 100 a chain, or more than 1 % divergent; [`Error::Interrupted`].
pub(super) fn sample<M: Likelihood>(
    mode: &M,
    rows: &[Weighted<M::Row>],
    information: &[Vec<f64>],
    plan: &Nuts,
    progress: &dyn Progress,
) -> Result<Sampled> {
    let factor = matrix::cholesky(information).ok_or_else(|| {
        Error::Undefined(format!("the posterior of {} has no curvature at its mode", mode.name()))
    })?;
    progress.begin("sampling", Some(u64::from(plan.chains) * u64::from(plan.tune + plan.draws)));
    let posterior = |point: &[f64]| Some(mode.at_point(point).ok()?.gradient(rows));
    let target =
        Target { posterior: &posterior, factor: &factor, centre: mode.point(), top: mode.gradient(rows).0 };
    let run = |chain: usize| {
        run(&target, chain as u32, plan, progress).map_err(|e| match e {
            Error::Undefined(why) => {
                Error::Undefined(format!("the sampler of the {} posterior gave up: {why}", mode.name()))
            }
            other => other,
        })
    };
    let runs: Vec<Run> = parallel::try_each(plan.chains as usize, &run)?;
    progress.end();
    judged((mode.name(), &mode.names()), &runs, plan.draws)
}

/// One chain.
pub(super) struct Run {
    pub(super) points: Vec<Vec<f64>>,
    pub(super) divergences: u64,
    pub(super) gradients: u64,
}

fn run(target: &Target<'_>, chain: u32, plan: &Nuts, progress: &dyn Progress) -> Result<Run> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(plan.seed.rotate_left(32) ^ u64::from(chain));
    let settings = DiagNutsSettings {
        num_tune: u64::from(plan.tune),
        num_draws: u64::from(plan.draws),
        ..DiagNutsSettings::default()
    };
    let failed = |e: &dyn fmt::Display| Error::Undefined(e.to_string());
    let mut sampler = settings
        .new_chain(u64::from(chain), CpuMath::new(target.clone()), &mut rng)
        .map_err(|e| failed(&e))?;
    // Chains that begin in different places can be seen to meet.
    let start: Vec<f64> = target.centre.iter().map(|_| StandardNormal.sample(&mut rng)).collect();
    sampler.set_position(&start).map_err(|e| failed(&e))?;
    let mut run = Run { points: Vec::with_capacity(plan.draws as usize), divergences: 0, gradients: 0 };
    for step in 0..plan.tune + plan.draws {
        if step % BETWEEN_LOOKS == 0 {
            progress.check()?;
        }
        let (z, told) = sampler.draw().map_err(|e| failed(&e))?;
        run.gradients += told.num_gradients;
        if step >= plan.tune {
            run.divergences += u64::from(told.diverging);
            run.points.push(target.point(&z));
        }
        progress.advance(1);
    }
    Ok(run)
}

/// The chains as one sample, if they have converged.
pub(super) fn judged((model, names): (&str, &[String]), runs: &[Run], draws: u32) -> Result<Sampled> {
    let mut sampled = Sampled {
        points: runs.iter().flat_map(|run| run.points.iter().cloned()).collect(),
        r_hat: Vec::new(),
        effective: Vec::new(),
        divergences: runs.iter().map(|run| run.divergences).sum(),
        gradients: runs.iter().map(|run| run.gradients).sum(),
    };
    let refused = |what: String| {
        Err(Error::Undefined(format!(
            "the chains of the {} posterior have not converged: {what}; ask for more --draws, or take --method map",
            model
        )))
    };
    for (at, name) in names.iter().enumerate() {
        let chains: Vec<Vec<f64>> =
            runs.iter().map(|run| run.points.iter().map(|point| point[at]).collect()).collect();
        let (Some(r_hat), Some(effective)) = (r_hat(&chains), effective_sample_size(&chains)) else {
            return refused(format!("those of {name} do not move"));
        };
        // Independent draws scatter R-hat by about one over the length of a half-chain.
        let most = LARGEST_R_HAT + 2.0 / f64::from(draws);
        if r_hat > most {
            return refused(format!("R-hat of {name} is {r_hat:.3}, but must be at most {most:.3}"));
        }
        let least = FEWEST_EFFECTIVE * runs.len() as f64;
        if effective < least {
            return refused(format!(
                "the effective number of draws of {name} is {effective:.0}, but must be {least:.0}"
            ));
        }
        sampled.r_hat.push(r_hat);
        sampled.effective.push(effective);
    }
    let draws = sampled.points.len() as f64;
    if sampled.divergences as f64 > MOST_DIVERGENT * draws {
        return refused(format!("{} of {draws} draws diverged", sampled.divergences));
    }
    Ok(sampled)
}

/// ln posterior and its gradient at a point of the coordinates; `None` outside the parameters' ranges. It has lost the name of
/// its model, so that the sampler is compiled once and not for each of them.
type Posterior<'a> = dyn Fn(&[f64]) -> Option<(f64, Vec<f64>)> + Sync + 'a;

/// The ln posterior in whitened coordinates, as a difference from that at the mode.
#[derive(Clone)]
struct Target<'a> {
    posterior: &'a Posterior<'a>,
    factor: &'a [Vec<f64>],
    centre: Vec<f64>,
    /// ln posterior at the mode.
    top: f64,
}

impl Target<'_> {
    /// η = mode + L⁻ᵀ z.
    fn point(&self, z: &[f64]) -> Vec<f64> {
        let step = matrix::solve_transposed(self.factor, z);
        self.centre.iter().zip(step).map(|(centre, step)| centre + step).collect()
    }

    /// The ln posterior and its gradient in z; `None` where a parameter or the likelihood leaves the range of numbers.
    fn at(&self, z: &[f64]) -> Option<(f64, Vec<f64>)> {
        let (value, gradient) = (self.posterior)(&self.point(z))?;
        let finite = value.is_finite() && gradient.iter().all(|g| g.is_finite());
        // ∂/∂z = L⁻¹ ∂/∂η.
        finite.then(|| (value - self.top, matrix::solve_lower(self.factor, &gradient)))
    }
}

/// A point at which the posterior is not finite.
#[derive(Debug)]
struct NotFinite;

impl fmt::Display for NotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the likelihood is not finite there")
    }
}

impl std::error::Error for NotFinite {}

impl LogpError for NotFinite {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl HasDims for Target<'_> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), self.centre.len() as u64)])
    }
}

impl CpuLogpFunc for Target<'_> {
    type LogpError = NotFinite;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.centre.len()
    }

    fn logp(&mut self, z: &[f64], gradient: &mut [f64]) -> std::result::Result<f64, NotFinite> {
        let (value, found) = self.at(z).ok_or(NotFinite)?;
        gradient.copy_from_slice(&found);
        Ok(value)
    }

    fn expand_vector<R: Rng + ?Sized>(
        &mut self,
        _rng: &mut R,
        z: &[f64],
    ) -> std::result::Result<Vec<f64>, CpuMathError> {
        Ok(z.to_vec())
    }
}
