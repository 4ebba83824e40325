//! How far ahead to look.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;

use super::{CalendarPeriod, Grain, Tick, TimeUnit};
use crate::{Error, Result};

/// How far ahead to look: a number of days or weeks (exact), or of calendar months or years from the cut-off.
///
/// Written `365d`, `52w`, `12m`, `1y`. At most [`Horizon::MAX_YEARS`] years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    count: u32,
    unit: HorizonUnit,
}

/// In what a horizon is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HorizonUnit {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Months of the calendar.
    Months,
    /// Years of the calendar.
    Years,
}

impl Horizon {
    /// The longest horizon, in years: no model of buying says anything about later.
    pub const MAX_YEARS: u32 = 100;

    /// A number of days.
    ///
    /// # Errors
    /// [`Error::Usage`] if 0 or beyond [`Horizon::MAX_YEARS`].
    pub fn days(count: u32) -> Result<Self> {
        Self { count, unit: HorizonUnit::Days }.checked()
    }

    /// A number of weeks.
    ///
    /// # Errors
    /// [`Error::Usage`] if 0 or beyond [`Horizon::MAX_YEARS`].
    pub fn weeks(count: u32) -> Result<Self> {
        Self { count, unit: HorizonUnit::Weeks }.checked()
    }

    /// A number of periods of the calendar.
    ///
    /// # Errors
    /// [`Error::Usage`] if 0 or beyond [`Horizon::MAX_YEARS`].
    pub fn periods(count: u32, period: CalendarPeriod) -> Result<Self> {
        let (count, unit) = match period {
            CalendarPeriod::Week => (count, HorizonUnit::Weeks),
            CalendarPeriod::Month => (count, HorizonUnit::Months),
            CalendarPeriod::Quarter => (count.saturating_mul(3), HorizonUnit::Months),
            CalendarPeriod::Year => (count, HorizonUnit::Years),
        };
        Self { count, unit }.checked()
    }

    /// How it is said: so many of what.
    #[must_use]
    pub const fn said(self) -> (u32, HorizonUnit) {
        (self.count, self.unit)
    }

    /// How many periods of the calendar it is.
    ///
    /// # Errors
    /// [`Error::Usage`] if that is no whole number.
    pub fn in_periods(self, period: CalendarPeriod) -> Result<u32> {
        let months = match self.unit {
            HorizonUnit::Months => Some(self.count),
            HorizonUnit::Years => Some(12 * self.count),
            HorizonUnit::Days | HorizonUnit::Weeks => None,
        };
        let days = match self.unit {
            HorizonUnit::Days => Some(self.count),
            HorizonUnit::Weeks => Some(7 * self.count),
            HorizonUnit::Months | HorizonUnit::Years => None,
        };
        let (have, one, example) = match period {
            CalendarPeriod::Week => (days, 7, "52w"),
            CalendarPeriod::Month => (months, 1, "12m"),
            CalendarPeriod::Quarter => (months, 3, "12m"),
            CalendarPeriod::Year => (months, 12, "1y"),
        };
        have.filter(|have| have % one == 0).map(|have| have / one).ok_or_else(|| {
            Error::usage(format!(
                "a horizon of {self} is not a whole number of {period}s, in which this model counts; write for instance {example}"
            ))
        })
    }

    fn checked(self) -> Result<Self> {
        let days = f64::from(self.count)
            * match self.unit {
                HorizonUnit::Days => 1.0,
                HorizonUnit::Weeks => 7.0,
                HorizonUnit::Months => 30.0,
                HorizonUnit::Years => 365.0,
            };
        if self.count == 0 {
            return Err(Error::usage(
                "a horizon of 0 has nothing to predict; use for instance --horizon 52w",
            ));
        }
        if days > f64::from(Self::MAX_YEARS) * 366.0 {
            return Err(Error::usage(format!(
                "a horizon of {self} is beyond {} years; use for instance --horizon 52w",
                Self::MAX_YEARS
            )));
        }
        Ok(self)
    }

    /// Whether its length depends on the calendar (months and years).
    #[must_use]
    pub const fn is_calendar(self) -> bool {
        matches!(self.unit, HorizonUnit::Months | HorizonUnit::Years)
    }

