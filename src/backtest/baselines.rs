//! Two naive forecasts, to know what a model adds. Both assume that nobody leaves.
//!
//! Their intervals are what a naive analyst would claim: counts are Poisson at the predicted mean, and every order costs
//! the same known amount, so the value is that amount times the count. That leaves out that rates and amounts are only
//! estimated, that customers differ, and that they leave: such intervals are too narrow, which the backtest shows.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::poisson::Poisson;
use crate::features::{Customers, Past};
use crate::math::sum::sum;
use crate::predict::{CountLaw, Estimator, Forecast, Laws, Meeting, Met, Predictor, TotalLaws, View};
use crate::units::{Periods, Share};
use crate::{Error, Result};

/// Customers that one piece of work forecasts.
const CHUNK: usize = 1 << 13;
/// So many pieces are held beside the whole at one time.
const CHUNKS: usize = 64;

/// `naive-rate`: every customer goes on at their own past rate, x/T·t. Where T is 0 the rate is 0: nothing was seen.
/// An order costs the customer's own mean of repeat purchases, or the shop's where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NaiveRate;

/// `naive-mean`: every customer does what the shop's customers did on average, Σx/ΣT·t, at the shop's mean value of a
/// repeat purchase, Σxm/Σx.
#[derive(Debug, Clone, Copy, Default)]
pub struct NaiveMean;

impl NaiveRate {
    /// Its identifier.
    pub const ID: &'static str = "naive-rate";
}

impl NaiveMean {
    /// Its identifier.
    pub const ID: &'static str = "naive-mean";
}

impl Estimator for NaiveRate {
    fn id(&self) -> &str {
        Self::ID
    }

    fn fit(&self, _past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        let Shop { order_value, .. } = Shop::of(customers);
        Ok(Box::new(Naive { id: Self::ID, rate: None, order_value }))
    }
}

impl Estimator for NaiveMean {
    fn id(&self) -> &str {
        Self::ID
    }

    fn fit(&self, _past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        let Shop { rate, order_value } = Shop::of(customers);
        let rate = rate.ok_or_else(|| {
            Error::Undefined("all customers have age 0: no time passed, so a mean rate does not exist".into())
        })?;
        Ok(Box::new(Naive { id: Self::ID, rate: Some(rate), order_value }))
    }
}

/// The shop's means.
struct Shop {
    /// Repeat purchases per customer and unit of time, Σx/ΣT; `None` if no time passed.
    rate: Option<f64>,
    /// Mean value of a repeat purchase, Σxm/Σx; `None` without repeat purchases or without money.
    order_value: Option<f64>,
}

impl Shop {
    /// Sorted before they are added up: the order of the customers must not matter.
    fn of(customers: &Customers) -> Self {
        let sorted = |values: &mut Vec<f64>| {
            values.par_sort_unstable_by(f64::total_cmp);
            sum(values.iter().copied())
        };
        let repeats: u64 = customers.frequency.iter().map(|&x| u64::from(x)).sum();
        let time = sorted(&mut customers.age.clone());
        let spend = customers.frequency.iter().zip(&customers.monetary_value);
        let mut spend: Vec<f64> = spend.filter_map(|(&x, m)| m.map(|m| f64::from(x) * m)).collect();
        let spent = sorted(&mut spend);
        Self {
            rate: (time > 0.0).then(|| repeats as f64 / time),
            order_value: (customers.has_money() && repeats > 0).then(|| spent / repeats as f64),
        }
    }
}

/// A rate for everybody, or everybody's own.
struct Naive {
    id: &'static str,
    rate: Option<f64>,
    order_value: Option<f64>,
}

impl Predictor for Naive {
    fn id(&self) -> &str {
        self.id
    }

    fn warnings(&self) -> &[String] {
        &[]
    }

    fn forecast(&self, view: View<'_>, horizon: Periods, levels: &[Share]) -> Result<Forecast> {
        let customers = view.customers;
        if levels.iter().any(|level| level.get() >= 1.0) {
            return Err(Error::usage("an interval of level 1 is the whole range; use for instance 0.9"));
        }
        let piece = |&start: &usize| {
            let mut forecast = Forecast::with_capacity(levels, customers.has_money(), CHUNK);
            for at in start..customers.len().min(start + CHUNK) {
                self.push(customers, at, horizon.get(), &mut forecast)?;
            }
            Ok(forecast)
        };
        let starts: Vec<usize> = (0..customers.len()).step_by(CHUNK).collect();
        let mut all = Forecast::with_capacity(levels, customers.has_money(), customers.len());
        for starts in starts.chunks(CHUNKS) {
            let pieces: Result<Vec<Forecast>> = starts.par_iter().map(piece).collect();
            pieces?.into_iter().for_each(|piece| all.append(piece));
        }
        Ok(all)
    }

    /// A rule tells a number for the shop. What it would claim of all customers together (independent Poisson counts at rates that are known) is no law that anybody
    /// believes, and nothing is written rather than that.
    fn totals(&self, _view: View<'_>, _horizon: Periods, _forecast: &Forecast) -> Option<TotalLaws> {
        None
    }

