//! Maximising a log-likelihood in the coordinates of its parameters. The optimiser (argmin) is behind [`trust_region`] alone.

use std::cell::RefCell;

use argmin::core::{
    CostFunction, Error as ArgminError, Executor, Gradient, Hessian, IterState, KV, Problem, Solver,
    TerminationReason, TerminationStatus,
};
use argmin::solver::trustregion::{Steihaug, TrustRegion};

use super::matrix;
use super::report::Stop;
use crate::model::{Coordinate, Derivatives, Likelihood, Weighted};

/// Coordinates (of the scaled problem: log-parameters, for the most part) are sought within ± this: e^12 = 163,000. Beyond, the likelihood is taken to be
/// what it is on the edge, so that a climb along a ridge comes to rest there while the other parameters find their place.
pub(super) const BOX: f64 = 12.0;
/// Converged when no component of the mean gradient exceeds this; Newton's last steps then go to rounding.
const GRADIENT: f64 = 1e-7;
/// Evaluations allowed from one start. Good data need about ten.
const EVALUATIONS: u64 = 300;
/// Where the likelihood is not finite, the mean of −ln L is this.
const WALL: f64 = 1e30;
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
}

/// The best top from several starts (coordinates); `None` if the likelihood is not finite at any of them.
pub(super) fn maximise<M: Likelihood>(
    template: &M,
    rows: &[Weighted<M::Row>],
    starts: &[Vec<f64>],
) -> Option<Top> {
    if rows.len() <= THIN {
        return best_of(template, rows, starts);
    }
    let step = rows.len().div_ceil(THIN / 2);
    let thinned: Vec<_> = rows.iter().step_by(step).copied().collect();
    let first = best_of(template, &thinned, starts)?;
    let full = best_of(template, rows, std::slice::from_ref(&first.point));
    let mut top = match full {
        Some(top) if matches!(top.stop, Stop::Converged | Stop::Border) => top,
        _ => best_of(template, rows, starts)?, // the thinned rows led astray
    };
    top.evaluations += first.evaluations;
    top.starts = first.starts;
    Some(top)
}

fn best_of<M: Likelihood>(template: &M, rows: &[Weighted<M::Row>], starts: &[Vec<f64>]) -> Option<Top> {
    let mut evaluations = 0;
    let mut best: Option<Top> = None;
    for start in starts {
        let Some(top) = from_one_start(&MeanLikelihood::new(template, rows), start) else { continue };
        evaluations += top.evaluations;
        // A later start must be better by more than rounding, so that ties go to the first.
        if best.as_ref().is_none_or(|best| top.at.value > best.at.value + 1e-12 * best.at.value.abs()) {
            best = Some(top);
        }
    }
    best.map(|top| Top { evaluations, starts: starts.len() as u32, ..top })
}

fn from_one_start<M: Likelihood>(problem: &MeanLikelihood<'_, M>, start: &[f64]) -> Option<Top> {
    problem.at(start)?;
    let iterations = trust_region(problem, start);
    let (mut point, mut at) = problem.best.borrow().clone()?;
    polish(problem, &mut point, &mut at);
    let used = *problem.evaluations.borrow();
    let beyond = point.iter().any(|p| p.abs() >= BOX);
    point.iter_mut().for_each(|p| *p = p.clamp(-BOX, BOX));
    let stop = if beyond && largest(&at.gradient) <= 1e-4 {
        Stop::Border
    } else if largest(&at.gradient) <= GRADIENT {
        Stop::Converged
    } else if at_border(&point, &at.gradient) {
        Stop::Border
    } else if used >= EVALUATIONS {
        Stop::TooManyEvaluations
    } else {
        Stop::Stalled
    };
    Some(Top { point, at, stop, evaluations: used, iterations, starts: 1 })
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
fn polish<M: Likelihood>(problem: &MeanLikelihood<'_, M>, point: &mut Vec<f64>, at: &mut Derivatives) {
    for _ in 0..6 {
        let size = largest(&at.gradient);
        if !(1e-15..=1e-3).contains(&size) {
            return;
        }
        let information: Vec<Vec<f64>> =
            at.hessian.iter().map(|row| row.iter().map(|h| -h).collect()).collect();
        let Some(factor) = matrix::cholesky(&information) else { return };
        let step = matrix::solve(&factor, &at.gradient);
        if largest(&step) > 1.0 {
            return; // a ridge: the curvature is rounding
        }
        let next: Vec<f64> = point.iter().zip(&step).map(|(p, s)| p + s).collect();
        let Some(there) = problem.at(&next) else { return };
        if largest(&there.gradient) >= 0.5 * size || there.value < at.value - 1e-12 * at.value.abs() {
            return;
        }
        (*point, *at) = (next, there);
    }
}

/// The mean of ln L over customers, with its last evaluation and its best point kept.
struct MeanLikelihood<'a, M: Likelihood> {
    template: &'a M,
    coordinates: Vec<Coordinate>,
    rows: &'a [Weighted<M::Row>],
    customers: f64,
    last: RefCell<Option<(Vec<f64>, Option<Derivatives>)>>,
    best: RefCell<Option<(Vec<f64>, Derivatives)>>,
    evaluations: RefCell<u64>,
}

impl<'a, M: Likelihood> MeanLikelihood<'a, M> {
    fn new(template: &'a M, rows: &'a [Weighted<M::Row>]) -> Self {
        let customers = rows.iter().map(|row| row.count).sum();
        Self {
            template,
            coordinates: template.coordinates(),
            rows,
            customers,
            last: RefCell::default(),
            best: RefCell::default(),
            evaluations: RefCell::default(),
        }
    }

