//! Where all roads to a forecast meet: what learns from a past, and what it then predicts.

use super::{Forecast, LogScores};
use crate::Result;
use crate::features::{Customers, Past};
use crate::units::{Periods, Share};

/// A way to forecast, not yet fitted: a model with its fit, a regression, or a naive rule.
pub trait Estimator: Sync {
    /// Its identifier on the command line and in tables: `bg-nbd`, `naive-rate`.
    fn id(&self) -> &str;

    /// Whether the customers must tell of the logarithms of values ([`Past::telling_logs`]).
    fn needs_logs(&self) -> bool {
        false
    }

    /// Learns from a past and from nothing else. `customers` is the table of that past, made once for all estimators:
    /// `past.customers(unit)`.
    ///
    /// # Errors
    /// [`crate::Error::Fit`] or [`crate::Error::Undefined`] if this past does not determine it.
    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>>;
}

/// A way to forecast, fitted.
pub trait Predictor: Sync {
    /// The identifier of the [`Estimator`] it comes from.
    fn id(&self) -> &str;

    /// What should be known before its numbers are used, in words.
    fn warnings(&self) -> &[String];

    /// What each customer will do in the horizon: plain sums of revenue, with one interval a level.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a level of 1; [`crate::Error::Undefined`] where a number cannot be computed.
    fn forecast(&self, customers: &Customers, horizon: Periods, levels: &[Share]) -> Result<Forecast>;

    /// How probable it thought what then happened: purchases and (with money) their value, of each customer. `None` if it has
    /// no law to ask.
    ///
    /// # Errors
    /// As [`Predictor::forecast`].
    fn log_scores(
        &self,
        _customers: &Customers,
        _horizon: Periods,
        _happened: (&[u32], Option<&[f64]>),
    ) -> Result<Option<LogScores>> {
        Ok(None)
    }
}
