//! Costs beside values: the rows of the answer.

use super::channels::Channels;
use super::frame::{Frame, Worths};
use super::lives::{Lives, Months};
use super::models::Models;
use super::worth::{Scene, Worth};
use crate::features::{Customers, Past};
use crate::units::{AnnualRate, CalendarPeriod, Share, Tick, TimeUnit};
use crate::value::{Costs, Future};
use crate::{Error, Result};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// How many months of a customer's life count.
    pub months: u32,
    /// The part of the revenue that is earned.
    pub margin: f64,
    /// The yearly rate at which later value is discounted.
    pub discount: Option<AnnualRate>,
    /// The level of the intervals.
    pub level: Share,
    /// What a customer may cost.
    pub target: Target,
}

/// The most that a customer may cost: by a ratio of LTV to cost, by a month of payback, or by both, the smaller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// So many times the cost LTV should be.
    pub ratio: Option<f64>,
    /// By the end of this month the cost should be earned.
    pub payback: Option<u32>,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The whole shop over the periods of the costs.
    Shop,
    /// A channel over these periods.
    Channel,
    /// A channel in one period.
    Period,
    /// What has no counterpart: customers of periods without costs, costs of periods without orders.
    Outside,
}

impl Level {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Channel => "channel",
            Self::Period => "period",
            Self::Outside => "outside",
        }
    }
}

/// One row: who, what they cost, and what they are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is about.
    pub level: Level,
    /// The channel, or [`Row::ALL`].
    pub channel: String,
    /// The period, or [`Row::ALL`].
    pub period: String,
    /// What was spent; `None` where the costs say nothing.
    pub cost: Option<f64>,
    /// What the new customers are worth; `None` where there are none.
    pub worth: Option<Worth>,
    /// What must be known of it, in words.
    pub notes: Vec<String>,
}

impl Row {
    /// The channel of the whole shop, and the period of all periods.
    pub const ALL: &str = "all";

    /// How many new customers.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.worth.as_ref().map_or(0, |worth| worth.customers)
    }

    /// CAC: cost / new customers.
    #[must_use]
    pub fn cac(&self) -> Option<f64> {
        let customers = self.customers();
        self.cost.filter(|_| customers > 0).map(|cost| cost / customers as f64)
    }

    /// LTV / CAC; `None` where customers cost nothing.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let cac = self.cac().filter(|cac| *cac > 0.0)?;
        self.worth.as_ref().map(|worth| worth.ltv() / cac)
    }

    /// Return on what was spent: LTV / CAC − 1.
    #[must_use]
    pub fn roi(&self) -> Option<f64> {
        self.ratio().map(|ratio| ratio - 1.0)
    }

    /// The first month of life in which the value reaches CAC.
    #[must_use]
    pub fn payback(&self) -> Option<u32> {
        self.worth.as_ref()?.payback(self.cac()?)
    }

    /// The earliest and the latest month of that, by the interval of the value.
    #[must_use]
    pub fn payback_between(&self) -> (Option<u32>, Option<u32>) {
        match (&self.worth, self.cac()) {
            (Some(worth), Some(cac)) => worth.payback_between(cac),
            _ => (None, None),
        }
    }

    /// The most that a customer may cost.
    #[must_use]
    pub fn max_cac(&self, target: &Target) -> Option<f64> {
        let worth = self.worth.as_ref()?;
        let by_ratio = target.ratio.map(|ratio| worth.ltv() / ratio);
        let by_payback = target.payback.and_then(|month| worth.path.get(month as usize).copied());
        by_ratio.into_iter().chain(by_payback).reduce(f64::min)
    }
}

/// What new customers cost and bring.
#[derive(Debug, Clone, PartialEq)]
pub struct Acquisition {
    /// What was asked.
    pub plan: Plan,
    /// The kind of period.
    pub period: CalendarPeriod,
    /// The shop, each channel, each channel in each period, and what has no counterpart.
    pub rows: Vec<Row>,
    /// The variance of value between customers of one channel.
    pub within: f64,
    /// What must be known of the whole, in words.
    pub notes: Vec<String>,
}

