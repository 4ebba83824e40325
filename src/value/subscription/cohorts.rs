//! Subscribers by the period in which they began.

use super::movements::mrr_on;
use crate::features::Contracts;
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, Grain, Money};

/// What is left of those who began in one period, so many periods later. Only complete periods are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CohortAge {
    /// The period in which they began, by its number.
    pub cohort: i32,
    /// Periods since.
    pub age: u32,
    /// How many began.
    pub customers: u64,
    /// How many are subscribers at the end of this period, those who came back among them.
    pub active: u64,
    /// What these bring a month.
    pub mrr: Money,
    /// What the cohort brought at the end of the period in which it began.
    pub mrr_at_first: Money,
}

/// Every cohort at every age.
#[must_use]
pub fn cohorts(contracts: &Contracts, period: CalendarPeriod) -> Vec<CohortAge> {
    let index = |tick| period.index(Grain::Day, tick);
    // The last period that is complete.
    let last = index(period.last_complete(Grain::Day, contracts.until));
    let first = contracts.rows.iter().map(|contract| contract.start).min().map_or(0, index);
    let ages = |cohort: i32| (last - cohort + 1).max(0) as usize;
    let mut all: Vec<Vec<CohortAge>> = (first..=last)
        .map(|cohort| {
            let at = |age: usize| CohortAge { cohort, age: age as u32, ..CohortAge::default() };
            (0..ages(cohort)).map(at).collect()
        })
        .collect();
    for mine in contracts.by_customer() {
        let cohort = index(mine[0].start);
        let Some(row) = all.get_mut((cohort - first) as usize) else { continue };
        for at in row.iter_mut() {
            at.customers += 1;
            if let Some(mrr) = mrr_on(mine, period.end(Grain::Day, cohort + at.age as i32)) {
                at.active += 1;
                at.mrr = Money::from_micros(at.mrr.micros().saturating_add(mrr.micros()));
            }
        }
    }
    for row in &mut all {
        let at_first = row.first().map_or(Money::ZERO, |at| at.mrr);
        row.iter_mut().for_each(|at| at.mrr_at_first = at_first);
    }
    all.into_iter().flatten().filter(|at| at.customers > 0).collect()
}

/// As a table: `cohort`, `age`, `customers`, `active`, `retention`, `mrr`, `mrr_retention`.
#[must_use]
pub fn cohort_sheet(rows: &[CohortAge], period: CalendarPeriod, has_money: bool) -> Sheet {
    let retention = |at: &CohortAge| Some(at.active as f64 / at.customers as f64);
    let kept = |at: &CohortAge| {
        let paid = has_money && at.mrr_at_first > Money::ZERO;
        paid.then(|| at.mrr.to_f64() / at.mrr_at_first.to_f64())
    };
    Sheet::new()
        .with("cohort", Column::Text(rows.iter().map(|at| period.label(at.cohort)).collect()))
        .with("age", Column::Count(rows.iter().map(|at| u64::from(at.age)).collect()))
        .with("customers", Column::Count(rows.iter().map(|at| at.customers).collect()))
        .with("active", Column::Count(rows.iter().map(|at| at.active).collect()))
        .with("retention", Column::Share(rows.iter().map(retention).collect()))
        .with("mrr", Column::Money(rows.iter().map(|at| has_money.then(|| at.mrr.to_f64())).collect()))
        .with("mrr_retention", Column::Share(rows.iter().map(kept).collect()))
}