    /// Its length in days; for months and years, counted on the calendar from the day of the cut-off.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is in months or years and no cut-off is known.
    pub fn in_days(self, cutoff: Option<(Grain, Tick)>) -> Result<f64> {
        let span = match self.unit {
            HorizonUnit::Days => return Ok(f64::from(self.count)),
            HorizonUnit::Weeks => return Ok(7.0 * f64::from(self.count)),
            HorizonUnit::Months => i64::from(self.count).months(),
            HorizonUnit::Years => i64::from(self.count).years(),
        };
        let (grain, tick) = cutoff.ok_or_else(|| {
            Error::usage(format!(
                "a horizon of {self} is counted on the calendar, but the day of the cut-off is not known; \
                 give it with --cutoff, or the horizon in days or weeks"
            ))
        })?;
        let from = grain.moment(tick).date();
        let to = from.saturating_add(span);
        Ok(f64::from(from.until(to).map_or(0, |span| span.get_days())))
    }

    /// Its length in a unit of time; see [`Horizon::in_days`], or for periods of the calendar [`Horizon::in_periods`].
    ///
    /// # Errors
    /// As [`Horizon::in_days`] or [`Horizon::in_periods`].
    pub fn in_units(self, unit: TimeUnit, cutoff: Option<(Grain, Tick)>) -> Result<super::Periods> {
        if let TimeUnit::Calendar(period) = unit {
            return super::Periods::new(f64::from(self.in_periods(period)?));
        }
        super::Periods::new(self.in_days(cutoff)? / unit.days())
    }
}

impl fmt::Display for Horizon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            HorizonUnit::Days => "d",
            HorizonUnit::Weeks => "w",
            HorizonUnit::Months => "m",
            HorizonUnit::Years => "y",
        };
        write!(f, "{}{unit}", self.count)
    }
}

impl FromStr for Horizon {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::usage(format!("`{text}` is not a horizon; write 365d, 52w, 12m or 1y"));
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let unit = match text[digits.len()..].trim().to_ascii_lowercase().as_str() {
            "d" | "day" | "days" => HorizonUnit::Days,
            "w" | "week" | "weeks" => HorizonUnit::Weeks,
            "m" | "mo" | "month" | "months" => HorizonUnit::Months,
            "y" | "year" | "years" => HorizonUnit::Years,
            _ => return Err(wrong()),
        };
        Self { count: digits.parse().map_err(|_| wrong())?, unit }.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(horizon: &str, cutoff: &str) -> f64 {
        let tick = Grain::Day.read(cutoff).unwrap();
        horizon.parse::<Horizon>().unwrap().in_days(Some((Grain::Day, tick))).unwrap()
    }

    #[test]
    fn months_and_years_are_counted_on_the_calendar() {
        assert_eq!(days("12m", "1997-09-30"), 365.0);
        assert_eq!(days("1y", "2023-06-30"), 366.0);
        assert_eq!(days("1m", "2024-01-31"), 29.0);
        assert_eq!(days("52w", "2024-01-31"), 364.0);
        assert!("12m".parse::<Horizon>().unwrap().in_days(None).is_err());
    }

    #[test]
    fn opportunities_are_counted_in_whole_periods() {
        let periods = |horizon: &str, period| horizon.parse::<Horizon>().unwrap().in_periods(period).ok();
        assert_eq!(periods("5y", CalendarPeriod::Year), Some(5));
        assert_eq!(periods("2y", CalendarPeriod::Quarter), Some(8));
        assert_eq!(periods("24m", CalendarPeriod::Year), Some(2));
        assert_eq!(periods("28d", CalendarPeriod::Week), Some(4));
        for (horizon, period) in [
            ("30m", CalendarPeriod::Year),
            ("1y", CalendarPeriod::Week),
            ("52w", CalendarPeriod::Year),
            ("4m", CalendarPeriod::Quarter),
            ("10d", CalendarPeriod::Week),
        ] {
            assert_eq!(periods(horizon, period), None, "{horizon}");
        }
    }

    #[test]
    fn what_is_no_horizon_is_refused() {
        for wrong in ["0w", "900y", "12", "w", "-3d", "1.5w", ""] {
            assert!(wrong.parse::<Horizon>().is_err(), "{wrong}");
        }
    }
}
