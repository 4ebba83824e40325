//! What comes in every month, and what moved it.

use crate::features::{Contract, Contracts};
use crate::table::{Column, Sheet};
use crate::units::{CalendarPeriod, Grain, Money, Tick};

/// Subscribers and what they bring a month (MRR) in one period of the calendar: opening + new + reactivated − churned = closing, for subscribers
/// and (with expansion and contraction) for money.
///
/// Whoever has a contract that runs at the end of the period's last day is a subscriber then; of an incomplete period that is the last day observed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Movement {
    /// The period, by its number.
    pub period: i32,
    /// Whether all of it is observed.
    pub complete: bool,
    /// Subscribers when it began.
    pub opening: u64,
    /// Subscribers at its end who never were any before this period.
    pub new: u64,
    /// Subscribers at its end who were none when it began, but some time before.
    pub reactivated: u64,
    /// Subscribers when it began who are none at its end.
    pub churned: u64,
    /// Who came and left within it, and is in none of the others.
    pub passing: u64,
    /// Subscribers at its end.
    pub closing: u64,
    /// What subscribers brought a month when it began.
    pub mrr_opening: Money,
    /// Of the new.
    pub mrr_new: Money,
    /// Of those who came back.
    pub mrr_reactivated: Money,
    /// By how much more those who stayed pay.
    pub expansion: Money,
    /// By how much less those who stayed pay, as a positive number.
    pub contraction: Money,
    /// What those who left had brought, as a positive number.
    pub mrr_churned: Money,
    /// What subscribers bring a month at its end.
    pub mrr: Money,
}

impl Movement {
    /// A part of what there was when the period began; `None` if there was nothing.
    fn of_opening(&self, part: Money) -> Option<f64> {
        (self.mrr_opening > Money::ZERO).then(|| part.to_f64() / self.mrr_opening.to_f64())
    }

    /// Those who left / subscribers when it began.
    #[must_use]
    pub fn churn_rate(&self) -> Option<f64> {
        (self.opening > 0).then(|| self.churned as f64 / self.opening as f64)
    }

    /// (Churned + contraction) / MRR when it began.
    #[must_use]
    pub fn revenue_churn_rate(&self) -> Option<f64> {
        self.of_opening(plus(self.mrr_churned, self.contraction))
    }

    /// Gross revenue retention: 1 − revenue churn; at most 1.
    #[must_use]
    pub fn gross_retention(&self) -> Option<f64> {
        self.revenue_churn_rate().map(|churn| 1.0 - churn)
    }

    /// Net revenue retention: (MRR when it began − churned − contraction + expansion) / MRR when it began. Neither the new nor
    /// those who came back are in it.
    #[must_use]
    pub fn net_retention(&self) -> Option<f64> {
        Some(self.gross_retention()? + self.of_opening(self.expansion)?)
    }

    /// MRR / subscribers, at its end.
    #[must_use]
    pub fn arpu(&self) -> Option<f64> {
        (self.closing > 0).then(|| self.mrr.to_f64() / self.closing as f64)
    }

    /// Takes in a customer: MRR when the period began and at its end, `None` for no subscriber.
    fn take(&mut self, before: Option<Money>, after: Option<Money>, known: bool, came: bool) {
        self.opening += u64::from(before.is_some());
        self.closing += u64::from(after.is_some());
        self.mrr_opening = plus(self.mrr_opening, before.unwrap_or(Money::ZERO));
        self.mrr = plus(self.mrr, after.unwrap_or(Money::ZERO));
        match (before, after) {
            (Some(before), Some(after)) if after > before => {
                self.expansion = plus(self.expansion, less(after, before));
            }
            (Some(before), Some(after)) => self.contraction = plus(self.contraction, less(before, after)),
            (Some(before), None) => {
                self.churned += 1;
                self.mrr_churned = plus(self.mrr_churned, before);
            }
            (None, Some(after)) if known => {
                self.reactivated += 1;
                self.mrr_reactivated = plus(self.mrr_reactivated, after);
            }
            (None, Some(after)) => {
                self.new += 1;
                self.mrr_new = plus(self.mrr_new, after);
            }
            (None, None) => self.passing += u64::from(came),
        }
    }
}

