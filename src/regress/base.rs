//! The probabilistic forecast that regressions start from: a column of the design, and what ratios are of.

use std::ops::Range;
use std::sync::Arc;

use super::design::BaseForecast;
use crate::features::{Customers, Past};
use crate::fit::{Recipe, TrainedModel};
use crate::math::sum::sum;
use crate::model::{AnyPopulation, AnyPurchaseModel};
use crate::predict::{Forecaster, Laws, Question, Tempo, Tempos};
use crate::units::Periods;
use crate::{Error, Result};

/// The models that are tried, in this order.
const MODELS: [&str; 2] = ["pareto-nbd", "bg-nbd"];

/// No expected purchases are taken to be below this: a ratio needs something to be of.
const LEAST: f64 = 1e-6;

/// A base, fitted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BaseModel {
    pub trained: TrainedModel,
    /// The tempo in which it counts.
    pub tempo: Tempo,
    /// The mean value of a purchase, for customers of whom the model of spend tells no mean; `None` without money.
    pub usual_order: Option<f64>,
}

impl BaseModel {
    /// Pareto/NBD with Gamma-Gamma, BG/NBD where that cannot be fitted; in the tempo of the shop, if there are tempos.
    ///
    /// # Errors
    /// [`Error::Undefined`] if neither can be, with what each says; [`Error::Interrupted`].
    pub fn fit(
        (past, customers): (&Past<'_>, &Customers),
        timezone: &str,
        tempos: Option<&Tempos>,
    ) -> Result<Self> {
        let steady = || Ok(Arc::new(Tempo::steady(past.cutoff())));
        let tempo = tempos.map_or_else(steady, |tempos| tempos.of(past, customers))?;
        let (table, _) = tempo.read(customers, 0..customers.len(), Periods::new(0.0)?)?;
        let mut why = Vec::new();
        for id in MODELS {
            let recipe = Recipe { purchase: AnyPurchaseModel::template(id)?, ..Recipe::default() };
            match TrainedModel::train(&recipe, &table, timezone) {
                Ok(trained) => {
                    let usual_order = customers.has_money().then(|| usual_order(customers));
                    return Ok(Self { trained, usual_order, tempo: (*tempo).clone() });
                }
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(error) => why.push(format!("{id}: {error}")),
            }
        }
        Err(Error::Undefined(why.join("; ")))
    }

    /// What it tells of some rows of a table, in a horizon.
    ///
    /// # Errors
    /// [`Error::Usage`] for a table in another unit; [`Error::Undefined`] where a number cannot be computed.
    pub fn tell(&self, customers: &Customers, rows: Range<usize>, horizon: Periods) -> Result<Base> {
        let told = self.ask(customers, rows, horizon, &|asked, of, rows| asked.expected(of, rows))?;
        let purchases: Vec<f64> = told.purchases.into_iter().map(|value| value.max(LEAST)).collect();
        let value = self.usual_order.map(|usual| {
            let order = |at: usize| told.order_value.get(at).copied().flatten().unwrap_or(usual);
            let value = |(at, purchases): (usize, &f64)| (purchases * order(at)).max(f64::MIN_POSITIVE);
            purchases.iter().enumerate().map(value).collect()
        });
        Ok(Base { p_alive: told.p_alive, purchases, value })
    }

    /// The laws of some rows of a table, in a horizon.
    ///
    /// # Errors
    /// As [`BaseModel::tell`].
    pub fn laws(&self, customers: &Customers, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        self.ask(customers, rows, horizon, &|asked, of, rows| asked.laws(of, rows))
    }

    /// Asks its forecaster of some rows, with times and horizon as its tempo counts them.
    fn ask<T>(
        &self,
        customers: &Customers,
        rows: Range<usize>,
        horizon: Periods,
        what: Asked<'_, T>,
    ) -> Result<T> {
        let trained = &self.trained;
        if trained.unit != customers.unit {
            return Err(Error::usage(format!(
                "the model counts time in {}s, and the customers in {}s; leave --unit as it was in training",
                trained.unit, customers.unit
            )));
        }
        let (customers, horizon) = &self.tempo.read(customers, rows, horizon)?;
        let crowd = trained.crowd(None, customers, None)?;
        let spenders = crowd.spenders.as_ref().filter(|_| customers.has_money());
        let forecaster = Forecaster::new(&crowd.population, spenders, Question::revenue(*horizon, &[])?)?;
        what(&forecaster, customers, 0..customers.len())
    }
}

/// What a forecaster is asked.
type Asked<'a, T> = &'a dyn Fn(&Forecaster<'_, AnyPopulation>, &Customers, Range<usize>) -> Result<T>;

/// What a base tells of some customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Base {
    pub p_alive: Vec<f64>,
    /// Expected purchases, above 0.
    pub purchases: Vec<f64>,
    /// Expected value, above 0; `None` without money.
    pub value: Option<Vec<f64>>,
}

impl Base {
    /// As columns of a design.
    pub fn columns(&self) -> BaseForecast<'_> {
        BaseForecast {
            p_alive: &self.p_alive,
            expected_purchases: &self.purchases,
            expected_value: self.value.as_deref(),
        }
    }

    pub fn append(&mut self, other: Self) {
        self.p_alive.extend(other.p_alive);
        self.purchases.extend(other.purchases);
        match (&mut self.value, other.value) {
            (Some(value), Some(more)) => value.extend(more),
            (value @ None, more) => *value = more,
            _ => {}
        }
    }
}

/// The mean value of the purchases of a table.
fn usual_order(customers: &Customers) -> f64 {
    let purchases: f64 = sum(customers.frequency.iter().map(|&x| f64::from(x) + 1.0));
    let total = match customers.history.as_ref().map(|history| &history.total_value) {
        Some(total) if !total.is_empty() => sum(total.iter().map(|value| value.to_f64())) / purchases,
        _ => {
            let repeat =
                |at: usize| customers.monetary_value[at].map(|m| (m, f64::from(customers.frequency[at])));
            let all: Vec<(f64, f64)> = (0..customers.len()).filter_map(repeat).collect();
            sum(all.iter().map(|(m, x)| m * x)) / sum(all.iter().map(|(_, x)| *x)).max(1.0)
        }
    };
    total.max(f64::MIN_POSITIVE)
}
