//! The families of generalised linear models: how the variance goes with the mean.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::math::special::ln_gamma;
use crate::{Error, Result};

/// The largest linear predictor that is raised to a power of e: e^300 is larger than any count or sum of money.
const LARGEST: f64 = 300.0;

/// How what happens varies about its mean μ, Var y = φ V(μ); the mean is exp(η) (binomial: 1/(1 + e^−η), Gaussian: η) of the
/// linear predictor η = offset + b₀ + xᵀb.
///
/// McCullagh & Nelder (1989), *Generalized Linear Models*, ch. 2; Tweedie: Jørgensen (1997), *The Theory of Dispersion Models*, ch. 4.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Any y, V = 1, μ = η: least squares.
    Gaussian,
    /// y is 0 or 1 (or a share), V = μ(1 − μ), logit link.
    Binomial,
    /// y ≥ 0, V = μ: counts. Where they vary more than that, the mean is right all the same.
    Poisson,
    /// y > 0, V = μ²: the relative error is the same everywhere.
    Gamma,
    /// y ≥ 0 with an atom at 0, V = μ^p with 1 < p < 2: a Poisson number of gamma amounts.
    Tweedie(f64),
}

impl Family {
    /// Checks the power of Tweedie.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless 1 < p < 2.
    pub fn checked(self) -> Result<Self> {
        match self {
            Self::Tweedie(power) if !(power > 1.0 && power < 2.0) => Err(Error::Parameter {
                model: "Tweedie",
                name: "power",
                value: power,
                rule: "between 1 and 2 (1 is Poisson, 2 gamma)",
            }),
            _ => Ok(self),
        }
    }

    /// The mean at a linear predictor.
    #[must_use]
    pub fn mean(self, eta: f64) -> f64 {
        match self {
            Self::Gaussian => eta,
            // The branch that does not cancel for large |η| either way.
            Self::Binomial if eta >= 0.0 => 1.0 / (1.0 + (-eta).exp()),
            Self::Binomial => eta.exp() / (1.0 + eta.exp()),
            _ => eta.clamp(-LARGEST, LARGEST).exp(),
        }
    }

    /// The linear predictor of a mean.
    #[must_use]
    pub fn link(self, mean: f64) -> f64 {
        match self {
            Self::Gaussian => mean,
            Self::Binomial => (mean / (1.0 - mean)).ln(),
            _ => mean.ln(),
        }
    }

    /// V(μ).
    #[must_use]
    pub fn variance(self, mean: f64) -> f64 {
        match self {
            Self::Gaussian => 1.0,
            Self::Binomial => mean * (1.0 - mean),
            Self::Poisson => mean,
            Self::Gamma => mean * mean,
            Self::Tweedie(power) => mean.powf(power),
        }
    }

    /// Fisher's weight (dμ/dη)²/V(μ) of a row.
    #[must_use]
    pub fn information(self, mean: f64) -> f64 {
        match self {
            Self::Binomial => mean * (1.0 - mean),
            Self::Poisson => mean,
            Self::Gaussian | Self::Gamma => 1.0,
            Self::Tweedie(power) => mean.powf(2.0 - power),
        }
    }

    /// The slope of half the unit deviance with η, −(y − μ)(dμ/dη)/V(μ): what boosting and scoring step against.
    #[must_use]
    pub fn slope(self, y: f64, mean: f64) -> f64 {
        self.bend(y, mean).0
    }

    /// The curvature of half the unit deviance with η, as observed: never negative.
    #[must_use]
    pub fn curvature(self, y: f64, mean: f64) -> f64 {
        self.bend(y, mean).1
    }

    /// [`Family::slope`] and [`Family::curvature`] together: powers are what takes the time, and both have the same.
    #[must_use]
    pub fn bend(self, y: f64, mean: f64) -> (f64, f64) {
        match self {
            Self::Gaussian | Self::Binomial | Self::Poisson => (mean - y, self.information(mean)),
            Self::Gamma => (1.0 - y / mean, y / mean),
            Self::Tweedie(power) => {
                let powered = mean.powf(1.0 - power);
                // μ^(2−p) = μ μ^(1−p).
                ((mean - y) * powered, ((2.0 - power) * mean + (power - 1.0) * y) * powered)
            }
        }
    }

    /// The unit deviance d(y, μ) ≥ 0: twice what the log-likelihood lacks at μ to that at y (φ = 1).
    #[must_use]
    pub fn deviance(self, y: f64, mean: f64) -> f64 {
        self.deviance_with(self.of_target(y), y, mean)
    }

    /// What of the unit deviance is of y alone, for [`Family::deviance_with`]: y^(2−p)/((1−p)(2−p)) of Tweedie, 0 of the others.
    #[must_use]
    pub fn of_target(self, y: f64) -> f64 {
        match self {
            Self::Tweedie(p) if y != 0.0 => y.powf(2.0 - p) / ((1.0 - p) * (2.0 - p)),
            _ => 0.0,
        }
    }

