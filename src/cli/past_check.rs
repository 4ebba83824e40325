//! The check on the past that `run` and `report` make: the same method on the newest holdout that the history allows.

use std::sync::Arc;

use crate::Result;
use crate::backtest::{BacktestPlan, BacktestReport, NaiveMean, NaiveRate, backtest, estimators_ahead};
use crate::features::Past;
use crate::fit::Covariates;
use crate::model::AnySpendModel;
use crate::progress::Progress;
use crate::units::{Horizon, Share, Tick, TimeUnit};

/// What is checked.
pub struct Checking<'a> {
    /// The name of the forecast.
    pub model: &'a str,
    /// The model of spend.
    pub spend: Option<AnySpendModel>,
    /// The covariates it is trained with.
    pub covariates: Option<&'a Arc<Covariates>>,
    /// How far ahead is looked.
    pub horizon: Horizon,
    /// The unit of time.
    pub unit: TimeUnit,
    /// The level of the intervals.
    pub level: Share,
}

impl Checking<'_> {
    /// The same method on the newest holdout that the history allows: the horizon itself where at least half as much history
    /// is left before it, otherwise the newer half of the history, in whole weeks where it is long enough. Beside it the naive rules.
    ///
    /// # Errors
    /// As [`backtest`].
    pub fn run(&self, past: &Past<'_>, progress: &dyn Progress) -> Result<BacktestReport> {
        let plan = BacktestPlan {
            levels: vec![self.level], // one is shown, and each takes four columns of all customers
            ..BacktestPlan::new(holdout(self.horizon, past)?, self.unit)?
        };
        let mut all = estimators_ahead(&[self.model], self.spend, self.covariates, Some(plan.horizon))?;
        all.extend(estimators_ahead(&[NaiveRate::ID, NaiveMean::ID], self.spend, None, None)?);
        backtest(past, &plan, &all, progress)
    }
}

fn holdout(horizon: Horizon, past: &Past<'_>) -> Result<Horizon> {
    let grain = past.orders().options.grain;
    let first = past.orders().first_tick().unwrap_or_else(|| past.cutoff());
    if let Some(period) = past.period() {
        let history = (period.index(grain, past.cutoff()) - period.index(grain, first)) as u32;
        let asked = horizon.in_periods(period)?;
        return Horizon::periods(if 2 * asked <= history { asked } else { history / 2 }.max(1), period);
    }
    let history = (f64::from(past.cutoff().0) - f64::from(first.0) + 1.0) / f64::from(grain.ticks_per_day());
    if horizon.in_days(Some((grain, past.cutoff())))? * 1.5 <= history {
        return Ok(horizon);
    }
    let half = (history / 2.0).floor() as u32;
    if half >= 14 { Horizon::weeks(half / 7) } else { Horizon::days(half.max(1)) }
}

/// The last tick of a horizon; `None` if it is beyond the calendar.
pub fn end_of(horizon: Horizon, past: &Past<'_>) -> Option<Tick> {
    let grain = past.orders().options.grain;
    if let Some(period) = past.period() {
        let index =
            period.index(grain, past.cutoff()).checked_add_unsigned(horizon.in_periods(period).ok()?)?;
        return Some(period.end(grain, index));
    }
    let days = horizon.in_days(Some((grain, past.cutoff()))).ok()?;
    let tick = f64::from(past.cutoff().0) + days * f64::from(grain.ticks_per_day());
    (tick <= f64::from(i32::MAX)).then_some(Tick(tick as i32))
}
