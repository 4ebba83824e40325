//! Cohorts: customers by the period of their first purchase, what they did at every age, how it goes on, and whether they differ.

mod cells;
mod early;
mod onward;
mod differences;
mod sheet;
mod picture;

pub use differences::{Difference, Differences, Verdict};
pub use early::{crossed, within_days};
pub use onward::Onward;

use crate::features::Past;
use crate::math::means::PowerSums;
use crate::units::{AnnualRate, CalendarPeriod, Grain, Share, Tick};
use crate::value::Groups;
use crate::{Error, Result};

/// How cohorts are told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CohortPlan {
    /// The period of the first purchase, and the step of age.
    pub period: CalendarPeriod,
    /// The part of the revenue that is counted as value.
    pub margin: Share,
    /// The yearly rate at which value of a later age is discounted to the cohort's own period; none without one.
    pub discount: Option<AnnualRate>,
}

impl CohortPlan {
    /// What one unit of revenue at an age is worth in the cohort's own period: margin × (1 + rate)^(−age in years).
    fn worth(&self, age: usize) -> f64 {
        let rate = self.discount.map_or(0.0, AnnualRate::get);
        let years = age as f64 / self.period.per_year();
        self.margin.get() * (-years * rate.ln_1p()).exp()
    }
}

/// What a cohort did at one age: in the so-manieth period after its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Age {
    /// Whether the period was over by the cut-off.
    pub complete: bool,
    /// Customers who bought in it.
    pub active: u64,
    /// Their orders.
    pub orders: u64,
    /// Their revenue, net of refunds, before margin and discount; `None` without money.
    pub revenue: Option<f64>,
    /// Value of each customer up to the end of it (purchases, without money): its powers, added up.
    value: PowerSums,
}

impl Age {
    /// The part of the customers who bought in it; `None` while the period is not over.
    #[must_use]
    pub fn retention(&self) -> Option<f64> {
        self.complete.then(|| self.active as f64 / self.value.count.max(1) as f64)
    }

    /// Mean value of a customer from the first purchase up to the end of it.
    #[must_use]
    pub fn cumulative(&self) -> f64 {
        self.value.mean().unwrap_or(0.0)
    }
}

/// What a cohort will have brought at an age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ahead {
    /// The age.
    pub age: usize,
    /// Mean value of a customer from the first purchase up to the end of it: what is known and what is expected.
    pub value: f64,
    /// The interval of that mean.
    pub interval: Option<(f64, f64)>,
}

/// The customers of one period (and group).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cohort {
    /// The number of its period.
    pub index: i32,
    /// Its group, by the place of its name in [`Cohorts::groups`]; 0 where all are one.
    pub group: usize,
    /// Its customers.
    pub customers: u64,
    /// From its own period to the one of the cut-off.
    pub ages: Vec<Age>,
    /// From the first period that is not over; empty without a model.
    pub ahead: Vec<Ahead>,
}

impl Cohort {
    /// The oldest age that is complete.
    #[must_use]
    pub fn oldest(&self) -> Option<usize> {
        self.ages.iter().rposition(|age| age.complete)
    }

    /// The mean value of a customer up to the cut-off.
    #[must_use]
    pub fn so_far(&self) -> f64 {
        self.ages.last().map_or(0.0, Age::cumulative)
    }
}

/// All cohorts of a shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohorts {
    /// How they are told.
    pub plan: CohortPlan,
    /// What groups are told apart by; empty where all are one.
    pub by: String,
    /// The names of the groups, those without a customer as well; empty where all are one.
    pub groups: Vec<String>,
    /// All customers, by cohort.
    pub whole: Vec<Cohort>,
    /// The cohorts of each group, by cohort, then by group; empty where all are one.
    pub split: Vec<Cohort>,
    /// Whether value is money; purchases otherwise.
    pub money: bool,
    /// What should be known of them, in words.
    pub notes: Vec<String>,
    cutoff: Tick,
    grain: Grain,
}

/// Cohorts and ages beyond this are refused: nobody reads them.
const MOST_PERIODS: i32 = 1_200;