    /// Of purchases alone: values that are multiples of one amount have no density.
    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let law = |at: usize| {
            let (mean, _) = self.mean_and_worth(view.customers, at, horizon.get())?;
            Ok(Arc::new(CountLaw::negative_binomial(mean, f64::INFINITY)))
        };
        let purchases = rows.clone().into_par_iter().map(law).collect::<Result<_>>()?;
        Ok(Laws { p_alive: vec![1.0; rows.len()], purchases, value: None })
    }

    fn met(
        &self,
        view: View<'_>,
        horizon: Periods,
        (purchases, value): (&[u32], Option<&[f64]>),
    ) -> Result<Meeting> {
        let customers = view.customers;
        let one = |at: usize| {
            let (mean, order) = self.mean_and_worth(customers, at, horizon.get())?;
            let law = CountLaw::negative_binomial(mean, f64::INFINITY);
            let mut met = Meeting { value: value.map(|_| Met::default()), ..Meeting::default() };
            met.purchases.bought(&law, u64::from(purchases[at]));
            if let (Some(met), Some(value)) = (&mut met.value, value) {
                let (each, s) = (order.unwrap_or(0.0), value[at]);
                met.crps.push(law.crps_of_multiple(each, s));
                met.pit.push(pit_of_multiple(&law, each, s));
            }
            Ok(met)
        };
        let mut all = Meeting::default();
        for start in (0..customers.len()).step_by(CHUNK) {
            let part = (start..customers.len().min(start + CHUNK)).into_par_iter().map(one);
            part.collect::<Result<Vec<_>>>()?.into_iter().for_each(|part| all.append(part));
        }
        Ok(all)
    }
}

/// P(less) and P(as much or less) than s, of a number of purchases worth `each`.
fn pit_of_multiple(law: &CountLaw, each: f64, s: f64) -> (f64, f64) {
    if each == 0.0 {
        return if s > 0.0 {
            (1.0, 1.0)
        } else if s < 0.0 {
            (0.0, 0.0)
        } else {
            (0.0, 1.0)
        };
    }
    let units = s / each;
    // Amounts agree to rounding errors.
    let whole = units.round();
    let hit = (units - whole).abs() <= 1e-9 * units.abs().max(1.0);
    let at = |n: f64| if n < 0.0 { 0.0 } else { law.below(n as u64) };
    let (less, as_much) =
        if hit { (at(whole - 1.0), at(whole)) } else { (at(units.floor()), at(units.floor())) };
    if each > 0.0 { (less, as_much) } else { (1.0 - as_much, 1.0 - less) }
}

impl Naive {
    /// The mean number of purchases of a customer, and what each is worth.
    fn mean_and_worth(&self, customers: &Customers, at: usize, horizon: f64) -> Result<(f64, Option<f64>)> {
        let (x, age) = (f64::from(customers.frequency[at]), customers.age[at]);
        let own_rate = if age > 0.0 { x / age } else { 0.0 };
        let mean = self.rate.unwrap_or(own_rate) * horizon;
        // A mean beyond this is no count of purchases but a time in the wrong unit.
        if !(0.0..1e12).contains(&mean) {
            return Err(Error::Undefined(format!(
                "the naive forecast of customer {at} is {mean:e} purchases"
            )));
        }
        let own = customers.monetary_value.get(at).copied().flatten().filter(|_| self.rate.is_none());
        Ok((mean, own.or(self.order_value)))
    }

    /// Appends one customer. Nobody leaves, so P(alive) is 1.
    fn push(&self, customers: &Customers, at: usize, horizon: f64, to: &mut Forecast) -> Result<()> {
        let (mean, order) = self.mean_and_worth(customers, at, horizon)?;
        let law = Poisson::new(mean);
        to.p_alive.push(1.0);
        to.expected_purchases.push(mean);
        to.purchases_variance.push(mean);
        to.p_no_purchase.push((-mean).exp());
        to.purchases_median.push(law.quantile(0.5) as f64);
        for interval in &mut to.purchases {
            let (lower, upper) = tails(interval.level);
            interval.lower.push(law.quantile(lower) as f64);
            interval.upper.push(law.quantile(upper) as f64);
        }
        let Some(value) = &mut to.value else { return Ok(()) };
        // Without any repeat purchase in the shop the mean is 0, and so is its value, whatever an order costs.
        let each = order.unwrap_or(0.0);
        value.expected_order_value.push(order);
        value.expected.push(Some(mean * each));
        value.variance.push(Some(mean * each * each));
        value.median.push(law.quantile(0.5) as f64 * each);
        for interval in &mut value.intervals {
            let (lower, upper) = tails(interval.level);
            let ends = [law.quantile(lower) as f64 * each, law.quantile(upper) as f64 * each];
            interval.lower.push(ends[0].min(ends[1])); // an order is worth less than nothing if refunds prevail
            interval.upper.push(ends[0].max(ends[1]));
        }
        Ok(())
    }
}

/// The probabilities below the ends of a central interval.
fn tails(level: Share) -> (f64, f64) {
    let outside = (1.0 - level.get()) / 2.0;
    (outside, 1.0 - outside)
}
