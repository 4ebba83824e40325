//! Fitting Pareto/NBD with covariates that vary with time.

use std::sync::Arc;

use super::covariance::Uncertainty;
use super::covariates::CovariateFit;
use super::degenerate;
use super::estimate::{Scaled, Task};
use super::method::{Method, MethodId};
use super::mle::{Fit, fit_purchase_rows, shop, starts};
use super::standard::Standard;
use super::strength::Regularisation;
use super::unique::unique_purchases;
use crate::features::Customers;
use crate::model::{
    AnyPurchaseModel, Effect, Moments, Parametric, ParetoNbd, PurchaseLikelihood, VaryingParetoNbd,
    VaryingShop, Weighted, WithCovariates,
};
use crate::progress::{Progress, Silent};
use crate::{Error, Result};

/// The strength with which the parts of a year are held towards their common mean, unless another is given: as by a prior of standard
/// deviation 0.5, a factor of e^±1 on purchases within two of them.
pub const SEASON_STRENGTH: f64 = 4.0;

/// Fits Pareto/NBD with covariates over time: `effects` on the customers' paths in `within`.
///
/// `seasonal` says which covariates are parts of a year: they are held towards 0 as they are, with [`SEASON_STRENGTH`] unless a strength
/// is given; the others per standard deviation, and not at all unless one is given.
///
/// # Errors
/// As [`super::fit_purchases_by`]; [`Error::Usage`] for a strength that is to be chosen by cross-validation, and for one of 0 where there
/// is a season.
pub fn fit_varying(
    effects: Vec<Effect>,
    within: &VaryingShop,
    seasonal: &[bool],
    customers: &Customers,
    (regularisation, method): (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<AnyPurchaseModel>> {
    let strength = strength_of(regularisation, seasonal.contains(&true))?;
    let of_effect = |effect: &Effect| match (regularisation, seasonal[effect.place]) {
        (Regularisation::None, true) => SEASON_STRENGTH,
        _ => strength,
    };
    let strengths: Vec<f64> = effects.iter().map(of_effect).collect();
    let plain = unique_purchases(customers)?;
    let (moments, scale) = shop(&plain)?;
    let mut guesses: Vec<Vec<f64>> = ParetoNbd::template().starts(&moments).into_iter().take(1).collect();
    if let Ok(fit) = fit_purchase_rows(&ParetoNbd::template(), plain, None, Method::Mle, &Silent) {
        guesses.insert(0, fit.model.rescaled(1.0 / scale).parameters());
    }
    let mut from = starts(&ParetoNbd::template(), guesses);
    from.iter_mut().for_each(|start| start.extend(effects.iter().map(|_| 0.0)));

    let spreads = spreads(within, seasonal);
    let seen = Arc::new(within.standardised(&spreads, scale));
    let zeros = vec![0.0; effects.len()];
    let template = VaryingParetoNbd::new(ParetoNbd::template(), effects, zeros, seen)?
        .penalised(&strengths, customers.len() as f64);
    let rows = by_path(within);
    let jacobian = -moments.mean * moments.customers * scale.ln();
    let scaled = Task { template: &template, rows: &rows, starts: from, jacobian, left_out: 0 }
        .fit(method, progress)?;
    let fit = told(scaled, &Standard::of(spreads), &moments, scale)?;
    Ok(CovariateFit { fit, strength, chosen: None })
}

/// The strength that is asked for.
fn strength_of(regularisation: Regularisation, season: bool) -> Result<f64> {
    match regularisation {
        Regularisation::None => Ok(0.0),
        Regularisation::Strength(strength) if season && strength <= 0.0 => Err(Error::usage(format!(
            "--l2 {strength} leaves the season free of any hold, but the parts of a year sum to all of it: only their differences can be \
             told. Give a strength above 0, or leave --l2 out (the season is then held with {SEASON_STRENGTH})"
        ))),
        Regularisation::Strength(strength) => Ok(strength),
        Regularisation::Auto => Err(Error::usage(
            "--l2 auto is for covariates that stand still; over time give a strength, for instance --l2 4",
        )),
    }
}

/// Mean and standard deviation by which the climb sees each covariate; parts of a year, and what never varies, as they are.
fn spreads(within: &VaryingShop, seasonal: &[bool]) -> Vec<(f64, f64)> {
    let mut spreads = within.moments();
    for ((mean, spread), seasonal) in spreads.iter_mut().zip(seasonal) {
        if *spread == 0.0 || *seasonal {
            (*mean, *spread) = (0.0, 1.0);
        }
    }
    spreads
}

/// The customers, those of one path together: their clocks are wound once.
fn by_path(within: &VaryingShop) -> Vec<Weighted<u32>> {
    let mut rows: Vec<Weighted<u32>> =
        (0..within.histories.len() as u32).map(|row| Weighted { row, count: 1.0 }).collect();
    rows.sort_by_key(|row| (within.histories[row.row as usize].path, row.row));
    rows
}

/// The fit in the covariates' and the reader's units, its ln L without the penalty, ridges named.
fn told(
    scaled: Scaled<VaryingParetoNbd>,
    standard: &Standard,
    moments: &Moments,
    scale: f64,
) -> Result<Fit<WithCovariates<AnyPurchaseModel>>> {
    let model = scaled.model.clone();
    let plain = still(&model, *model.base())?;
    let ridges = degenerate::covariate_ridges(&plain, scaled.uncertainty(), || plain.base().ridges(moments));
    let map = standard.back(model.base().parameters().len(), model.effects());
    let own = |model: &VaryingParetoNbd| -> Result<VaryingParetoNbd> {
        let (at, width) = (model.point(), model.base().parameters().len());
        let moved: Vec<f64> =
            map.iter().map(|row| row.iter().zip(&at).map(|(m, eta)| m * eta).sum()).collect();
        let mut parameters = model.base().at_point(&moved[..width])?.rescaled(scale).parameters();
        parameters.extend(&moved[width..]);
        model.with_parameters(&parameters)
    };
    let Fit { model: fitted, mut report, uncertainty, draws } = scaled.told(own)?;
    let any = |model: &VaryingParetoNbd| still(model, AnyPurchaseModel::from(*model.base()));
    let fitted = any(&fitted)?;
    // The likelihood at the medians of chains is told customer by customer, without the penalty.
    if report.method != MethodId::Mcmc {
        report.ln_likelihood += model.penalty_value(report.customers as f64);
    }
    report.warnings.extend(ridges);
    let uncertainty = uncertainty.map(|found: Uncertainty| found.carried(&map).told_for(&fitted));
    let draws = draws.iter().map(any).collect::<Result<_>>()?;
    Ok(Fit { model: fitted, report, uncertainty, draws })
}

/// The same effects on a plain model, of a customer all of whose covariates are 0.
fn still<M: Parametric>(model: &VaryingParetoNbd, base: M) -> Result<WithCovariates<M>> {
    let width = model.effects().iter().map(|effect| effect.place + 1).max().unwrap_or(0);
    WithCovariates::new(base, model.effects().to_vec(), model.coefficients().to_vec(), vec![vec![0.0; width]])
}