impl Cohorts {
    /// The cohorts of a past. A purchase counts at the age of its period: 0 is the cohort's own, whatever day of it the customer came.
    ///
    /// # Errors
    /// [`Error::Usage`] for more than 1,200 periods, and for a past of opportunities.
    pub fn of(past: &Past<'_>, groups: &Groups, plan: CohortPlan) -> Result<Self> {
        let (grain, cutoff) = (past.orders().options.grain, past.cutoff());
        let first = past.orders().first_tick().unwrap_or(cutoff);
        let periods = plan.period.index(grain, cutoff) - plan.period.index(grain, first) + 1;
        if past.period().is_some() {
            return Err(Error::usage("cohorts count purchases, not opportunities to buy"));
        }
        if periods > MOST_PERIODS {
            return Err(Error::usage(format!(
                "the orders span {periods} {}s, but at most {MOST_PERIODS} are told apart; use a longer --period",
                plan.period
            )));
        }
        let money = past.orders().has_money();
        // Purchases have no margin.
        let plan = if money { plan } else { CohortPlan { margin: Share::new(1.0)?, ..plan } };
        let parted = groups.len() > 1 || !groups.by.is_empty();
        let split = cells::gather(past, groups, &plan);
        let mut cohorts = Self {
            plan,
            by: groups.by.clone(),
            groups: if parted { groups.names.clone() } else { Vec::new() },
            whole: if parted { cells::joined(&split) } else { Vec::new() },
            split,
            money,
            notes: groups.note().into_iter().collect(),
            cutoff,
            grain,
        };
        if !parted {
            std::mem::swap(&mut cohorts.whole, &mut cohorts.split);
        }
        cohorts.notes.extend(cohorts.assumed());
        Ok(cohorts)
    }

    /// The name of a cohort: its period.
    #[must_use]
    pub fn label(&self, cohort: &Cohort) -> String {
        self.plan.period.label(cohort.index)
    }

    /// The name of a cohort's group.
    #[must_use]
    pub fn group(&self, cohort: &Cohort) -> &str {
        self.groups.get(cohort.group).map_or(Groups::ALL, String::as_str)
    }

    /// The cohorts as they are told apart: of each group, or of all.
    #[must_use]
    pub fn told(&self) -> &[Cohort] {
        if self.groups.is_empty() { &self.whole } else { &self.split }
    }

    /// The period of the cut-off, and whether it is over.
    fn now(&self) -> (i32, bool) {
        let index = self.plan.period.index(self.grain, self.cutoff);
        (index, self.plan.period.end(self.grain, index) <= self.cutoff)
    }

    /// All customers who have been seen for at least so long, as one: what they did at each age that their cohorts completed.
    #[must_use]
    pub fn pooled(&self, group: usize) -> Vec<Age> {
        let mut ages: Vec<Age> = Vec::new();
        for cohort in self.told().iter().filter(|cohort| cohort.group == group) {
            let known = cohort.oldest().map_or(0, |oldest| oldest + 1);
            ages.resize(ages.len().max(known), Age { complete: true, ..Age::default() });
            ages.iter_mut().zip(&cohort.ages[..known]).for_each(|(sum, age)| sum.add(age));
        }
        ages
    }

    /// What is assumed, in words.
    fn assumed(&self) -> Vec<String> {
        let Self { plan, grain, .. } = self;
        let mut notes = Vec::new();
        let (now, over) = self.now();
        if !over {
            notes.push(format!(
                "{} is not over on {}: it is marked, and counted in no retention and in no comparison",
                plan.period.label(now),
                grain.show(self.cutoff)
            ));
        }
        if self.whole.iter().all(|cohort| cohort.oldest().is_none()) {
            notes.push(format!(
                "no {} is complete yet, so no retention is known; use a shorter --period",
                plan.period
            ));
        } else if let [only] = &self.whole[..] {
            notes.push(format!("there is one cohort only, {}: nothing to compare it with", self.label(only)));
        }
        if let Some(oldest) = self.whole.first() {
            notes.push(format!(
                "a customer is new with the first purchase in these orders: if the shop is older than them, {} holds older customers too",
                self.label(oldest)
            ));
        }
        if !self.groups.is_empty() {
            notes.push("of a group, each age is of the cohorts that have completed it, so later ages are of fewer and older customers".into());
        }
        let what =
            if self.money { "revenue" } else { "the number of purchases, as the orders have no amounts" };
        notes.push(match (plan.margin.get() < 1.0, plan.discount) {
            (false, None) => format!("value is {what}, not discounted"),
            (true, None) => format!("value is {what} times the margin, not discounted"),
            (margin, Some(rate)) => format!(
                "value is {what}{}, discounted by {:.1} % a year to the cohort's own {}",
                if margin { " times the margin" } else { "" },
                100.0 * rate.get(),
                plan.period
            ),
        });
        notes
    }
}

impl Age {
    fn add(&mut self, other: &Self) {
        self.complete &= other.complete;
        self.active += other.active;
        self.orders += other.orders;
        self.revenue = match (self.revenue, other.revenue) {
            (Some(one), Some(more)) => Some(one + more),
            (one, more) => one.or(more),
        };
        self.value.add(&other.value);
    }
}
