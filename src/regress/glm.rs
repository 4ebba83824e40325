//! Generalised linear models, by iteratively reweighted least squares.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::ols::{INTERCEPT, inverse, linear, named};
use super::standard::{along, gram};
use super::{Coefficient, Family, Sample, Standard};
use crate::math::matrix;
use crate::math::sum::sum;
use crate::{Error, Result};

/// Steps, and halvings of one step, after which it is said not to have converged. Ordinary data take 5 to 8 steps.
const STEPS: usize = 100;
const HALVINGS: usize = 40;

/// The steps end where the next one would change no standardised coefficient by more than this, and the objective not at all.
const SMALL: f64 = 1e-10;

/// From this standardised coefficient on a fit is taken to run away: a column, or several together, tell some rows' outcome
/// for certain.
const AWAY: f64 = 25.0;

/// The ridge that holds such a fit.
const HOLDING: f64 = 1e-4;

/// A generalised linear model: g(E y) = offset + b₀ + xᵀb, by iteratively reweighted least squares (Nelder & Wedderburn 1972, JRSS A 135,
/// 370–384; weights as observed, so that every family converges quadratically), steps halved until the deviance falls.
///
/// With a ridge α it minimises `½ mean(d) + ½ α Σ b²` over the coefficients of standardised columns (scikit-learn's objective); the constant
/// is free.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glm {
    family: Family,
    ridge: f64,
    forgiving: bool,
}

/// A generalised linear model, fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedGlm {
    /// The family.
    pub family: Family,
    /// The constant.
    pub intercept: Coefficient,
    /// A coefficient a column.
    pub coefficients: Vec<Coefficient>,
    /// φ: 1 for binomial and Poisson, otherwise Pearson's Σ w(y − μ)²/V(μ)/(n − p − 1).
    pub dispersion: f64,
    /// Pearson's figure for every family: more than 1 in a Poisson model says that counts vary more than it thinks.
    pub pearson: f64,
    /// Σ w d(y, μ).
    pub deviance: f64,
    /// The same where all had one mean (times their exposure).
    pub null_deviance: f64,
    /// 2(p + 1) − 2 ln L; `None` for Tweedie, and with a ridge.
    pub aic: Option<f64>,
    /// The ridge α.
    pub ridge: f64,
    /// How many steps it took.
    pub steps: usize,
    /// What should be known, in words: columns left out, a ridge that was needed.
    pub notes: Vec<String>,
}

/// Where the steps are: on standardised columns, the constant first.
struct State {
    b: Vec<f64>,
    eta: Array1<f64>,
    mean: Array1<f64>,
    objective: f64,
}

impl Glm {
    /// Without a ridge; refuses constant and collinear columns.
    #[must_use]
    pub const fn new(family: Family) -> Self {
        Self { family, ridge: 0.0, forgiving: false }
    }

    /// With a ridge α ≥ 0.
    #[must_use]
    pub const fn ridge(self, ridge: f64) -> Self {
        Self { ridge, ..self }
    }

    /// Leaves constant and collinear columns out (their coefficient is 0), and says so.
    #[must_use]
    pub const fn forgiving(self) -> Self {
        Self { forgiving: true, ..self }
    }

    /// Fits it. Where coefficients run away (rows are separated), it is fitted again with a small ridge, and a note says so.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a wrong power or ridge; [`Error::Undefined`] as [`Family::check`] and [`Standard::refuse`], and if it
    /// does not converge.
    pub fn fit_sample(&self, sample: &Sample) -> Result<FittedGlm> {
        self.family.checked()?;
        if !(self.ridge >= 0.0 && self.ridge.is_finite()) {
            let (name, value) = ("ridge", self.ridge);
            return Err(Error::Parameter { model: "GLM", name, value, rule: "finite and not negative" });
        }
        self.family.check(sample.y())?;
        let (standard, z) = Standard::of(sample);
        if !self.forgiving {
            standard.refuse(sample)?;
        }
        let own = owns(self.family, sample);
        let task = Task { glm: self, sample, own: &own, z: &z, ridge: self.ridge };
        if let Some((state, steps)) = task.climb() {
            return task.told(&standard, &state, steps);
        }
        let ridge = self.ridge.max(HOLDING);
        let held = Task { ridge, ..task };
        let (state, steps) = held.climb().ok_or_else(|| {
            Error::Undefined(format!(
                "{}: the fit did not converge in {STEPS} steps, not even with a ridge of {ridge}; use fewer columns, or a \
                 stronger ridge",
                self.family
            ))
        })?;
        let mut fitted = held.told(&standard, &state, steps)?;
        fitted.notes.push(format!(
            "coefficients of the {} model ran away, as columns tell the outcome of some customers for certain; a ridge of \
             {ridge} on the standardised columns holds them",
            self.family
        ));
        Ok(fitted)
    }
}

struct Task<'a> {
    glm: &'a Glm,
    sample: &'a Sample,
    /// What the deviances of targets have of them alone.
    own: &'a [f64],
    z: &'a Array2<f64>,
    ridge: f64,
}

