//! Origins: the cut-offs of a backtest. Each needs enough customers before it and the whole horizon after it.

use std::str::FromStr;

use crate::features::Past;
use crate::units::{CalendarPeriod, Grain, Horizon, Tick};
use crate::{Error, Result};

/// A backtest on fewer customers than this says nothing.
pub const FEWEST_CUSTOMERS: usize = 10;

/// Which origins to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// These.
    At(Vec<Tick>),
    /// The newest ones that leave the whole horizon to compare with, counted back from the newest of all.
    Newest {
        /// How many.
        count: u32,
        /// How far apart; by the horizon itself if not said, so that no two holdouts overlap.
        every: Option<Horizon>,
    },
}

impl Default for Origins {
    /// The newest one.
    fn default() -> Self {
        Self::Newest { count: 1, every: None }
    }
}

impl Origins {
    /// Reads `4` (with `every`, how far apart) or dates such as `1997-09-30,1997-12-31`.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is neither, or `every` stands with dates.
    pub fn read(text: &str, every: Option<Horizon>, grain: Grain) -> Result<Self> {
        let text = text.trim();
        // A date without separators is no number of origins.
        if text.len() < 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return match u32::from_str(text) {
                Ok(count) if count > 0 => Ok(Self::Newest { count, every }),
                _ => {
                    Err(Error::usage("a backtest needs at least one origin; write for instance --origins 4"))
                }
            };
        }
        if every.is_some() {
            return Err(Error::usage(
                "--every goes with a number of origins (--origins 4 --every 13w), not with dates",
            ));
        }
        text.split(',').map(|date| grain.read(date.trim())).collect::<Result<_>>().map(Self::At)
    }
}

/// The possible origins of some data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Possible {
    grain: Grain,
    horizon: Horizon,
    /// The last tick that is known.
    end: Tick,
    /// The first tick by which [`FEWEST_CUSTOMERS`] had bought.
    earliest: Tick,
    /// The last tick that leaves the whole horizon.
    newest: Tick,
    /// The period of the calendar with whose last tick an origin must end, if opportunities are counted.
    period: Option<CalendarPeriod>,
}

impl Possible {
    /// From a past that is everything known.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no origin is possible.
    pub(super) fn of(past: &Past<'_>, horizon: Horizon) -> Result<Self> {
        let (grain, end, period) = (past.orders().options.grain, past.cutoff(), past.period());
        let mut first = past.first_orders();
        if first.len() < FEWEST_CUSTOMERS {
            return Err(Error::Undefined(format!(
                "a backtest needs at least {FEWEST_CUSTOMERS} customers, but there are {}",
                first.len()
            )));
        }
        let (_, &mut earliest, _) = first.select_nth_unstable(FEWEST_CUSTOMERS - 1);
        let newest = before(end, horizon, grain, period)?;
        if newest < earliest {
            return Err(Error::Undefined(format!(
                "the orders reach from {} (when the first {FEWEST_CUSTOMERS} customers had bought) to {}: too short for a \
                 backtest with a horizon of {horizon}; use a shorter --horizon",
                grain.show(earliest),
                grain.show(end)
            )));
        }
        Ok(Self { grain, horizon, end, earliest, newest, period })
    }

    /// The origins that were asked for, in order of time, each once.
    ///
    /// # Errors
    /// [`Error::Usage`] with the dates that are possible.
    pub(super) fn choose(&self, origins: &Origins) -> Result<Vec<Tick>> {
        match origins {
            Origins::At(dates) => {
                let mut dates = dates.clone();
                dates.sort_unstable();
                dates.dedup();
                if dates.is_empty() {
                    return Err(Error::usage("a backtest needs at least one origin"));
                }
                dates.iter().try_for_each(|&date| self.check(date))?;
                Ok(dates)
            }
            Origins::Newest { count, every } => self.count_back(*count, every.unwrap_or(self.horizon)),
        }
    }

    fn check(&self, origin: Tick) -> Result<()> {
        let show = |tick| self.grain.show(tick);
        let why = if origin < self.earliest {
            format!("fewer than {FEWEST_CUSTOMERS} customers had bought by then")
        } else if origin > self.newest {
            format!("the data end on {} and leave no whole {} after it", show(self.end), self.horizon)
        } else if let Some(period) = self.period
            && period.last_complete(self.grain, origin) != origin
        {
            format!("it is not the last day of a calendar {period}, in which opportunities are counted")
        } else {
            return Ok(());
        };
        Err(Error::usage(format!(
            "{} cannot be an origin: {why}; possible are {} to {}",
            show(origin),
            show(self.earliest),
            show(self.newest)
        )))
    }

    fn count_back(&self, count: u32, every: Horizon) -> Result<Vec<Tick>> {
        let mut origins = vec![self.newest];
        while origins.len() < count as usize {
            let next = before(origins[origins.len() - 1], every, self.grain, self.period)?;
            if next < self.earliest {
                let dates: Vec<String> = origins.iter().rev().map(|&at| self.grain.show(at)).collect();
                return Err(Error::usage(format!(
                    "{count} origins, {every} apart, reach back to {}, when fewer than {FEWEST_CUSTOMERS} customers had bought; \
                     possible are {}: {}",
                    self.grain.show(next),
                    dates.len(),
                    dates.join(", ")
                )));
            }
            origins.push(next);
        }
        origins.reverse();
        Ok(origins)
    }
}

