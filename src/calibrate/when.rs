//! When past origins were, and how much they had to look at, as the present sees them.

use std::sync::Arc;

use crate::Result;
use crate::features::{Customers, Past};
use crate::predict::{Tempo, Tempos};
use crate::regress::TrainingWindow;
use crate::units::{Tick, TimeUnit};

const YEAR: f64 = TimeUnit::Year.days();

/// When an origin was, and how much it had to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct When {
    pub years_ago: f64,
    pub horizon_years: f64,
    /// How long the history was, as a part of the present one's.
    pub history: f64,
    /// How little was known of the tempo of the horizon, as [`super::PastRatio::doubt`] says.
    pub doubt: f64,
}

/// The present, from which past origins are looked at.
pub(super) struct Present<'a> {
    past: &'a Past<'a>,
    tempos: &'a Tempos,
    tempo: Arc<Tempo>,
}

impl<'a> Present<'a> {
    /// What is known now, the table of it, and where its tempo and those of past origins are learnt.
    pub fn of((past, customers): (&'a Past<'a>, &Customers), tempos: &'a Tempos) -> Result<Self> {
        Ok(Self { past, tempos, tempo: tempos.of(past, customers)? })
    }

    /// Itself, with so many days ahead.
    pub fn now(&self, horizon_days: f64) -> When {
        let doubt = self.tempo.doubt(horizon_days);
        When { years_ago: 0.0, horizon_years: horizon_days / YEAR, history: 1.0, doubt }
    }

    /// The origin of a window, with so many days to its end.
    pub fn when(&self, window: &TrainingWindow<'_>, horizon_days: f64) -> Result<When> {
        let grain = self.past.orders().options.grain;
        let (origin, end) = (window.holdout.origin, self.past.cutoff());
        let first = self.past.orders().first_tick().unwrap_or(end);
        let between =
            |from: Tick, to: Tick| (f64::from(to.0) - f64::from(from.0)) / f64::from(grain.ticks_per_day());
        let then = self.tempos.of(&window.past, &window.customers)?;
        let missed = then.missed(&self.tempo, grain, (between(first, origin), horizon_days));
        Ok(When {
            years_ago: between(origin, end) / YEAR,
            horizon_years: horizon_days / YEAR,
            history: (between(first, origin) / between(first, end)).clamp(1e-3, 1.0),
            doubt: then.doubt(horizon_days).max(missed * missed),
        })
    }
}
