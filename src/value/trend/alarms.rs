//! What is out of line.

use super::{TrendPlan, TrendRow};
use crate::units::CalendarPeriod;

/// How many periods before one make a line that it can be out of.
pub(super) const fn line(period: CalendarPeriod) -> usize {
    match period {
        CalendarPeriod::Year => 2,
        _ => 4,
    }
}

/// Raises the alarms of each period:
///
/// - the realised value, or while the horizon is not over what is foreseen now, lies outside the interval foreseen at the end of the period;
/// - what was foreseen at its end lies below (above) all intervals that were foreseen at the ends of the four periods before (of years: two).
pub(super) fn raise(rows: &mut [TrendRow], plan: &TrendPlan) {
    let line = line(plan.period);
    for at in 0..rows.len() {
        let mut alarms: Vec<String> = since(&rows[at]).into_iter().collect();
        if let Some(start) = at.checked_sub(line) {
            alarms.extend(against(&rows[at], &rows[start..at], plan));
        }
        rows[at].alarms = alarms;
    }
}

/// What became of what was foreseen.
fn since(row: &TrendRow) -> Option<String> {
    let (low, high) = row.then?.interval?;
    let (what, value) = match row.now {
        _ if row.complete => ("the realised value", row.realised),
        Some(now) => ("the value expected now", now.value),
        // What is realised can only grow.
        None if row.realised > high => ("the realised value", row.realised),
        None => return None,
    };
    let side = if value < low {
        "below"
    } else if value > high {
        "above"
    } else {
        return None;
    };
    Some(format!("{what} is {side} what was predicted then"))
}

/// How a period stands to those before it, each as it was foreseen at its own end.
fn against(row: &TrendRow, before: &[TrendRow], plan: &TrendPlan) -> Option<String> {
    let value = row.then?.value;
    let intervals: Vec<(f64, f64)> = before.iter().filter_map(|row| row.then?.interval).collect();
    if intervals.len() < before.len() {
        return None;
    }
    let side = if intervals.iter().all(|(low, _)| value < *low) {
        "below"
    } else if intervals.iter().all(|(_, high)| value > *high) {
        "above"
    } else {
        return None;
    };
    let many = intervals.len();
    Some(format!(
        "the value predicted then is {side} the intervals of each of the {many} {}s before",
        plan.period
    ))
}
