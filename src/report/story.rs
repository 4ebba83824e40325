//! What a report tells: the results of the other stages, gathered.

use crate::Result;
use crate::backtest::BacktestReport;
use crate::features::Past;
use crate::fit::TrainedModel;
use crate::orders::Ledger;
use crate::units::{CalendarPeriod, Horizon, Locale, Share, Tick};
use crate::value::acquisition::Acquisition;
use crate::value::cohorts::Cohorts;
use crate::value::metrics::Figures;
use crate::value::segments::Summary;
use crate::value::trend::Trend;

/// Everything that is told.
pub struct Story<'a> {
    /// What the page is called; without it, a title of the report's own.
    pub title: Option<&'a str>,
    /// Language, numbers, dates and currency.
    pub locale: Locale,
    /// The level of all intervals.
    pub level: Share,
    /// The orders as they were used.
    pub past: &'a Past<'a>,
    /// What became of every row.
    pub ledger: &'a Ledger,
    /// The fitted models.
    pub trained: &'a TrainedModel,
    /// What the time ahead is worth.
    pub outlook: Outlook,
    /// How the expected total is spread over the customers: the best tenth first.
    pub tenths: Vec<Tenth>,
    /// The most valuable customers, the best first.
    pub best: Vec<Person>,
    /// The repeat buyers who are slipping away, by what is at risk.
    pub slipping: Vec<Person>,
    /// The periods of the figures.
    pub period: CalendarPeriod,
    /// Key figures of the whole shop, period by period.
    pub figures: Vec<Figures>,
    /// Customers by the period of their first purchase.
    pub cohorts: Cohorts,
    /// What groups of customers are expected to bring, where they are told apart.
    pub groups: Option<GroupsAhead>,
    /// What customers of each channel cost and bring, where the costs are known.
    pub costs: Option<Acquisition>,
    /// Where customers stand in their life with the shop, and what is expected of them.
    pub segments: Summary,
    /// What was foreseen of each period's new customers and is now, or why that cannot be told.
    pub trend: Result<Trend>,
    /// How the same models would have done in the past, or why that is not known.
    pub check: Result<BacktestReport>,
}

/// A number and its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// What is expected.
    pub expected: f64,
    /// The central interval, where there is one.
    pub interval: Option<(f64, f64)>,
}

/// What the time ahead is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// How far ahead.
    pub horizon: Horizon,
    /// The last tick of it.
    pub until: Tick,
    /// How many customers there are.
    pub customers: u64,
    /// How many of them are expected to be alive.
    pub alive: f64,
    /// Purchases of all.
    pub purchases: Estimate,
    /// Value of all; `None` without money.
    pub value: Option<Estimate>,
    /// Cumulative value (purchases, without money) month by month; the last step is the end of the horizon.
    pub path: Vec<Step>,
    /// Whether the intervals of the path know luck alone, and not how sure the parameters are.
    pub luck_alone: bool,
}

/// A step of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Its last tick.
    pub end: Tick,
    /// What is expected until then.
    pub sum: Estimate,
}

/// Customers in order of what is expected of them: a tenth of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tenth {
    /// How many.
    pub customers: u64,
    /// What is expected of them together.
    pub value: f64,
    /// The part of the whole; `None` if nothing is expected of anybody.
    pub share: Option<f64>,
}

/// Groups of customers, and what is expected of them until the end of the horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupsAhead {
    /// What they are told apart by.
    pub by: String,
    /// How many values are in the group of all others.
    pub folded: usize,
    /// One by one, in the order in which they are told.
    pub groups: Vec<GroupAhead>,
}

/// A group of customers.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupAhead {
    /// What stands in the column; `None` for all other values together.
    pub name: Option<String>,
    /// How many customers.
    pub customers: u64,
    /// What is expected of all of them together.
    pub sum: Estimate,
}

/// A customer of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who.
    pub id: String,
    /// Purchases so far, the first included.
    pub bought: u64,
    /// The last of them.
    pub last: Tick,
    /// P(alive).
    pub p_alive: f64,
    /// Expected purchases.
    pub purchases: f64,
    /// Expected value, if there is money.
    pub value: Option<f64>,
    /// The interval of the value (of purchases, without money).
    pub interval: (f64, f64),
}

impl Person {
    /// What is at risk: what they would bring if they were alive, times the probability that they are not.
    pub(super) fn at_risk(&self) -> Option<f64> {
        let worth = self.value.unwrap_or(self.purchases);
        (self.p_alive > 0.0).then(|| (1.0 - self.p_alive) * worth / self.p_alive)
    }
}

/// The tenths of the customers by what is expected of each, the best first: fewer than ten for fewer customers. The sizes differ by at most
/// one. Sorts the numbers.
#[must_use]
pub fn tenths(expected: &mut [f64]) -> Vec<Tenth> {
    expected.sort_unstable_by(|one, other| other.total_cmp(one));
    let whole: f64 = expected.iter().sum();
    let groups = expected.len().min(10);
    let ends =
        (0..=groups).map(|at| (at * expected.len()).checked_div(groups).unwrap_or(0)).collect::<Vec<_>>();
    let tenth = |ends: &[usize]| {
        let value: f64 = expected[ends[0]..ends[1]].iter().sum();
        Tenth { customers: (ends[1] - ends[0]) as u64, value, share: (whole > 0.0).then(|| value / whole) }
    };
    ends.windows(2).map(tenth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_hold_everybody_once() {
        for customers in [1usize, 7, 10, 11, 99, 1000] {
            let mut expected: Vec<f64> = (0..customers).map(|at| (at * 7919 % 101) as f64).collect();
            let whole: f64 = expected.iter().sum();
            let tenths = tenths(&mut expected);
            assert_eq!(tenths.len(), customers.min(10));
            assert_eq!(tenths.iter().map(|tenth| tenth.customers).sum::<u64>(), customers as u64);
            assert!(
                (tenths.iter().map(|tenth| tenth.value).sum::<f64>() - whole).abs() < 1e-9 * whole.max(1.0)
            );
            assert!(tenths.windows(2).all(|pair| {
                let mean = |tenth: &Tenth| tenth.value / tenth.customers as f64;
                mean(&pair[0]) >= mean(&pair[1])
            }));
        }
    }

    #[test]
    fn nothing_expected_of_anybody_has_no_shares() {
        assert!(tenths(&mut []).is_empty());
        assert!(tenths(&mut [0.0; 20]).iter().all(|tenth| tenth.share.is_none()));
    }
}
