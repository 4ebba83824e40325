//! A model for each channel, where its customers are too unlike the others for one model of all.

use super::channels::Channels;
use crate::features::Customers;
use crate::fit::{Method, Recipe, TrainedModel};
use crate::math::sum::sum;
use crate::model::{
    AnyPurchaseModel, Effort, Parametric, PurchaseLikelihood, PurchaseModel, SpendLikelihood, SpendVisitor,
    Spenders, Visitor, WithCovariates,
};

/// Models of the future, and which one each channel has.
#[derive(Debug, Clone, PartialEq)]
pub struct Models {
    /// The models: first that of the whole shop.
    pub trained: Vec<TrainedModel>,
    /// The model of each channel.
    pub of: Vec<usize>,
    /// What should be known, in words.
    pub notes: Vec<String>,
}

/// A model of its own needs so many customers, and so many of them who bought again.
const LEAST: (usize, usize) = (100, 30);

impl Models {
    /// One model for all channels.
    #[must_use]
    pub fn one(trained: TrainedModel, channels: &Channels) -> Self {
        Self { trained: vec![trained], of: vec![0; channels.names.len()], notes: Vec::new() }
    }

    /// The shop's model is fitted anew to the customers of each channel, and the channel keeps what is better by Akaike's criterion (1974): a model of
    /// purchases or of spend of its own where that raises ln L of its customers by more than it has parameters. Elsewhere, for channels of
    /// fewer than 100 customers or 30 who bought again, where a fit fails, and for models that take long (Pareto/GGG), the shop's model speaks.
    #[must_use]
    pub fn by_channel(trained: TrainedModel, customers: &Customers, channels: &Channels) -> Self {
        let mut all = Self::one(trained, channels);
        let slow = all.trained[0].purchase.model.base().effort() == Effort::High;
        let Some(history) = customers.history.as_ref().filter(|_| !slow) else { return all };
        let mut rows = vec![Vec::new(); channels.names.len()];
        for (row, &number) in history.numbers.iter().enumerate() {
            rows[channels.of[number as usize] as usize].push(row);
        }
        if rows.iter().filter(|rows| !rows.is_empty()).count() < 2 {
            return all;
        }
        let mut own = Vec::new();
        for (channel, rows) in rows.iter().enumerate() {
            let again = rows.iter().filter(|&&row| customers.frequency[row] > 0).count();
            if rows.len() < LEAST.0 || again < LEAST.1 {
                continue;
            }
            if let Some(model) = own_model(&all.trained[0], &some(customers, rows)) {
                all.of[channel] = all.trained.len();
                all.trained.push(model);
                own.push(channels.names[channel].as_str());
            }
        }
        if !own.is_empty() {
            let shown = own.iter().take(8).copied().collect::<Vec<_>>().join(", ");
            let more = if own.len() > 8 { format!(" and {} more", own.len() - 8) } else { String::new() };
            all.notes.push(format!(
                "customers of {shown}{more} are unlike the rest (by Akaike's criterion) and have a model of their own"
            ));
        }
        all
    }
}

/// The shop's model with its parts fitted to some customers, where that is better; `None` if neither is.
fn own_model(shop: &TrainedModel, customers: &Customers) -> Option<TrainedModel> {
    let purchase = shop.purchase.model.base().clone();
    let spend = shop.spend.as_ref().filter(|_| customers.has_money()).map(|spend| *spend.model.base());
    let recipe = Recipe { purchase, spend, method: Method::Mle, covariates: None };
    let own = TrainedModel::train(&recipe, customers, &shop.timezone).ok()?;
    let mut mixed = shop.clone();
    let buying = |model: &WithCovariates<AnyPurchaseModel>| model.base().visit(Buying(customers));
    let gain = buying(&own.purchase.model) - buying(&shop.purchase.model);
    let mut better = gain > shop.purchase.model.base().parameters().len() as f64;
    if better {
        mixed.purchase = own.purchase;
    }
    if let (Some(own), Some(old)) = (own.spend, &shop.spend) {
        let spending = |model: &Spenders| model.base().visit(Spending(customers));
        if spending(&own.model) - spending(&old.model) > old.model.base().parameters().len() as f64 {
            mixed.spend = Some(own);
            better = true;
        }
    }
    better.then_some(mixed)
}

/// ln L of how customers bought.
struct Buying<'a>(&'a Customers);

impl Visitor for Buying<'_> {
    type Answer = f64;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) -> f64 {
        sum((0..self.0.len()).map(|row| model.ln_likelihood(&model.sees(self.0.rfm(row)))))
    }
}

/// ln L of what they spent.
struct Spending<'a>(&'a Customers);

impl SpendVisitor for Spending<'_> {
    type Answer = f64;

    fn see<S: SpendLikelihood>(self, model: &S) -> f64 {
        sum((0..self.0.len())
            .filter_map(|row| S::row(&self.0.spent(row)))
            .map(|row| model.ln_likelihood(&row)))
    }
}

/// Some of the customers, with what a fit needs.
fn some(customers: &Customers, rows: &[usize]) -> Customers {
    fn of<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
        rows.iter().filter_map(|&row| column.get(row).copied()).collect()
    }
    Customers {
        ids: rows.iter().map(|&row| customers.ids.get(row)).collect(),
        frequency: of(&customers.frequency, rows),
        recency: of(&customers.recency, rows),
        age: of(&customers.age, rows),
        monetary_value: of(&customers.monetary_value, rows),
        ln_gaps: of(&customers.ln_gaps, rows),
        mean_ln_value: of(&customers.mean_ln_value, rows),
        ss_ln_value: of(&customers.ss_ln_value, rows),
        history: None,
        unit: customers.unit,
        grain: customers.grain,
        cutoff: customers.cutoff,
    }
}
