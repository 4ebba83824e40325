//! What the customers of an origin did over time, and what a model says of the same customers when it knows nothing but when they came.

use rayon::prelude::*;

use super::alive::AliveGrid;
use crate::features::{Past, Rfm};
use crate::math::parallel;
use crate::math::sum::sum;
use crate::model::{AnyPurchaseModel, Effort, Law, PurchaseModel};
use crate::predict::Purchases;
use crate::units::{Grain, Periods, Tick, TimeUnit};
use crate::{Error, Result};

/// Frequencies from this one on are counted together.
const MANY: usize = 7;
/// The clock of a cohort has at most so many steps.
const STEPS: i64 = 2_000;
/// A heat map has at most so many rows and columns.
const CELLS: usize = 40;
/// So many ages at most are told apart where counts are added up; and under a model that takes long.
const AGES: [usize; 2] = [1_000, 100];

/// The customers known at an origin, counted: when they came, and when they bought again until the end of the holdout.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    unit: TimeUnit,
    /// What a period is called.
    pub period: String,
    /// When the first of them came.
    pub start: String,
    /// The origin, in periods since then.
    pub origin: f64,
    /// Repeat purchases in each whole period.
    pub actual: Vec<f64>,
    /// Customers with 0, 1, …, 7 and more repeat purchases up to the origin.
    pub frequencies: Vec<f64>,
    /// A frequency that one customer in a hundred exceeds.
    highest: u32,
    /// Customers who came in each step since the start.
    births: Vec<f64>,
    /// The origin, in steps since the start.
    until: f64,
    /// Steps in a period.
    steps: i64,
    /// The length of a step in units of time, and how much of it customers of a step have on average missed.
    step: f64,
    missed: f64,
}

/// How ticks become places on the clock of a cohort.
struct Clock {
    grain: Grain,
    unit: TimeUnit,
    start: Tick,
    /// The length of a period and of a step, in ticks or in periods of the calendar.
    period: i64,
    step: i64,
}

impl Clock {
    fn new(grain: Grain, unit: TimeUnit, (start, end): (Tick, Tick)) -> (Self, String) {
        let place = |period, step| Self { grain, unit, start, period, step };
        if unit.calendar().is_some() {
            return (place(1, 1), unit.to_string());
        }
        let day = i64::from(grain.ticks_per_day());
        let span = i64::from(end.0) - i64::from(start.0);
        let (period, step, name) =
            if span < 70 * day { (day, (day / 24).max(1), "day") } else { (7 * day, day, "week") };
        let step = if span / step > STEPS { period } else { step };
        (place(period, step), name.to_owned())
    }

    /// The place of a tick.
    fn at(&self, tick: Tick) -> i64 {
        match self.unit {
            TimeUnit::Calendar(_) => self.grain.between(self.start, tick, self.unit) as i64,
            _ => i64::from(tick.0) - i64::from(self.start.0),
        }
    }

    /// The length of one place in units of time.
    fn length(&self) -> f64 {
        if self.unit.calendar().is_some() { 1.0 } else { 1.0 / self.grain.ticks_per(self.unit) }
    }
}

impl Cohort {
    /// The customers of a past who had come by an origin, until the end of the holdout.
    ///
    /// # Errors
    /// As [`Past::again`]; [`Error::Undefined`] if nobody had come.
    pub fn of(past: &Past<'_>, (origin, end): (Tick, Tick), unit: TimeUnit) -> Result<Self> {
        let times = past.again(end)?.purchase_times();
        let known = || (0..times.len()).map(|at| times.of(at)).filter(|own| own.first() <= Some(&origin));
        let first = known().filter_map(|own| own.first().copied()).min();
        let Some(start) = first else {
            return Err(Error::Undefined("nobody had come by the origin".into()));
        };
        let unit = past.period().map_or(unit, TimeUnit::Calendar);
        let grain = past.orders().options.grain;
        let (clock, period) = Clock::new(grain, unit, (start, end));
        let whole = (clock.at(end) / clock.period).max(0) as usize;
        let mut cohort = Self {
            unit,
            period,
            start: grain.show(start),
            origin: clock.at(origin) as f64 / clock.period as f64,
            actual: vec![0.0; whole],
            frequencies: vec![0.0; MANY + 1],
            highest: 0,
            births: vec![0.0; (clock.at(origin) / clock.step) as usize + 1],
            until: clock.at(origin) as f64 / clock.step as f64,
            steps: clock.period / clock.step,
            step: clock.step as f64 * clock.length(),
            missed: 0.5 * (clock.step - 1) as f64 * clock.length(),
        };
        let mut counts = Vec::new();
        for own in known() {
            counts.push(cohort.take_in(own, origin, &clock));
        }
        let high = counts.len() - 1 - counts.len() / 100;
        cohort.highest = *counts.select_nth_unstable(high).1;
        Ok(cohort)
    }

