//! The elastic net: least squares with a penalty that sets coefficients to 0.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::ols::{INTERCEPT, linear, named};
use super::standard::weighted_gram;
use super::{Coefficient, Folds, Sample, Standard};
use crate::math::matrix;
use crate::math::sum::sum;
use crate::{Error, Result};

/// So many penalties are tried, each by this factor smaller than the one before, from the smallest at which nothing is left; that one is not among
/// them.
const PATH: usize = 12;
const FACTOR: f64 = 0.5;

/// When linfa's coordinate descent stops (relative change, and duality gap relative to Σ y²): finely for the coefficients, coarsely for the
/// errors that penalties are compared by.
const FINE: f64 = 1e-12;
const COARSE: f64 = 1e-5;
/// Of columns that tell nearly the same the descent takes many sweeps; more than these it is not given.
const SWEEPS: u32 = 30_000;

/// The elastic net (Zou & Hastie 2005, JRSS B 67, 301–320) on standardised columns z:
/// `Σ(y − b₀ − zᵀb)²/(2n) + penalty (share Σ|b| + ½ (1 − share) Σ b²)`, the constant free.
///
/// The descent is linfa's. Squares and products of the columns are all it needs to know of the rows: with RᵀR = ZᵀZ and
/// Rᵀc = Zᵀy the sum of squares is that of the square problem (R, c) and a constant, so that it is given this one, and a
/// penalty costs the same at a million rows as at a hundred.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ElasticNet {
    penalty: Option<f64>,
    share: f64,
}

/// An elastic net, fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedElasticNet {
    /// The constant.
    pub intercept: Coefficient,
    /// A coefficient a column, many of them 0; without standard errors.
    pub coefficients: Vec<Coefficient>,
    /// The penalty.
    pub penalty: f64,
    /// The share of the penalty that is on Σ|b|.
    pub share: f64,
    /// The penalties tried, each with the mean of its squared errors out of fold; empty where the penalty was given.
    pub tried: Vec<(f64, f64)>,
    /// What was left out, in words.
    pub notes: Vec<String>,
}

/// Rows brought down to what the descent needs: the square problem and what brings its coefficients back.
struct Square {
    standard: Standard,
    mean: f64,
    /// R, and c, scaled so that linfa's 1/(2 × rows of R) means 1/(2n).
    factor: Array2<f64>,
    right: Array1<f64>,
    /// max |Zᵀy|/n: above this penalty (times share) nothing is left.
    steepest: f64,
}

impl ElasticNet {
    /// The penalty chosen by grouped cross-validation over a short path; half of it on the absolute values.
    #[must_use]
    pub const fn new() -> Self {
        Self { penalty: None, share: 0.5 }
    }

    /// With a given penalty ≥ 0.
    #[must_use]
    pub const fn penalty(self, penalty: f64) -> Self {
        Self { penalty: Some(penalty), ..self }
    }

    /// With a given share of the penalty on the absolute values, above 0 up to 1 (the lasso).
    #[must_use]
    pub const fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }

    /// Fits it; weights of rows count.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a penalty or share out of range; [`Error::Undefined`] if the descent does not end.
    pub fn fit_sample(&self, sample: &Sample) -> Result<FittedElasticNet> {
        if !(self.share > 0.0 && self.share <= 1.0) {
            return Err(parameter("share", self.share, "above 0, up to 1"));
        }
        if let Some(value) = self.penalty.filter(|penalty| !(*penalty >= 0.0 && penalty.is_finite())) {
            return Err(parameter("penalty", value, "finite and not negative"));
        }
        let square = Square::of(sample)?;
        let tried = if self.penalty.is_some() { Vec::new() } else { self.path(sample, &square)? };
        let best = tried.iter().copied().reduce(|best, next| if next.1 < best.1 { next } else { best });
        let penalty = self.penalty.or(best.map(|best| best.0)).unwrap_or(0.0);
        // Where columns are nearly alike the last digits are out of reach, and of no consequence.
        let fine = square.descend(penalty, self.share, FINE);
        let b = fine.or_else(|_| square.descend(penalty, self.share, COARSE))?;
        let (intercept, b) = square.standard.back(square.mean, &b, sample.columns());
        let none = vec![None; sample.columns()];
        let intercept = Coefficient { name: INTERCEPT.to_owned(), estimate: intercept, standard_error: None };
        let coefficients = named(sample.names(), &b, none);
        let notes = square.standard.remarks();
        Ok(FittedElasticNet { intercept, coefficients, penalty, share: self.share, tried, notes })
    }

    /// The penalties of the path with their mean squared errors out of fold.
    fn path(&self, sample: &Sample, whole: &Square) -> Result<Vec<(f64, f64)>> {
        let largest = whole.steepest / self.share;
        if largest <= 0.0 {
            return Ok(Vec::new()); // the target is constant
        }
        let penalties: Vec<f64> = (1..=PATH).map(|at| largest * FACTOR.powi(at as i32)).collect();
        let (mut errors, mut weight) = (vec![0.0; PATH], 0.0);
        let folds = Folds::of(sample, 5);
        for fold in 0..folds.count() {
            let (inside, outside) = folds.ahead(fold);
            if inside.is_empty() || outside.is_empty() {
                continue;
            }
            let (square, held) = (Square::of(&sample.picked(&inside))?, sample.picked(&outside));
            weight += held.total_weight();
            for (error, &penalty) in errors.iter_mut().zip(&penalties) {
                let Ok(b) = square.descend(penalty, self.share, COARSE) else {
                    *error = f64::INFINITY; // nothing that is not reached can be chosen
                    continue;
                };
                let (intercept, b) = square.standard.back(square.mean, &b, sample.columns());
                let rest = held.y() - &(held.x().dot(&b) + intercept);
                *error += sum((0..held.rows()).map(|row| held.weight(row) * rest[row] * rest[row]));
            }
        }
        let weight = f64::max(weight, f64::MIN_POSITIVE);
        Ok(penalties.into_iter().zip(errors.into_iter().map(|error| error / weight)).collect())
    }
}

