//! Periods of the calendar, in which there is one opportunity to buy each.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday, date};
use serde::{Deserialize, Serialize};

use super::{Grain, Tick};
use crate::{Error, Result};

/// A period of the calendar that stands for one opportunity to buy: bought in it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalendarPeriod {
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// January to March, and so on.
    Quarter,
    /// January to December.
    Year,
}

/// A Monday: weeks are counted from here.
const MONDAY: Date = date(1999, 12, 27);

impl CalendarPeriod {
    /// Its length in days, on average.
    #[must_use]
    pub const fn days(self) -> f64 {
        match self {
            Self::Week => 7.0,
            Self::Month => 365.25 / 12.0,
            Self::Quarter => 365.25 / 4.0,
            Self::Year => 365.25,
        }
    }

    /// How many months it has; `None` for a week.
    const fn months(self) -> Option<i32> {
        match self {
            Self::Week => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Year => Some(12),
        }
    }

    /// The number of the period into which a tick falls; one more for each next period.
    #[must_use]
    pub fn index(self, grain: Grain, tick: Tick) -> i32 {
        match self.months() {
            Some(months) => {
                let day = grain.moment(tick).date();
                (i32::from(day.year()) * 12 + i32::from(day.month()) - 1).div_euclid(months)
            }
            None => {
                let day = tick.0.div_euclid(grain.ticks_per_day());
                (day + 5).div_euclid(7) // day 0, 2000-01-01, is a Saturday
            }
        }
    }

    /// The first day of a period.
    fn first_day(self, index: i32) -> Date {
        match self.months() {
            Some(months) => {
                let month = index.saturating_mul(months);
                let year = i16::try_from(month.div_euclid(12)).unwrap_or(i16::MAX).clamp(1, 9998);
                Date::new(year, (month.rem_euclid(12) + 1) as i8, 1).unwrap_or(MONDAY)
            }
            None => MONDAY.saturating_add((7 * i64::from(index)).days()),
        }
    }

    /// The first tick of a period.
    #[must_use]
    pub fn start(self, grain: Grain, index: i32) -> Tick {
        grain.tick(self.first_day(index).at(0, 0, 0, 0)).unwrap_or(Tick(i32::MAX))
    }

    /// The last tick of a period.
    #[must_use]
    pub fn end(self, grain: Grain, index: i32) -> Tick {
        Tick(self.start(grain, index.saturating_add(1)).0.saturating_sub(1))
    }

    /// How a period is named, so that names sort as time goes: `2024-03`, `2024-Q1`, `2024`, and for a week `2024-W09` (ISO 8601).
    #[must_use]
    pub fn label(self, index: i32) -> String {
        let first = self.first_day(index);
        match self {
            Self::Week => {
                let week = first.iso_week_date();
                format!("{}-W{:02}", week.year(), week.week())
            }
            Self::Month => format!("{}-{:02}", first.year(), first.month()),
            Self::Quarter => format!("{}-Q{}", first.year(), (first.month() + 2) / 3),
            Self::Year => first.year().to_string(),
        }
    }

    /// The period that a label names, the other way round of [`CalendarPeriod::label`]; `None` for any other text.
    #[must_use]
    pub fn of_label(text: &str) -> Option<(Self, i32)> {
        let whole = |digits: &str, length: usize| -> Option<i16> {
            let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok())?
        };
        let text = text.trim();
        let year = whole(text.get(..4)?, 4)?;
        let (period, first) = match text.get(4..)?.strip_prefix('-') {
            None if text.len() == 4 => (Self::Year, Date::new(year, 1, 1).ok()?),
            None => return None,
            Some(rest) => match rest.split_at_checked(1)? {
                ("Q" | "q", quarter) => {
                    let quarter = whole(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
                    (Self::Quarter, Date::new(year, 3 * quarter as i8 - 2, 1).ok()?)
                }
                ("W" | "w", week) => {
                    let week = ISOWeekDate::new(year, whole(week, 2)? as i8, Weekday::Monday).ok()?;
                    (Self::Week, week.date())
                }
                _ => (Self::Month, Date::new(year, whole(rest, 2)? as i8, 1).ok()?),
            },
        };
        Some((period, period.index(Grain::Day, Grain::Day.tick(first.at(0, 0, 0, 0))?)))
    }

