//! Moments and lengths of time.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, date};
use serde::{Deserialize, Serialize};

use super::CalendarPeriod;
use crate::{Error, Result};

/// What counts as one purchase, and so the step in which time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// Everything a customer buys on one calendar day is one purchase; time is counted in days.
    #[default]
    Day,
    /// Everything within one clock hour is one purchase; time is counted in hours.
    Hour,
    /// Every order is a purchase of its own; time is counted in seconds.
    None,
}

impl Grain {
    /// How many ticks a day has.
    #[must_use]
    pub const fn ticks_per_day(self) -> i32 {
        match self {
            Self::Day => 1,
            Self::Hour => 24,
            Self::None => 86_400,
        }
    }

    /// How many ticks one unit of time has.
    #[must_use]
    pub fn ticks_per(self, unit: TimeUnit) -> f64 {
        f64::from(self.ticks_per_day()) * unit.days()
    }

    /// The tick a moment falls into; `None` outside 1931-12-14..2068-01-19 (what an `i32` of seconds spans).
    #[must_use]
    pub fn tick(self, moment: DateTime) -> Option<Tick> {
        let days = i64::from(days_since_epoch(moment.date()));
        let seconds =
            i64::from(moment.hour()) * 3600 + i64::from(moment.minute()) * 60 + i64::from(moment.second());
        self.tick_of_seconds(days * 86_400 + seconds)
    }

    /// The same from seconds since 2000-01-01T00:00 local time.
    #[must_use]
    pub fn tick_of_seconds(self, seconds: i64) -> Option<Tick> {
        let seconds = i64::from(i32::try_from(seconds).ok()?);
        let per_tick = 86_400 / i64::from(self.ticks_per_day());
        i32::try_from(seconds.div_euclid(per_tick)).ok().map(Tick)
    }

    /// The last tick of a calendar day: where observation ends when a date is given.
    #[must_use]
    pub fn end_of(self, day: Date) -> Option<Tick> {
        self.tick(day.at(23, 59, 59, 0))
    }

    /// The moment at which a tick begins.
    #[must_use]
    pub fn moment(self, tick: Tick) -> DateTime {
        let per_tick = 86_400 / i64::from(self.ticks_per_day());
        EPOCH.at(0, 0, 0, 0).saturating_add(jiff::SignedDuration::from_secs(i64::from(tick.0) * per_tick))
    }

    /// A tick as people write it: `1997-09-30` at the grain of days, `1997-09-30T14:00:00` otherwise.
    #[must_use]
    pub fn show(self, tick: Tick) -> String {
        let moment = self.moment(tick);
        match self {
            Self::Day => moment.date().to_string(),
            Self::Hour | Self::None => moment.to_string(),
        }
    }

    /// The tick written as a date (its last tick) or as a date and time.
    ///
    /// # Errors
    /// [`Error::Usage`] if the text is neither, or outside the range of [`Grain::tick`].
    pub fn read(self, text: &str) -> Result<Tick> {
        let tick = match text.parse::<Date>() {
            Ok(day) if text.len() <= 10 => self.end_of(day),
            _ => text.parse::<DateTime>().ok().and_then(|moment| self.tick(moment)),
        };
        tick.ok_or_else(|| {
            Error::usage(format!(
                "`{text}` is not a date; write it as 2024-12-31 or 2024-12-31T18:30:00 (1932 to 2067)"
            ))
        })
    }

    /// The tick that contains the moment so many units of time after a tick; the last one there is, beyond the calendar.
    #[must_use]
    pub fn after(self, tick: Tick, length: f64, unit: TimeUnit) -> Tick {
        let at = f64::from(tick.0) + (length * self.ticks_per(unit)).ceil();
        Tick(at.clamp(f64::from(i32::MIN), f64::from(i32::MAX)) as i32)
    }

    /// The length from one tick to another in units of time; negative if `to` is before `from`. In periods of the calendar: how
    /// many have begun between them.
    #[must_use]
    pub fn between(self, from: Tick, to: Tick, unit: TimeUnit) -> f64 {
        if let TimeUnit::Calendar(period) = unit {
            return f64::from(period.index(self, to)) - f64::from(period.index(self, from));
        }
        (f64::from(to.0) - f64::from(from.0)) / self.ticks_per(unit)
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::None => "none",
        })
    }
}

