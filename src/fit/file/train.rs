//! From customers to a trained model.

use std::sync::Arc;

use super::crowd::{groups_of, shop_of};
use super::season::season_unseen;
use super::{CovariatePart, Covariates, PurchaseFit, SpendFit, TrainedModel};
use crate::features::{Customers, Process, PurchaseTimes};
use crate::fit::{
    CovariateFit, Fit, Method, fit_any_purchases, fit_any_purchases_with, fit_any_spend, fit_any_spend_with,
    fit_varying, needs_logs, spend_and_frequency,
};
use crate::math::hash::mix;
use crate::model::{
    AnyPurchaseModel, AnySpendModel, Parametric, PurchaseModel, SpendModel, Spenders, WithCovariates, effects,
};
use crate::progress::{Progress, Silent};
use crate::{Error, Result};

/// What is to be fitted, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// The model of purchases, with its settings; its parameters do not matter.
    pub purchase: AnyPurchaseModel,
    /// The model of spend, used where there is money; `None` to model purchases alone.
    pub spend: Option<AnySpendModel>,
    /// The way of fitting, of both models.
    pub method: Method,
    /// What else is known of the customers.
    pub covariates: Option<Arc<Covariates>>,
}

impl Recipe {
    /// Whether the model of purchases cares how regular the gaps between purchases are: by one k for all, or customer by
    /// customer.
    #[must_use]
    pub fn is_of_regular_buyers(&self) -> bool {
        self.purchase.uses_gaps() || self.purchase.settings().iter().any(|(name, _)| *name == "k")
    }

    /// Whether the times of the customers' purchases are asked for ([`crate::features::Past::purchase_times`]).
    #[must_use]
    pub fn needs_times(&self) -> bool {
        self.covariates.as_ref().is_some_and(|covariates| covariates.are_over_time())
    }

    /// Whether the customers must tell of the logarithms of values ([`crate::features::Past::telling_logs`]).
    #[must_use]
    pub fn needs_logs(&self) -> bool {
        self.spend.is_some_and(|model| model.needs_logs())
    }
}

impl Default for Recipe {
    /// BG/NBD and Gamma-Gamma.
    fn default() -> Self {
        Self {
            purchase: AnyPurchaseModel::default(),
            spend: Some(AnySpendModel::default()),
            method: Method::default(),
            covariates: None,
        }
    }
}

impl TrainedModel {
    /// Fits the models of the recipe to the customers. `timezone` is the one in which days were counted ("UTC"). Where there is money but
    /// spend cannot be modelled, the model stands without spend and a warning says why.
    ///
    /// # Errors
    /// As [`crate::fit::fit_purchases_by`]; [`Error::Usage`] if the spend model needs logarithms of values that the table does not
    /// tell.
    pub fn train(recipe: &Recipe, customers: &Customers, timezone: &str) -> Result<Self> {
        Self::train_watched(recipe, customers, timezone, &Silent)
    }

    /// The same, telling how far it is: refits and chains take their time.
    ///
    /// # Errors
    /// As [`TrainedModel::train`]; [`crate::Error::Interrupted`].
    pub fn train_watched(
        recipe: &Recipe,
        customers: &Customers,
        timezone: &str,
        progress: &dyn Progress,
    ) -> Result<Self> {
        Self::train_with_times(recipe, (customers, None), timezone, progress)
    }