impl Default for ElasticNet {
    fn default() -> Self {
        Self::new()
    }
}

impl Square {
    fn of(sample: &Sample) -> Result<Self> {
        let (standard, z) = Standard::of(sample);
        let (mean, total) = (sample.mean_target(), sample.total_weight());
        let y: Array1<f64> = sample.y().mapv(|y| y - mean);
        let weighted: Array1<f64> = y.iter().enumerate().map(|(row, y)| sample.weight(row) * y).collect();
        let (products, right) = (weighted_gram(&z, sample) / total, z.t().dot(&weighted) / total);
        let size = right.len();
        let steepest = right.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let rows: Vec<Vec<f64>> = products.rows().into_iter().map(|row| row.to_vec()).collect();
        let lower = matrix::cholesky(&rows).ok_or_else(|| {
            Error::Undefined("the columns are too nearly collinear for an elastic net".to_owned())
        })?;
        // RᵀR = ZᵀZ/n and Rᵀc = Zᵀy/n; times the number of rows of R, which linfa divides by.
        let root = (size as f64).sqrt();
        let factor =
            Array2::from_shape_fn((size, size), |(i, j)| if i <= j { root * lower[j][i] } else { 0.0 });
        let right = matrix::solve_lower(&lower, &right.to_vec()).into_iter().map(|c| root * c).collect();
        Ok(Self { standard, mean, factor, right, steepest })
    }

    /// The coefficients of the standardised columns at a penalty.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the descent does not end.
    fn descend(&self, penalty: f64, share: f64, tolerance: f64) -> Result<Vec<f64>> {
        if self.right.iter().all(|&c| c == 0.0) || penalty * share >= self.steepest {
            return Ok(vec![0.0; self.right.len()]);
        }
        let data = DatasetBase::new(self.factor.view(), self.right.view());
        let fitted = linfa_elasticnet::ElasticNet::<f64>::params()
            .with_intercept(false)
            .penalty(penalty)
            .l1_ratio(share)
            .tolerance(tolerance)
            .max_iterations(SWEEPS)
            .fit(&data)
            .map_err(|e| Error::Undefined(format!("the elastic net cannot be fitted: {e}")))?;
        let b = fitted.hyperplane().to_vec();
        if fitted.n_steps() >= SWEEPS || b.iter().any(|b| !b.is_finite()) {
            return Err(Error::Undefined(format!(
                "the elastic net did not converge in {SWEEPS} sweeps at the penalty {penalty}; use a larger one"
            )));
        }
        Ok(b)
    }
}

fn parameter(name: &'static str, value: f64, rule: &'static str) -> Error {
    Error::Parameter { model: "elastic net", name, value, rule }
}

impl FittedElasticNet {
    /// ŷ of each row.
    #[must_use]
    pub fn predict_rows(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        linear(&self.intercept, &self.coefficients, x)
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error> for ElasticNet {
    type Object = FittedElasticNet;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedElasticNet> {
        self.fit_sample(&Sample::from_dataset(dataset)?)
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedElasticNet {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = self.predict_rows(&x.view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
