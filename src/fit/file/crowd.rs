//! Customers of one table, each under the model of their group: what a model with covariates needs to forecast them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{SpendFit, TrainedModel};
use crate::features::{
    CovariateFile, CovariateGroups, CovariatePlan, CovariateSchema, CovariateTable, Customers, Gap, Process,
    PurchaseTimes, Span,
};
use crate::fit::{CrossValidation, Regularisation};
use crate::model::{
    AnyPopulation, AnyPurchaseModel, Parametric, ParetoNbd, Spenders, Varying, VaryingShop, WithCovariates,
    takes_none,
};
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// What is known of customers beside their orders, and what is to be made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariates {
    /// Which columns bear on what.
    pub plan: CovariatePlan,
    /// The file as it was read; `None` where only the season matters.
    pub table: Option<CovariateTable>,
    /// How strongly coefficients are held towards 0.
    pub regularisation: Regularisation,
}

/// What a model file keeps of covariates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariatePart {
    /// Which columns bear on what, and how they are coded.
    #[serde(flatten)]
    pub schema: CovariateSchema,
    /// The strength with which the coefficients of buying and leaving were held towards 0.
    #[serde(default)]
    pub l2: f64,
    /// How it was chosen, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<CrossValidation>,
    /// The strength with which the coefficients of spend were held towards 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub l2_spend: f64,
    /// How that was chosen, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_spend: Option<CrossValidation>,
}

fn is_zero(strength: &f64) -> bool {
    *strength == 0.0
}

impl Covariates {
    /// Reads the columns of the plan.
    ///
    /// # Errors
    /// As [`CovariateTable::read`].
    pub fn read(plan: CovariatePlan, grain: Grain, regularisation: Regularisation) -> Result<Self> {
        let columns = plan.columns();
        let table =
            if columns.is_empty() { None } else { Some(CovariateTable::read(&plan.file, &columns, grain)?) };
        Ok(Self { plan, table, regularisation })
    }

    /// Whether they vary with time, so that a fit needs the times of purchases.
    #[must_use]
    pub fn are_over_time(&self) -> bool {
        self.plan.season.is_some() || self.table.as_ref().is_some_and(CovariateTable::is_dated)
    }

    /// Refuses a model that takes none of these covariates: over time, any but Pareto/NBD; on buying or leaving, one that knows no such
    /// effect; on spend over time, every one.
    ///
    /// # Errors
    /// [`Error::Usage`] with the way out.
    pub fn suit(&self, purchase: &AnyPurchaseModel) -> Result<()> {
        if self.are_over_time() && !matches!(purchase, AnyPurchaseModel::ParetoNbd(_)) {
            return Err(only_pareto(purchase.id()));
        }
        if !self.plan.spend.is_empty() && self.table.as_ref().is_some_and(CovariateTable::is_dated) {
            return Err(Error::usage(format!(
                "spend covariates stand still, but the rows of {} hold from dates on; give a file with one row for each customer",
                self.plan.file.path.display()
            )));
        }
        let wanted = [(Process::Purchase, &self.plan.purchase), (Process::Dropout, &self.plan.dropout)];
        wanted.into_iter().filter(|(_, columns)| !columns.is_empty()).try_for_each(|(process, _)| {
            purchase.shifted_by(process).map(|_| ()).ok_or_else(|| takes_none(purchase.id(), process))
        })
    }

    /// The schema these customers teach.
    ///
    /// # Errors
    /// As [`CovariateSchema::learn`].
    pub fn schema(&self, customers: &Customers) -> Result<CovariateSchema> {
        CovariateSchema::learn(&self.plan, self.table.as_ref(), &customers.ids)
    }
}

/// The customers of a table in groups of equal covariates.
///
/// # Errors
/// As [`CovariateSchema::groups`].
pub(super) fn groups_of(
    schema: &CovariateSchema,
    given: &Covariates,
    customers: &Customers,
) -> Result<CovariateGroups> {
    match &given.table {
        Some(table) => schema.groups(table, &customers.ids, given.plan.gap),
        None => Ok(CovariateGroups { of: vec![0; customers.len()], values: vec![schema.typical()] }),
    }
}

