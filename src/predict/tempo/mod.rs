//! The tempo of a shop: how fast its customers buy at each time, beside what each of them is like. Trend and season are in it.
//!
//! A model of purchases holds that a living customer buys at the same rate all year. Let all rates of a shop be multiplied by one function of the calendar,
//! s(t). Time counted in s, τ(t) = ∫ s, is the time in which rates are constant (the operational time of a Poisson process with varying rate:
//! Cox & Lewis 1966, The Statistical Analysis of Series of Events, § 3.3; Feller 1971, vol. II, § X.7): with first purchase, last purchase, end of
//! observation and horizon read off that clock, every model of the family is itself again, and knows the season.

mod learn;
mod paced;
mod shared;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use paced::{Paced, PacedModel, TEMPO};
pub use shared::Tempos;

use crate::features::Customers;
use crate::units::{Grain, Periods, Tick, TimeUnit};
use crate::{Error, Result};

/// The days for which one value of the tempo holds.
const BIN: f64 = 28.0;

/// How fast a shop's customers bought, and will buy, at each time: 1 is their usual rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tempo {
    /// The tick from which time is counted: the end of observation when it was learnt.
    anchor: i32,
    /// ln s in each four weeks before it, the newest first.
    past: Vec<f64>,
    /// ln s expected in each four weeks after it, the nearest first; later on the usual rate.
    ahead: Vec<f64>,
    /// The variance of ln of the mean rate of the first four weeks after it, of the first eight, and so on.
    #[serde(default)]
    doubts: Vec<f64>,
}

impl Tempo {
    /// A tempo that never changes: under it every clock shows the time of day.
    #[must_use]
    pub const fn steady(anchor: Tick) -> Self {
        Self { anchor: anchor.0, past: Vec::new(), ahead: Vec::new(), doubts: Vec::new() }
    }

    /// Whether nothing was found that changes.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.past.iter().chain(&self.ahead).all(|ln| *ln == 0.0)
    }

    /// Whether its numbers are possible: a file may have been changed by hand.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let told = self.past.iter().chain(&self.ahead).all(|ln| ln.is_finite() && ln.abs() < 10.0);
        told && self.doubts.iter().all(|doubt| (0.0..100.0).contains(doubt))
    }

    /// The mean rate in a horizon of so many days after the end of observation, beside the usual one.
    #[must_use]
    pub fn mean_ahead(&self, days: f64) -> f64 {
        if days > 0.0 { self.clock().at(days) / days } else { 1.0 }
    }

    /// How little is known of that: the variance of the logarithm of [`Tempo::mean_ahead`], for a horizon of so many days. Of a tempo that never changes it
    /// is 0; beyond two years it is that of two years.
    #[must_use]
    pub fn doubt(&self, days: f64) -> f64 {
        let Some(last) = self.doubts.len().checked_sub(1) else { return 0.0 };
        let place = (days / BIN - 1.0).clamp(0.0, last as f64);
        let (before, part) = (place as usize, place.fract());
        let after = (before + 1).min(last);
        self.doubts[before] + part * (self.doubts[after] - self.doubts[before])
    }

    /// By what it missed the mean rate of a horizon of so many days that has passed since, as a later tempo of the same shop knows it (a logarithm): both
    /// beside the mean rate of the so many days before, as what is usual is not the same in both.
    #[must_use]
    pub fn missed(&self, later: &Self, grain: Grain, (before, horizon): (f64, f64)) -> f64 {
        let share = |tempo: &Self| {
            let reading = Reading::new(tempo, (grain, TimeUnit::Day), Tick(self.anchor));
            reading.next(horizon) / reading.last(before)
        };
        let missed = (share(self) / share(later)).ln();
        if missed.is_finite() { missed } else { 0.0 }
    }

    /// The rate in the last whole four weeks of the history, beside the usual one.
    #[must_use]
    pub fn newest(&self) -> f64 {
        self.past.first().map_or(1.0, |ln| ln.exp())
    }

    /// The rates in each four weeks to come, beside the usual one, as far as they are told, each with the tick after which it holds.
    pub fn ahead(&self, grain: Grain) -> impl Iterator<Item = (Tick, f64)> + '_ {
        let after = move |at: usize| grain.after(Tick(self.anchor), BIN * at as f64, TimeUnit::Day);
        self.ahead.iter().enumerate().map(move |(at, ln)| (after(at), ln.exp()))
    }

    fn clock(&self) -> Clock {
        let cumulated = |side: &[f64]| {
            let mut all = vec![0.0];
            all.extend(side.iter().scan(0.0, |sum, ln| {
                *sum += BIN * ln.exp();
                Some(*sum)
            }));
            all
        };
        // What was before the first whole four weeks ran as they did.
        let before = self.past.last().map_or(1.0, |ln| ln.exp());
        Clock { past: cumulated(&self.past), ahead: cumulated(&self.ahead), before }
    }

    /// Some rows of a table, and a horizon after its end, with times as the tempo counts them.
    ///
    /// # Errors
    /// [`Error::Usage`] for a table without a cut-off, or one that counts opportunities.
    pub fn read(
        &self,
        customers: &Customers,
        rows: Range<usize>,
        horizon: Periods,
    ) -> Result<(Customers, Periods)> {
        let rows: Vec<usize> = rows.collect();
        if self.is_steady() {
            return Ok((customers.picked(&rows), horizon)); // to the last bit
        }
        let reading = self.reading(customers)?;
        let table = reading.table(customers, &rows);
        Ok((table, Periods::new(reading.next(horizon.get()))?))
    }

    fn reading(&self, customers: &Customers) -> Result<Reading> {
        let cutoff = customers.cutoff.filter(|_| customers.unit.calendar().is_none()).ok_or_else(|| {
            Error::usage(
                "a tempo is read off the calendar, which needs orders, and no opportunities; give the orders",
            )
        })?;
        Ok(Reading::new(self, (customers.grain, customers.unit), cutoff))
    }
}

