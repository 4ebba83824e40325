//! The optimisers, all of argmin: each climbs from a start, and leaves its best point in the problem.
//!
//! argmin's trust region does not look at the gradient, and a solver that gives up comes back as `Ok`: what argmin says of its
//! end is not used. The caller judges the best point by its own gradient and curvature.

use argmin::core::{
    Error as ArgminError, Executor, IterState, KV, Problem, Solver, TerminationReason, TerminationStatus,
};
use argmin::solver::linesearch::BacktrackingLineSearch;
use argmin::solver::linesearch::condition::ArmijoCondition;
use argmin::solver::neldermead::NelderMead;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};

use super::problem::MeanLikelihood;
use super::{GRADIENT, largest};

/// Evaluations allowed from one start. Good data need about ten.
pub(super) const EVALUATIONS: u64 = 300;
/// Evaluations allowed to each of the fall-backs.
const FALL_BACK: u64 = 600;
/// Pairs of steps that L-BFGS remembers.
const MEMORY: usize = 7;
/// The edge of the first simplex: a factor of e^0.5 in each parameter.
const EDGE: f64 = 0.5;

type State = IterState<Vec<f64>, Vec<f64>, (), Vec<Vec<f64>>, (), f64>;

/// Climbs from a start by trust-region steps on the exact Hessian (argmin's, with Steihaug's subproblem) and says how many
/// it took; the best point is kept in the problem, whatever argmin says of its end.
pub(super) fn trust_region(problem: &MeanLikelihood<'_>, start: &[f64]) -> u64 {
    problem.allow(EVALUATIONS);
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

impl<'p> Solver<&'p MeanLikelihood<'p>, State> for Watched
where
    TrustRegion<Steihaug<Vec<f64>, f64>, f64>: Solver<&'p MeanLikelihood<'p>, State>,
{
    fn name(&self) -> &str {
        "trust region, watched"
    }

    fn init(
        &mut self,
        problem: &mut Problem<&'p MeanLikelihood<'p>>,
        state: State,
    ) -> Result<(State, Option<KV>), ArgminError> {
        self.inner.init(problem, state)
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<&'p MeanLikelihood<'p>>,
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

/// Climbs by L-BFGS with backtracking (Armijo): for where the Hessian misleads. argmin's Moré-Thuente search does not end
/// where a trial point is not finite.
pub(super) fn quasi_newton(problem: &MeanLikelihood<'_>, start: &[f64]) {
    problem.allow(FALL_BACK);
    let Ok(search) =
        ArmijoCondition::new(1e-4).and_then(|armijo| BacktrackingLineSearch::new(armijo).rho(0.5))
    else {
        return; // both constants are in range
    };
    let solver = LBFGS::new(search, MEMORY);
    let state = |state: IterState<Vec<f64>, Vec<f64>, (), (), (), f64>| {
        state.param(start.to_vec()).max_iters(FALL_BACK)
    };
    let end = Executor::new(problem, solver).configure(state).ctrlc(false).timer(false).run();
    drop(end);
}

/// Climbs by the simplex of Nelder & Mead (1965): asks for no derivative, so that nothing can mislead it.
pub(super) fn simplex(problem: &MeanLikelihood<'_>, start: &[f64]) {
    problem.allow(FALL_BACK);
    let corner = |moved: Option<usize>| {
        let at = |(i, p): (usize, &f64)| if moved == Some(i) { p - EDGE * p.signum() } else { *p };
        start.iter().enumerate().map(at).collect::<Vec<f64>>()
    };
    let corners = std::iter::once(None).chain((0..start.len()).map(Some)).map(corner).collect();
    let solver: NelderMead<Vec<f64>, f64> = NelderMead::new(corners);
    let state = |state: IterState<Vec<f64>, (), (), (), (), f64>| state.max_iters(FALL_BACK);
    let end = Executor::new(problem, solver).configure(state).ctrlc(false).timer(false).run();
    drop(end);
}
