//! Subscriptions told by their dates: when they began, and when they ended.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Subscriptions;
use super::sheet::Sheet;
use crate::features::Tenure;
use crate::units::CalendarPeriod;
use crate::{Error, Result};

/// The day of the k-th renewal: on the calendar from the start, the last day of a month that is too short.
fn renewal(start: Date, k: u32, period: CalendarPeriod) -> Date {
    let k = i64::from(k);
    start.saturating_add(match period {
        CalendarPeriod::Week => (7 * k).days(),
        CalendarPeriod::Month => k.months(),
        CalendarPeriod::Quarter => (3 * k).months(),
        CalendarPeriod::Year => (12 * k).months(),
    })
}

/// How many renewals fall on days up to this one.
fn due_by(start: Date, day: Date, period: CalendarPeriod) -> u32 {
    let days = start.until(day).map_or(0, |span| span.get_days());
    let mut k = (f64::from(days) / period.days()).max(0.0) as u32;
    while k > 0 && renewal(start, k, period) > day {
        k -= 1;
    }
    while renewal(start, k + 1, period) <= day {
        k += 1;
    }
    k
}

/// What is known until a day of a subscription's renewals, and how many there would have been had it gone on. One that was cancelled within a period that
/// is not over is not declined yet.
pub(super) fn tenure(start: Date, end: Option<Date>, until: Date, period: CalendarPeriod) -> (Tenure, u32) {
    let observed = due_by(start, until, period);
    let declined = end.map(|end| {
        let within = due_by(start, end, period);
        if within > 0 && renewal(start, within, period) == end { within } else { within + 1 }
    });
    let tenure = match declined {
        Some(due) if due <= observed => Tenure { due, left: true },
        _ => Tenure { due: observed, left: false },
    };
    (tenure, observed)
}

/// Where the dates stand.
pub(super) struct Places {
    pub start: usize,
    pub end: usize,
    pub id: Option<usize>,
    pub cohort: Option<usize>,
}

pub(super) fn day(sheet: &Sheet, line: u64, row: &[String], column: usize) -> Result<Date> {
    let text = row[column].trim();
    let date = text.get(..10).and_then(|start| start.parse::<Date>().ok());
    date.filter(|date| (1932..2068).contains(&date.year())).ok_or_else(|| {
        sheet
            .wrong(line, column, format!("`{text}`"))
            .expected("a date like 2024-12-31 (1932 to 2067)")
            .into()
    })
}

/// One row: when it began, when it ended, if it did, and where it stands.
type Span = (usize, Date, Option<Date>);

/// Reads rows of start and end; `cutoff` ends observation, the last date of all unless given.
pub(super) fn read(
    sheet: &Sheet,
    at: &Places,
    period: CalendarPeriod,
    cutoff: Option<Date>,
) -> Result<Subscriptions> {
    let mut spans: Vec<Span> = Vec::new();
    for (place, (line, row)) in sheet.rows.iter().enumerate() {
        let start = day(sheet, *line, row, at.start)?;
        let end = if row[at.end].is_empty() { None } else { Some(day(sheet, *line, row, at.end)?) };
        if let Some(end) = end.filter(|end| *end < start) {
            return Err(sheet
                .wrong(*line, at.end, format!("the subscription ends on {end}, before it starts on {start}"))
                .hint("leave the end empty for one that still runs")
                .into());
        }
        spans.push((place, start, end));
    }
    let last = spans.iter().flat_map(|(_, start, end)| [Some(*start), *end]).flatten().max();
    let Some(until) = cutoff.or(last) else { return Ok(Subscriptions::empty(period)) };
    let mut all = Subscriptions::empty(period);
    let later = spans.iter().filter(|(_, start, _)| *start > until).count();
    for (place, start, end) in spans.into_iter().filter(|(_, start, _)| *start <= until) {
        let (line, row) = &sheet.rows[place];
        let (tenure, observed) = tenure(start, end, until, period);
        let runs = !tenure.left && end.is_none_or(|end| end > until);
        match at.id {
            Some(id) => all.ids.push(&row[id]),
            None => all.ids.push(&line.to_string()),
        }
        all.push(at.cohort.map_or("", |cohort| &row[cohort]), tenure, observed, runs, 1.0);
    }
    let why = if cutoff.is_some() {
        "the cut-off given"
    } else {
        "the last date in the file; give --cutoff if more is known"
    };
    all.notes.push(format!("observed until {until} ({why})"));
    if later > 0 {
        all.notes.push(format!("{later} subscriptions start after that and are left out"));
    }
    if all.is_empty() {
        return Err(Error::usage(format!(
            "no subscription had begun by the cut-off {until}; give a later --cutoff"
        )));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewals_are_counted_on_the_calendar() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let due = |start, until, period| due_by(day(start), day(until), period);
        assert_eq!(due("2024-01-31", "2024-02-28", CalendarPeriod::Month), 0);
        assert_eq!(due("2024-01-31", "2024-02-29", CalendarPeriod::Month), 1);
        assert_eq!(due("2024-01-31", "2024-03-30", CalendarPeriod::Month), 1);
        assert_eq!(due("2024-01-31", "2024-03-31", CalendarPeriod::Month), 2);
        assert_eq!(due("2020-02-29", "2023-02-28", CalendarPeriod::Year), 3);
        assert_eq!(due("2024-01-01", "2024-01-14", CalendarPeriod::Week), 1);
        assert_eq!(due("2024-01-01", "2024-01-01", CalendarPeriod::Week), 0);
        assert_eq!(due("2024-01-01", "2025-01-01", CalendarPeriod::Quarter), 4);
    }
}
