//! Customers of one table, each under the model of their group: what a model with covariates needs to forecast them.

use serde::{Deserialize, Serialize};

use super::TrainedModel;
use crate::features::{CovariateGroups, CovariatePlan, CovariateSchema, CovariateTable, Customers, Gap};
use crate::fit::{CrossValidation, Regularisation};
use crate::model::{AnyPurchaseModel, WithCovariates};
use crate::units::Grain;
use crate::{Error, Result};

/// What is known of customers beside their orders, and what is to be made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariates {
    /// Which columns bear on what.
    pub plan: CovariatePlan,
    /// The file as it was read.
    pub table: CovariateTable,
    /// How strongly coefficients are held towards 0.
    pub regularisation: Regularisation,
}

/// What a model file keeps of covariates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariatePart {
    /// Which columns bear on what, and how they are coded.
    #[serde(flatten)]
    pub schema: CovariateSchema,
    /// The strength with which the coefficients were held towards 0.
    #[serde(default)]
    pub l2: f64,
    /// How it was chosen, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<CrossValidation>,
}

impl Covariates {
    /// Reads the columns of the plan.
    ///
    /// # Errors
    /// As [`CovariateTable::read`].
    pub fn read(plan: CovariatePlan, grain: Grain, regularisation: Regularisation) -> Result<Self> {
        let table = CovariateTable::read(&plan.file, &plan.columns(), grain)?;
        Ok(Self { plan, table, regularisation })
    }

    /// The schema these customers teach, and the customers in groups, checked.
    ///
    /// # Errors
    /// As [`CovariateSchema::learn`], [`CovariateSchema::groups`] and [`CovariateSchema::check_rank`].
    pub fn learn(&self, customers: &Customers) -> Result<(CovariateSchema, CovariateGroups)> {
        let schema = CovariateSchema::learn(&self.plan, &self.table, &customers.ids)?;
        let groups = schema.groups(&self.table, &customers.ids, self.plan.gap)?;
        schema.check_rank(&self.table, &groups)?;
        Ok((schema, groups))
    }
}

/// Customers of one table, each under the model of their group.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowd {
    /// The models of the groups.
    pub population: WithCovariates<AnyPurchaseModel>,
    /// The group of each customer, where there are groups.
    pub groups: Option<Vec<u32>>,
}

impl TrainedModel {
    /// Anyone: all customers under the one model, or with covariates a typical customer (means, reference levels).
    ///
    /// # Errors
    /// [`Error::Parameter`] if the typical customer's parameters leave their range.
    pub fn anyone(&self) -> Result<Crowd> {
        let model = &self.purchase.model;
        let population = match &self.covariates {
            Some(part) => model.for_groups(vec![part.schema.typical()])?,
            None => model.clone(),
        };
        Ok(Crowd { population, groups: None })
    }

    /// The customers of a table under their models.
    ///
    /// # Errors
    /// [`Error::Usage`] if the model has covariates and none are given, or the other way round; as [`CovariateSchema::groups`].
    pub fn crowd(&self, covariates: Option<&Covariates>, customers: &Customers) -> Result<Crowd> {
        match (&self.covariates, covariates) {
            (None, None) => self.anyone(),
            (Some(part), Some(given)) => {
                let groups = part.schema.groups(&given.table, &customers.ids, given.plan.gap)?;
                let population = self.purchase.model.for_groups(groups.values)?;
                Ok(Crowd { population, groups: Some(groups.of) })
            }
            (Some(part), None) => Err(Error::usage(format!(
                "the model was trained with covariates ({}); give those of these customers with --covariates FILE",
                part.schema.names().join(", ")
            ))),
            (None, Some(given)) => Err(Error::usage(format!(
                "the model was trained without covariates, so those in {} say nothing to it; leave --covariates out, or train with \
                 them",
                given.table.path().display()
            ))),
        }
    }

    /// The covariates of this model in a file, for customers that it did not see.
    ///
    /// # Errors
    /// As [`CovariateTable::read`]; [`Error::Usage`] if the model has none.
    pub fn read_covariates(&self, file: crate::features::CovariateFile, gap: Gap) -> Result<Covariates> {
        let Some(part) = &self.covariates else {
            return Err(Error::usage(format!(
                "the model was trained without covariates, so those in {} say nothing to it; leave --covariates out, or train with \
                 them",
                file.path.display()
            )));
        };
        let plan = CovariatePlan { file, purchase: part.schema.names(), gap, ..CovariatePlan::default() };
        Covariates::read(plan, self.grain, Regularisation::None)
    }
}
