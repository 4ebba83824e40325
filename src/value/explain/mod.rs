//! One customer explained: history, P(alive) over time, the next order, what they will be worth, and what drives that.

mod course;
mod drivers;
mod picture;

pub use course::Moment;
pub use drivers::{Driver, Drivers, Input};

use crate::features::{Customers, Past, Purchase, Rfm, Spent};
use crate::fit::TrainedModel;
use crate::model::{AnyPurchaseModel, AnySpendModel, PurchaseModel, SpendModel};
use crate::predict::{NextPurchase, Purchases, Value};
use crate::table::{Column, Sheet};
use crate::units::{Grain, Horizon, Periods, Share, Tick, TimeUnit};
use crate::{Error, Result};

/// The quantiles of the value that are told.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// What is asked of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Asking {
    /// How far ahead, from the cut-off.
    pub horizon: Horizon,
    /// The part of an order's value that is earned; 1 for revenue.
    pub margin: Share,
    /// The level of intervals.
    pub level: Share,
}

/// When the customer buys next, in units of time after the cut-off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Next {
    /// The median; `None` if never is more probable.
    pub median: Option<f64>,
    /// The central interval; an end that lies in "never" is `None`.
    pub interval: (Option<f64>, Option<f64>),
    /// The probability of an order within the horizon.
    pub within: f64,
}

/// What the customer will bring in the horizon: money after margin, or purchases where money is not modelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Expected purchases.
    pub purchases: f64,
    /// The probability of none.
    pub p_none: f64,
    /// The expected value.
    pub expected: f64,
    /// The values at [`QUANTILES`].
    pub quantiles: [f64; 5],
    /// The central interval at the level asked for.
    pub interval: (f64, f64),
    /// The law as points (value, probability of more), the values growing from 0.
    pub more: Vec<(f64, f64)>,
}

/// A customer explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Who.
    pub id: String,
    /// What they bought, by time and net of refunds.
    pub purchases: Vec<Purchase>,
    /// What the model knows of them.
    pub rfm: Rfm,
    /// The end of observation.
    pub cutoff: Tick,
    /// What counts as one purchase.
    pub grain: Grain,
    /// The model's unit of time.
    pub unit: TimeUnit,
    /// The horizon in that unit.
    pub periods: Periods,
    /// Whether value is money.
    pub money: bool,
    /// P(alive) from the first purchase on; after the cut-off as it will be if they stay silent, to the end of the horizon.
    pub course: Vec<Moment>,
    /// The next order.
    pub next: Next,
    /// The horizon's value.
    pub outcome: Outcome,
    /// What drives it.
    pub drivers: Drivers,
}

/// A trained model as it speaks of one customer.
struct Law<'a> {
    purchase: &'a AnyPurchaseModel,
    spend: Option<AnySpendModel>,
    periods: Periods,
    margin: f64,
}

impl Law<'_> {
    /// Expected value of the horizon.
    fn expected(&self, rfm: &Rfm, spent: &Spent) -> Result<f64> {
        let rfm = self.purchase.sees(*rfm);
        if let Some(why) = self.purchase.refuses(&rfm) {
            return Err(Error::Undefined(format!(
                "a customer with {} repeat purchases, recency {} and age {} cannot be valued: {why}",
                rfm.frequency, rfm.recency, rfm.age
            )));
        }
        let purchases = Purchases::of(self.purchase, &rfm, self.periods).mean();
        let Some(spend) = &self.spend else { return Ok(purchases) };
        let order = spend.knowing(spent).mean().ok_or_else(super::future::no_mean)?;
        Ok(self.margin * purchases * order)
    }
}

