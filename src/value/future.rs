//! What groups of customers will bring: cumulative value along steps of time after the cut-off, with intervals of each group's sum.

mod pulled;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

pub use self::pulled::Pulled;
use super::mixture::{Moments, interval};
use crate::features::{Customers, HistoryKey};
use crate::fit::TrainedModel;
use crate::model::{
    AnyPurchaseModel, AnySpendModel, Effort, Law, Parametric, PurchaseModel, SpendModel, Spenders,
};
use crate::predict::ParameterDraws;
use crate::units::Share;
use crate::{Error, Result};

/// Of this many draws of the parameters the list is thinned.
const DRAWS: usize = 400;
/// Their seed: the same input gives the same interval.
const SEED: u64 = 0x6c74_7631;
/// Customers are worked on in pieces of this size, whatever the number of threads.
const PIECE: usize = 1 << 12;
/// A row that is in no group.
pub const NOBODY: u32 = u32::MAX;

/// Which sums are asked for: for every row of the table its group, and the ends of its windows. All windows begin at the cut-off.
pub struct Windows<'a> {
    /// The group of each row of the table; [`NOBODY`] for none.
    pub group: &'a [u32],
    /// How many groups there are.
    pub groups: usize,
    /// How many steps.
    pub steps: usize,
    /// Fills in where each window of a row ends: times after the cut-off in the model's unit, not negative, growing.
    pub ends: &'a (dyn Fn(usize, &mut [f64]) + Sync),
    /// The level of the intervals.
    pub level: Share,
}

/// What one group will bring, cumulated from the cut-off to each step. Money is revenue, undiscounted.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its customers.
    pub customers: u64,
    /// Expected purchases.
    pub purchases: Vec<f64>,
    /// Expected value (purchases, where money is not modelled).
    pub expected: Vec<f64>,
    /// The central interval of the group's sum; `None` where its variance does not exist.
    pub interval: Option<Vec<(f64, f64)>>,
}

/// A trained model, asked about the sums of groups.
///
/// Given the parameters, customers are independent: the sum of a group has the sum of their means and of their variances, and its law is
/// taken as the gamma law of these two moments. Over the draws of the parameters it is a mixture of such laws, so the interval knows luck and
/// how sure the parameters are; it knows neither trend nor season. Means are exact at the last step; before it, groups of more than 1,024
/// customers take the shape of the path from that many of them, evenly picked. How a draw of the parameters changes a sum is found from up to
/// 128 customers a group at three steps.
pub struct Future<'a> {
    customers: &'a Customers,
    fitted: Laws,
    draws: Vec<Laws>,
    effort: Effort,
    note: Option<String>,
}

/// A model of purchases and one of spend, with what is changed of them from now on.
struct Laws {
    purchase: AnyPurchaseModel,
    spend: Option<AnySpendModel>,
    pulled: Pulled,
}

impl<'a> Future<'a> {
    /// The future of a table of customers under a trained model. Without money in the table, of purchases alone.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model with covariates or one that counts opportunities, and for customers without what its model of spend needs.
    pub fn new(trained: &TrainedModel, customers: &'a Customers) -> Result<Self> {
        suits(trained, customers)?;
        let money = customers.has_money();
        let spend = trained.spend.as_ref().filter(|_| money).map(|part| part.model.spender(0));
        let purchase = trained.purchase.model.base().clone();
        let effort = purchase.effort();
        let (draws, note) = match drawn(trained, money, sizes(effort).2) {
            Ok(draws) => (draws, None),
            Err(why) => (
                Vec::new(),
                Some(format!("intervals know luck alone, not how sure the parameters are: {why}")),
            ),
        };
        Ok(Self { customers, fitted: Laws { purchase, spend, pulled: Pulled::NOTHING }, draws, effort, note })
    }

    /// What should be known of its intervals, in words.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether it speaks of money; of purchases otherwise.
    #[must_use]
    pub const fn has_money(&self) -> bool {
        self.fitted.spend.is_some()
    }

    /// Expected purchases and value of a customer acquired now, beyond the first purchase, up to each of some times.
    ///
    /// # Errors
    /// [`Error::Undefined`] where the mean value of an order does not exist.
    pub fn newcomer(&self, times: &[f64]) -> Result<Vec<(f64, f64)>> {
        let law = self.fitted.purchase.newcomer();
        let each = match &self.fitted.spend {
            Some(spend) => spend.mean().ok_or_else(no_mean)?,
            None => 1.0,
        };
        Ok(times.iter().map(|&t| law.mean(t)).map(|mean| (mean, mean * each)).collect())
    }

