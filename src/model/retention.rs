//! What a model of subscriptions must state: how likely the next renewal is, after so many.

use super::forward::parametric_of_any;
use super::kernel::{Derivatives, Likelihood, Weighted};
use super::{Bdw, Sbg};
use crate::features::Tenure;
use crate::{Error, Result};

/// A model of how long a subscription lasts: T, the number of the renewal that is declined, with S(t) = P(T > t).
pub trait RetentionModel: Likelihood<Row = Tenure> {
    /// The chance of the next renewal after t of them: r(t) = S(t+1)/S(t).
    fn renewal(&self, t: u32) -> f64;

    /// S(t), to full relative accuracy.
    fn survival(&self, t: u32) -> f64;

    /// Discounted expected residual lifetime of a subscriber after t renewals, as it stands immediately before the next: every renewal
    /// to come counts 1, the next one undiscounted, each later one less by e^(−rate) a period:
    ///
    /// ```text
    /// DERL = Σ_{k≥1} S(t+k)/S(t) e^(−rate (k−1))
    /// ```
    ///
    /// Fader & Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity", Marketing
    /// Science 29(1), 85–93. `rate` is compounded continuously, per period.
    ///
    /// # Errors
    /// [`Error::Usage`] unless the rate is positive; [`Error::Undefined`] if it is so small that the sum does not end.
    fn derl(&self, t: u32, rate: f64) -> Result<f64> {
        const TERMS: u32 = 5_000_000;
        positive(rate)?;
        let z = (-rate).exp();
        let (mut term, mut sum) = (1.0 / z, 0.0);
        for k in 0..TERMS {
            term *= z * self.renewal(t.saturating_add(k));
            sum += term;
            // What is left is at most a geometric series of the discount factor.
            if term * z <= 1e-15 * sum * (-(-rate).exp_m1()) {
                return Ok(sum);
            }
        }
        Err(Error::Undefined(format!(
            "the residual lifetime at a rate of {rate} a period does not converge; take a higher one"
        )))
    }

    /// How likely each further renewal is after t: S(t+k)/S(t) for k = 1 to `periods`.
    fn onwards(&self, t: u32, periods: u32) -> Vec<f64> {
        let mut there = 1.0;
        (0..periods)
            .map(|k| {
                there *= self.renewal(t.saturating_add(k));
                there
            })
            .collect()
    }

    /// Parameters to start the climb from.
    fn starts(&self) -> Vec<Vec<f64>>;

    /// The ridges on which a fit may lie, in words; asked where the likelihood is found to be flat.
    fn ridges(&self) -> Vec<&'static str>;
}

pub(super) fn positive(rate: f64) -> Result<()> {
    if rate > 0.0 && rate.is_finite() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "the discount rate is {rate} a period, but must be positive: without discounting the residual lifetime may be infinite"
    )))
}

/// Everyone has the same churn.
pub(super) const ALIKE: &str = "subscribers do not differ in their churn, as far as these data go: only the mean churn \
     alpha/(alpha+beta) is determined, not alpha and beta. Retention that rises with tenure is then not seen";
/// Nothing but extremes.
pub(super) const EXTREMES: &str = "subscribers decline either their first renewal or none, as far as these data go: alpha and beta \
     are at the border. The history may be too short";
/// Nobody leaves.
pub(super) const NOBODY_LEAVES: &str = "hardly anybody is seen to leave: churn is at the border, and survival beyond the data a guess. A \
     longer history would show it";

/// Any model of subscriptions.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // the variants are the models
pub enum AnyRetentionModel {
    Sbg(Sbg),
    Bdw(Bdw),
}

/// The same of the model inside.
macro_rules! inside {
    ($any:expr, $model:ident => $answer:expr) => {
        match $any {
            AnyRetentionModel::Sbg($model) => $answer,
            AnyRetentionModel::Bdw($model) => $answer,
        }
    };
}

impl AnyRetentionModel {
    /// Identifier, usual name and one line of each model, in the order in which they are shown.
    pub const ALL: [(&'static str, &'static str, &'static str); 2] =
        [(Sbg::ID, Sbg::NAME, Sbg::ABOUT), (Bdw::ID, Bdw::NAME, Bdw::ABOUT)];

    /// The model to start from that has this identifier, if there is one.
    #[must_use]
    pub fn template(id: &str) -> Option<Self> {
        match id {
            Sbg::ID => Some(Self::Sbg(Sbg::template())),
            Bdw::ID => Some(Self::Bdw(Bdw::template())),
            _ => None,
        }
    }
}

parametric_of_any!(AnyRetentionModel { Sbg, Bdw });

impl Likelihood for AnyRetentionModel {
    type Row = Tenure;

    fn ln_likelihood(&self, row: &Tenure) -> f64 {
        inside!(self, model => model.ln_likelihood(row))
    }

    fn derivatives(&self, rows: &[Weighted<Tenure>]) -> Derivatives {
        inside!(self, model => model.derivatives(rows))
    }
}

impl RetentionModel for AnyRetentionModel {
    fn renewal(&self, t: u32) -> f64 {
        inside!(self, model => model.renewal(t))
    }

    fn survival(&self, t: u32) -> f64 {
        inside!(self, model => model.survival(t))
    }

    fn derl(&self, t: u32, rate: f64) -> Result<f64> {
        inside!(self, model => model.derl(t, rate))
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        inside!(self, model => model.starts())
    }

    fn ridges(&self) -> Vec<&'static str> {
        inside!(self, model => model.ridges())
    }
}
