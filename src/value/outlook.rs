//! What is expected of every customer over a horizon, with the variance that intervals of sums are made of.

use super::segments;
use crate::features::{Customers, Past};
use crate::fit::TrainedModel;
use crate::predict::{Forecaster, Question};
use crate::progress::Progress;
use crate::units::{AnnualRate, Horizon, Periods, Share};
use crate::{Error, Result};

/// So many customers are forecast at a time.
const PART: usize = 1 << 18;

/// What is asked of the future of a shop's customers.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    /// How far ahead, from the cut-off.
    pub horizon: Horizon,
    /// The part of an order's value that is earned; 1 for revenue.
    pub margin: Share,
    /// The yearly rate at which later value is discounted, if it is.
    pub discount: Option<AnnualRate>,
}

/// What is expected of every customer of a past; every column has one entry a row of the table.
#[derive(Debug, Clone)]
pub struct Outlook {
    /// Who, and what they did, in the model's unit.
    pub customers: Customers,
    /// The gap before each one's latest purchase, in that unit; 0 for one-time buyers.
    pub last_gaps: Vec<f64>,
    /// P(alive) at the cut-off.
    pub p_alive: Vec<f64>,
    /// Expected purchases in the horizon.
    pub purchases: Vec<f64>,
    /// The probability of no purchase in the horizon.
    pub p_none: Vec<f64>,
    /// Expected value in the horizon after margin and discount (expected purchases, where money is not modelled).
    pub expected: Vec<f64>,
    /// Variance of the same; `None` where it does not exist.
    pub variance: Vec<Option<f64>>,
    /// Whether it speaks of money.
    pub money: bool,
    /// The horizon in the model's unit.
    pub periods: Periods,
}

impl Outlook {
    /// Forecasts the customers of a past under a trained model, part by part. Without money in the orders, purchases alone.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model with covariates, or orders without what its model of spend needs; [`Error::Undefined`] where the mean value of
    /// an order does not exist (Gamma-Gamma: q below 1); [`Error::Interrupted`].
    pub fn of(
        trained: &TrainedModel,
        past: &Past<'_>,
        ahead: &Ahead,
        progress: &dyn Progress,
    ) -> Result<Self> {
        if trained.covariates.is_some() {
            return Err(Error::usage(
                "the model has covariates, whose file would be needed here too; use a model trained without --covariates, or the table that \
                 ltv score --covariates writes",
            ));
        }
        let grain = past.orders().options.grain;
        let cutoff = Some((grain, past.cutoff()));
        let periods = ahead.horizon.in_units(trained.unit, cutoff)?;
        let question = Question {
            discount: ahead.discount.map(|rate| rate.continuous(trained.unit)),
            margin: ahead.margin,
            ..Question::revenue(periods, &[])?
        };
        let customers = past.customers(trained.unit);
        let crowd = trained.anyone()?;
        let spend = crowd.spenders.as_ref().filter(|_| customers.has_money());
        let forecaster = Forecaster::new(&crowd.population, spend, question)?;
        let mut outlook = Self {
            last_gaps: segments::last_gaps(past, trained.unit),
            p_alive: Vec::with_capacity(customers.len()),
            purchases: Vec::with_capacity(customers.len()),
            p_none: Vec::with_capacity(customers.len()),
            expected: Vec::with_capacity(customers.len()),
            variance: Vec::with_capacity(customers.len()),
            money: spend.is_some(),
            periods,
            customers,
        };
        progress.begin("forecasting customers", Some(outlook.customers.len() as u64));
        for start in (0..outlook.customers.len()).step_by(PART) {
            progress.check()?;
            let rows = start..outlook.customers.len().min(start + PART);
            let forecast = forecaster.forecast_rows(&outlook.customers, rows.clone())?;
            outlook.take(forecast)?;
            progress.advance(rows.len() as u64);
        }
        progress.end();
        Ok(outlook)
    }

    fn take(&mut self, forecast: crate::predict::Forecast) -> Result<()> {
        match forecast.value {
            None => {
                self.expected.extend(&forecast.expected_purchases);
                self.variance.extend(forecast.purchases_variance.into_iter().map(Some));
            }
            Some(value) => {
                for expected in value.expected {
                    self.expected.push(expected.ok_or_else(super::future::no_mean)?);
                }
                self.variance.extend(value.variance);
            }
        }
        self.p_alive.extend(forecast.p_alive);
        self.p_none.extend(forecast.p_no_purchase);
        self.purchases.extend(forecast.expected_purchases);
        Ok(())
    }
}