impl Explanation {
    /// Explains the customer of a number in the orders, beside all customers of the same past ([`Past::customers`] in the model's unit).
    ///
    /// # Errors
    /// [`Error::Usage`] for a model with covariates; [`Error::Undefined`] for a customer without a purchase up to the cut-off, and where the mean
    /// value of an order does not exist (Gamma-Gamma: q below 1).
    pub fn of(
        (trained, past): (&TrainedModel, &Past<'_>),
        customers: &Customers,
        number: usize,
        asking: &Asking,
    ) -> Result<Self> {
        if trained.covariates.is_some() {
            return Err(Error::usage(
                "the model has covariates, whose file would be needed here too; use a model trained without --covariates",
            ));
        }
        let row = customers
            .history
            .as_ref()
            .and_then(|history| history.numbers.binary_search(&(number as u32)).ok());
        let row = row.ok_or_else(|| {
            Error::Undefined(
                "the customer has no purchase up to the cut-off: all orders are later, or were refunded in full".into(),
            )
        })?;
        let (grain, unit, cutoff) = (customers.grain, trained.unit, past.cutoff());
        let periods = asking.horizon.in_units(unit, Some((grain, cutoff)))?;
        let spend = trained.spend.as_ref().filter(|_| customers.has_money());
        let law = Law {
            purchase: trained.purchase.model.base(),
            spend: spend.map(|part| part.model.spender(0)),
            periods,
            margin: asking.margin.get(),
        };
        let purchases = past.purchases_of(number);
        let rfm = law.purchase.sees(customers.rfm(row));
        let expected = law.expected(&rfm, &customers.spent(row))?;
        let clock = course::Clock { grain, unit, cutoff, end: course::end(grain, unit, cutoff, periods) };
        Ok(Self {
            id: customers.ids.get(row).to_owned(),
            course: course::course(law.purchase, &purchases, &clock),
            next: next(&law, &rfm, asking.level),
            outcome: outcome(&law, &rfm, &customers.spent(row), expected, asking.level),
            drivers: drivers::drivers(&law, customers, row)?,
            money: law.spend.is_some(),
            purchases,
            rfm,
            cutoff,
            grain,
            unit,
            periods,
        })
    }

    /// Time since the latest purchase, in the model's unit.
    #[must_use]
    pub fn silence(&self) -> f64 {
        self.rfm.age - self.rfm.recency
    }

    /// The mean gap between purchases; `None` of one-time buyers.
    #[must_use]
    pub fn mean_gap(&self) -> Option<f64> {
        (self.rfm.frequency > 0).then(|| self.rfm.recency / f64::from(self.rfm.frequency))
    }

    /// P(alive) over time: `date, purchases, p_alive, if_silent`.
    #[must_use]
    pub fn sheet(&self) -> Sheet {
        let course = &self.course;
        Sheet::new()
            .with("date", Column::Date(self.grain, course.iter().map(|moment| moment.tick).collect()))
            .with("purchases", Column::Count(course.iter().map(|moment| moment.purchases).collect()))
            .with("p_alive", Column::Share(course.iter().map(|moment| Some(moment.p_alive)).collect()))
            .with("if_silent", Column::Flag(course.iter().map(|moment| moment.tick > self.cutoff).collect()))
    }

    /// What they bought: `date, value, gap` (in the model's unit; empty of the first purchase).
    #[must_use]
    pub fn history(&self) -> Sheet {
        let ticks: Vec<Tick> = self.purchases.iter().map(|purchase| purchase.tick).collect();
        let gaps = ticks.windows(2).map(|pair| Some(self.grain.between(pair[0], pair[1], self.unit)));
        let gaps: Vec<Option<f64>> = std::iter::once(None).chain(gaps).collect();
        let value = self.purchases.iter().map(|purchase| Some(purchase.value.to_f64())).collect();
        let sheet = Sheet::new().with("date", Column::Date(self.grain, ticks));
        if self.money { sheet.with("value", Column::Money(value)) } else { sheet }
            .with("gap", Column::Real(gaps))
    }
}

fn next(law: &Law<'_>, rfm: &Rfm, level: Share) -> Next {
    let next = NextPurchase::of(law.purchase, rfm);
    Next { median: next.median(), interval: next.interval(level), within: next.cdf(law.periods.get()) }
}

/// So many points tell the law of the value.
const POINTS: u32 = 160;

fn outcome(law: &Law<'_>, rfm: &Rfm, spent: &Spent, expected: f64, level: Share) -> Outcome {
    let purchases = Purchases::of(law.purchase, rfm, law.periods);
    let (mean, p_none) = (purchases.mean(), purchases.p_none());
    let Some(spend) = &law.spend else {
        let (lower, upper) = purchases.interval(level);
        let most = purchases.upper_quantile(0.005).max(1);
        return Outcome {
            purchases: mean,
            p_none,
            expected,
            quantiles: QUANTILES.map(|p| purchases.quantile(p) as f64),
            interval: (lower as f64, upper as f64),
            more: (0..=most).map(|n| (n as f64, purchases.survival(n))).collect(),
        };
    };
    let value = Value::new(&purchases, spend.knowing(spent));
    let scale = law.margin;
    let (lower, upper) = value.interval(level);
    let most = value.upper_quantile(0.01);
    let point = |at: u32| {
        let s = most * f64::from(at) / f64::from(POINTS);
        (scale * s, value.survival(s))
    };
    Outcome {
        purchases: mean,
        p_none,
        expected,
        quantiles: QUANTILES.map(|p| scale * value.quantile(p)),
        interval: (scale * lower, scale * upper),
        more: (0..=POINTS).map(point).collect(),
    }
}