    /// How many periods a year has.
    #[must_use]
    pub const fn per_year(self) -> f64 {
        match self.months() {
            Some(months) => 12.0 / months as f64,
            None => 365.25 / 7.0,
        }
    }

    /// The last tick of the last period that is over when observation ends with `cutoff`.
    #[must_use]
    pub fn last_complete(self, grain: Grain, cutoff: Tick) -> Tick {
        let index = self.index(grain, cutoff);
        let end = self.end(grain, index);
        if end <= cutoff { end } else { self.end(grain, index.saturating_sub(1)) }
    }
}

impl fmt::Display for CalendarPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        })
    }
}

impl FromStr for CalendarPeriod {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "week" | "weeks" => Ok(Self::Week),
            "month" | "months" => Ok(Self::Month),
            "quarter" | "quarters" => Ok(Self::Quarter),
            "year" | "years" => Ok(Self::Year),
            _ => Err(Error::usage(format!(
                "`{text}` is not a period of the calendar; use week, month, quarter or year"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [CalendarPeriod; 4] =
        [CalendarPeriod::Week, CalendarPeriod::Month, CalendarPeriod::Quarter, CalendarPeriod::Year];

    #[test]
    fn every_tick_lies_within_its_period() {
        for grain in [Grain::Day, Grain::Hour] {
            for at in (-9_000..9_000).step_by(7) {
                let tick = Tick(at * grain.ticks_per_day() + at.rem_euclid(grain.ticks_per_day()));
                for period in ALL {
                    let index = period.index(grain, tick);
                    assert!(
                        period.start(grain, index) <= tick && tick <= period.end(grain, index),
                        "{period} {at}"
                    );
                    assert_eq!(period.index(grain, Tick(period.end(grain, index).0 + 1)), index + 1);
                }
            }
        }
    }

    #[test]
    fn a_period_is_named_by_its_year_and_place() {
        let named = |period: CalendarPeriod, day: &str| {
            period.label(period.index(Grain::Day, Grain::Day.read(day).unwrap()))
        };
        assert_eq!(named(CalendarPeriod::Month, "2024-03-31"), "2024-03");
        assert_eq!(named(CalendarPeriod::Quarter, "2024-12-01"), "2024-Q4");
        assert_eq!(named(CalendarPeriod::Year, "1999-12-31"), "1999");
        assert_eq!(named(CalendarPeriod::Week, "2024-12-30"), "2025-W01");
    }

    #[test]
    fn a_label_names_its_period() {
        for (period, label) in [
            (CalendarPeriod::Month, "2024-03"),
            (CalendarPeriod::Quarter, "2024-Q4"),
            (CalendarPeriod::Year, "1999"),
            (CalendarPeriod::Week, "2025-W01"),
            (CalendarPeriod::Week, "2020-W53"),
        ] {
            let (found, index) = CalendarPeriod::of_label(label).unwrap();
            assert_eq!((found, found.label(index)), (period, label.to_owned()));
        }
        for wrong in ["", "24", "2024-13", "2024-Q5", "2024-W54", "2024-3", "2024-03-01", "2024-", "x"] {
            assert_eq!(CalendarPeriod::of_label(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_period_is_complete_with_its_last_day() {
        let complete = |period: CalendarPeriod, cutoff: &str| {
            Grain::Day.show(period.last_complete(Grain::Day, Grain::Day.read(cutoff).unwrap()))
        };
        assert_eq!(complete(CalendarPeriod::Year, "2001-12-31"), "2001-12-31");
        assert_eq!(complete(CalendarPeriod::Year, "2001-12-30"), "2000-12-31");
        assert_eq!(complete(CalendarPeriod::Quarter, "2024-06-30"), "2024-06-30");
        assert_eq!(complete(CalendarPeriod::Quarter, "2024-07-01"), "2024-06-30");
        assert_eq!(complete(CalendarPeriod::Month, "2024-02-28"), "2024-01-31");
        assert_eq!(complete(CalendarPeriod::Month, "1998-06-30"), "1998-06-30");
        assert_eq!(complete(CalendarPeriod::Week, "2024-06-09"), "2024-06-09"); // a Sunday
        assert_eq!(complete(CalendarPeriod::Week, "2024-06-12"), "2024-06-09");
    }
}