    /// Expected value of some rows and its variance (`None` where it does not exist) at the fitted parameters, from the cut-off to a time of
    /// each row's own.
    ///
    /// # Errors
    /// As [`Future::paths`].
    pub fn each(&self, rows: &[u32], end: &(dyn Fn(usize) -> f64 + Sync)) -> Result<Vec<(f64, Option<f64>)>> {
        let ends = |row: usize, ends: &mut [f64]| ends[0] = end(row);
        let level = Share::new(1.0)?;
        let windows = Windows { group: &[], groups: 0, steps: 1, ends: &ends, level };
        let one = |row: &u32| {
            let sums = self.fitted.piece(self.customers, &windows, std::slice::from_ref(row), &[0])?;
            Ok((sums[0].value, sums[0].variance))
        };
        rows.par_iter().map(one).collect()
    }

    /// The paths of all groups.
    ///
    /// # Errors
    /// [`Error::Undefined`] where the mean value of an order does not exist (Gamma-Gamma: q below 1).
    pub fn paths(&self, windows: &Windows<'_>) -> Result<Vec<Path>> {
        let rows = members(windows);
        let (many, few, _) = sizes(self.effort);
        let whole = self.whole(windows, &rows, many)?;
        let (at, ratios) = self.under_draws(windows, &rows, few)?;
        let path = |(group, sums): (usize, Vec<Sum>)| {
            let interval = |step: usize| {
                let sum = &sums[step];
                let moments = Moments { mean: sum.value, variance: sum.variance? };
                Some(interval(moments, &varied(&at, &ratios, group, step), windows.level))
            };
            Path {
                customers: rows[group].len() as u64,
                purchases: sums.iter().map(|sum| sum.purchases).collect(),
                expected: sums.iter().map(|sum| sum.value).collect(),
                interval: (0..windows.steps).map(interval).collect(),
            }
        };
        Ok(whole.into_iter().enumerate().map(path).collect())
    }

    /// The sums of all groups at the fitted parameters.
    fn whole(&self, windows: &Windows<'_>, rows: &[Vec<u32>], many: usize) -> Result<Vec<Vec<Sum>>> {
        let every: Vec<usize> = (0..windows.steps).collect();
        rows.iter()
            .map(|rows| {
                let Some(last) = windows.steps.checked_sub(1) else { return Ok(Vec::new()) };
                let mut sums = self.fitted.sums(self.customers, windows, &picked(rows, many), &every)?;
                if rows.len() > many {
                    let exact = self.fitted.sums(self.customers, windows, rows, &[last])?;
                    let (sampled, exact) = (sums[last].clone(), &exact[0]);
                    sums.iter_mut().for_each(|sum| sum.scale(&sampled, exact));
                }
                Ok(sums)
            })
            .collect()
    }

    /// By how much each draw changes the sums of all groups, and at which steps that was found.
    pub(super) fn factors(&self, windows: &Windows<'_>) -> Result<(Vec<usize>, Ratios)> {
        self.under_draws(windows, &members(windows), sizes(self.effort).1)
    }

    /// By how much each draw changes the sums of each group: at some steps, (draw, group, step) the factors of mean and variance.
    fn under_draws(
        &self,
        windows: &Windows<'_>,
        rows: &[Vec<u32>],
        few: usize,
    ) -> Result<(Vec<usize>, Ratios)> {
        let last = windows.steps.saturating_sub(1);
        let mut at = vec![last / 3, 2 * last / 3, last];
        at.dedup();
        if windows.steps == 0 {
            return Ok((at, Vec::new()));
        }
        let few = if rows.len() > 32 { few.div_ceil(2) } else { few };
        let sample: Vec<Vec<u32>> = rows.iter().map(|rows| picked(rows, few)).collect();
        let under = |laws: &Laws| -> Result<Vec<Vec<Sum>>> {
            sample.iter().map(|rows| laws.sums(self.customers, windows, rows, &at)).collect()
        };
        let fitted = under(&self.fitted)?;
        // A draw under which a mean or a variance does not exist says nothing of how the sums vary.
        let drawn: Vec<_> = self.draws.par_iter().map(|laws| under(laws).ok()).collect();
        let ratios = drawn.into_iter().flatten().map(|drawn| {
            let group = |(new, old): (Vec<Sum>, &Vec<Sum>)| {
                new.iter().zip(old).map(|(new, old)| new.against(old)).collect::<Vec<_>>()
            };
            drawn.into_iter().zip(&fitted).map(group).collect()
        });
        Ok((at, ratios.collect()))
    }
}

