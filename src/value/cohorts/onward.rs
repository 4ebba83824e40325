//! How cohorts go on: what is known of each, and what a model expects at the ends of the periods to come.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Ahead, Cohort, CohortPlan, Cohorts};
use crate::features::Customers;
use crate::fit::TrainedModel;
use crate::model::Parametric;
use crate::units::{CalendarPeriod, Horizon, Share, Tick};
use crate::value::{Future, Groups, NOBODY, Path, Windows};
use crate::{Error, Result};

/// So many periods ahead at most.
const MOST_STEPS: usize = 600;

/// The periods to come: the first that is not over, and the ends of all in units of time after the cut-off.
struct Steps {
    first: i32,
    ends: Vec<f64>,
}

/// By what cohorts go on, and how far.
#[derive(Clone, Copy)]
pub struct Onward<'a> {
    /// The model.
    pub trained: &'a TrainedModel,
    /// The table of the past that the cohorts are of, in the model's unit.
    pub customers: &'a Customers,
    /// The groups that the cohorts are told apart by.
    pub groups: &'a Groups,
    /// How far ahead: to the end of the period in which the horizon ends.
    pub horizon: Horizon,
    /// The level of the intervals.
    pub level: Share,
}

impl Cohorts {
    /// The same cohorts, each continued for the customers who are known now. Where the model knows no money and the orders do, cohorts stay as they are and a note says so.
    ///
    /// # Errors
    /// [`Error::Usage`] for more than 600 periods, or a table without the customers' first purchases; as [`Future::new`] and [`Future::paths`].
    pub fn continued(mut self, onward: &Onward<'_>) -> Result<Self> {
        let Onward { trained, customers, horizon, level, .. } = *onward;
        let future = Future::new(trained, customers)?;
        if self.money && !future.has_money() {
            self.notes.push(
                "the model knows purchases alone, not what they are worth: no cohort is continued".into(),
            );
            return Ok(self);
        }
        let steps = self.steps(customers, horizon)?;
        let plan = self.plan;
        for (cohorts, groups) in [(&mut self.whole, None), (&mut self.split, Some(onward.groups))] {
            if cohorts.is_empty() {
                continue;
            }
            let group = rows(cohorts, customers, plan.period, groups)?;
            let ends = |_: usize, ends: &mut [f64]| ends.copy_from_slice(&steps.ends);
            let windows =
                Windows { group: &group, groups: cohorts.len(), steps: steps.ends.len(), ends: &ends, level };
            for (cohort, path) in cohorts.iter_mut().zip(future.paths(&windows)?) {
                cohort.ahead = ahead(cohort, &path, &steps, &plan);
            }
        }
        self.notes.push(format!(
            "cohorts go on by {} for the customers known now, at the {:.0} % level: the intervals know luck and how sure the parameters are, neither trend \
             nor season",
            trained.purchase.model.name(),
            100.0 * level.get()
        ));
        self.notes.extend(future.note().map(str::to_owned));
        Ok(self)
    }

    fn steps(&self, customers: &Customers, horizon: Horizon) -> Result<Steps> {
        let Self { grain, cutoff, plan, .. } = self;
        let ticks = horizon.in_days(Some((*grain, *cutoff)))? * f64::from(grain.ticks_per_day());
        let until = f64::from(cutoff.0) + ticks;
        if until >= f64::from(i32::MAX) {
            return Err(Error::usage(format!(
                "a horizon of {horizon} leads beyond the calendar; use a shorter one"
            )));
        }
        let (now, over) = self.now();
        let first = now + i32::from(over);
        let last = plan.period.index(*grain, Tick(until as i32)).max(first);
        let count = (last - first) as usize + 1;
        if count > MOST_STEPS {
            return Err(Error::usage(format!(
                "a horizon of {horizon} has {count} {}s, but at most {MOST_STEPS} are forecast; use a longer --period or a shorter --horizon",
                plan.period
            )));
        }
        let end = |index: i32| grain.between(*cutoff, plan.period.end(*grain, index), customers.unit);
        Ok(Steps { first, ends: (first..=last).map(end).collect() })
    }
}

/// The cohort of each row of the table, by its place in the list.
fn rows(
    cohorts: &[Cohort],
    customers: &Customers,
    period: CalendarPeriod,
    groups: Option<&Groups>,
) -> Result<Vec<u32>> {
    let history = customers.history.as_ref().filter(|history| history.numbers.len() == customers.len());
    let history = history.ok_or_else(|| {
        Error::usage("a table of customers does not tell when they first bought; give the orders instead")
    })?;
    let place = |(at, cohort): (usize, &Cohort)| ((cohort.index, cohort.group), at as u32);
    let places: HashMap<_, _, FixedState> = cohorts.iter().enumerate().map(place).collect();
    let row = |(&first, &number): (&Tick, &u32)| {
        let group = groups.map_or(0, |groups| groups.of[number as usize] as usize);
        places.get(&(period.index(customers.grain, first), group)).copied().unwrap_or(NOBODY)
    };
    Ok(history.first_order.iter().zip(&history.numbers).map(row).collect())
}

/// What is known of a cohort, and on top of it what is expected: each step's share is worth what a unit of revenue is at that age. The interval
/// is that of the plain sum, scaled as the sum is by its worth.
fn ahead(cohort: &Cohort, path: &Path, steps: &Steps, plan: &CohortPlan) -> Vec<Ahead> {
    let (known, n) = (cohort.so_far(), path.customers.max(1) as f64);
    let mut worth = 0.0;
    let mut step = |at: usize| {
        let age = (steps.first + at as i32 - cohort.index).max(0) as usize;
        let (sum, before) = (path.expected[at], if at > 0 { path.expected[at - 1] } else { 0.0 });
        worth += plan.worth(age) * (sum - before);
        let factor = if sum > 0.0 { worth / sum } else { plan.worth(age) } / n;
        let interval = path.interval.as_ref().map(|all| all[at]);
        let interval = interval.map(|(low, high)| (known + factor * low, known + factor * high));
        Ahead { age, value: known + worth / n, interval }
    };
    (0..steps.ends.len()).map(&mut step).collect()
}
