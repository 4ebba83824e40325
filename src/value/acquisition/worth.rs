//! What the customers of a group are worth, month of life by month of life.

use super::lives::{Lives, Months};
use super::shrink::{Group, Shrunk, shrink};
use crate::Result;
use crate::features::{Customers, Past};
use crate::math::special::normal_quantile;
use crate::math::sum::sum;
use crate::units::{Share, Tick, TimeUnit};
use crate::value::{Future, NOBODY, Path, Windows};

/// What a new customer of a group is worth: means over its customers, after margin and discount.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    /// How many they are.
    pub customers: u64,
    /// Cumulated with the first order (place 0) and up to the end of each month of life: what these customers brought, and what the model expects
    /// of them where months are still to come.
    pub raw: Vec<f64>,
    /// The interval of that: the predictive law of the group's total. `None` where its variance does not exist.
    pub between: Option<Vec<(f64, f64)>>,
    /// The part of `path` at the horizon that is still to come.
    pub to_come: f64,
    /// The part of their own figure in `path`; what is left is that of the rest: of the other channels, or of the channel's other periods.
    pub weight: f64,
    /// The same as `raw`, drawn towards the rest as far as the group is small.
    pub path: Vec<f64>,
    /// The variance of the mean that such customers have in the long run, at the horizon, by the luck of those who came.
    pub luck: f64,
    /// The standard deviation that unsure parameters add to it: the same in all groups.
    pub shared: f64,
}

impl Worth {
    /// LTV: the value up to the horizon.
    #[must_use]
    pub fn ltv(&self) -> f64 {
        self.path.last().copied().unwrap_or(0.0)
    }

    /// The same without shrinking: these customers' own.
    #[must_use]
    pub fn ltv_raw(&self) -> f64 {
        self.raw.last().copied().unwrap_or(0.0)
    }

    /// The interval of these customers' mean value up to the end of a month: the predictive law of their total, widened to hold `path`.
    #[must_use]
    pub fn interval(&self, month: usize) -> Option<(f64, f64)> {
        let (lower, upper) = *self.between.as_ref()?.get(month)?;
        let middle = *self.path.get(month)?;
        Some((lower.min(middle), upper.max(middle)))
    }

    /// The interval of what the next customers like these are worth in the long run: lognormal, since values are skewed and not negative.
    #[must_use]
    pub fn next(&self, level: Share) -> (f64, f64) {
        let ltv = self.ltv();
        if ltv <= 0.0 {
            return (ltv, ltv);
        }
        let factor = (width(level) * self.luck.sqrt().hypot(self.shared) / ltv).exp();
        (ltv / factor, ltv * factor)
    }

    /// Draws the groups towards the rest of what they are part of, as far as they are small; who has no sister stands for itself.
    ///
    /// Each is to be known by its own customers already ([`Worth::stand_alone`]).
    pub(super) fn draw_together(parts: &mut [Self], wholes: &[Self], whole: &[usize], within: f64) {
        let mut sisters = vec![0; wholes.len()];
        parts.iter().zip(whole).filter(|(part, _)| part.customers > 0).for_each(|(_, &at)| sisters[at] += 1);
        let alone = |at: usize| parts[at].customers == 0 || sisters[whole[at]] < 2;
        let compared: Vec<usize> = (0..parts.len()).filter(|&at| !alone(at)).collect();
        let mut squares = vec![0.0; wholes.len()];
        parts.iter().zip(whole).for_each(|(part, &at)| squares[at] += (part.customers as f64).powi(2));
        let rests: Vec<Vec<f64>> = compared.iter().map(|&at| wholes[whole[at]].without(&parts[at])).collect();
        let group = |(&at, rest): (&usize, &Vec<f64>)| {
            let size = parts[at].customers as f64;
            let rest_size = wholes[whole[at]].customers as f64 - size;
            Group {
                mean: parts[at].ltv_raw(),
                size,
                rest: rest.last().copied().unwrap_or(0.0),
                rest_size,
                rest_shares: (squares[whole[at]] - size * size) / (rest_size * rest_size),
                of: whole[at],
            }
        };
        let groups: Vec<Group> = compared.iter().zip(&rests).map(group).collect();
        let scale = sum(groups.iter().map(|group| group.rest)) / (groups.len().max(1) as f64);
        let found = shrink(&groups, within, scale);
        for ((at, shrunk), rest) in compared.into_iter().zip(found).zip(rests) {
            parts[at].mix((&wholes[whole[at]], &rest), shrunk);
        }
    }

