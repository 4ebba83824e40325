//! Names of forecasts that are made of others: `stack`, `auto`, and any model with `+calibrated`.

use std::sync::Arc;

use super::run::{estimators_in, horizon_of};
use crate::Result;
use crate::calibrate::{Combine, Stack};
use crate::fit::Covariates;
use crate::model::AnySpendModel;
use crate::predict::{Estimator, Paced, TEMPO, Tempos};
use crate::units::Horizon;

/// The joint forecast of all candidates.
pub const STACK: &str = "stack";
/// The candidate that past origins speak for.
pub const AUTO: &str = "auto";
/// What stands behind the name of a forecast that is calibrated, and in the tempo of the shop, if the model can follow it.
pub const CALIBRATED: &str = "+calibrated";

/// The candidates of a joint forecast, the simplest first: models in the tempo of the shop where they can follow it, their ratios, and the
/// regressions of either kind that rank best. The others are not among them: they rank as these do, or their means of large customers run away.
pub const CANDIDATES: [&str; 8] = [
    "bg-nbd+tempo",
    "mbg-nbd+tempo",
    "pareto-nbd+tempo",
    "mbg-cnbd-k",
    "ratio-glm",
    "ratio-gbm",
    "two-part",
    "gbm",
];

/// [`STACK`] or [`AUTO`] of all candidates.
///
/// # Errors
/// As [`super::estimators_ahead`].
pub fn joint(name: &str, spend: Option<AnySpendModel>, horizon: Horizon, calibrated: bool) -> Result<Stack> {
    joint_in(name, spend, horizon, calibrated, &Arc::default())
}

fn joint_in(
    name: &str,
    spend: Option<AnySpendModel>,
    horizon: Horizon,
    calibrated: bool,
    tempos: &Arc<Tempos>,
) -> Result<Stack> {
    let all = estimators_in(&CANDIDATES, spend, None, Some(horizon), tempos)?;
    let combine = if name == AUTO { Combine::Best } else { Combine::Pool };
    Ok(Stack::new(name, all, horizon, calibrated)?.combined(combine).sharing(tempos.clone()))
}

/// Whether a name is one of a forecast made of others.
pub(super) fn is_joint(name: &str) -> bool {
    name == STACK || name == AUTO || name.ends_with(CALIBRATED)
}

/// The forecast of such a name.
pub(super) fn joint_of(
    name: &str,
    spend: Option<AnySpendModel>,
    covariates: Option<&Arc<Covariates>>,
    horizon: Option<Horizon>,
    tempos: &Arc<Tempos>,
) -> Result<Box<dyn Estimator>> {
    let horizon = horizon_of(name, horizon)?;
    if let Some(own) = name.strip_suffix(CALIBRATED) {
        // With covariates a model stands there twice; it is calibrated with them.
        let model = own.split('+').next().unwrap_or(own);
        let follows = covariates.is_none() && !own.ends_with(TEMPO) && Paced::follows(model);
        let own = if follows { format!("{own}{TEMPO}") } else { own.to_owned() };
        let one = estimators_in(&[own], spend, covariates, Some(horizon), tempos)?.pop();
        let stack = Stack::new(name, one.into_iter().collect(), horizon, true)?;
        return Ok(Box::new(stack.sharing(tempos.clone())));
    }
    Ok(Box::new(joint_in(name, spend, horizon, true, tempos)?))
}
