//! How sure the parameters are.

use serde::{Deserialize, Serialize};

use super::matrix;

/// Uncertainty of the parameters: normal in their logs, by the curvature of the log-likelihood at its maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// Standard errors of the parameters themselves, by the delta method: θ_i times that of ln θ_i.
    pub standard_errors: Vec<f64>,
    /// The covariance matrix of the LOG-parameters, in the model's order.
    pub covariance: Vec<Vec<f64>>,
}

impl Uncertainty {
    /// From the parameters and the negative Hessian of ln L in the log-parameters; `None` unless it is positive
    /// definite, that is, at a maximum in every direction.
    #[must_use]
    pub fn at(parameters: &[f64], information: &[Vec<f64>]) -> Option<Self> {
        let covariance = matrix::inverse(information)?;
        let standard_errors: Vec<f64> =
            parameters.iter().enumerate().map(|(i, theta)| theta * covariance[i][i].sqrt()).collect();
        standard_errors.iter().all(|e| e.is_finite()).then_some(Self { standard_errors, covariance })
    }

    /// The lower Cholesky factor L of the covariance of the log-parameters, for drawing: ln θ + L z.
    #[must_use]
    pub fn factor(&self) -> Option<Vec<Vec<f64>>> {
        matrix::cholesky(&self.covariance)
    }
}
