//! The function that is climbed.

use std::cell::{Cell, RefCell};

use argmin::core::{CostFunction, Error as ArgminError, Gradient, Hessian};

use super::BOX;
use crate::model::{Derivatives, Likelihood, Weighted};

/// Where the likelihood is not finite, the mean of −ln L is this.
const WALL: f64 = 1e30;

/// A function of the coordinates: the mean of ln L over customers with its derivatives; `None` outside the parameters' ranges.
/// It has lost the name of its model, so that the optimisers are compiled once and not for each of them.
pub(super) type Mean<'a> = dyn Fn(&[f64]) -> Option<Derivatives> + 'a;

/// The mean of ln L of rows by a model.
pub(super) fn mean<'a, M: Likelihood>(
    template: &'a M,
    rows: &'a [Weighted<M::Row>],
) -> impl Fn(&[f64]) -> Option<Derivatives> + 'a {
    let customers: f64 = rows.iter().map(|row| row.count).sum();
    move |point| {
        let mut found = template.at_point(point).ok()?.derivatives(rows);
        found.value /= customers;
        found.gradient.iter_mut().for_each(|g| *g /= customers);
        found.hessian.iter_mut().flatten().for_each(|h| *h /= customers);
        Some(found)
    }
}

/// The mean of ln L over customers, with its last evaluation and its best point kept.
pub(super) struct MeanLikelihood<'a> {
    mean: &'a Mean<'a>,
    last: RefCell<Option<(Vec<f64>, Option<Derivatives>)>>,
    best: RefCell<Option<(Vec<f64>, Derivatives)>>,
    evaluations: Cell<u64>,
    /// A solver may ask so many times; then it is stopped with an error.
    allowed: Cell<u64>,
}

impl<'a> MeanLikelihood<'a> {
    pub(super) fn new(mean: &'a Mean<'a>) -> Self {
        Self {
            mean,
            last: RefCell::default(),
            best: RefCell::default(),
            evaluations: Cell::new(0),
            allowed: Cell::new(u64::MAX),
        }
    }

    /// How often the likelihood was evaluated.
    pub(super) fn evaluations(&self) -> u64 {
        self.evaluations.get()
    }

    /// Allows so many evaluations from now on.
    pub(super) fn allow(&self, evaluations: u64) {
        self.allowed.set(self.evaluations.get() + evaluations);
    }

    /// The best point so far, with what was found there.
    pub(super) fn best(&self) -> Option<(Vec<f64>, Derivatives)> {
        self.best.borrow().clone()
    }

    /// An error once the evaluations are used up.
    fn spend(&self) -> Result<(), ArgminError> {
        if self.evaluations.get() < self.allowed.get() {
            return Ok(());
        }
        Err(ArgminError::msg("the evaluations are used up"))
    }

    /// The mean of ln L and its derivatives; `None` where something is not finite.
    pub(super) fn at(&self, point: &[f64]) -> Option<Derivatives> {
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
        self.evaluations.set(self.evaluations.get() + 1);
        let inside: Vec<f64> = point.iter().map(|p| p.clamp(-BOX, BOX)).collect();
        let mut found = (self.mean)(&inside)?;
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

impl CostFunction for &MeanLikelihood<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Vec<f64>) -> Result<f64, ArgminError> {
        self.spend()?;
        Ok(self.at(point).map_or(WALL, |found| -found.value))
    }
}

impl Gradient for &MeanLikelihood<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, point: &Vec<f64>) -> Result<Vec<f64>, ArgminError> {
        // A point at the wall is never accepted; its gradient is asked for by nobody.
        Ok(self.at(point).map_or_else(|| vec![0.0; point.len()], |f| f.gradient.iter().map(|g| -g).collect()))
    }
}

impl Hessian for &MeanLikelihood<'_> {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;

    fn hessian(&self, point: &Vec<f64>) -> Result<Vec<Vec<f64>>, ArgminError> {
        Ok(self.at(point).map_or_else(
            || vec![vec![0.0; point.len()]; point.len()],
            |f| f.hessian.iter().map(|row| row.iter().map(|h| -h).collect()).collect(),
        ))
    }
}
