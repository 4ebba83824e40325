//! How a fit went, told so that a reader can judge it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::drawn::DrawsReport;
use super::method::MethodId;

/// How a climb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The gradient vanished: this is a maximum.
    Converged,
    /// A parameter ran to the edge of what is searched, and the likelihood rises no further inside: a ridge.
    Border,
    /// No step improves the likelihood any more, though the gradient is not small.
    Stalled,
    /// The number of evaluations that is allowed was used up.
    TooManyEvaluations,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Converged => "converged: the gradient vanished",
            Self::Border => "stopped at the edge of the search: the likelihood has no maximum inside it",
            Self::Stalled => "stalled: no step improves the likelihood, though its gradient is not small",
            Self::TooManyEvaluations => "gave up: too many evaluations",
        })
    }
}

/// The record of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitReport {
    /// The way of fitting.
    #[serde(default)]
    pub method: MethodId,
    /// How it ended.
    pub stop: Stop,
    /// The same in words.
    pub stopped: String,
    /// From how many points the climb began.
    pub starts: u32,
    /// Evaluations of the likelihood with its derivatives, over all starts.
    pub evaluations: u64,
    /// Steps taken from the best start.
    pub iterations: u64,
    /// The largest component of the gradient of the MEAN log-likelihood in the log-parameters, at the end.
    pub gradient: f64,
    /// The smallest eigenvalue of the negative Hessian of the MEAN log-likelihood in the log-parameters.
    pub smallest_curvature: f64,
    /// ln L at the end.
    pub ln_likelihood: f64,
    /// How many customers were fitted.
    pub customers: u64,
    /// How many distinct rows they made.
    pub distinct: u64,
    /// How many customers were left out of this fit, because the model cannot speak of them.
    pub left_out: u64,
    /// How the draws of the parameters were made; `None` for a method that makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draws: Option<DrawsReport>,
    /// The values of a setting among which the likelihood chose, in the order in which they were tried; empty where nothing
    /// was to be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
}

/// One value of a setting, and how well it fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The setting, for instance "k".
    pub setting: String,
    /// Its value.
    pub value: f64,
    /// ln L at the maximum with this value.
    pub ln_likelihood: f64,
}

/// A fit that did not converge: the error carries the record.
#[derive(Debug, Clone, PartialEq)]
pub struct NotConverged {
    /// The model, by its usual name.
    pub model: &'static str,
    /// What happened.
    pub report: FitReport,
}

impl fmt::Display for NotConverged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, report } = self;
        write!(
            f,
            "the {model} fit {} (gradient {:.1e} after {} evaluations from {} starts, {} customers)\n  \
             the data may be too few or too unlike the model; try a longer history, or see `ltv features` for odd rows",
            report.stopped, report.gradient, report.evaluations, report.starts, report.customers
        )
    }
}

impl std::error::Error for NotConverged {}
