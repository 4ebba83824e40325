//! Cohorts as a table.

use super::{Age, Ahead, Cohort, Cohorts};
use crate::table::{Column, Sheet};

/// A row: a cohort at an age, with what was seen and what is expected.
struct Row<'a> {
    cohort: &'a Cohort,
    at: usize,
    seen: Option<&'a Age>,
    ahead: Option<&'a Ahead>,
}

impl Cohorts {
    /// A row for each cohort (and group) and age: `cohort, group, age, complete, customers, active, retention, orders, revenue,
    /// cumulative_value_per_customer, predicted_cumulative_value, predicted_lower, predicted_upper`. Without groups there is no `group`. What lies
    /// ahead is empty in what was seen, and the other way round; both stand in the row of a period that is not over.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let rows: Vec<Row<'_>> = self.told().iter().flat_map(rows).collect();
        let rows = &rows;
        let words = |of: &dyn Fn(&Row<'_>) -> String| Column::Text(rows.iter().map(of).collect());
        let real = |of: fn(&Age) -> Option<f64>| -> Vec<_> {
            rows.iter().map(|row| row.seen.and_then(of)).collect()
        };
        let count =
            |of: fn(&Age) -> u64| Column::OptionalCount(rows.iter().map(|row| row.seen.map(of)).collect());
        let worth = |values| if self.money { Column::Money(values) } else { Column::Real(values) };
        let ahead =
            |of: fn(&Ahead) -> Option<f64>| worth(rows.iter().map(|row| row.ahead.and_then(of)).collect());
        let complete = |row: &Row<'_>| row.seen.is_some_and(|age| age.complete);
        let mut sheet = Sheet::new().with("cohort", words(&|row| self.label(row.cohort)));
        if !self.groups.is_empty() {
            sheet = sheet.with("group", words(&|row| self.group(row.cohort).to_owned()));
        }
        sheet
            .with("age", Column::Count(rows.iter().map(|row| row.at as u64).collect()))
            .with("complete", Column::Flag(rows.iter().map(complete).collect()))
            .with("customers", Column::Count(rows.iter().map(|row| row.cohort.customers).collect()))
            .with("active", count(|age| age.active))
            .with("retention", Column::Share(real(Age::retention)))
            .with("orders", count(|age| age.orders))
            .with("revenue", Column::Money(real(|age| age.revenue)))
            .with("cumulative_value_per_customer", worth(real(|age| Some(age.cumulative()))))
            .with("predicted_cumulative_value", ahead(|ahead| Some(ahead.value)))
            .with("predicted_lower", ahead(|ahead| ahead.interval.map(|ends| ends.0)))
            .with("predicted_upper", ahead(|ahead| ahead.interval.map(|ends| ends.1)))
    }
}

fn rows(cohort: &Cohort) -> impl Iterator<Item = Row<'_>> {
    let last = cohort.ahead.last().map_or(0, |ahead| ahead.age + 1).max(cohort.ages.len());
    let first = cohort.ahead.first().map_or(last, |ahead| ahead.age);
    (0..last).map(move |at| Row {
        cohort,
        at,
        seen: cohort.ages.get(at),
        ahead: at.checked_sub(first).and_then(|step| cohort.ahead.get(step)),
    })
}
