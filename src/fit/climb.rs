//! Maximising a log-likelihood in the coordinates of its parameters. The optimisers (argmin) are behind [`solvers`] alone.

mod problem;
mod solvers;

use self::problem::{Mean, MeanLikelihood, mean};
use self::solvers::{EVALUATIONS, quasi_newton, simplex, trust_region};
use super::report::Stop;
use crate::math::matrix;
use crate::model::{Derivatives, Likelihood, Weighted};

/// Coordinates (of the scaled problem: log-parameters, for the most part) are sought within ± this: e^12 = 163,000. Beyond, the likelihood is taken to be
/// what it is on the edge, so that a climb along a ridge comes to rest there while the other parameters find their place.
pub(super) const BOX: f64 = 12.0;
/// Converged when no component of the mean gradient exceeds this; Newton's last steps then go to rounding.
const GRADIENT: f64 = 1e-7;
/// A refit is one draw among many: of a mean gradient of this size nothing is seen beside the spread of the draws.
const REFIT_GRADIENT: f64 = 1e-6;
/// Newton's steps of a refit.
const NEWTON: u64 = 12;
/// More distinct rows than this: the starts compete on every k-th row, and the best goes on with all.
const THIN: usize = 16_384;

/// Where a climb ended: the coordinates, and the mean of ln L with its derivatives there.
#[derive(Debug, Clone)]
pub(super) struct Top {
    pub(super) point: Vec<f64>,
    pub(super) at: Derivatives,
    pub(super) stop: Stop,
    pub(super) evaluations: u64,
    pub(super) iterations: u64,
    pub(super) starts: u32,
}

impl Top {
    /// The largest component of the gradient.
    pub(super) fn gradient(&self) -> f64 {
        largest(&self.at.gradient)
    }

    /// Whether it is one: a maximum, or the end of a ridge.
    pub(super) const fn is_one(&self) -> bool {
        matches!(self.stop, Stop::Converged | Stop::Border)
    }
}

/// The best top from several starts (coordinates); `None` if the likelihood is not finite at any of them.
pub(super) fn maximise<M: Likelihood>(
    template: &M,
    rows: &[Weighted<M::Row>],
    starts: &[Vec<f64>],
) -> Option<Top> {
    let all = mean(template, rows);
    if rows.len() <= THIN {
        return best_of(&all, starts);
    }
    let step = rows.len().div_ceil(THIN / 2);
    let thinned: Vec<_> = rows.iter().step_by(step).copied().collect();
    let first = best_of(&mean(template, &thinned), starts)?;
    let full = best_of(&all, std::slice::from_ref(&first.point));
    let mut top = match full {
        Some(top) if top.is_one() => top,
        _ => best_of(&all, starts)?, // the thinned rows led astray
    };
    top.evaluations += first.evaluations;
    top.starts = first.starts;
    Some(top)
}

fn best_of(mean: &Mean<'_>, starts: &[Vec<f64>]) -> Option<Top> {
    let mut evaluations = 0;
    let mut best: Option<Top> = None;
    for start in starts {
        let Some(top) = from_one_start(&MeanLikelihood::new(mean), start) else { continue };
        evaluations += top.evaluations;
        // A later start must be better by more than rounding, so that ties go to the first.
        if best.as_ref().is_none_or(|best| top.at.value > best.at.value + 1e-12 * best.at.value.abs()) {
            best = Some(top);
        }
    }
    best.map(|top| Top { evaluations, starts: starts.len() as u32, ..top })
}

/// The top from one start: by the trust region; where that stalls by L-BFGS from its best point, then by the simplex, each
/// followed by the trust region again.
fn from_one_start(problem: &MeanLikelihood<'_>, start: &[f64]) -> Option<Top> {
    problem.at(start)?;
    let iterations = trust_region(problem, start);
    let mut top = judged(problem, iterations)?;
    for fall_back in [quasi_newton, simplex] {
        if top.is_one() {
            break;
        }
        fall_back(problem, &top.point);
        let iterations = iterations + problem.best().map_or(0, |(best, _)| trust_region(problem, &best));
        top = judged(problem, iterations)?;
    }
    Some(top)
}

