//! What was foreseen of the new customers of each period at its end, and what is foreseen today.

use super::seen::Seen;
use super::{Clock, Foreseen, TrendPlan};
use crate::features::{Customers, Past};
use crate::fit::{Recipe, TrainedModel};
use crate::progress::Progress;
use crate::units::{Tick, TimeUnit};
use crate::value::{Future, NOBODY, Windows};
use crate::{Error, Result};

/// A model with the customers that it is asked about.
pub(super) struct Shop<'a> {
    pub trained: &'a TrainedModel,
    pub customers: &'a Customers,
    pub clock: &'a Clock,
    pub plan: &'a TrendPlan,
}

/// What is foreseen of each period, and a word about it.
type Found = (Vec<Option<Foreseen>>, Option<String>);

impl Shop<'_> {
    /// Today: what is known of each period, and what is left of its customers' horizons.
    pub fn now(&self, seen: &[Seen]) -> Result<Found> {
        let money = self.customers.has_money();
        let known: Vec<f64> = seen.iter().map(|seen| seen.value(money)).collect();
        let indices: Vec<i32> = seen.iter().map(|seen| seen.index).collect();
        self.ahead(&indices, &known)
    }

    /// At the end of a period: all that its customers did by then lies within their horizons, as no horizon is shorter than a period.
    pub fn then(&self, index: i32) -> Result<(Option<Foreseen>, Option<String>)> {
        let known =
            self.rows()?.filter(|(_, first)| self.clock.period.index(self.clock.grain, *first) == index);
        let paid = self.customers.history.as_ref().map(|history| &history.total_value);
        let value = |row: usize| match paid.filter(|paid| !paid.is_empty()) {
            Some(paid) => paid[row].to_f64(),
            None => f64::from(self.customers.frequency[row]) + 1.0,
        };
        let known = crate::math::sum::sum(known.map(|(row, _)| value(row)));
        let (found, note) = self.ahead(&[index], &[known])?;
        Ok((found.into_iter().next().flatten(), note))
    }

    /// The rows of the table with their first purchases.
    fn rows(&self) -> Result<impl Iterator<Item = (usize, Tick)>> {
        let history = self.customers.history.as_ref().ok_or_else(|| {
            Error::usage("a table of customers does not tell when they first bought; give the orders instead")
        })?;
        Ok(history.first_order.iter().copied().enumerate())
    }

    /// What is known of some periods (ascending), and on top of it what the model expects until each customer's horizon is over.
    fn ahead(&self, periods: &[i32], known: &[f64]) -> Result<Found> {
        let future = Future::new(self.trained, self.customers)?;
        if self.customers.has_money() && !future.has_money() {
            let why = "the model knows purchases alone, not what they are worth";
            return Ok((vec![None; periods.len()], Some(why.to_owned())));
        }
        let (clock, cutoff) = (self.clock, self.customers.cutoff.unwrap_or(Tick(i32::MAX)));
        let place = |(_, first): (usize, Tick)| {
            let index = clock.period.index(clock.grain, first);
            periods.binary_search(&index).map_or(NOBODY, |at| at as u32)
        };
        let group: Vec<u32> = self.rows()?.map(place).collect();
        let firsts: Vec<Tick> = self.rows()?.map(|(_, first)| first).collect();
        let left = |row: usize, ends: &mut [f64]| {
            let left = clock.grain.between(cutoff, clock.life(firsts[row]), self.customers.unit);
            ends.fill(left.max(0.0));
        };
        let windows =
            Windows { group: &group, groups: periods.len(), steps: 1, ends: &left, level: self.plan.level };
        let margin = self.plan.margin.get();
        let each = |(path, known): (crate::value::Path, &f64)| {
            let mean =
                |more: f64| (path.customers > 0).then(|| margin * (known + more) / path.customers as f64);
            let interval = path.interval.as_ref().map(|all| all[0]);
            let interval = interval.and_then(|(low, high)| Some((mean(low)?, mean(high)?)));
            mean(path.expected[0]).map(|value| Foreseen { value, interval })
        };
        let found = future.paths(&windows)?.into_iter().zip(known).map(each).collect();
        Ok((found, future.note().map(str::to_owned)))
    }
}

/// What a model trained at the end of each period foresaw. Where none could be, the notes say why.
pub(super) fn then(
    past: &Past<'_>,
    seen: &[Seen],
    clock: &Clock,
    plan: &TrendPlan,
    (recipe, now): (&Recipe, Option<(&TrainedModel, &Customers)>),
    notes: &mut Vec<String>,
    progress: &dyn Progress,
) -> Result<Vec<Option<Foreseen>>> {
    let unit = now.map_or_else(TimeUnit::default, |(trained, _)| trained.unit);
    let timezone = now.map_or("UTC", |(trained, _)| trained.timezone.as_str());
    progress.begin("training on each past", Some(seen.len() as u64));
    let mut without: Vec<(String, String)> = Vec::new();
    let mut all = Vec::with_capacity(seen.len());
    for seen in seen {
        progress.check()?;
        let end = clock.period.end(clock.grain, seen.index);
        let found = if end > past.cutoff() {
            Err(format!("it is not over on {}", clock.grain.show(past.cutoff())))
        } else {
            at(past, end, (seen.index, unit, timezone), clock, plan, recipe)?
        };
        all.push(match found {
            Ok(found) => found,
            Err(why) => {
                without.push((clock.period.label(seen.index), why));
                None
            }
        });
        progress.advance(1);
    }
    progress.end();
    notes.extend(told(without));
    Ok(all)
}

/// What a model trained up to a tick says of the period that ends there; or why there is none.
fn at(
    past: &Past<'_>,
    end: Tick,
    (index, unit, timezone): (i32, TimeUnit, &str),
    clock: &Clock,
    plan: &TrendPlan,
    recipe: &Recipe,
) -> Result<std::result::Result<Option<Foreseen>, String>> {
    let tried = || -> Result<(Option<Foreseen>, Option<String>)> {
        let earlier = past.again(end)?;
        let customers = earlier.customers(unit);
        let trained = TrainedModel::train(recipe, &customers, timezone)?;
        Shop { trained: &trained, customers: &customers, clock, plan }.then(index)
    };
    match tried() {
        Ok((Some(found), _)) => Ok(Ok(Some(found))),
        Ok((None, why)) => Ok(Err(why.unwrap_or_else(|| "nobody of it was known then".to_owned()))),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(usage @ Error::Usage(_)) => Err(usage),
        Err(why) => Ok(Err(why.to_string().replace("\n  ", "; "))),
    }
}

/// Periods without a forecast of then, those with the same reason together.
fn told(without: Vec<(String, String)>) -> Vec<String> {
    let mut notes: Vec<(Vec<String>, String)> = Vec::new();
    for (period, why) in without {
        match notes.iter_mut().find(|(_, known)| *known == why) {
            Some((periods, _)) => periods.push(period),
            None => notes.push((vec![period], why)),
        }
    }
    notes
        .into_iter()
        .map(|(periods, why)| format!("no forecast then for {}: {why}", periods.join(", ")))
        .collect()
}
