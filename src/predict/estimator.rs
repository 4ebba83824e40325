//! Where all roads to a forecast meet: what learns from a past, and what it then predicts.

use std::any::Any;
use std::ops::Range;

use super::law::{Laws, Meeting};
use super::{Forecast, Interval, TotalLaws, Totals, ValueForecast};
use crate::features::{Customers, Past};
use crate::model::AnyPurchaseModel;
use crate::progress::Progress;
use crate::units::{Periods, Share};
use crate::{Error, Result};

/// So many customers' laws are held at a time: where those of no two are the same, mixtures of seven forecasts and what they are mixed of take some 150 MB.
pub(crate) const LAWS: usize = 1 << 12;

/// Rows in parts of a size.
pub(crate) fn parts(count: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(size).map(move |start| start..count.min(start + size))
}

/// A way to forecast, not yet fitted: a model with its fit, a regression, or a naive rule.
pub trait Estimator: Sync {
    /// Its identifier on the command line and in tables: `bg-nbd`, `naive-rate`.
    fn id(&self) -> &str;

    /// Whether the customers must tell of the logarithms of values ([`Past::telling_logs`]).
    fn needs_logs(&self) -> bool {
        false
    }

    /// Whether its totals know trend and season of the shop ([`crate::predict::Tempo`]), and nothing of past errors: what learns a level of its own knows
    /// less of it at a past origin than now, and would be corrected twice.
    fn follows_tempo(&self) -> bool {
        false
    }

    /// Learns from a past and from nothing else. `customers` is the table of that past, made once for all estimators:
    /// `past.customers(unit)`.
    ///
    /// # Errors
    /// [`crate::Error::Fit`] or [`crate::Error::Undefined`] if this past does not determine it.
    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>>;

    /// The same, telling how far it is: as many steps as [`Estimator::steps`] at most.
    ///
    /// # Errors
    /// As [`Estimator::fit`]; [`crate::Error::Interrupted`].
    fn fit_watched(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        progress: &dyn Progress,
    ) -> Result<Box<dyn Predictor>> {
        progress.check()?;
        self.fit(past, customers)
    }

    /// How many steps a fit has.
    fn steps(&self) -> u64 {
        1
    }

    /// It will not soon be fitted to this past again: what it keeps of it, to share it with others, may go.
    fn forget(&self, _past: &Past<'_>) {}
}

/// Whom a forecast is for: the table, and the past that it is a table of, where there is one. A table read from a file has no
/// orders behind it, which suffices for probabilistic models and not for regressions.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The customers.
    pub customers: &'a Customers,
    /// Their orders.
    pub past: Option<&'a Past<'a>>,
    /// Which customers of the orders the rows are, by their numbers in [`crate::orders::Orders`]; `None` if they are all of the past, in order.
    pub who: Option<&'a [u32]>,
}

impl<'a> View<'a> {
    /// Of a past: `customers` is its table.
    #[must_use]
    pub const fn of(past: &'a Past<'a>, customers: &'a Customers) -> Self {
        Self { customers, past: Some(past), who: None }
    }
}

impl<'a> View<'a> {
    /// Of some customers of a past, by their numbers in its orders: `customers` is their table.
    #[must_use]
    pub const fn of_some(past: &'a Past<'a>, customers: &'a Customers, who: &'a [u32]) -> Self {
        Self { customers, past: Some(past), who: Some(who) }
    }
}

impl<'a> From<&'a Customers> for View<'a> {
    fn from(customers: &'a Customers) -> Self {
        Self { customers, past: None, who: None }
    }
}

/// A way to forecast, fitted. What is asked of a forecast follows from its laws; a predictor that knows a shorter way to an answer
/// gives it itself.
pub trait Predictor: Send + Sync {
    /// The identifier of the [`Estimator`] it comes from.
    fn id(&self) -> &str;

    /// What should be known before its numbers are used, in words.
    fn warnings(&self) -> &[String];

    /// The model of purchases inside, where there is one that is the same for all customers: it tells of new customers, and so of the
    /// whole history of those known.
    fn purchase_model(&self) -> Option<&AnyPurchaseModel> {
        None
    }