    /// The path of the whole without a part of it; where the whole itself was moved, moved likewise.
    fn without(&self, part: &Self) -> Vec<f64> {
        let (all, own) = (self.customers as f64, part.customers as f64);
        let each = self.raw.iter().zip(&self.path).zip(&part.raw);
        each.map(|((raw, path), part)| (all * raw - own * part) / (all - own) + (path - raw)).collect()
    }

    /// How well it is known by its own customers alone.
    pub(super) fn stand_alone(&mut self, within: f64, shared: f64) {
        self.luck = within / (self.customers.max(1) as f64);
        self.shared = shared;
    }

    fn mix(&mut self, (whole, rest): (&Self, &[f64]), Shrunk { weight, variance }: Shrunk) {
        let mixed = |own: f64, rest: f64| weight * own + (1.0 - weight) * rest;
        self.path = self.raw.iter().zip(rest).map(|(&own, &rest)| mixed(own, rest)).collect();
        self.to_come = mixed(self.to_come, whole.to_come);
        self.luck = variance;
        self.shared = mixed(self.shared, whole.shared);
        self.weight = weight;
    }

    /// The first month of life in which the cumulated value reaches a cost: 0 with the first order, `None` if not within the horizon.
    #[must_use]
    pub fn payback(&self, cost: f64) -> Option<u32> {
        reached(self.path.iter().copied(), cost)
    }

    /// The earliest and the latest month of payback, by the ends of the interval.
    #[must_use]
    pub fn payback_between(&self, cost: f64) -> (Option<u32>, Option<u32>) {
        let months = 0..self.path.len();
        let end = |pick: fn((f64, f64)) -> f64| {
            let each = months.clone().map(|month| self.interval(month).map_or(f64::NEG_INFINITY, pick));
            reached(each, cost)
        };
        (end(|(_, upper)| upper), end(|(lower, _)| lower))
    }
}

fn reached(path: impl Iterator<Item = f64>, cost: f64) -> Option<u32> {
    (0..).zip(path).find(|(_, value)| *value >= cost).map(|(month, _)| month)
}

/// Standard deviations from the middle to the end of a normal interval.
pub(super) fn width(level: Share) -> f64 {
    normal_quantile(0.5 * (1.0 + level.get())).min(40.0)
}

/// What is known of all groups before anything is drawn together.
pub(super) struct Scene<'a> {
    pub past: &'a Past<'a>,
    pub customers: &'a Customers,
    /// The models, and which one tells of each customer.
    pub futures: &'a [Future<'a>],
    pub future_of: &'a [u32],
    pub lives: &'a Lives,
    pub months: &'a Months,
    pub horizon: usize,
    pub margin: f64,
    /// The continuous rate of discount a year.
    pub delta: f64,
    pub level: Share,
}

/// How values of single customers vary, and how unsure the models' part is.
pub(super) struct Spread {
    /// The variance between customers of one group, at the horizon.
    pub within: f64,
    /// Of each model, the standard deviation of a sum to come, as a part of it, from unsure parameters.
    pub unsure: Vec<f64>,
}

/// So many customers tell of the variance between them.
const SAMPLE: usize = 4096;

