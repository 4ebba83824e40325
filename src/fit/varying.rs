//! Fitting Pareto/NBD with covariates that vary with time.

use std::sync::Arc;

use super::covariates::{CovariateFit, Regularisation, Standard};
use super::degenerate;
use super::estimate::Task;
use super::method::Method;
use super::mle::{Fit, fit_purchase_rows, shop, starts};
use super::unique::unique_purchases;
use crate::features::Customers;
use crate::model::{
    AnyPurchaseModel, Effect, Parametric, ParetoNbd, PurchaseLikelihood, VaryingParetoNbd, VaryingShop,
    Weighted, WithCovariates,
};
use crate::progress::{Progress, Silent};
use crate::{Error, Result};

/// Fits Pareto/NBD with covariates over time: `effects` on the customers' paths in `within`.
///
/// `seasonal` says which covariates are parts of a year: they are held towards 0 as they are, the others per standard deviation.
///
/// # Errors
/// As [`super::fit_purchases_by`]; [`Error::Usage`] for a strength that is to be chosen by cross-validation.
pub fn fit_varying(
    effects: Vec<Effect>,
    within: &VaryingShop,
    seasonal: &[bool],
    customers: &Customers,
    (regularisation, method): (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<AnyPurchaseModel>> {
    let strength = match regularisation {
        Regularisation::None => 0.0,
        Regularisation::Strength(strength) => strength,
        Regularisation::Auto => {
            return Err(Error::usage(
                "--l2 auto is for covariates that stand still; over time give a strength, for instance --l2 4",
            ));
        }
    };
    let template = ParetoNbd::template();
    let plain = unique_purchases(customers)?;
    let (moments, scale) = shop(&plain)?;
    let mut guesses = Vec::new();
    if let Ok(fit) = fit_purchase_rows(&template, plain, None, Method::Mle, &Silent) {
        guesses.push(fit.model.rescaled(1.0 / scale).parameters());
    }
    guesses.extend(template.starts(&moments).into_iter().take(1));
    let mut from = starts(&template, guesses);
    from.iter_mut().for_each(|start| start.extend(effects.iter().map(|_| 0.0)));

    let mut spreads = within.moments();
    for (place, (mean, spread)) in spreads.iter_mut().enumerate() {
        if *spread == 0.0 || seasonal[place] {
            (*mean, *spread) = (0.0, 1.0);
        }
    }
    let seen = Arc::new(within.standardised(&spreads, scale));
    let count = customers.len() as f64;
    let zeros = vec![0.0; effects.len()];
    let start = VaryingParetoNbd::new(template, effects.clone(), zeros, seen)?.penalised(strength, count);
    let mut rows: Vec<Weighted<u32>> =
        (0..customers.len() as u32).map(|row| Weighted { row, count: 1.0 }).collect();
    rows.sort_by_key(|row| (within.histories[row.row as usize].path, row.row));
    let jacobian = -moments.mean * moments.customers * scale.ln();
    let task = Task { template: &start, rows: &rows, starts: from, jacobian, left_out: 0 };
    let scaled = task.fit(method, progress)?;

    let model = scaled.model.clone();
    let ridges = {
        let group = vec![vec![0.0; spreads.len()]];
        let still =
            WithCovariates::new(*model.base(), effects.clone(), model.coefficients().to_vec(), group)?;
        degenerate::covariate_ridges(&still, scaled.uncertainty(), &moments)
    };
    let standard = Standard::of(spreads);
    let map = standard.back(4, &effects);
    let own = |model: &VaryingParetoNbd| -> Result<VaryingParetoNbd> {
        let at = model.point();
        let moved: Vec<f64> =
            map.iter().map(|row| row.iter().zip(&at).map(|(m, eta)| m * eta).sum()).collect();
        let base = model.base().at_point(&moved[..4])?.rescaled(scale);
        let mut parameters = base.parameters();
        parameters.extend(&moved[4..]);
        model.with_parameters(&parameters)
    };
    let fit = scaled.told(own)?;
    let width = within.paths.first().and_then(|path| path.values.first()).map_or(0, Vec::len);
    let as_any = |model: &VaryingParetoNbd| {
        let base = AnyPurchaseModel::from(*model.base());
        WithCovariates::new(base, effects.clone(), model.coefficients().to_vec(), vec![vec![0.0; width]])
    };
    let any = as_any(&fit.model)?;
    let mut report = fit.report;
    report.ln_likelihood += model.penalty_value(count);
    report.warnings.extend(ridges);
    let uncertainty = fit.uncertainty.map(|found| found.carried(&map).told_for(&any));
    let draws = fit.draws.iter().map(as_any).collect::<Result<_>>()?;
    Ok(CovariateFit { fit: Fit { model: any, report, uncertainty, draws }, strength, chosen: None })
}