impl Acquisition {
    /// The longest horizon, in months.
    pub const MOST_MONTHS: u32 = 120;

    /// What the new customers of a past cost and bring. `customers` is the table of this past in the unit of the models.
    ///
    /// # Errors
    /// [`Error::Usage`] for a plan that contradicts itself, orders without money or a table without history; [`Error::Input`] if no period has
    /// both costs and orders; as [`Future::paths`].
    pub fn new(
        past: &Past<'_>,
        (customers, models): (&Customers, &Models),
        channels: &Channels,
        costs: &Costs,
        plan: Plan,
    ) -> Result<Self> {
        let futures: Vec<Future<'_>> =
            models.trained.iter().map(|trained| Future::new(trained, customers)).collect::<Result<_>>()?;
        plan.check(&futures, customers)?;
        let frame = Frame::new(past, channels, costs)?;
        let grain = past.orders().options.grain;
        let span = (past.orders().first_tick().unwrap_or(past.cutoff()), past.cutoff());
        let months = Months::new(grain, span, plan.months as usize);
        let (cells, outside) = (frame.cells(), frame.cells() as u32);
        let group = |customer: usize, first: Tick| {
            let cell = frame.cell(channels.of[customer], costs.period.index(grain, first));
            cell.map_or(outside, |cell| cell as u32)
        };
        let daily = plan.discount.map_or(0.0, |rate| rate.continuous(TimeUnit::Day));
        let lives = Lives::of(past, &months, cells + 1, group, daily);
        let numbers = customers.history.as_ref().map_or(&[][..], |history| &history.numbers);
        let future_of = |&number: &u32| models.of[channels.of[number as usize] as usize] as u32;
        let future_of: Vec<u32> = numbers.iter().map(future_of).collect();
        let scene = Scene {
            past,
            customers,
            futures: &futures,
            future_of: &future_of,
            lives: &lives,
            months: &months,
            horizon: plan.months as usize,
            margin: plan.margin,
            delta: plan.discount.map_or(0.0, |rate| rate.continuous(TimeUnit::Year)),
            level: plan.level,
        };
        let (worths, within) = Worths::of(&scene, &frame, models)?;
        let rows = frame.rows(worths);
        let mut all = Self { plan, period: costs.period, rows, within, notes: Vec::new() };
        let told = futures.iter().filter_map(|future| future.note().map(str::to_owned)).take(1);
        all.notes = told.chain(models.notes.iter().cloned()).chain(frame.notes(&all)).collect();
        Ok(all)
    }

    /// The row of the whole shop.
    #[must_use]
    pub fn shop(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.level == Level::Shop)
    }

    /// The rows of the channels over all periods.
    pub fn channels(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.level == Level::Channel)
    }
}

impl Plan {
    fn check(&self, futures: &[Future<'_>], customers: &Customers) -> Result<()> {
        if !futures.iter().all(Future::has_money) {
            return Err(Error::usage(
                "what a customer may cost is told in money: orders with amounts and a model of spend are needed (not --spend none)",
            ));
        }
        if customers.history.as_ref().is_none_or(|history| history.first_order.len() != customers.len()) {
            return Err(Error::usage(
                "the dates of first orders are needed: give orders, not a table of customers",
            ));
        }
        if !(1..=Acquisition::MOST_MONTHS).contains(&self.months) {
            return Err(Error::usage(format!(
                "a horizon of {} months; it must be from 1 to {}",
                self.months,
                Acquisition::MOST_MONTHS
            )));
        }
        if let Some(ratio) = self.target.ratio.filter(|ratio| !(*ratio > 0.0 && ratio.is_finite())) {
            return Err(Error::usage(format!("a target ratio of {ratio} must be above 0, such as 3")));
        }
        match self.target.payback {
            Some(month) if month > self.months => Err(Error::usage(format!(
                "payback within {month} months cannot be judged from {} months of life; take a longer --horizon",
                self.months
            ))),
            _ => Ok(()),
        }
    }
}
