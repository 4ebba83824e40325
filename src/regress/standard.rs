//! Columns brought to one scale, and their coefficients brought back.

use ndarray::{Array1, Array2, ArrayView1, Axis};
use serde::{Deserialize, Serialize};

use super::Sample;
use crate::math::matrix;
use crate::{Error, Result};

/// A column of which less than this share of the variance is left when those before it are known says nothing new: its
/// coefficient would be rounding.
const ALIASED: f64 = 1e-9;

/// How columns are centred and scaled: (x − mean)/sd, with the weights of the rows.
///
/// Columns that are constant, or sums of multiples of earlier ones, are left out and named.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// Which columns are kept.
    pub kept: Vec<usize>,
    /// Their means.
    pub means: Vec<f64>,
    /// Their standard deviations.
    pub scales: Vec<f64>,
    /// The constant columns, by name.
    pub constant: Vec<String>,
    /// The columns that earlier ones determine, by name.
    pub aliased: Vec<String>,
}

/// A coefficient on the scale of its column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// The column.
    pub name: String,
    /// What the linear predictor gains by one unit of it.
    pub estimate: f64,
    /// Its standard error; `None` where the fit has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<f64>,
}

impl Standard {
    /// Of the columns of a sample, with those that are kept on the common scale.
    #[must_use]
    pub fn of(sample: &Sample) -> (Self, Array2<f64>) {
        let mut all = Self {
            kept: Vec::new(),
            means: Vec::new(),
            scales: Vec::new(),
            constant: Vec::new(),
            aliased: Vec::new(),
        };
        // Column by column: a sample of picked rows lies row by row.
        let places: Vec<usize> = (0..sample.columns()).collect();
        let mut z = sample.x().select(Axis(1), &places);
        for (at, mut column) in z.columns_mut().into_iter().enumerate() {
            let (mean, sd) = moments(sample, &column.view());
            // Below this the differences from the mean are rounding.
            if sd <= 1e-13 * mean.abs() || sd == 0.0 {
                all.constant.push(sample.names()[at].clone());
            } else {
                all.kept.push(at);
                all.means.push(mean);
                all.scales.push(sd);
                column.mapv_inplace(|value| (value - mean) / sd);
            }
        }
        if !all.constant.is_empty() {
            z = z.select(Axis(1), &all.kept);
        }
        all.without_aliases(sample, z)
    }

    /// Refuses to leave anything out of the sample that it is of.
    ///
    /// # Errors
    /// [`Error::Undefined`] with the names of constant and of collinear columns, or if there are not more rows than columns.
    pub fn refuse(&self, sample: &Sample) -> Result<()> {
        if sample.rows() <= sample.columns() {
            return Err(Error::Undefined(format!(
                "{} rows do not determine {} coefficients and a constant: more customers, or fewer columns, are needed",
                sample.rows(),
                sample.columns()
            )));
        }
        if !self.constant.is_empty() {
            return Err(Error::Undefined(format!(
                "constant columns have no coefficient beside the intercept: leave out {}",
                self.constant.join(", ")
            )));
        }
        if !self.aliased.is_empty() {
            return Err(Error::Undefined(format!(
                "columns are collinear, so that their coefficients are not determined: leave out {}",
                self.aliased.join(", ")
            )));
        }
        Ok(())
    }

