//! What a regression tells of each customer.

use ndarray::Array1;

use super::{Folds, Sample};
use crate::Result;

/// The mean of what each customer will do and, where the regression knows it, the probability that it is anything at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Means {
    /// Expected purchases, or their expected value: never negative.
    pub mean: Array1<f64>,
    /// P(any): `None` where the regression knows the mean alone.
    pub any: Option<Array1<f64>>,
}

impl Means {
    /// Without a probability.
    #[must_use]
    pub const fn alone(mean: Array1<f64>) -> Self {
        Self { mean, any: None }
    }

    /// Of counts: P(any) is at most the mean (Markov's inequality), whatever two models told apart.
    #[must_use]
    pub fn of_counts(mut self) -> Self {
        if let Some(any) = &mut self.any {
            any.zip_mut_with(&self.mean, |any, &mean| *any = any.min(mean));
        }
        self
    }

    /// Probability × mean where there is anything.
    #[must_use]
    pub fn product(any: Array1<f64>, much: &Array1<f64>) -> Self {
        Self { mean: &any * much, any: Some(any) }
    }
}

/// Tells every row by a fit to other customers: for each fold, `fit` learns from the rest and `tell` tells the fold.
///
/// # Errors
/// Those of `fit`.
pub(super) fn out_of_fold<F>(
    sample: &Sample,
    fit: impl Fn(&Sample) -> Result<F>,
    tell: impl Fn(&F, &Sample) -> Result<Means>,
) -> Result<Means> {
    let folds = Folds::of(sample, 5);
    let mut mean = Array1::from_elem(sample.rows(), sample.mean_target().max(0.0));
    let mut any: Option<Array1<f64>> = None;
    for fold in 0..folds.count() {
        let (inside, outside) = folds.split(fold);
        if inside.is_empty() || outside.is_empty() {
            continue;
        }
        let told = tell(&fit(&sample.picked(&inside))?, &sample.picked(&outside))?;
        for (&row, &value) in outside.iter().zip(&told.mean) {
            mean[row] = value;
        }
        if let Some(part) = told.any {
            let all = any.get_or_insert_with(|| Array1::zeros(sample.rows()));
            for (&row, &value) in outside.iter().zip(&part) {
                all[row] = value;
            }
        }
    }
    Ok(Means { mean, any })
}