    /// [`Family::deviance`] where `own` is what it has of y alone: known once for all steps of a fit.
    #[must_use]
    pub fn deviance_with(self, own: f64, y: f64, mean: f64) -> f64 {
        // y ln(y/μ), 0 at y = 0.
        let relative = |y: f64, mean: f64| if y == 0.0 { 0.0 } else { y * (y / mean).ln() };
        let deviance = match self {
            Self::Gaussian => (y - mean) * (y - mean),
            Self::Binomial => 2.0 * (relative(y, mean) + relative(1.0 - y, 1.0 - mean)),
            Self::Poisson => 2.0 * (relative(y, mean) - (y - mean)),
            Self::Gamma => 2.0 * ((y - mean) / mean - (y / mean).ln()),
            Self::Tweedie(p) => 2.0 * (own - (y / (1.0 - p) - mean / (2.0 - p)) * mean.powf(1.0 - p)),
        };
        deviance.max(0.0) // rounding
    }

    /// ln of the probability or density of y; `None` for Tweedie, which has no closed form. The dispersion is that of gamma.
    #[must_use]
    pub fn ln_likelihood(self, y: f64, mean: f64, dispersion: f64) -> Option<f64> {
        match self {
            Self::Gaussian => Some(
                -0.5 * ((y - mean) * (y - mean) / dispersion + (std::f64::consts::TAU * dispersion).ln()),
            ),
            Self::Binomial => Some(-0.5 * self.deviance(y, mean)),
            Self::Poisson => Some(if y == 0.0 { -mean } else { y * mean.ln() - mean - ln_gamma(y + 1.0) }),
            Self::Gamma => {
                let shape = 1.0 / dispersion;
                Some(shape * (shape * y / mean).ln() - shape * y / mean - y.ln() - ln_gamma(shape))
            }
            Self::Tweedie(_) => None,
        }
    }

    /// Whether the dispersion φ is estimated, and not 1 by what the family is.
    #[must_use]
    pub const fn is_dispersed(self) -> bool {
        matches!(self, Self::Gaussian | Self::Gamma | Self::Tweedie(_))
    }

    /// Refuses what cannot happen under the family.
    ///
    /// # Errors
    /// [`Error::Undefined`] with the row; or if all rows are 0 (binomial: all alike), when there is nothing to learn.
    pub fn check(self, y: &ndarray::Array1<f64>) -> Result<()> {
        let (allowed, rule): (fn(f64) -> bool, _) = match self {
            Self::Gaussian => return Ok(()),
            Self::Binomial => (|y| (0.0..=1.0).contains(&y), "from 0 to 1"),
            Self::Poisson | Self::Tweedie(_) => (|y| y >= 0.0, "0 or more"),
            Self::Gamma => (|y| y > 0.0, "more than 0"),
        };
        if let Some((row, value)) = y.iter().enumerate().find(|(_, value)| !allowed(**value)) {
            return Err(Error::Undefined(format!(
                "{self}: the target of row {} is {value}, but must be {rule}",
                row + 1
            )));
        }
        if y.iter().all(|&value| value == 0.0) {
            return Err(Error::Undefined(format!(
                "{self}: the target is 0 in all {} rows: there is nothing to learn",
                y.len()
            )));
        }
        if self == Self::Binomial && y.iter().all(|&value| value == 1.0) {
            return Err(Error::Undefined(format!(
                "{self}: the target is 1 in all {} rows: there is nothing to learn",
                y.len()
            )));
        }
        Ok(())
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gaussian => f.write_str("least squares"),
            Self::Binomial => f.write_str("logistic"),
            Self::Poisson => f.write_str("Poisson"),
            Self::Gamma => f.write_str("gamma"),
            Self::Tweedie(power) => write!(f, "Tweedie (power {power:.2})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Family; 5] =
        [Family::Gaussian, Family::Binomial, Family::Poisson, Family::Gamma, Family::Tweedie(1.4)];

    /// Slope and curvature are the derivatives of half the deviance.
    #[test]
    fn slopes_and_curvatures_are_derivatives_of_the_deviance() {
        for family in ALL {
            for (y, eta) in [(0.3, -0.7), (0.9, 0.4), (0.5, 1.1)] {
                let half = |eta: f64| 0.5 * family.deviance(y, family.mean(eta));
                let step = 1e-4;
                let slope = (half(eta + step) - half(eta - step)) / (2.0 * step);
                let bend = (half(eta + step) - 2.0 * half(eta) + half(eta - step)) / (step * step);
                let mean = family.mean(eta);
                assert!((slope - family.slope(y, mean)).abs() < 1e-7, "{family}: {slope}");
                assert!((bend - family.curvature(y, mean)).abs() < 1e-6, "{family}: {bend}");
            }
        }
    }

    #[test]
    fn means_and_links_undo_each_other_and_never_overflow() {
        for family in ALL {
            for eta in [-20.0, -1.0, 0.0, 3.0, 20.0] {
                assert!((family.link(family.mean(eta)) - eta).abs() < 1e-6, "{family} {eta}");
            }
            for eta in [-1e300, 1e300] {
                assert!(family.mean(eta).is_finite());
            }
        }
    }

    #[test]
    fn targets_that_cannot_happen_are_refused_with_their_row() {
        use ndarray::array;
        for (family, y, said) in [
            (Family::Gamma, array![1.0, 0.0], "row 2 is 0, but must be more than 0"),
            (Family::Poisson, array![-1.0, 2.0], "row 1 is -1"),
            (Family::Tweedie(1.5), array![0.0, 0.0], "0 in all 2 rows"),
            (Family::Binomial, array![1.0, 1.0], "1 in all 2 rows"),
            (Family::Binomial, array![1.0, 2.0], "from 0 to 1"),
        ] {
            let error = family.check(&y).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert!(Family::Tweedie(2.0).checked().is_err());
    }
}