/// The best point so far, polished and judged.
fn judged(problem: &MeanLikelihood<'_>, iterations: u64) -> Option<Top> {
    let (mut point, mut at) = problem.best()?;
    polish(problem, &mut point, &mut at);
    let beyond = point.iter().any(|p| p.abs() >= BOX);
    point.iter_mut().for_each(|p| *p = p.clamp(-BOX, BOX));
    let stop = if beyond && largest(&at.gradient) <= 1e-4 {
        Stop::Border
    } else if largest(&at.gradient) <= GRADIENT {
        Stop::Converged
    } else if at_border(&point, &at.gradient) {
        Stop::Border
    } else if problem.evaluations() >= EVALUATIONS {
        Stop::TooManyEvaluations
    } else {
        Stop::Stalled
    };
    Some(Top { point, at, stop, evaluations: problem.evaluations(), iterations, starts: 1 })
}

/// The top of a likelihood that differs a little from one whose top is `near`: by Newton's steps, which need three or four
/// evaluations, and where these fail as from any start.
pub(super) fn again<M: Likelihood>(template: &M, rows: &[Weighted<M::Row>], near: &[f64]) -> Option<Top> {
    let mean = mean(template, rows);
    let problem = MeanLikelihood::new(&mean);
    newton(&problem, near).or_else(|| from_one_start(&problem, near))
}

/// Newton's steps, halved while they do not rise; `None` where they do not lead to a top soon.
fn newton(problem: &MeanLikelihood<'_>, start: &[f64]) -> Option<Top> {
    let (mut point, mut at) = (start.to_vec(), problem.at(start)?);
    for iterations in 0..NEWTON {
        if largest(&at.gradient) <= REFIT_GRADIENT {
            let evaluations = problem.evaluations();
            return Some(Top { point, at, stop: Stop::Converged, evaluations, iterations, starts: 1 });
        }
        let step = newton_step(&at)?;
        let halves = (0..5).map(|halvings| 0.5f64.powi(halvings));
        (point, at) = halves
            .map(|part| point.iter().zip(&step).map(|(p, s)| p + part * s).collect::<Vec<f64>>())
            .filter(|next| largest(next) < BOX)
            .find_map(|next| {
                problem.at(&next).filter(|there| there.value >= at.value).map(|there| (next, there))
            })?;
    }
    None
}

/// Newton's step, where the curvature is that of a top and the step stays where the parabola means something.
fn newton_step(at: &Derivatives) -> Option<Vec<f64>> {
    let information: Vec<Vec<f64>> = at.hessian.iter().map(|row| row.iter().map(|h| -h).collect()).collect();
    let step = matrix::solve(&matrix::cholesky(&information)?, &at.gradient);
    (largest(&step) <= 1.0).then_some(step) // a ridge: the curvature is rounding
}

fn largest(gradient: &[f64]) -> f64 {
    gradient.iter().fold(0.0, |largest, g| g.abs().max(largest))
}

/// Whether the gradient vanishes but for components that press a parameter against the edge of the box.
fn at_border(point: &[f64], gradient: &[f64]) -> bool {
    point
        .iter()
        .zip(gradient)
        .all(|(p, g)| g.abs() <= 1e-4 || (p.abs() > BOX - 0.5 && p.signum() == g.signum()))
}

/// Newton's steps until the gradient no longer shrinks: what makes a fit the same to ten digits in any unit.
fn polish(problem: &MeanLikelihood<'_>, point: &mut Vec<f64>, at: &mut Derivatives) {
    for _ in 0..6 {
        let size = largest(&at.gradient);
        if !(1e-15..=1e-3).contains(&size) {
            return;
        }
        let Some(step) = newton_step(at) else { return };
        let next: Vec<f64> = point.iter().zip(&step).map(|(p, s)| p + s).collect();
        let Some(there) = problem.at(&next) else { return };
        if largest(&there.gradient) >= 0.5 * size || there.value < at.value - 1e-12 * at.value.abs() {
            return;
        }
        (*point, *at) = (next, there);
    }
}