/// Days of the clock since the anchor, by days of the calendar.
#[derive(Debug)]
struct Clock {
    past: Vec<f64>,
    ahead: Vec<f64>,
    before: f64,
}

impl Clock {
    /// The clock so many days after the anchor (negative before it).
    fn at(&self, days: f64) -> f64 {
        let (side, rest, sign) =
            if days < 0.0 { (&self.past, self.before, -1.0) } else { (&self.ahead, 1.0, 1.0) };
        let place = days.abs() / BIN;
        let last = side.len() - 1;
        let whole = place as usize;
        let shown = if whole >= last {
            side[last] + (place - last as f64) * BIN * rest
        } else {
            side[whole] + (place - whole as f64) * (side[whole + 1] - side[whole])
        };
        sign * shown
    }
}

/// A clock, looked at from the end of observation of a table.
#[derive(Debug)]
struct Reading {
    clock: Clock,
    /// Days in a unit of the table.
    unit: f64,
    /// The end of observation, in days after the anchor, and on the clock.
    end: f64,
    shown: f64,
}

impl Reading {
    fn new(tempo: &Tempo, (grain, unit): (Grain, TimeUnit), cutoff: Tick) -> Self {
        let clock = tempo.clock();
        let end = (f64::from(cutoff.0) - f64::from(tempo.anchor)) / f64::from(grain.ticks_per_day());
        let shown = clock.at(end);
        Self { clock, unit: unit.days(), end, shown }
    }

    /// The length on the clock, in the table's unit, of the last so many units before the end of observation.
    fn last(&self, length: f64) -> f64 {
        ((self.shown - self.clock.at(self.end - length * self.unit)) / self.unit).max(0.0)
    }

    /// Likewise of the next so many.
    fn next(&self, length: f64) -> f64 {
        ((self.clock.at(self.end + length * self.unit) - self.shown) / self.unit).max(0.0)
    }

    /// Some customers, in this order. What it says of gaps is left out: they are not read off the clock one by one.
    fn table(&self, customers: &Customers, rows: &[usize]) -> Customers {
        let mut table = customers.picked(rows);
        for at in 0..table.len() {
            let (recency, age) = (table.recency[at], table.age[at]);
            table.age[at] = self.last(age);
            // A one-time buyer's last purchase is the first on every clock.
            table.recency[at] = if table.frequency[at] == 0 {
                0.0
            } else {
                (table.age[at] - self.last(age - recency)).clamp(0.0, table.age[at])
            };
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twice_as_fast_then_half() -> Tempo {
        Tempo { anchor: 1000, past: vec![2f64.ln(), 0.0], ahead: vec![0.5f64.ln()], doubts: vec![0.04, 0.02] }
    }

    #[test]
    fn the_clock_runs_as_the_shop_buys() {
        let clock = twice_as_fast_then_half().clock();
        for (days, shown) in [
            (0.0, 0.0),
            (-14.0, -28.0),
            (-28.0, -56.0),
            (-42.0, -70.0),
            (-66.0, -94.0),
            (14.0, 7.0),
            (56.0, 42.0),
        ] {
            assert!((clock.at(days) - shown).abs() < 1e-12, "{days}: {}", clock.at(days));
        }
        assert_eq!(twice_as_fast_then_half().mean_ahead(56.0), 0.75);
    }

    #[test]
    fn doubt_is_told_between_four_weeks_and_goes_on_after_the_last() {
        let tempo = twice_as_fast_then_half();
        for (days, doubt) in [(0.0, 0.04), (28.0, 0.04), (42.0, 0.03), (56.0, 0.02), (700.0, 0.02)] {
            assert!((tempo.doubt(days) - doubt).abs() < 1e-15, "{days}");
        }
        assert_eq!(Tempo::steady(Tick(0)).doubt(90.0), 0.0);
    }

    #[test]
    fn what_a_tempo_missed_is_known_later() {
        // It told half the usual rate after 28 days at twice of it; the shop went on as it was, at a rate that is usual now.
        let later = Tempo::steady(Tick(1028));
        let missed = twice_as_fast_then_half().missed(&later, Grain::Day, (28.0, 28.0));
        assert!((missed - 0.25f64.ln()).abs() < 1e-12, "{missed}");
        assert_eq!(later.missed(&later, Grain::Day, (28.0, 28.0)), 0.0);
    }

    #[test]
    fn a_table_that_ends_later_is_read_from_its_own_end() {
        let tempo = twice_as_fast_then_half();
        let reading = Reading::new(&tempo, (Grain::Day, TimeUnit::Week), Tick(1028));
        // Four weeks at half the rate, then four at twice.
        assert!((reading.last(4.0) - 2.0).abs() < 1e-12);
        assert!((reading.last(8.0) - 10.0).abs() < 1e-12);
        assert_eq!(reading.next(3.0), 3.0);
    }

    #[test]
    fn under_a_steady_tempo_nothing_changes() {
        let reading = Reading::new(&Tempo::steady(Tick(0)), (Grain::Day, TimeUnit::Week), Tick(500));
        for length in [0.0, 1.0, 17.0, 300.0] {
            assert!((reading.last(length) - length).abs() < 1e-12 * (1.0 + length));
        }
        assert!(Tempo::steady(Tick(0)).is_steady());
    }
}
