//! Ordinary least squares.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use linfa_linear::LinearRegression;
use ndarray::{Array1, ArrayBase, ArrayView2, Data, Ix2};
use serde::{Deserialize, Serialize};

use super::standard::weighted_gram;
use super::{Coefficient, Sample, Standard};
use crate::math::matrix;
use crate::{Error, Result};

/// Ordinary least squares: y = b₀ + xᵀb + ε. The coefficients are those of linfa's [`LinearRegression`] (by QR) on standardised
/// columns; what it does not look after is checked before, and its standard errors come from σ² (XᵀX)⁻¹ with
/// σ² = Σ(y − ŷ)²/(n − p − 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeastSquares {
    forgiving: bool,
}

/// Least squares, fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedLeastSquares {
    /// The constant.
    pub intercept: Coefficient,
    /// A coefficient a column.
    pub coefficients: Vec<Coefficient>,
    /// σ: the standard deviation of what is left.
    pub sigma: f64,
    /// 1 − Σ(y − ŷ)²/Σ(y − ȳ)²; 0 where y is constant.
    pub r_squared: f64,
    /// What was left out, in words.
    pub notes: Vec<String>,
}

impl LeastSquares {
    /// Refuses constant and collinear columns.
    #[must_use]
    pub const fn new() -> Self {
        Self { forgiving: false }
    }

    /// Leaves constant and collinear columns out (their coefficient is 0), and says so.
    #[must_use]
    pub const fn forgiving() -> Self {
        Self { forgiving: true }
    }

    /// Fits it, weights included: rows are then scaled by their square roots.
    ///
    /// # Errors
    /// [`Error::Undefined`] as [`Standard::refuse`], unless it is forgiving; or with fewer rows than coefficients.
    pub fn fit_sample(&self, sample: &Sample) -> Result<FittedLeastSquares> {
        let (standard, z) = Standard::of(sample);
        if !self.forgiving {
            standard.refuse(sample)?;
        }
        let freedom = sample.rows() as f64 - standard.kept.len() as f64 - 1.0;
        if freedom < 1.0 {
            return Err(Error::Undefined(format!(
                "{} rows do not determine {} coefficients and a constant",
                sample.rows(),
                standard.kept.len()
            )));
        }
        let mean = sample.mean_target();
        // Columns and target have (weighted) mean 0: the constant is the mean.
        let mut y = sample.y().mapv(|y| y - mean);
        let mut scaled = z.clone();
        if let Some(weights) = sample.weights() {
            let roots = weights.mapv(f64::sqrt);
            y *= &roots;
            scaled.rows_mut().into_iter().zip(&roots).for_each(|(mut row, &root)| row *= root);
        }
        let b = if standard.kept.is_empty() {
            Array1::zeros(0)
        } else {
            let data = DatasetBase::new(scaled.view(), y.view());
            let fitted = LinearRegression::new()
                .with_intercept(false)
                .fit(&data)
                .map_err(|e| Error::Fit(Box::new(e)))?;
            fitted.params().to_owned()
        };
        if b.iter().any(|b| !b.is_finite()) {
            return Err(Error::Undefined(
                "the least squares are not finite: columns are of too different sizes".to_owned(),
            ));
        }
        let rest = crate::math::sum::sum((&y - &scaled.dot(&b)).iter().map(|rest| rest * rest));
        let all = crate::math::sum::sum(y.iter().map(|y| y * y));
        let sigma = (rest / freedom).sqrt();
        let covariance = covariance(&weighted_gram(&z, sample), sample.total_weight(), sigma)?;
        let (intercept, b) = standard.back(mean, b.as_slice().unwrap_or(&[]), sample.columns());
        let (error, errors) = standard.errors_back(&covariance, sample.columns());
        Ok(FittedLeastSquares {
            intercept: Coefficient {
                name: INTERCEPT.to_owned(),
                estimate: intercept,
                standard_error: Some(error),
            },
            coefficients: named(sample.names(), &b, errors),
            sigma,
            r_squared: if all > 0.0 { 1.0 - rest / all } else { 0.0 },
            notes: standard.remarks(),
        })
    }
}

/// The name of the constant.
pub(super) const INTERCEPT: &str = "(intercept)";

/// The coefficients by their names.
pub(super) fn named(names: &[String], b: &Array1<f64>, errors: Vec<Option<f64>>) -> Vec<Coefficient> {
    let one = |((name, &estimate), standard_error): ((&String, &f64), Option<f64>)| Coefficient {
        name: name.clone(),
        estimate,
        standard_error,
    };
    names.iter().zip(b).zip(errors).map(one).collect()
}

/// intercept + xᵀb of each row.
pub(super) fn linear(
    intercept: &Coefficient,
    coefficients: &[Coefficient],
    x: &ArrayView2<'_, f64>,
) -> Array1<f64> {
    let b: Array1<f64> = coefficients.iter().map(|coefficient| coefficient.estimate).collect();
    x.dot(&b) + intercept.estimate
}

/// σ² (XᵀX)⁻¹ of the constant and of centred columns.
fn covariance(gram: &ndarray::Array2<f64>, total: f64, sigma: f64) -> Result<Vec<Vec<f64>>> {
    let size = gram.nrows() + 1;
    let information: Vec<Vec<f64>> = (0..size)
        .map(|i| {
            let at = |j: usize| match (i, j) {
                (0, 0) => total,
                (0, _) | (_, 0) => 0.0,
                _ => gram[(i - 1, j - 1)],
            };
            (0..size).map(at).collect()
        })
        .collect();
    let inverse = inverse(&information)?;
    Ok(inverse.into_iter().map(|row| row.into_iter().map(|v| v * sigma * sigma).collect()).collect())
}

/// The inverse of a positive definite matrix.
pub(super) fn inverse(m: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
    let factor = matrix::cholesky(m)
        .ok_or_else(|| Error::Undefined("the columns do not determine their coefficients".to_owned()))?;
    let unit = |at: usize| (0..m.len()).map(|i| f64::from(u8::from(i == at))).collect::<Vec<f64>>();
    Ok((0..m.len()).map(|at| matrix::solve(&factor, &unit(at))).collect())
}

impl FittedLeastSquares {
    /// ŷ of each row.
    #[must_use]
    pub fn predict_rows(&self, x: &ArrayView2<'_, f64>) -> Array1<f64> {
        linear(&self.intercept, &self.coefficients, x)
    }
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error> for LeastSquares {
    type Object = FittedLeastSquares;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedLeastSquares> {
        self.fit_sample(&Sample::from_dataset(dataset)?)
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedLeastSquares {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = self.predict_rows(&x.view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