    /// The mean of ln L and its derivatives; `None` where something is not finite.
    fn at(&self, point: &[f64]) -> Option<Derivatives> {
        if let Some((last, found)) = &*self.last.borrow()
            && last == point
        {
            return found.clone();
        }
        let found = self.evaluate(point);
        if let Some(found) = &found {
            let mut best = self.best.borrow_mut();
            if best.as_ref().is_none_or(|(_, best)| found.value > best.value) {
                *best = Some((point.to_vec(), found.clone()));
            }
        }
        *self.last.borrow_mut() = Some((point.to_vec(), found.clone()));
        found
    }

    fn evaluate(&self, point: &[f64]) -> Option<Derivatives> {
        *self.evaluations.borrow_mut() += 1;
        let inside = point.iter().map(|p| p.clamp(-BOX, BOX));
        let theta: Vec<f64> = self.coordinates.iter().zip(inside).map(|(c, p)| c.parameter(p)).collect();
        let model = self.template.with_parameters(&theta).ok()?;
        let mut found = model.derivatives(self.rows);
        found.value /= self.customers;
        found.gradient.iter_mut().for_each(|g| *g /= self.customers);
        found.hessian.iter_mut().flatten().for_each(|h| *h /= self.customers);
        for i in (0..point.len()).filter(|&i| point[i].abs() > BOX) {
            found.gradient[i] = 0.0;
            for j in 0..point.len() {
                found.hessian[i][j] = 0.0;
                found.hessian[j][i] = 0.0;
            }
            found.hessian[i][i] = -1.0;
        }
        let finite = found.value.is_finite()
            && found.gradient.iter().all(|g| g.is_finite())
            && found.hessian.iter().flatten().all(|h| h.is_finite());
        finite.then_some(found)
    }
}

type State = IterState<Vec<f64>, Vec<f64>, (), Vec<Vec<f64>>, (), f64>;

/// Climbs from a start by trust-region steps on the exact Hessian (argmin's, with Steihaug's subproblem) and says how many
/// it took; the best point is kept in the problem, whatever argmin says of its end.
fn trust_region<M: Likelihood>(problem: &MeanLikelihood<'_, M>, start: &[f64]) -> u64 {
    let inner = TrustRegion::new(Steihaug::new().with_max_iters(20));
    let solver = Watched { inner, point: start.to_vec(), still: 0 };
    Executor::new(problem, solver)
        .configure(|state| state.param(start.to_vec()).max_iters(EVALUATIONS))
        .ctrlc(false)
        .timer(false)
        .run()
        .map_or(0, |end| end.state.iter)
}

/// argmin's trust region never stops by itself: this one watches the gradient, the evaluations and the progress.
struct Watched {
    inner: TrustRegion<Steihaug<Vec<f64>, f64>, f64>,
    point: Vec<f64>,
    still: u32,
}

impl<'p, M: Likelihood> Solver<&'p MeanLikelihood<'p, M>, State> for Watched
where
    TrustRegion<Steihaug<Vec<f64>, f64>, f64>: Solver<&'p MeanLikelihood<'p, M>, State>,
{
    fn name(&self) -> &str {
        "trust region, watched"
    }

    fn init(
        &mut self,
        problem: &mut Problem<&'p MeanLikelihood<'p, M>>,
        state: State,
    ) -> Result<(State, Option<KV>), ArgminError> {
        self.inner.init(problem, state)
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<&'p MeanLikelihood<'p, M>>,
        state: State,
    ) -> Result<(State, Option<KV>), ArgminError> {
        let (state, notes) = self.inner.next_iter(problem, state)?;
        match &state.param {
            Some(point) if *point != self.point => {
                self.still = 0;
                self.point.clone_from(point);
            }
            _ => self.still += 1,
        }
        Ok((state, notes))
    }

    fn terminate(&mut self, state: &State) -> TerminationStatus {
        let flat = state.get_gradient().is_none_or(|g| largest(g) <= GRADIENT);
        // Each refused step quarters the radius: twenty refusals leave a millionth of a millionth of it.
        if flat || self.still > 20 {
            return TerminationStatus::Terminated(TerminationReason::SolverConverged);
        }
        TerminationStatus::NotTerminated
    }
}

impl<M: Likelihood> CostFunction for &MeanLikelihood<'_, M> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Vec<f64>) -> Result<f64, ArgminError> {
        Ok(self.at(point).map_or(WALL, |found| -found.value))
    }
}

impl<M: Likelihood> Gradient for &MeanLikelihood<'_, M> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, point: &Vec<f64>) -> Result<Vec<f64>, ArgminError> {
        // A point at the wall is never accepted; its gradient is asked for by nobody.
        Ok(self.at(point).map_or_else(|| vec![0.0; point.len()], |f| f.gradient.iter().map(|g| -g).collect()))
    }
}

impl<M: Likelihood> Hessian for &MeanLikelihood<'_, M> {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;

    fn hessian(&self, point: &Vec<f64>) -> Result<Vec<Vec<f64>>, ArgminError> {
        Ok(self.at(point).map_or_else(
            || vec![vec![0.0; point.len()]; point.len()],
            |f| f.hessian.iter().map(|row| row.iter().map(|h| -h).collect()).collect(),
        ))
    }
}
