//! From which past origins a regression can learn.

use crate::features::Past;
use crate::units::{Grain, Horizon, Tick};
use crate::{Error, Result};

/// An origin needs a history before it of at least this part of the horizon: with less, there is nothing to look at.
const LEAST_HISTORY: f64 = 0.5;

/// Origins are this part of the horizon apart, unless said otherwise.
const STEP: f64 = 0.25;

/// What a past allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    grain: Grain,
    /// The first order of all.
    first: Tick,
    /// The first tick by which enough customers had bought.
    enough: Tick,
    /// The last tick that is known.
    end: Tick,
}

impl Reach {
    /// Of a past in which at least so many customers must have bought.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are not so many; [`Error::Usage`] if the past counts opportunities.
    pub fn of(past: &Past<'_>, fewest: usize) -> Result<Self> {
        past.refuse_opportunities()?;
        let mut first_orders = past.first_orders();
        let fewest = fewest.max(1);
        if first_orders.len() < fewest {
            return Err(Error::Undefined(format!(
                "a regression needs at least {fewest} customers to learn from, but there are {}; take a model such as bg-nbd",
                first_orders.len()
            )));
        }
        let (_, &mut enough, _) = first_orders.select_nth_unstable(fewest - 1);
        let first = past.orders().first_tick().unwrap_or(enough);
        Ok(Self { grain: past.orders().options.grain, first, enough, end: past.cutoff() })
    }

    /// The first tick that can be an origin of a horizon.
    fn earliest(&self, horizon: u32) -> i64 {
        let history = (LEAST_HISTORY * f64::from(horizon)).ceil() as i64;
        (i64::from(self.first.0) + history).max(i64::from(self.enough.0))
    }

    /// The origins of a horizon, the oldest first: the newest leaves exactly the horizon, the others lie steps before it.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is none, with what could be done.
    pub fn origins(&self, horizon: u32, step: Option<u32>, most: usize) -> Result<Vec<Tick>> {
        let newest = i64::from(self.end.0) - i64::from(horizon);
        let earliest = self.earliest(horizon);
        if newest < earliest {
            return Err(self.too_short(horizon, earliest - newest));
        }
        let step = i64::from(step.unwrap_or_else(|| self.step(horizon)).max(1));
        let back = ((newest - earliest) / step).min(most.max(1) as i64 - 1);
        Ok((0..=back).rev().map(|at| Tick((newest - at * step) as i32)).collect())
    }

    /// A part of the horizon, of whole days where it has days.
    fn step(&self, horizon: u32) -> u32 {
        let per_day = self.grain.ticks_per_day() as u32;
        let step = (STEP * f64::from(horizon)).round() as u32;
        if step >= per_day { (step + per_day / 2) / per_day * per_day } else { step }
    }

    /// The longest horizon in days that has an origin; `None` if not even a day has.
    pub fn longest(&self) -> Option<Horizon> {
        let per_day = i64::from(self.grain.ticks_per_day());
        let whole = i64::from(self.end.0) - i64::from(self.first.0);
        let by_history = (whole as f64 / (1.0 + LEAST_HISTORY)) as i64;
        let by_customers = i64::from(self.end.0) - i64::from(self.enough.0);
        let days = by_history.min(by_customers) / per_day;
        // Rounding up half a horizon may cost a tick.
        let fits = |&days: &i64| {
            u32::try_from(days * per_day)
                .is_ok_and(|ticks| i64::from(self.end.0) - i64::from(ticks) >= self.earliest(ticks))
        };
        let days = [days, days - 1].into_iter().find(|days| *days > 0 && fits(days))?;
        Horizon::days(u32::try_from(days).ok()?).ok()
    }

    fn too_short(&self, horizon: u32, missing: i64) -> Error {
        let days = |ticks: i64| (ticks as f64 / f64::from(self.grain.ticks_per_day())).ceil();
        let shorter = self.longest().map_or_else(String::new, |longest| {
            format!(", or take a horizon of at most {longest} (--horizon {longest})")
        });
        Error::Undefined(format!(
            "a regression learns from origins after which the whole horizon is known: for {} days the orders, from {} to {}, are too \
             short by {} days (it needs half a horizon to look at, and enough customers, before the horizon itself); give a longer \
             history{shorter}, or take a model such as bg-nbd, which needs no past origin",
            days(i64::from(horizon)),
            self.grain.show(self.first),
            self.grain.show(self.end),
            days(missing),
        ))
    }
}

/// How many ticks a horizon has that begins after the cut-off of a past: months and years are counted on the calendar from there.
///
/// # Errors
/// [`Error::Usage`] if that is beyond the calendar.
pub fn horizon_in_ticks(past: &Past<'_>, horizon: Horizon) -> Result<u32> {
    let grain = past.orders().options.grain;
    let days = horizon.in_days(Some((grain, past.cutoff())))?;
    let ticks = (days * f64::from(grain.ticks_per_day())).round();
    if ticks >= 1.0 && ticks <= f64::from(i32::MAX) {
        return Ok(ticks as u32);
    }
    Err(Error::usage(format!("a horizon of {horizon} leads beyond the calendar; use a shorter one")))
}
