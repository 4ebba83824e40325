//! Scores of two forecasts of the same customers.

use super::sum::sum;

/// The mean of some values; 0 of none.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len().max(1) as f64
}

/// By how much scores are behind the best ones on average, and the standard error of that: the two are paired.
#[must_use]
pub fn behind(best: &[f64], scores: &[f64]) -> (f64, f64) {
    let differences: Vec<f64> = best.iter().zip(scores).map(|(best, score)| best - score).collect();
    let (n, middle) = (differences.len() as f64, mean(&differences));
    let square = sum(differences.iter().map(|d| (d - middle).powi(2)));
    (middle, (square / (n - 1.0).max(1.0) / n).sqrt())
}