    /// What was left out, in words.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let said = |names: &[String], why: &str| {
            (!names.is_empty()).then(|| format!("left out because {why}: {}", names.join(", ")))
        };
        let constant = said(&self.constant, "they are the same for everyone");
        let aliased = said(&self.aliased, "the columns before them determine them");
        constant.into_iter().chain(aliased).collect()
    }

    /// The intercept and the coefficients on the scale of the columns, from those on the common scale: one for every column of the
    /// sample, 0 for those left out.
    #[must_use]
    pub fn back(&self, intercept: f64, coefficients: &[f64], columns: usize) -> (f64, Array1<f64>) {
        let mut all = Array1::zeros(columns);
        let mut constant = crate::math::sum::Sum::default();
        constant.add(intercept);
        for (at, &column) in self.kept.iter().enumerate() {
            all[column] = coefficients[at] / self.scales[at];
            constant.add(-all[column] * self.means[at]);
        }
        (constant.value(), all)
    }

    /// The standard errors of intercept and coefficients on the scale of the columns, from the covariance on the common scale
    /// (the intercept first).
    #[must_use]
    pub fn errors_back(&self, covariance: &[Vec<f64>], columns: usize) -> (f64, Vec<Option<f64>>) {
        let mut all = vec![None; columns];
        // intercept = intercept' − Σ b' mean/scale: its variance is a quadratic form.
        let mut lever = vec![1.0];
        for (at, &column) in self.kept.iter().enumerate() {
            all[column] = Some(covariance[at + 1][at + 1].max(0.0).sqrt() / self.scales[at]);
            lever.push(-self.means[at] / self.scales[at]);
        }
        let variance: f64 = lever
            .iter()
            .zip(covariance)
            .map(|(left, row)| left * row.iter().zip(&lever).map(|(c, right)| c * right).sum::<f64>())
            .sum();
        (variance.max(0.0).sqrt(), all)
    }

    /// Leaves out what a Cholesky factor of the correlations finds to be determined by earlier columns, here and of the columns `z` on the common scale.
    fn without_aliases(mut self, sample: &Sample, z: Array2<f64>) -> (Self, Array2<f64>) {
        let correlations = weighted_gram(&z, sample) / sample.total_weight();
        let mut rows: Vec<Vec<f64>> = Vec::new(); // of the factor
        let mut new = Vec::new();
        for at in 0..self.kept.len() {
            let right: Vec<f64> = new.iter().map(|&earlier: &usize| correlations[(at, earlier)]).collect();
            let row = matrix::solve_lower(&rows, &right);
            let left = correlations[(at, at)] - row.iter().map(|l| l * l).sum::<f64>();
            if left > ALIASED {
                let mut row = row;
                row.push(left.sqrt());
                rows.push(row);
                new.push(at);
            } else {
                self.aliased.push(sample.names()[self.kept[at]].clone());
            }
        }
        if self.aliased.is_empty() {
            return (self, z);
        }
        self.kept = new.iter().map(|&at| self.kept[at]).collect();
        self.means = new.iter().map(|&at| self.means[at]).collect();
        self.scales = new.iter().map(|&at| self.scales[at]).collect();
        (self, z.select(Axis(1), &new))
    }
}

/// Zᵀ W Z with the weights of the sample.
pub(super) fn weighted_gram(z: &Array2<f64>, sample: &Sample) -> Array2<f64> {
    match sample.weights() {
        None => z.t().dot(z),
        Some(weights) => gram(z, weights),
    }
}

/// Zᵀ diag(w) Z.
pub(super) fn gram(z: &Array2<f64>, weights: &Array1<f64>) -> Array2<f64> {
    let mut weighted = z.clone();
    // What is on one scale lies column by column.
    for mut column in weighted.columns_mut() {
        column *= weights;
    }
    z.t().dot(&weighted)
}

/// Z b, column by column, as what is on one scale lies: a row reads from all over it.
pub(super) fn along(z: &Array2<f64>, b: &[f64]) -> Array1<f64> {
    let mut sums = Array1::zeros(z.nrows());
    for (column, &b) in z.columns().into_iter().zip(b) {
        sums.scaled_add(b, &column);
    }
    sums
}

/// Mean and standard deviation of a column, weighted, in two passes.
fn moments(sample: &Sample, values: &ArrayView1<'_, f64>) -> (f64, f64) {
    let total = sample.total_weight();
    let weighted = |of: &dyn Fn(f64) -> f64| {
        let one = |(row, &value): (usize, &f64)| sample.weight(row) * of(value);
        crate::math::sum::sum(values.iter().enumerate().map(one)) / total
    };
    let mean = weighted(&|value| value);
    let square = weighted(&|value| (value - mean) * (value - mean));
    (mean, square.sqrt())
}