impl Scene<'_> {
    /// The groups' means from the sums of the cells they are made of; `of` is the group of each cell.
    pub fn worths(&self, of: &[u32], groups: usize) -> Result<Vec<Worth>> {
        let paths = self.paths(of, groups)?;
        let steps = self.horizon + 1;
        let mut realised = vec![vec![0.0; steps]; groups];
        let mut customers = vec![0u64; groups];
        for (cell, &group) in of.iter().enumerate().filter(|(_, group)| **group != NOBODY) {
            let sums = self.lives.realised(cell);
            realised[group as usize].iter_mut().zip(sums).for_each(|(to, value)| *to += value);
        }
        for &cell in &self.lives.group {
            if let Some(count) = customers.get_mut(of[cell as usize] as usize) {
                *count += 1;
            }
        }
        let each = realised.into_iter().zip(paths).zip(customers);
        Ok(each.map(|((realised, path), customers)| self.worth(&realised, &path, customers)).collect())
    }

    /// The models' paths of those who still have months to come: of each group the sum over models, whose errors are independent.
    fn paths(&self, of: &[u32], groups: usize) -> Result<Vec<Path>> {
        let mut all: Option<Vec<Path>> = None;
        for paths in self.paths_by_model(of, groups)? {
            all = Some(match all {
                None => paths,
                Some(sums) => sums.iter().zip(&paths).map(|(one, other)| added(one, other)).collect(),
            });
        }
        Ok(all.unwrap_or_default())
    }

    fn paths_by_model(&self, of: &[u32], groups: usize) -> Result<Vec<Vec<Path>>> {
        let cutoff = self.past.cutoff();
        let first = self.first_orders();
        let left = |row: usize, ends: &mut [f64]| self.months.ends(first[row], cutoff, self.unit(), ends);
        let mut ends = vec![0.0; self.horizon];
        let open = |(row, &cell): (usize, &u32)| {
            left(row, &mut ends);
            if ends.last().is_some_and(|&end| end > 0.0) { of[cell as usize] } else { NOBODY }
        };
        let group: Vec<u32> = self.lives.group.iter().enumerate().map(open).collect();
        let paths = |(model, future): (usize, &Future<'_>)| {
            let own = |(&group, &of): (&u32, &u32)| if of as usize == model { group } else { NOBODY };
            let group: Vec<u32> = group.iter().zip(self.future_of).map(own).collect();
            future.paths(&Windows {
                group: &group,
                groups,
                steps: self.horizon,
                ends: &left,
                level: self.level,
            })
        };
        self.futures.iter().enumerate().map(paths).collect()
    }

    fn worth(&self, realised: &[f64], path: &Path, customers: u64) -> Worth {
        let scale = self.margin / (customers.max(1) as f64);
        let discounted = self.discounted(&path.expected);
        let raw: Vec<f64> =
            realised.iter().zip(&discounted).map(|(past, rest)| scale * (past + rest)).collect();
        let between = path.interval.as_ref().map(|interval| {
            let first = (scale * realised[0], scale * realised[0]);
            let each = (1..realised.len()).map(|month| {
                let (expected, rest) = (path.expected[month - 1], discounted[month]);
                let part = if expected > 0.0 { rest / expected } else { 1.0 };
                let end = |value: f64| scale * (realised[month] + part * value);
                (end(interval[month - 1].0), end(interval[month - 1].1))
            });
            std::iter::once(first).chain(each).collect()
        });
        let to_come = scale * discounted.last().copied().unwrap_or(0.0);
        Worth { customers, path: raw.clone(), raw, between, to_come, weight: 1.0, luck: 0.0, shared: 0.0 }
    }

    /// Increments of an expected path, each discounted from the middle of its month of life, cumulated again; nothing at place 0.
    fn discounted(&self, expected: &[f64]) -> Vec<f64> {
        let (mut before, mut sum) = (0.0, 0.0);
        let month = |(at, &value): (usize, &f64)| {
            sum += (value - before) * (-self.delta * (at as f64 + 0.5) / 12.0).exp();
            before = value;
            sum
        };
        let rest: Vec<f64> = expected.iter().enumerate().map(month).collect();
        std::iter::once(0.0).chain(rest).collect()
    }

    /// How values vary, from a sample of the customers, evenly picked; `of` is the group of each cell.
    pub fn spread(&self, of: &[u32], groups: usize) -> Result<Spread> {
        let member = |row: &u32| of[self.lives.group[*row as usize] as usize] != NOBODY;
        let rows: Vec<u32> = (0..self.lives.group.len() as u32).filter(member).collect();
        let step = rows.len().div_ceil(SAMPLE).max(1);
        let sample: Vec<u32> = rows.iter().copied().step_by(step).collect();
        let to_come = self.to_come(&sample)?;
        let (mut means, mut sizes) = (vec![0.0; groups], vec![0.0; groups]);
        let each = sample.iter().zip(&to_come);
        let values: Vec<(usize, f64)> = each
            .map(|(&row, (expected, _))| {
                let group = of[self.lives.group[row as usize] as usize] as usize;
                // What is to come is not discounted here: a little on the safe side.
                (group, self.lives.total[row as usize] + expected)
            })
            .collect();
        for &(group, value) in &values {
            sizes[group] += 1.0;
            means[group] += (value - means[group]) / sizes[group];
        }
        let squares = sum(values.iter().map(|&(group, value)| (value - means[group]).powi(2)));
        let mut luck = vec![0.0; self.futures.len()];
        for (&row, (_, variance)) in sample.iter().zip(&to_come) {
            luck[self.future_of[row as usize] as usize] += variance.unwrap_or(0.0);
        }
        let there = sizes.iter().filter(|size| **size > 0.0).count() as f64;
        let size = values.len() as f64;
        let within = squares / (size - there).max(1.0) + sum(luck.iter().copied()) / size.max(1.0);
        let all = rows.len() as f64 / size.max(1.0);
        luck.iter_mut().for_each(|luck| *luck *= all);
        Ok(Spread { within: self.margin.powi(2) * within, unsure: self.unsure(of, &luck)? })
    }

    /// Expected value to come of some rows, with its variance.
    fn to_come(&self, rows: &[u32]) -> Result<Vec<(f64, Option<f64>)>> {
        let (cutoff, first) = (self.past.cutoff(), self.first_orders());
        let end = |row: usize| {
            let mut ends = vec![0.0; self.horizon];
            self.months.ends(first[row], cutoff, self.unit(), &mut ends);
            ends.last().copied().unwrap_or(0.0)
        };
        let mut all = vec![(0.0, None); rows.len()];
        for (model, future) in self.futures.iter().enumerate() {
            let own: Vec<usize> =
                (0..rows.len()).filter(|&at| self.future_of[rows[at] as usize] as usize == model).collect();
            let of = own.iter().map(|&at| rows[at]).collect::<Vec<_>>();
            own.into_iter().zip(future.each(&of, &end)?).for_each(|(at, found)| all[at] = found);
        }
        Ok(all)
    }

    /// How unsure each model's parameters leave a sum: what the interval of all its customers has beyond their luck.
    fn unsure(&self, of: &[u32], luck: &[f64]) -> Result<Vec<f64>> {
        let whole: Vec<u32> = of.iter().map(|&group| if group == NOBODY { NOBODY } else { 0 }).collect();
        let one = |(paths, luck): (Vec<Path>, &f64)| {
            let path = paths.first()?;
            let (lower, upper) = *path.interval.as_ref()?.last()?;
            let expected = path.expected.last().filter(|expected| **expected > 0.0)?;
            let variance = ((upper - lower) / (2.0 * width(self.level))).powi(2);
            Some((variance - luck).max(0.0).sqrt() / expected)
        };
        let all = self.paths_by_model(&whole, 1)?;
        Ok(all.into_iter().zip(luck).map(|each| one(each).unwrap_or(0.0)).collect())
    }

    fn unit(&self) -> TimeUnit {
        self.customers.unit
    }

    fn first_orders(&self) -> &[Tick] {
        self.customers.history.as_ref().map_or(&[], |history| &history.first_order)
    }
}

/// The sum of two independent paths: means add, and distances from them to the ends as roots of sums of squares.
fn added(one: &Path, other: &Path) -> Path {
    let sums = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + b).collect::<Vec<_>>();
    let expected = sums(&one.expected, &other.expected);
    let interval = one.interval.as_ref().zip(other.interval.as_ref()).map(|(a, b)| {
        let end = |at: usize| {
            let (mean_a, mean_b) = (one.expected[at], other.expected[at]);
            let lower = (mean_a - a[at].0).hypot(mean_b - b[at].0);
            let upper = (a[at].1 - mean_a).hypot(b[at].1 - mean_b);
            (expected[at] - lower, expected[at] + upper)
        };
        (0..expected.len()).map(end).collect()
    });
    let purchases = sums(&one.purchases, &other.purchases);
    Path { customers: one.customers + other.customers, purchases, expected, interval }
}