    /// Whether the customers must tell of the logarithms of values ([`Past::telling_logs`]), as in [`Estimator::needs_logs`].
    fn needs_logs(&self) -> bool {
        false
    }

    /// What of it can be kept in a file, by its own type; `None` if nothing.
    fn kept(&self) -> Option<&dyn Any> {
        None
    }

    /// The same, given away.
    fn into_kept(self: Box<Self>) -> Option<Box<dyn Any>> {
        None
    }

    /// The predictive laws of some rows of the table: of how many purchases each customer will make in the horizon, and of what they will
    /// spend, as plain sums of revenue.
    ///
    /// # Errors
    /// [`crate::Error::Undefined`] where a number cannot be computed; [`crate::Error::Usage`] if the view or the horizon is not one that it was
    /// trained for.
    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws>;

    /// What each customer will do in the horizon: plain sums of revenue, with one interval a level.
    ///
    /// # Errors
    /// [`crate::Error::Usage`] for a level of 1; as [`Predictor::laws`].
    fn forecast(&self, view: View<'_>, horizon: Periods, levels: &[Share]) -> Result<Forecast> {
        if levels.iter().any(|level| level.get() >= 1.0) {
            return Err(Error::usage("an interval of level 1 is the whole range; use for instance 0.9"));
        }
        let count = view.customers.len();
        let mut all: Option<Forecast> = None;
        for rows in parts(count, LAWS) {
            let part = forecast_of(&self.laws(view, rows, horizon)?, levels);
            match &mut all {
                None => all = Some(part),
                Some(all) => all.append(part),
            }
        }
        Ok(all.unwrap_or_else(|| Forecast::with_capacity(levels, view.customers.has_money(), 0)))
    }

    /// The laws of what all customers of the table do together, `forecast` being what it said of each of them over this horizon. By
    /// themselves laws of customers tell of their luck alone, as if the forecast were sure. `None` of a forecast that claims no law of a total.
    fn totals(&self, view: View<'_>, _horizon: Periods, forecast: &Forecast) -> Option<TotalLaws> {
        Some(TotalLaws::by_luck(&Totals::of(view.customers, forecast), forecast.value.is_some()))
    }

    /// How its laws met what then happened: how often each customer bought and (with money) for how much.
    ///
    /// # Errors
    /// As [`Predictor::laws`].
    fn met(&self, view: View<'_>, horizon: Periods, happened: (&[u32], Option<&[f64]>)) -> Result<Meeting> {
        let mut all = Meeting::default();
        for rows in parts(view.customers.len(), LAWS) {
            all.append(Meeting::of(&self.laws(view, rows.clone(), horizon)?, rows, happened));
        }
        Ok(all)
    }
}

/// The forecast that laws make.
#[must_use]
pub fn forecast_of(laws: &Laws, levels: &[Share]) -> Forecast {
    let mut forecast = Forecast::with_capacity(levels, laws.value.is_some(), laws.len());
    forecast.p_alive.clone_from(&laws.p_alive);
    for law in &laws.purchases {
        forecast.expected_purchases.push(law.mean());
        forecast.purchases_variance.push(law.variance());
        forecast.p_no_purchase.push(law.p_none());
        forecast.purchases_median.push(law.quantile(0.5) as f64);
        for interval in &mut forecast.purchases {
            let (lower, upper) = law.interval(interval.level);
            interval.push(lower as f64, upper as f64);
        }
    }
    if let (Some(value), Some(amounts)) = (&mut forecast.value, &laws.value) {
        for (law, purchases) in amounts.iter().zip(&laws.purchases) {
            push_value(value, law, purchases.mean());
        }
    }
    forecast
}

fn push_value(value: &mut ValueForecast, law: &super::AmountLaw, purchases: f64) {
    let each = law.mean().filter(|_| purchases > 0.0).map(|mean| mean / purchases);
    value.expected_order_value.push(each);
    value.expected.push(law.mean());
    value.variance.push(law.variance());
    value.median.push(law.quantile(0.5));
    for interval in &mut value.intervals {
        let (lower, upper) = law.interval(interval.level);
        interval.push(lower, upper);
    }
}

impl Interval {
    fn push(&mut self, lower: f64, upper: f64) {
        self.lower.push(lower);
        self.upper.push(upper);
    }
}