impl Task<'_> {
    /// From one mean for all to the minimum; `None` if it is not reached.
    fn climb(&self) -> Option<(State, usize)> {
        let mut b = vec![0.0; self.z.ncols() + 1];
        b[0] = self.level();
        self.climb_from(b, SMALL)
    }

    /// From coefficients to the minimum: until a step is not larger than `small`.
    fn climb_from(&self, b: Vec<f64>, small: f64) -> Option<(State, usize)> {
        let mut state = self.at(b)?;
        for step in 1..=STEPS {
            let towards = self.step(&state)?;
            let (next, share) = self.halved(&state, &towards)?;
            let moved = towards.iter().fold(0.0f64, |most, step| most.max((share * step).abs()));
            let fell = state.objective - next.objective;
            state = next;
            if state.b[1..].iter().any(|b| b.abs() > AWAY) {
                return None;
            }
            if moved <= small || (moved <= 1e-8 && fell <= 1e-15 * state.objective.abs()) {
                return Some((state, step));
            }
        }
        None
    }

    /// The constant of a model without columns: exact for Poisson and gamma without, and a good start with an offset.
    fn level(&self) -> f64 {
        let family = self.glm.family;
        if family == Family::Binomial || !self.sample.has_offset() {
            return family.link(self.sample.mean_target());
        }
        let exposed =
            (0..self.sample.rows()).map(|row| self.sample.weight(row) * family.mean(self.sample.offset(row)));
        (self.sample.mean_target() * self.sample.total_weight() / sum(exposed)).ln()
    }

    /// Means and objective at some coefficients; `None` if they are not finite.
    fn at(&self, b: Vec<f64>) -> Option<State> {
        let mut eta = along(self.z, &b[1..]);
        eta.iter_mut().enumerate().for_each(|(row, eta)| *eta += b[0] + self.sample.offset(row));
        let mean = eta.mapv(|eta| self.glm.family.mean(eta));
        let slopes = ArrayView1::from(&b[1..]);
        let penalty = self.ridge * slopes.dot(&slopes) * self.sample.total_weight();
        let objective = self.deviance(&mean) + penalty;
        objective.is_finite().then_some(State { b, eta, mean, objective })
    }

    fn deviance(&self, mean: &Array1<f64>) -> f64 {
        let (family, y) = (self.glm.family, self.sample.y());
        let one = |row: usize| family.deviance_with(self.own[row], y[row], mean[row]);
        sum((0..y.len()).map(|row| self.sample.weight(row) * one(row)))
    }

    /// XᵀWX + nα of constant and columns, and the score XᵀW(y − μ)/μ' − nαb. Weights are the curvatures as observed, by which steps
    /// converge quadratically, or as expected, which the standard errors are of.
    fn equations(&self, state: &State, observed: bool) -> (Vec<Vec<f64>>, Vec<f64>) {
        let (family, sample) = (self.glm.family, self.sample);
        let bend = |row: usize| {
            let (y, mean, weight) = (sample.y()[row], state.mean[row], sample.weight(row));
            let (slope, curvature) = family.bend(y, mean);
            (-weight * slope, weight * if observed { curvature } else { family.information(mean) })
        };
        let (slopes, weights): (Vec<f64>, Vec<f64>) = (0..sample.rows()).map(bend).unzip();
        let (slopes, weights) = (Array1::from(slopes), Array1::from(weights));
        let (inner, edge) = (gram(self.z, &weights), self.z.t().dot(&weights));
        let pull = self.ridge * sample.total_weight();
        let size = self.z.ncols() + 1;
        let entry = |i: usize, j: usize| match (i, j) {
            (0, 0) => weights.sum(),
            (0, k) | (k, 0) => edge[k - 1],
            _ => inner[(i - 1, j - 1)] + if i == j { pull } else { 0.0 },
        };
        let information = (0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect();
        let score = self.z.t().dot(&slopes);
        let score =
            (0..size).map(|i| if i == 0 { slopes.sum() } else { score[i - 1] - pull * state.b[i] }).collect();
        (information, score)
    }

    fn step(&self, state: &State) -> Option<Vec<f64>> {
        // Where few rows have a curvature worth naming, the expected one is safer.
        let solved = |observed| {
            let (information, score) = self.equations(state, observed);
            Some(matrix::solve(&matrix::cholesky(&information)?, &score))
        };
        let step = solved(true).or_else(|| solved(false))?;
        step.iter().all(|step| step.is_finite()).then_some(step)
    }

    /// The step, halved until the objective does not rise beyond rounding.
    fn halved(&self, state: &State, towards: &[f64]) -> Option<(State, f64)> {
        let mut share = 1.0;
        for _ in 0..HALVINGS {
            let b = state.b.iter().zip(towards).map(|(b, step)| b + share * step).collect();
            if let Some(next) = self.at(b)
                && next.objective <= state.objective + 1e-12 * state.objective.abs()
            {
                return Some((next, share));
            }
            share *= 0.5;
        }
        None
    }

    /// What is told of the minimum.
    fn told(&self, standard: &Standard, state: &State, steps: usize) -> Result<FittedGlm> {
        let (family, sample) = (self.glm.family, self.sample);
        let columns = standard.kept.len() as f64;
        let freedom = (sample.rows() as f64 - columns - 1.0).max(1.0);
        let pearson = (0..sample.rows()).map(|row| {
            let rest = sample.y()[row] - state.mean[row];
            sample.weight(row) * rest * rest / family.variance(state.mean[row])
        });
        let pearson = sum(pearson) / freedom;
        let dispersion = if family.is_dispersed() { pearson } else { 1.0 };
        let (information, _) = self.equations(state, false);
        let covariance: Vec<Vec<f64>> = inverse(&information)?
            .into_iter()
            .map(|row| row.into_iter().map(|v| v * dispersion).collect())
            .collect();
        let (intercept, b) = standard.back(state.b[0], &state.b[1..], sample.columns());
        let (error, errors) = standard.errors_back(&covariance, sample.columns());
        let ln_likelihood = |row: usize| {
            let one = family.ln_likelihood(sample.y()[row], state.mean[row], dispersion);
            one.map(|one| sample.weight(row) * one)
        };
        let ln_likelihood: Option<Vec<f64>> = (0..sample.rows()).map(ln_likelihood).collect();
        let aic =
            ln_likelihood.filter(|_| self.ridge == 0.0).map(|all| 2.0 * (columns + 1.0) - 2.0 * sum(all));
        let fitted = FittedGlm {
            family,
            intercept: Coefficient {
                name: INTERCEPT.to_owned(),
                estimate: intercept,
                standard_error: Some(error),
            },
            coefficients: named(sample.names(), &b, errors),
            dispersion,
            pearson,
            deviance: self.deviance(&state.mean),
            null_deviance: self.null_deviance(),
            aic,
            ridge: self.ridge,
            steps,
            notes: standard.remarks(),
        };
        let finite =
            state.eta.iter().all(|eta| eta.is_finite()) && fitted.deviance.is_finite() && pearson.is_finite();
        finite.then_some(fitted).ok_or_else(|| Error::Undefined(format!("{family}: the fit is not finite")))
    }

    /// The deviance of the model with offset and constant alone.
    fn null_deviance(&self) -> f64 {
        let alone = Array2::zeros((self.sample.rows(), 0));
        let task = Task { z: &alone, ridge: 0.0, ..*self };
        task.climb().map_or(f64::INFINITY, |(state, _)| state.objective)
    }
}