/// Ticks are counted from here.
const EPOCH: Date = date(2000, 1, 1);

/// Days from 2000-01-01 to a date.
fn days_since_epoch(day: Date) -> i32 {
    // Days of the proleptic Gregorian calendar (Hinnant's `days_from_civil`), shifted to 2000-01-01.
    let (year, month, day) = (i32::from(day.year()), i32::from(day.month()), i32::from(day.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468 - 10_957
}

/// A moment, counted in steps of the [`Grain`] since 2000-01-01 (local time of the shop).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub i32);

/// The unit in which recency, age and rates are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum TimeUnit {
    /// 1/24 day.
    Hour,
    /// 1 day.
    Day,
    /// 7 days.
    #[default]
    Week,
    /// 365.25/12 = 30.4375 days. A unit of measure; horizons in months are calendar months.
    Month,
    /// 365.25 days.
    Year,
    /// Opportunities to buy, one each period of the calendar: lengths are whole numbers of them.
    Calendar(CalendarPeriod),
}

impl TimeUnit {
    /// Its length in days.
    #[must_use]
    pub const fn days(self) -> f64 {
        match self {
            Self::Hour => 1.0 / 24.0,
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 365.25 / 12.0,
            Self::Year => 365.25,
            Self::Calendar(period) => period.days(),
        }
    }

    /// The period of the calendar, if this is one.
    #[must_use]
    pub const fn calendar(self) -> Option<CalendarPeriod> {
        match self {
            Self::Calendar(period) => Some(period),
            _ => None,
        }
    }
}

impl From<TimeUnit> for String {
    fn from(unit: TimeUnit) -> Self {
        unit.to_string()
    }
}

impl TryFrom<String> for TimeUnit {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
            Self::Calendar(CalendarPeriod::Week) => "calendar week",
            Self::Calendar(CalendarPeriod::Month) => "calendar month",
            Self::Calendar(CalendarPeriod::Quarter) => "calendar quarter",
            Self::Calendar(CalendarPeriod::Year) => "calendar year",
        })
    }
}

/// A length of time in the unit of the model or table it goes with: finite and not negative.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Periods(f64);

impl Periods {
    /// A length of time.
    ///
    /// # Errors
    /// [`Error::Usage`] unless finite and not negative.
    pub fn new(length: f64) -> Result<Self> {
        if length.is_finite() && length >= 0.0 {
            Ok(Self(length))
        } else {
            Err(Error::usage(format!("a length of time is {length}, but must be finite and not negative")))
        }
    }

    /// The number of units.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl FromStr for TimeUnit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(period) = text.strip_prefix("calendar ") {
            return period.parse().map(Self::Calendar);
        }
        match text.to_ascii_lowercase().as_str() {
            "hour" | "hours" | "h" => Ok(Self::Hour),
            "day" | "days" | "d" => Ok(Self::Day),
            "week" | "weeks" | "w" => Ok(Self::Week),
            "month" | "months" | "m" => Ok(Self::Month),
            "year" | "years" | "y" => Ok(Self::Year),
            _ => Err(Error::usage(format!(
                "`{text}` is not a unit of time; use hour, day, week, month or year"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_moments_go_both_ways() {
        for (grain, text) in [
            (Grain::Day, "1997-09-30"),
            (Grain::Hour, "2024-02-29T17:00:00"),
            (Grain::None, "2031-12-31T23:59:59"),
        ] {
            let tick = grain.read(text).unwrap();
            assert_eq!(grain.show(tick), text);
        }
        assert_eq!(Grain::Day.read("2000-01-01").unwrap(), Tick(0));
        assert_eq!(Grain::Day.read("1999-12-31").unwrap(), Tick(-1));
        assert_eq!(Grain::None.read("2000-01-01").unwrap(), Tick(86_399));
        assert!(Grain::Day.read("0202-01-01").is_err());
    }

    #[test]
    fn thirty_nine_weeks_lead_from_the_cut_to_the_end_of_cdnow() {
        let (from, to) = (Grain::Day.read("1997-09-30").unwrap(), Grain::Day.read("1998-06-30").unwrap());
        assert_eq!(Grain::Day.between(from, to, TimeUnit::Week), 39.0);
    }
}