/// The customers of a table with their covariates over time, known up to a moment.
///
/// # Errors
/// As [`CovariateSchema::paths`]; [`Error::Usage`] if the times of purchases or the end of observation are not known.
pub(super) fn shop_of(
    schema: &CovariateSchema,
    given: Option<&Covariates>,
    customers: &Customers,
    times: Option<&PurchaseTimes>,
    until: Option<Tick>,
) -> Result<VaryingShop> {
    let (Some(times), Some(until)) = (times, until.or(customers.cutoff)) else {
        return Err(Error::usage(
            "covariates over time (a file with dates, --seasonality) need the orders: a table of customers does not tell when they \
             bought",
        ));
    };
    if let Some(period) = customers.unit.calendar() {
        return Err(Error::usage(format!(
            "covariates over time follow days, but time is counted in whole calendar {period}s here; leave --opportunities out"
        )));
    }
    let spans: Vec<Span> = (0..times.len())
        .map(|at| Span { first: times.of(at).first().copied().unwrap_or(until), until })
        .collect();
    let table = given.and_then(|given| given.table.as_ref());
    let gap = given.map_or(Gap::Refuse, |given| given.plan.gap);
    let paths = schema.paths(table, (&customers.ids, &spans), (customers.grain, customers.unit), gap)?;
    VaryingShop::new(paths, customers, times)
}

/// Customers of one table, each under their model.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    /// The models of purchases.
    pub population: AnyPopulation,
    /// The group of each customer, where there are groups.
    pub groups: Option<Vec<u32>>,
    /// The models of spend, where there are any.
    pub spenders: Option<Spenders>,
    /// The group of each customer in them, where there are groups.
    pub spend_groups: Option<Vec<u32>>,
}

impl TrainedModel {
    /// Anyone: all customers under the one model, or with covariates a typical customer (means, reference levels).
    ///
    /// # Errors
    /// [`Error::Usage`] for covariates over time: nobody is typical then; [`Error::Parameter`] if the typical customer's parameters leave
    /// their range.
    pub fn anyone(&self) -> Result<Crowd> {
        let model = &self.purchase.model;
        let population = match &self.covariates {
            Some(part) if part.schema.over_time => {
                return Err(Error::usage(
                    "the model has covariates over time, which differ from day to day: it can score customers who have orders, but \
                     tells neither of a typical newcomer nor of a made-up shop",
                ));
            }
            Some(part) => model.for_groups(vec![part.schema.typical()])?,
            None => model.clone(),
        };
        let typical = self.covariates.iter().map(|part| part.schema.typical()).collect();
        let (spenders, spend_groups) = (self.spenders(typical)?, None);
        Ok(Crowd { population: AnyPopulation::Groups(population), groups: None, spenders, spend_groups })
    }

    /// The model of spend for these groups.
    fn spenders(&self, groups: Vec<Vec<f64>>) -> Result<Option<Spenders>> {
        let of = |spend: &SpendFit| {
            if groups.is_empty() { Ok(spend.model.clone()) } else { spend.model.for_groups(groups) }
        };
        self.spend.as_ref().map(of).transpose()
    }