/// What the deviances of a sample's targets have of them alone.
fn owns(family: Family, sample: &Sample) -> Vec<f64> {
    sample.y().iter().map(|&y| family.of_target(y)).collect()
}

/// Fits of one sample with one ridge after the other, for their means alone: the columns are brought to one scale once, and each fit begins where the
/// one before it ended.
pub(super) struct Path<'a> {
    glm: Glm,
    sample: &'a Sample,
    own: Vec<f64>,
    standard: Standard,
    z: Array2<f64>,
    last: Option<Vec<f64>>,
}

/// The last step of a fit of a [`Path`] is not larger than this: as steps converge quadratically, η is right to its square.
const NEAR: f64 = 1e-6;

impl<'a> Path<'a> {
    /// Of a sample; columns that say nothing new are left out.
    ///
    /// # Errors
    /// As [`Family::check`].
    pub fn new(family: Family, sample: &'a Sample) -> Result<Self> {
        family.checked()?.check(sample.y())?;
        let (standard, z) = Standard::of(sample);
        Ok(Self { glm: Glm::new(family), sample, own: owns(family, sample), standard, z, last: None })
    }

    /// The constant and the coefficients with a ridge: those of [`Glm::fit_sample`], forgiving; `None` where that does not converge.
    pub fn fit(&mut self, ridge: f64) -> Option<(f64, Array1<f64>)> {
        let task = Task { glm: &self.glm, sample: self.sample, own: &self.own, z: &self.z, ridge };
        let begun = self.last.take().and_then(|b| task.climb_from(b, NEAR));
        let held = || Task { ridge: ridge.max(HOLDING), ..task }.climb();
        let (State { b, .. }, _) = begun.or_else(|| task.climb()).or_else(held)?;
        let told = self.standard.back(b[0], &b[1..], self.sample.columns());
        self.last = Some(b);
        Some(told)
    }
}

impl FittedGlm {
    /// η of each row, without an offset.
    #[must_use]
    pub fn linear(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        linear(&self.intercept, &self.coefficients, x)
    }

    /// The mean of each row, given what is added to its linear predictor.
    #[must_use]
    pub fn means(&self, x: &ArrayView2<'_, f64>, offset: Option<&Array1<f64>>) -> Array1<f64> {
        let mut eta = self.linear(x);
        if let Some(offset) = offset {
            eta += offset;
        }
        eta.mapv(|eta| self.family.mean(eta))
    }

    /// 1 − deviance/null deviance: the share of the deviance that the columns explain.
    #[must_use]
    pub fn explained(&self) -> f64 {
        if self.null_deviance > 0.0 { 1.0 - self.deviance / self.null_deviance } else { 0.0 }
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error> for Glm {
    type Object = FittedGlm;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedGlm> {
        self.fit_sample(&Sample::from_dataset(dataset)?)
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedGlm {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = self.means(&x.view(), None);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
