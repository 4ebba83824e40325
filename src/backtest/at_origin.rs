//! One origin: what was known there, what then happened, and each model's forecast of it.

use super::BacktestPlan;
use super::fitted::FittedModel;
use super::origins::{FEWEST_CUSTOMERS, after, before};
use super::piece::{Happened, Piece, judged};
use super::report::{AcquiredReport, OriginReport};
use crate::features::{Customers, Holdout, Past};
use crate::predict::{Estimator, Forecast, View};
use crate::units::{Periods, Tick};
use crate::{Error, Result};

/// An origin with everything that its models share.
pub(super) struct AtOrigin<'a> {
    origin: Tick,
    end: Tick,
    earlier: Past<'a>,
    pub customers: Customers,
    /// Whom a sliding window trains on, where that is not everybody.
    window: Option<(Past<'a>, Customers)>,
    horizon: Periods,
    pub holdout: Holdout,
    happened: Happened,
}

impl<'a> AtOrigin<'a> {
    /// Cuts the past at an origin.
    ///
    /// # Errors
    /// [`Error::Usage`] if a sliding window holds too few customers; whatever the cut says.
    pub fn of(past: &Past<'a>, plan: &BacktestPlan, origin: Tick, logs: bool) -> Result<Self> {
        let grain = past.orders().options.grain;
        let end = after(origin, plan.horizon, grain, past.period())?;
        let (earlier, holdout) = past.again(end)?.rewind_to(origin)?;
        let logs = logs || earlier.tells_logs();
        let customers = earlier.telling_logs(logs).customers(plan.unit);
        let window = window(&earlier, plan)?;
        let window = window.map(|past| (past, past.telling_logs(logs).customers(plan.unit)));
        let horizon = Periods::new(grain.between(origin, end, customers.unit))?;
        let happened = Happened::of(&customers, &holdout);
        Ok(Self { origin, end, earlier, customers, window, horizon, holdout, happened })
    }

    /// The report of the origin, without its models.
    pub fn header(&self) -> OriginReport {
        let Self { holdout, customers, .. } = self;
        let grain = customers.grain;
        let money = customers.has_money();
        OriginReport {
            origin: grain.show(self.origin),
            until: grain.show(self.end),
            customers: customers.len(),
            trained: self.window.as_ref().map(|(_, customers)| customers.len()),
            acquired: AcquiredReport {
                customers: holdout.acquired.customers,
                purchases: holdout.acquired.purchases,
                value: money.then_some(holdout.acquired.value),
            },
            revised: money.then_some(holdout.revised).filter(|&revised| revised != 0.0),
            models: Vec::new(),
        }
    }

    /// Fits a model to what was known, asks it, and holds its forecast against what happened. A model that cannot be fitted is a piece that says so.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn tried(&self, estimator: &dyn Estimator, plan: &BacktestPlan) -> Result<(Piece, Option<Forecast>)> {
        match self.piece(estimator, plan) {
            Ok((piece, forecast)) => Ok((piece, Some(forecast))),
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Err(error) => Ok((Piece::failed(estimator.id(), &error), None)),
        }
    }

    fn piece(&self, estimator: &dyn Estimator, plan: &BacktestPlan) -> Result<(Piece, Forecast)> {
        let (past, trained) = self
            .window
            .as_ref()
            .map_or((&self.earlier, &self.customers), |(past, customers)| (past, customers));
        let predictor = estimator.fit(past, trained)?;
        let view = View::of(&self.earlier, &self.customers);
        let forecast = predictor.forecast(view, self.horizon, &plan.levels)?;
        let value = Some(&self.holdout.value[..]).filter(|_| self.customers.has_money());
        let met = predictor.met(view, self.horizon, (&self.holdout.purchases, value))?;
        let totals = predictor.totals(view, self.horizon, &forecast);
        let told = (&forecast, totals.as_ref());
        let mut piece = judged((estimator.id(), predictor.warnings()), told, &met, &self.happened)?;
        piece.report.fitted = predictor.purchase_model().map(|model| FittedModel::of(model, trained.unit));
        Ok((piece, forecast))
    }
}

/// The past of a sliding window: the customers who came in it, with all they bought.
///
/// # Errors
/// [`Error::Usage`] if they are too few.
pub(super) fn window<'a>(earlier: &Past<'a>, plan: &BacktestPlan) -> Result<Option<Past<'a>>> {
    let Some(length) = plan.window else { return Ok(None) };
    let grain = earlier.orders().options.grain;
    let since = before(earlier.cutoff(), length, grain, earlier.period())?;
    let found = earlier.acquired_after(since);
    match found {
        Ok(past) if past.len() >= FEWEST_CUSTOMERS => Ok(Some(past)),
        found => Err(Error::usage(format!(
            "a window of {length} trains on the customers who made their first purchase in it, and in the one that ends on {} there are {}, \
             fewer than {FEWEST_CUSTOMERS}; use a longer --window, later --origins, or no window",
            grain.show(earlier.cutoff()),
            found.map_or(0, |past| past.len())
        ))),
    }
}