/// Draw, group, step: factors of mean and variance.
pub(super) type Ratios = Vec<Vec<Vec<(f64, f64)>>>;

/// How many customers of a group tell the shape of its path, how many tell of the draws, and how many draws there are.
const fn sizes(effort: Effort) -> (usize, usize, usize) {
    match effort {
        Effort::Low => (1024, 128, 50),
        Effort::Middle => (256, 48, 25),
        Effort::High => (64, 16, 16),
    }
}

fn suits(trained: &TrainedModel, customers: &Customers) -> Result<()> {
    if trained.covariates.is_some() {
        return Err(Error::usage(
            "the model has covariates, whose file would be needed here too; use a model trained without --covariates",
        ));
    }
    if trained.unit.calendar().is_some() {
        return Err(Error::usage(format!(
            "{} counts opportunities to buy, which months of a customer's life do not; use a model such as bg-nbd",
            trained.purchase.model.name()
        )));
    }
    match &trained.spend {
        Some(spend) if spend.model.base().needs_logs() && customers.has_money() && !customers.has_logs() => {
            Err(crate::fit::needs_logs(spend.model.base()))
        }
        _ => Ok(()),
    }
}

/// Draws of both models, thinned.
fn drawn(trained: &TrainedModel, money: bool, most: usize) -> Result<Vec<Laws>> {
    let crowd = trained.anyone()?;
    let draws = ParameterDraws::of(trained, &crowd, money, DRAWS, SEED)?;
    let every = draws.purchases.len().div_ceil(most).max(1);
    let spend = |at: usize| -> Option<AnySpendModel> {
        let spenders: Option<&Spenders> = draws.spend.get(at % draws.spend.len().max(1));
        spenders.map(|spenders| spenders.spender(0))
    };
    let plain = |population: &crate::model::AnyPopulation| match population {
        crate::model::AnyPopulation::Groups(groups) => Some(groups.base().clone()),
        crate::model::AnyPopulation::Varying(_) => None,
    };
    let each = draws.purchases.iter().enumerate().step_by(every);
    let laws =
        |(at, p)| plain(p).map(|purchase| Laws { purchase, spend: spend(at), pulled: Pulled::NOTHING });
    Ok(each.filter_map(laws).collect())
}

/// The rows of each group.
fn members(windows: &Windows<'_>) -> Vec<Vec<u32>> {
    let mut rows = vec![Vec::new(); windows.groups];
    for (row, &group) in windows.group.iter().enumerate() {
        if group != NOBODY {
            rows[group as usize].push(row as u32);
        }
    }
    rows
}

/// At most so many rows, evenly picked.
fn picked(rows: &[u32], most: usize) -> Vec<u32> {
    rows.iter().copied().step_by(rows.len().div_ceil(most.max(1)).max(1)).collect()
}

/// The factors of each draw at a step: those at the steps where they were found, and lines between.
pub(super) fn varied(at: &[usize], ratios: &Ratios, group: usize, step: usize) -> Vec<(f64, f64)> {
    let next = at.partition_point(|&found| found < step).min(at.len() - 1);
    let before = next.saturating_sub(1);
    let share = match at[next] - at[before] {
        0 => 1.0,
        length => ((step as f64 - at[before] as f64) / length as f64).clamp(0.0, 1.0),
    };
    let between = |old: f64, new: f64| old + share * (new - old);
    let of = |draw: &Vec<Vec<(f64, f64)>>| {
        let (old, new) = (draw[group][before], draw[group][next]);
        (between(old.0, new.0), between(old.1, new.1))
    };
    ratios.iter().map(of).collect()
}

/// Sums over customers up to one step.
#[derive(Debug, Clone, Default)]
struct Sum {
    purchases: f64,
    value: f64,
    /// `None` where it does not exist for one of them.
    variance: Option<f64>,
}

