//! Draws of the parameters: what a report says of them, and which are kept.

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::model::Parametric;

/// So many draws are kept in a fit and in a model file: a quantile at 5 % of them has a standard error of 1.1 %. Of more,
/// every k-th, so that all chains count alike.
pub const KEPT: usize = 400;
/// Significant digits of a draw that is kept: its distance to the next draw is in the first.
const DIGITS: usize = 9;

/// How the draws of the parameters were made, and what they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawsReport {
    /// How many draws the figures below are of; at most 400 of them, evenly taken, are kept.
    pub draws: u64,
    /// Of a bootstrap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refits: Option<RefitsReport>,
    /// Of a sampler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chains: Option<ChainsReport>,
    /// What they say of each parameter.
    pub parameters: Vec<ParameterDrawn>,
}

/// How the refits of a bootstrap went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefitsReport {
    /// Refits that ended on the border of the search, a ridge; they count as draws.
    pub at_border: u64,
    /// Refits that did not converge; they do not.
    pub failed: u64,
}

/// How the chains of a sampler went. [`crate::fit::diagnostics`] says what R-hat and effective numbers are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainsReport {
    /// How many chains.
    pub chains: u32,
    /// Steps of each before the draws.
    pub tune: u32,
    /// Draws whose trajectory diverged.
    pub divergences: u64,
    /// Evaluations of the gradient, all in all.
    pub gradients: u64,
    /// R-hat of each parameter.
    pub r_hat: Vec<f64>,
    /// The effective number of draws of each parameter.
    pub effective: Vec<f64>,
}

/// What the draws say of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParameterDrawn {
    /// Its name.
    pub name: String,
    /// The standard deviation of the draws.
    pub sd: f64,
    /// Their 5 % quantile.
    pub lower: f64,
    /// Their median.
    pub median: f64,
    /// Their 95 % quantile.
    pub upper: f64,
}

impl DrawsReport {
    pub(super) const fn of_refits(draws: usize, refits: RefitsReport) -> Self {
        Self { draws: draws as u64, refits: Some(refits), chains: None, parameters: Vec::new() }
    }

    pub(super) const fn of_chains(draws: usize, chains: ChainsReport) -> Self {
        Self { draws: draws as u64, refits: None, chains: Some(chains), parameters: Vec::new() }
    }
}

/// What the draws say of each parameter, in the units of the draws.
pub(super) fn parameters_drawn<M: Parametric>(draws: &[M]) -> Vec<ParameterDrawn> {
    let Some(first) = draws.first() else { return Vec::new() };
    let rows: Vec<Vec<f64>> = draws.iter().map(Parametric::parameters).collect();
    let one = |(at, name): (usize, String)| {
        let mut values: Vec<f64> = rows.iter().map(|row| row[at]).collect();
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let at = |p: f64| values[((n - 1.0) * p).round() as usize];
        let sd = (square / (n - 1.0).max(1.0)).sqrt();
        ParameterDrawn { name, sd, lower: at(0.05), median: at(0.5), upper: at(0.95) }
    };
    first.names().into_iter().enumerate().map(one).collect()
}

/// At most [`KEPT`] of the draws, evenly taken, rounded so that they are short in a file and the same when read.
///
/// # Errors
/// [`crate::Error::Parameter`] if a rounded draw were no model.
pub(super) fn thinned<M: Parametric>(draws: &[M]) -> Result<Vec<M>> {
    let kept = draws.len().min(KEPT);
    let every = (0..kept).map(|at| &draws[at * draws.len() / kept]);
    every
        .map(|draw| draw.with_parameters(&draw.parameters().into_iter().map(rounded).collect::<Vec<_>>()))
        .collect()
}

fn rounded(value: f64) -> f64 {
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}