    /// The same with the times of the customers' purchases, which covariates over time ask for ([`Recipe::needs_times`]).
    ///
    /// # Errors
    /// As [`TrainedModel::train_watched`].
    pub fn train_with_times(
        recipe: &Recipe,
        (customers, times): (&Customers, Option<&PurchaseTimes>),
        timezone: &str,
        progress: &dyn Progress,
    ) -> Result<Self> {
        if let Some(model) = recipe.spend.filter(|model| model.needs_logs())
            && customers.has_money()
            && !customers.has_logs()
        {
            return Err(needs_logs(&model));
        }
        let (purchases, mut covariates) = purchases(recipe, customers, times, progress)?;
        let mut warnings = purchases.report.warnings.clone();
        let spend = match spend(recipe, customers, covariates.as_mut(), progress) {
            Ok(None) => None,
            Ok(Some(fit)) => {
                warnings.extend(fit.report.warnings.iter().cloned());
                let related = spend_and_frequency(customers);
                warnings.extend(related.and_then(|found| found.warning(fit.model.name())));
                Some(SpendFit {
                    model: fit.model,
                    ln_likelihood: fit.report.ln_likelihood,
                    uncertainty: fit.uncertainty,
                    report: Some(fit.report),
                    draws: fit.draws,
                })
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            // Who asks for covariates of spend does not want a model without it.
            Err(error) if covariates.iter().any(|part| !part.schema.spend.is_empty()) => return Err(error),
            Err(error) => {
                warnings.push(format!("purchases alone are modelled, because spend cannot be: {error}"));
                None
            }
        };
        Ok(Self {
            purchase: PurchaseFit {
                model: purchases.model,
                ln_likelihood: purchases.report.ln_likelihood,
                uncertainty: purchases.uncertainty,
                report: Some(purchases.report),
                draws: purchases.draws,
            },
            spend,
            covariates,
            unit: customers.unit,
            grain: customers.grain,
            cutoff: customers.cutoff.map(|tick| customers.grain.show(tick)),
            timezone: timezone.to_owned(),
            customers: customers.len() as u64,
            fingerprint: fingerprint(customers),
            warnings,
        })
    }
}

/// What covariates of purchases bear on.
const PURCHASES: [Process; 2] = [Process::Purchase, Process::Dropout];

/// A fit without effects.
fn without_effects<M: Into<WithCovariates<N>>, N>(fit: Fit<M>) -> Fit<WithCovariates<N>> {
    let Fit { model, report, uncertainty, draws } = fit;
    Fit { model: model.into(), report, uncertainty, draws: draws.into_iter().map(Into::into).collect() }
}

/// The fit of spend, with covariates where there are any; `None` without money, or if purchases alone are to be modelled.
fn spend(
    recipe: &Recipe,
    customers: &Customers,
    part: Option<&mut CovariatePart>,
    progress: &dyn Progress,
) -> Result<Option<Fit<Spenders>>> {
    let template = recipe.spend.filter(|_| customers.has_money());
    let with = recipe.covariates.as_ref().zip(part.filter(|part| !part.schema.spend.is_empty()));
    let (template, (covariates, part)) = match (template, with) {
        (None, None) => return Ok(None),
        (None, Some(_)) => {
            return Err(Error::usage(
                "spend covariates need a model of spend and amounts of money; leave --spend-covariates out, or name the column of amounts \
                 with --amount",
            ));
        }
        (Some(template), None) => {
            return fit_any_spend(&template, customers, recipe.method, progress)
                .map(|fit| Some(without_effects(fit)));
        }
        (Some(template), Some(with)) => (template, with),
    };
    let groups = groups_of(&part.schema, covariates, customers)?;
    if let Some(table) = &covariates.table {
        let buyers = (0..customers.len()).filter(|&at| customers.frequency[at] > 0);
        part.schema.check_rank(table, &groups.picked(buyers), &[Process::Spend])?;
    }
    let effects = effects(&template, &part.schema, &[Process::Spend])?;
    let how = (covariates.regularisation, recipe.method);
    let found = fit_any_spend_with(&template, effects, &groups, customers, how, progress)?;
    (part.l2_spend, part.chosen_spend) = (found.strength, found.chosen);
    let mut fit = found.fit;
    fit.model = fit.model.for_groups(vec![part.schema.typical()])?;
    fit.draws = fit.draws.iter().map(|draw| draw.among(&fit.model)).collect::<Result<_>>()?;
    Ok(Some(fit))
}

/// The fit of purchases, with covariates where there are any.
fn purchases(
    recipe: &Recipe,
    customers: &Customers,
    times: Option<&PurchaseTimes>,
    progress: &dyn Progress,
) -> Result<(Fit<WithCovariates<AnyPurchaseModel>>, Option<CovariatePart>)> {
    let plain =
        || fit_any_purchases(&recipe.purchase, customers, recipe.method, progress).map(without_effects);
    let Some(covariates) = &recipe.covariates else { return Ok((plain()?, None)) };
    let schema = covariates.schema(customers)?;
    covariates.suit(&recipe.purchase)?;
    let effects = effects(&recipe.purchase, &schema, &PURCHASES)?;
    let how = (covariates.regularisation, recipe.method);
    let found = if schema.over_time {
        let shop = shop_of(&schema, Some(covariates), customers, times, None)?;
        if let Some(table) = &covariates.table {
            schema.check_rank(table, &shop.steps(), &PURCHASES)?;
        }
        let mut found = fit_varying(effects, &shop, &schema.seasonal(), customers, how, progress)?;
        found.fit.report.warnings.extend(season_unseen(&schema, &shop, customers.unit));
        found
    } else if effects.is_empty() {
        CovariateFit { fit: plain()?, strength: 0.0, chosen: None }
    } else {
        let groups = groups_of(&schema, covariates, customers)?;
        if let Some(table) = &covariates.table {
            schema.check_rank(table, &groups, &PURCHASES)?;
        }
        fit_any_purchases_with(&recipe.purchase, effects, &groups, customers, how, progress)?
    };
    let (l2, chosen) = (found.strength, found.chosen);
    let part = CovariatePart { schema, l2, chosen, l2_spend: 0.0, chosen_spend: None };
    // The customers trained on are not part of the model.
    let mut fit = found.fit;
    fit.model = fit.model.for_groups(vec![part.schema.typical()])?;
    fit.draws = fit.draws.iter().map(|draw| draw.among(&fit.model)).collect::<Result<_>>()?;
    Ok((fit, Some(part)))
}

/// Sixteen hexadecimal digits: a sum of hashes (splitmix64) of the customers' rows, so that their order does not matter.
fn fingerprint(customers: &Customers) -> String {
    let mut sum = 0u64;
    for at in 0..customers.len() {
        let c = customers.rfm(at);
        let money = customers.monetary_value.get(at).copied().flatten().map_or(1, f64::to_bits);
        let mut hash = mix(u64::from(c.frequency));
        for part in [c.recency.to_bits(), c.age.to_bits(), money] {
            hash = mix(hash ^ part);
        }
        sum = sum.wrapping_add(hash);
    }
    format!("{:016x}", mix(sum ^ customers.len() as u64))
}