impl Sum {
    /// From the sums of a sample to those of all, by what both are at the last step.
    fn scale(&mut self, sampled: &Self, exact: &Self) {
        let factor = |all: f64, some: f64| if some > 0.0 { all / some } else { 0.0 };
        self.purchases *= factor(exact.purchases, sampled.purchases);
        self.value *= factor(exact.value, sampled.value);
        let (some, all) = (sampled.variance, exact.variance);
        self.variance = self.variance.zip(some).zip(all).map(|((this, some), all)| this * factor(all, some));
    }

    fn against(&self, old: &Self) -> (f64, f64) {
        let factor = |new: f64, old: f64| if old > 0.0 { new / old } else { 1.0 };
        let variance = self.variance.zip(old.variance).map_or(1.0, |(new, old)| factor(new, old));
        (factor(self.value, old.value), variance)
    }

    fn add(&mut self, other: &Self) {
        self.purchases += other.purchases;
        self.value += other.value;
        self.variance = self.variance.zip(other.variance).map(|(sum, other)| sum + other);
    }
}

/// Mean and variance of a customer's purchases up to each step, for a history and its windows.
type Counts = HashMap<(HistoryKey, Vec<u64>), Vec<(f64, f64)>, FixedState>;

impl Laws {
    /// The sums of some rows at some steps: of pieces side by side, added in their order.
    fn sums(
        &self,
        customers: &Customers,
        windows: &Windows<'_>,
        rows: &[u32],
        at: &[usize],
    ) -> Result<Vec<Sum>> {
        let piece = |rows: &[u32]| self.piece(customers, windows, rows, at);
        let parts: Vec<Result<Vec<Sum>>> = rows.par_chunks(PIECE).map(piece).collect();
        let mut all = vec![Sum { variance: Some(0.0), ..Sum::default() }; at.len()];
        for part in parts {
            all.iter_mut().zip(&part?).for_each(|(sum, part)| sum.add(part));
        }
        Ok(all)
    }

    fn piece(
        &self,
        customers: &Customers,
        windows: &Windows<'_>,
        rows: &[u32],
        at: &[usize],
    ) -> Result<Vec<Sum>> {
        let mut sums = vec![Sum { variance: Some(0.0), ..Sum::default() }; at.len()];
        let mut ends = vec![0.0; windows.steps];
        let (mut known, money) = (Counts::default(), self.pulled.money);
        for &row in rows {
            let row = row as usize;
            (windows.ends)(row, &mut ends);
            let times: Vec<f64> = at.iter().map(|&step| ends[step]).collect();
            let counts = self.counts(customers, row, &times, &mut known);
            let spend = self.spend.as_ref().map(|spend| spend.knowing(&customers.spent(row)));
            for (sum, &(mean, variance)) in sums.iter_mut().zip(counts) {
                sum.add(&match &spend {
                    None => Sum { purchases: mean, value: mean, variance: Some(variance) },
                    Some(spend) => Sum {
                        purchases: mean,
                        value: money * mean * spend.mean().ok_or_else(no_mean)?,
                        variance: spend
                            .variance_of_sum(mean, variance)
                            .map(|variance| money * money * variance),
                    },
                });
            }
        }
        Ok(sums)
    }

    fn counts<'k>(
        &self,
        customers: &Customers,
        row: usize,
        times: &[f64],
        known: &'k mut Counts,
    ) -> &'k [(f64, f64)] {
        let customer = self.purchase.sees(customers.rfm(row));
        let key = (customer.key(), times.iter().map(|time| time.to_bits()).collect());
        known.entry(key).or_insert_with(|| {
            let (alive, law) =
                (self.purchase.p_alive(&customer), self.pulled.law(self.purchase.given_alive(&customer)));
            let until = |&time: &f64| {
                if time <= 0.0 {
                    return (0.0, 0.0);
                }
                let (mean, variance) = law.mean_and_variance(time);
                (alive * mean, alive * (variance + (1.0 - alive) * mean * mean))
            };
            times.iter().map(until).collect()
        })
    }
}

pub(super) fn no_mean() -> Error {
    Error::Undefined(
        "the mean value of an order does not exist under the fitted model of spend (Gamma-Gamma: q is below 1); use --spend log-normal, \
         or look at purchases alone with --spend none"
            .into(),
    )
}
