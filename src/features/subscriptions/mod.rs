//! Subscriptions: how many renewals were due, and whether the last was declined.

mod contracts;
mod dates;
mod read;
mod sheet;
mod table;

use super::Tenure;
use crate::orders::Ids;
use crate::units::CalendarPeriod;
use crate::{Error, Result};

pub use contracts::{Contract, ContractOptions, Contracts, Spell};
pub use read::SubscriptionOptions;

/// Subscriptions, column by column.
#[derive(Debug, Clone)]
pub struct Subscriptions {
    /// Whose: the customer's id, or the number of the line. Empty for a table of counts.
    pub ids: Ids,
    /// What is known of each.
    pub tenures: Vec<Tenure>,
    /// How many renewals would have been due until the end of observation, had nobody left.
    pub observed: Vec<u32>,
    /// Whether it still runs at the end of observation. One that was cancelled within a period that is not over counts as
    /// not declined yet, so that early news of cancellations does not bias a fit, and does not run either.
    pub runs: Vec<bool>,
    /// How many each row stands for.
    pub count: Vec<f64>,
    /// The place of each row's cohort in [`Subscriptions::cohorts`].
    pub cohort: Vec<usize>,
    /// The names of the cohorts, in the order of the file; one with an empty name if there are none.
    pub cohorts: Vec<String>,
    /// From one renewal to the next.
    pub period: CalendarPeriod,
    /// What a reader must know, in words.
    pub notes: Vec<String>,
}

impl Subscriptions {
    pub(super) fn empty(period: CalendarPeriod) -> Self {
        Self {
            ids: Ids::default(),
            tenures: Vec::new(),
            observed: Vec::new(),
            runs: Vec::new(),
            count: Vec::new(),
            cohort: Vec::new(),
            cohorts: Vec::new(),
            period,
            notes: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, cohort: &str, tenure: Tenure, observed: u32, runs: bool, count: f64) {
        let place = self.cohorts.iter().position(|known| known == cohort).unwrap_or_else(|| {
            self.cohorts.push(cohort.to_owned());
            self.cohorts.len() - 1
        });
        self.cohort.push(place);
        self.tenures.push(tenure);
        self.observed.push(observed);
        self.runs.push(runs);
        self.count.push(count);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tenures.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tenures.is_empty()
    }

    /// Whether each row is one subscription; otherwise rows are kinds with counts.
    #[must_use]
    pub fn is_individual(&self) -> bool {
        self.ids.len() == self.len()
    }

    /// The same with all cohorts taken together.
    #[must_use]
    pub fn pooled(mut self) -> Self {
        self.cohorts = vec![String::new()];
        self.cohort.iter_mut().for_each(|place| *place = 0);
        self
    }

    /// The rows of one cohort.
    pub fn of(&self, cohort: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).filter(move |&at| self.cohort[at] == cohort)
    }

    /// The past as it was so many periods ago: renewals due since then are unknown, subscriptions begun since then are not there.
    ///
    /// # Errors
    /// [`Error::Usage`] if nothing is then left.
    pub fn rewind(&self, by: u32) -> Result<Self> {
        let mut then = Self { cohorts: self.cohorts.clone(), ..Self::empty(self.period) };
        for at in (0..self.len()).filter(|&at| self.observed[at] >= by) {
            let (observed, now) = (self.observed[at] - by, self.tenures[at]);
            let known = now.left && now.due <= observed;
            let tenure = if known { now } else { Tenure { due: now.due.min(observed), left: false } };
            if self.is_individual() {
                then.ids.push(self.ids.get(at));
            }
            then.push(&self.cohorts[self.cohort[at]], tenure, observed, !known, self.count[at]);
        }
        if then.tenures.iter().all(|tenure| tenure.due == 0) {
            return Err(Error::usage(format!(
                "{by} {}s ago no renewal had been due: at most {} can be gone back",
                self.period,
                self.observed.iter().max().map_or(0, |most| most.saturating_sub(1))
            )));
        }
        Ok(then)
    }
}