/// Sums stay below 9.2e12; beyond, they stop there.
fn plus(one: Money, other: Money) -> Money {
    Money::from_micros(one.micros().saturating_add(other.micros()))
}

fn less(one: Money, other: Money) -> Money {
    Money::from_micros(one.micros().saturating_sub(other.micros()))
}

/// What a customer's contracts bring a month at the end of a day; `None` if none runs.
pub(super) fn mrr_on(contracts: &[Contract], day: Tick) -> Option<Money> {
    let running = contracts.iter().filter(|contract| contract.runs_on(day));
    running.map(Contract::monthly).fold(None, |all, one| Some(plus(all.unwrap_or(Money::ZERO), one)))
}

/// Every period from the first contract to the end of observation.
#[must_use]
pub fn movements(contracts: &Contracts, period: CalendarPeriod) -> Vec<Movement> {
    let index = |tick| period.index(Grain::Day, tick);
    let first = contracts.rows.iter().map(|contract| contract.start).min().map_or(0, index);
    let last = index(contracts.until);
    let end = |at: i32| period.end(Grain::Day, at).min(contracts.until);
    let begin = |at: i32| Movement {
        period: at,
        complete: period.end(Grain::Day, at) <= contracts.until,
        ..Movement::default()
    };
    let mut rows: Vec<Movement> = (first..=last).map(begin).collect();
    for mine in contracts.by_customer() {
        let (mut before, mut known) = (None, false);
        let came_in: Vec<i32> = mine.iter().map(|contract| index(contract.start)).collect();
        for at in came_in[0]..=last {
            let (after, came) = (mrr_on(mine, end(at)), came_in.contains(&at));
            rows[(at - first) as usize].take(before, after, known, came);
            known |= came;
            before = after;
        }
    }
    rows
}

/// As a table: one row a period. Without amounts the columns of money are empty.
#[must_use]
pub fn mrr_sheet(rows: &[Movement], period: CalendarPeriod, has_money: bool) -> Sheet {
    let count = |of: fn(&Movement) -> u64| Column::Count(rows.iter().map(of).collect());
    let money = |of: fn(&Movement) -> Money| {
        Column::Money(rows.iter().map(|row| has_money.then(|| of(row).to_f64())).collect())
    };
    let share = |of: fn(&Movement) -> Option<f64>| Column::Share(rows.iter().map(of).collect());
    let earned =
        |of: fn(&Movement) -> Option<f64>| rows.iter().map(|row| of(row).filter(|_| has_money)).collect();
    Sheet::new()
        .with("period", Column::Text(rows.iter().map(|row| period.label(row.period)).collect()))
        .with("complete", Column::Flag(rows.iter().map(|row| row.complete).collect()))
        .with("opening", count(|row| row.opening))
        .with("new", count(|row| row.new))
        .with("reactivated", count(|row| row.reactivated))
        .with("churned", count(|row| row.churned))
        .with("passing", count(|row| row.passing))
        .with("subscribers", count(|row| row.closing))
        .with("mrr_opening", money(|row| row.mrr_opening))
        .with("mrr_new", money(|row| row.mrr_new))
        .with("mrr_reactivated", money(|row| row.mrr_reactivated))
        .with("expansion", money(|row| row.expansion))
        .with("contraction", money(|row| row.contraction))
        .with("mrr_churned", money(|row| row.mrr_churned))
        .with("mrr", money(|row| row.mrr))
        .with("arpu", Column::Money(earned(Movement::arpu)))
        .with("churn_rate", share(Movement::churn_rate))
        .with("revenue_churn_rate", Column::Share(earned(Movement::revenue_churn_rate)))
        .with("gross_retention", Column::Share(earned(Movement::gross_retention)))
        .with("net_retention", Column::Share(earned(Movement::net_retention)))
}