    /// Takes in a customer; how often they had bought again up to the origin.
    fn take_in(&mut self, own: &[Tick], origin: Tick, clock: &Clock) -> u32 {
        let Some((first, again)) = own.split_first() else { return 0 };
        if let Some(births) = self.births.get_mut((clock.at(*first) / clock.step) as usize) {
            *births += 1.0;
        }
        for tick in again {
            // Periods hold their last tick: (0, 1], (1, 2], ….
            if let Some(bought) = self.actual.get_mut(((clock.at(*tick) - 1).max(0) / clock.period) as usize)
            {
                *bought += 1.0;
            }
        }
        let count = again.iter().filter(|tick| **tick <= origin).count();
        self.frequencies[count.min(MANY)] += 1.0;
        count as u32
    }

    /// How old the customers who came in a step are after so many steps, in units of time.
    fn age(&self, steps: usize) -> f64 {
        (steps as f64 * self.step - self.missed).max(0.0)
    }

    /// Repeat purchases that a model expects of the cohort in each period:
    /// Σ over customers of E\[X(end of the period − first purchase)\], less the same at its beginning.
    #[must_use]
    pub fn expected(&self, model: &AnyPurchaseModel) -> Vec<f64> {
        let last = self.actual.len() * self.steps as usize;
        let (stays, law) = (model.p_alive(&Rfm::NEWCOMER), model.newcomer());
        let means = parallel::each(last + 1, &|steps| stays * law.mean(self.age(steps)));
        let until = |period: usize| {
            let now = period * self.steps as usize;
            sum(self.births.iter().take(now + 1).enumerate().map(|(came, births)| births * means[now - came]))
        };
        let sums: Vec<f64> = (0..=self.actual.len()).map(until).collect();
        sums.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// How many of the cohort a model expects to have bought again 0, 1, …, 7 and more times up to the origin.
    ///
    /// # Errors
    /// [`Error::Usage`] if an age were no length of time.
    pub fn expected_frequencies(&self, model: &AnyPurchaseModel) -> Result<Vec<f64>> {
        let mut counts = vec![0.0; MANY + 1];
        let ages = if model.effort() == Effort::Low { AGES[0] } else { AGES[1] };
        let chunk = self.births.len().div_ceil(ages);
        for (at, births) in self.births.chunks(chunk).enumerate() {
            let customers = sum(births.iter().copied());
            if customers == 0.0 {
                continue;
            }
            let came =
                sum(births.iter().enumerate().map(|(step, n)| n * (at * chunk + step) as f64)) / customers;
            let age = ((self.until - came) * self.step - self.missed).max(0.0);
            let age = if self.unit.calendar().is_some() { age.round() } else { age };
            let law = Purchases::of_newcomer(model, Periods::new(age)?);
            (0..MANY).for_each(|n| counts[n] += customers * law.pmf(n as u64));
            counts[MANY] += customers * law.survival(MANY as u64 - 1);
        }
        Ok(counts)
    }

    /// P(alive) of customers who came first of all, by frequency and recency.
    #[must_use]
    pub fn alive(&self, model: &AnyPurchaseModel) -> AliveGrid {
        let age = self.until * self.step;
        let whole = self.unit.calendar().is_some();
        let columns = if whole { (age as usize + 1).min(CELLS) } else { CELLS };
        let apart = age / (columns.max(2) - 1) as f64;
        let recency: Vec<f64> = (0..columns)
            .map(|at| at as f64 * apart)
            .map(|recency| if whole { recency.round() } else { recency })
            .collect();
        let apart = self.highest.max(MANY as u32).div_ceil(CELLS as u32 - 1);
        let frequency: Vec<u32> = (0..=self.highest.max(MANY as u32) / apart).map(|at| at * apart).collect();
        let cells: Vec<(u32, f64)> =
            frequency.iter().flat_map(|&x| recency.iter().map(move |&t| (x, t))).collect();
        let p_alive = |&(x, recency): &(u32, f64)| {
            let customer = Rfm::new(x, recency, age);
            let nobody = (x == 0) != (recency == 0.0) || model.refuses(&customer).is_some();
            let share = if nobody { f64::NAN } else { model.p_alive(&customer) };
            if share.is_finite() { share } else { f64::NAN }
        };
        AliveGrid {
            age,
            unit: self.unit.to_string(),
            p_alive: cells.par_iter().map(p_alive).collect(),
            recency,
            frequency,
        }
    }
}