/// The tick at which a horizon that begins after `origin` ends: its last tick.
///
/// # Errors
/// [`Error::Usage`] if that lies beyond the calendar.
pub(super) fn after(
    origin: Tick,
    horizon: Horizon,
    grain: Grain,
    period: Option<CalendarPeriod>,
) -> Result<Tick> {
    if let Some(period) = period {
        return periods_on(origin, i64::from(horizon.in_periods(period)?), grain, period);
    }
    let ticks = horizon.in_days(Some((grain, origin)))? * f64::from(grain.ticks_per_day());
    moved(origin, ticks.round(), grain)
}

/// The last tick after which the horizon still ends by `end`. Days and weeks are counted off; calendar months and years
/// are not the same backwards (a month before 31 March), so the tick is looked for.
pub(crate) fn before(
    end: Tick,
    horizon: Horizon,
    grain: Grain,
    period: Option<CalendarPeriod>,
) -> Result<Tick> {
    if let Some(period) = period {
        return periods_on(end, -i64::from(horizon.in_periods(period)?), grain, period);
    }
    let per_day = f64::from(grain.ticks_per_day());
    let mut origin = moved(end, -(horizon.in_days(Some((grain, end)))? * per_day).round(), grain)?;
    if !horizon.is_calendar() {
        return Ok(origin);
    }
    while after(origin, horizon, grain, None)? > end {
        origin = moved(origin, -per_day, grain)?;
    }
    loop {
        let next = moved(origin, per_day, grain)?;
        if after(next, horizon, grain, None)? > end {
            return Ok(origin);
        }
        origin = next;
    }
}

/// The last tick of the period so many periods on from that of a tick.
fn periods_on(tick: Tick, by: i64, grain: Grain, period: CalendarPeriod) -> Result<Tick> {
    let index = i64::from(period.index(grain, tick)) + by;
    let end = i32::try_from(index).map(|index| period.end(grain, index)).unwrap_or(Tick(i32::MAX));
    if end < Tick(i32::MAX - 1) {
        return Ok(end);
    }
    Err(Error::usage(format!(
        "the horizon leads from {} beyond the calendar; use a shorter one",
        grain.show(tick)
    )))
}

fn moved(tick: Tick, by: f64, grain: Grain) -> Result<Tick> {
    let moved = f64::from(tick.0) + by;
    if moved >= f64::from(i32::MIN) && moved <= f64::from(i32::MAX) {
        return Ok(Tick(moved as i32));
    }
    Err(Error::usage(format!(
        "the horizon leads from {} beyond the calendar; use a shorter one",
        grain.show(tick)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Tick {
        Grain::Day.read(text).unwrap()
    }

    fn possible(horizon: &str) -> Possible {
        let horizon = horizon.parse().unwrap();
        let end = day("1998-06-30");
        let newest = before(end, horizon, Grain::Day, None).unwrap();
        Possible { grain: Grain::Day, horizon, end, earliest: day("1997-01-10"), newest, period: None }
    }

    fn chosen(horizon: &str, origins: &str, every: Option<&str>) -> Result<Vec<String>> {
        let every = every.map(|every| every.parse().unwrap());
        let origins = possible(horizon).choose(&Origins::read(origins, every, Grain::Day)?)?;
        Ok(origins.into_iter().map(|origin| Grain::Day.show(origin)).collect())
    }

    #[test]
    fn the_newest_origin_leaves_the_whole_horizon() {
        assert_eq!(chosen("39w", "1", None).unwrap(), ["1997-09-30"]);
        assert_eq!(chosen("39w", "2", Some("13w")).unwrap(), ["1997-07-01", "1997-09-30"]);
        assert_eq!(chosen("13w", "3", None).unwrap(), ["1997-09-30", "1997-12-30", "1998-03-31"]);
    }

    #[test]
    fn months_are_counted_back_on_the_calendar() {
        assert_eq!(chosen("12m", "1", None).unwrap(), ["1997-06-30"]);
        assert_eq!(chosen("4m", "1", None).unwrap(), ["1998-02-28"]);
        assert_eq!(chosen("1m", "3", Some("1m")).unwrap(), ["1998-03-31", "1998-04-30", "1998-05-31"]);
        let leap = before(day("2024-02-29"), "1y".parse().unwrap(), Grain::Day, None).unwrap();
        assert_eq!(Grain::Day.show(leap), "2023-02-28");
        assert!(after(leap, "1y".parse().unwrap(), Grain::Day, None).unwrap() <= day("2024-02-29"));
    }

    #[test]
    fn dates_are_taken_as_they_are_in_order_and_once() {
        let dates = chosen("13w", "1997-09-30, 1997-06-30,1997-09-30", None).unwrap();
        assert_eq!(dates, ["1997-06-30", "1997-09-30"]);
    }

    #[test]
    fn impossible_origins_are_answered_with_the_possible_ones() {
        for (horizon, origins, every, said) in [
            ("39w", "1997-10-01", None, "1997-01-10 to 1997-09-30"),
            ("39w", "1996-12-31", None, "1997-01-10 to 1997-09-30"),
            ("39w", "5", Some("13w"), "possible are 3: 1997-04-01, 1997-07-01, 1997-09-30"),
            ("39w", "0", None, "at least one"),
            ("39w", "x", None, "not a date"),
            ("39w", "1997-09-30", Some("13w"), "--every"),
        ] {
            let error = chosen(horizon, origins, every).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}