    /// The customers of a table under their models. Covariates over time ask for the times of purchases and for how long they
    /// must be known: to the end of what is forecast.
    ///
    /// # Errors
    /// [`Error::Usage`] if the model has covariates and none are given, or the other way round; as [`CovariateSchema::groups`] and
    /// [`CovariateSchema::paths`].
    pub fn crowd(
        &self,
        covariates: Option<&Covariates>,
        customers: &Customers,
        times: Option<(&PurchaseTimes, Tick)>,
    ) -> Result<Crowd> {
        let Some(part) = &self.covariates else {
            return match covariates {
                None => self.anyone(),
                Some(given) => Err(strange(&given.plan.file)),
            };
        };
        if covariates.is_none() && part.schema.needs_file() {
            return Err(Error::usage(format!(
                "the model was trained with covariates ({}); give those of these customers with --covariates FILE",
                part.schema.names().join(", ")
            )));
        }
        if part.schema.over_time {
            let (times, until) = times.unzip();
            let shop = Arc::new(shop_of(&part.schema, covariates, customers, times, until)?);
            let population = AnyPopulation::Varying(varying(&self.purchase.model, shop)?);
            let groups = Some((0..customers.len() as u32).collect());
            let still = covariates.filter(|_| !part.schema.spend.is_empty());
            let still = still.map(|given| groups_of(&part.schema, given, customers)).transpose()?;
            let CovariateGroups { of, values } = still.unwrap_or_default();
            let spend_groups = Some(of).filter(|of| !of.is_empty());
            return Ok(Crowd { population, groups, spenders: self.spenders(values)?, spend_groups });
        }
        let Some(given) = covariates else { return self.anyone() };
        let CovariateGroups { of, values } = groups_of(&part.schema, given, customers)?;
        let population = AnyPopulation::Groups(self.purchase.model.for_groups(values.clone())?);
        let (spenders, spend_groups) = (self.spenders(values)?, Some(of.clone()));
        Ok(Crowd { population, groups: Some(of), spenders, spend_groups })
    }

    /// The covariates of this model in a file, for customers that it did not see.
    ///
    /// # Errors
    /// As [`CovariateTable::read`]; [`Error::Usage`] if the model has none.
    pub fn read_covariates(&self, file: CovariateFile, gap: Gap) -> Result<Covariates> {
        let Some(part) = &self.covariates else {
            return Err(strange(&file));
        };
        if !part.schema.needs_file() {
            return Err(Error::usage(format!(
                "the model knows the season alone, out of the calendar, so {} says nothing to it; leave --covariates out",
                file.path.display()
            )));
        }
        // Which column bears on what is in the schema.
        let plan = CovariatePlan { file, purchase: part.schema.names(), gap, ..CovariatePlan::default() };
        Covariates::read(plan, self.grain, Regularisation::None)
    }
}

impl Crowd {
    /// The same customers under other parameters of the model of spend.
    ///
    /// # Errors
    /// As [`WithCovariates::among`].
    pub fn spending_under(&self, model: &Spenders) -> Result<Spenders> {
        self.spenders.as_ref().map_or_else(|| Ok(model.clone()), |before| model.among(before))
    }

    /// The same customers under other parameters of the model of purchases.
    ///
    /// # Errors
    /// As [`WithCovariates::among`].
    pub fn under(&self, model: &WithCovariates<AnyPurchaseModel>) -> Result<AnyPopulation> {
        Ok(match &self.population {
            AnyPopulation::Groups(groups) => AnyPopulation::Groups(model.among(groups)?),
            AnyPopulation::Varying(before) => AnyPopulation::Varying(varying(model, before.shop())?),
        })
    }
}

/// Customers with covariates over time under a model.
fn varying(model: &WithCovariates<AnyPurchaseModel>, shop: Arc<VaryingShop>) -> Result<Varying> {
    match model.base() {
        AnyPurchaseModel::ParetoNbd(base) => {
            Ok(Varying::new(*base, model.effects(), model.coefficients(), shop))
        }
        other => Err(only_pareto(other.id())),
    }
}

/// That a model takes no covariates over time.
fn only_pareto(id: &str) -> Error {
    Error::usage(format!(
        "covariates over time (a file with dates, --seasonality) go with --model {}, not with {id}",
        ParetoNbd::ID
    ))
}

/// Covariates for a model without.
fn strange(file: &CovariateFile) -> Error {
    Error::usage(format!(
        "the model was trained without covariates, so those in {} say nothing to it; leave --covariates out, or train with them",
        file.path.display()
    ))
}
