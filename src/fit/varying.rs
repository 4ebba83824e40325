//! Fitting Pareto/NBD with covariates that vary with time.

use std::sync::Arc;

use super::covariance::Uncertainty;
use super::covariates::CovariateFit;
use super::degenerate;
use super::estimate::{Scaled, Task};
use super::method::{Method, MethodId};
use super::mle::{Fit, fit_purchase_rows, shop, starts};
use super::standard::Standard;
use super::strength::{CrossValidation, Regularisation, cross_validate, folds};
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
/// As [`super::fit_purchases_by`]; [`Error::Usage`] for a strength that is negative or no number, and for one of 0 where there is a season.
pub fn fit_varying(
    effects: Vec<Effect>,
    within: &VaryingShop,
    seasonal: &[bool],
    customers: &Customers,
    (regularisation, method): (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<AnyPurchaseModel>> {
    regularisation.check()?;
    let season = seasonal.contains(&true);
    if let (Regularisation::Strength(strength), true) = (regularisation, season)
        && strength <= 0.0
    {
        return Err(unheld(strength));
    }
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
    let seasonal = effects.iter().map(|effect| seasonal[effect.place]).collect();
    let zeros = vec![0.0; effects.len()];
    let template = VaryingParetoNbd::new(ParetoNbd::template(), effects, zeros, seen)?;
    let climb = Climb { template, from, seasonal, scale };
    let (strength, chosen) = regularisation.settled(|| climb.cross_validate(customers, within, season))?;
    let held = if regularisation == Regularisation::None { SEASON_STRENGTH } else { strength };
    let everyone: Vec<usize> = (0..customers.len()).collect();
    let scaled = climb.run(&by_path(within, &everyone), (strength, held), method, progress)?;
    let fit = told(scaled, &Standard::of(spreads), &moments, scale)?;
    Ok(CovariateFit { fit, strength, chosen })
}

/// What a climb needs: the standardised model to start from, which of its effects are parts of a year, and on which scale of time.
struct Climb {
    template: VaryingParetoNbd,
    from: Vec<Vec<f64>>,
    seasonal: Vec<bool>,
    scale: f64,
}

impl Climb {
    /// The fit of these customers in standardised covariates and scaled time, coefficients held with the first strength, parts of a year
    /// with the second.
    fn run(
        &self,
        rows: &[Weighted<u32>],
        (strength, season): (f64, f64),
        method: Method,
        progress: &dyn Progress,
    ) -> Result<Scaled<VaryingParetoNbd>> {
        let strengths: Vec<f64> =
            self.seasonal.iter().map(|part| if *part { season } else { strength }).collect();
        let template = &self.template.clone().penalised(&strengths, rows.len() as f64);
        let jacobian = -template.purchases(rows) * self.scale.ln();
        Task { template, rows, starts: self.from.clone(), jacobian, left_out: 0 }.fit(method, progress)
    }

    /// The strength that predicts customers left out best; a season is never free of any hold.
    fn cross_validate(
        &self,
        customers: &Customers,
        within: &VaryingShop,
        season: bool,
    ) -> Result<CrossValidation> {
        let folds: Vec<Vec<Weighted<u32>>> =
            folds(customers).iter().map(|members| by_path(within, members)).collect();
        let place = |row: &u32| (within.histories[*row as usize].path, *row);
        let free = vec![0.0; self.seasonal.len()];
        let fit = |rows: &[Weighted<u32>], strength: f64| {
            if season && strength <= 0.0 {
                return Err(unheld(strength));
            }
            let fit = self.run(rows, (strength, strength), Method::Mle, &Silent)?;
            Ok(fit.model.penalised(&free, 1.0))
        };
        cross_validate(&folds, |left, right| place(left).cmp(&place(right)), fit)
    }
}

/// That a season needs a hold.
fn unheld(strength: f64) -> Error {
    Error::usage(format!(
        "--l2 {strength} leaves the season free of any hold, but the parts of a year sum to all of it: only their differences can be \
         told. Give a strength above 0, or leave --l2 out (the season is then held with {SEASON_STRENGTH})"
    ))
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

/// Some of the customers, those of one path together: their clocks are wound once.
fn by_path(within: &VaryingShop, members: &[usize]) -> Vec<Weighted<u32>> {
    let mut rows: Vec<Weighted<u32>> =
        members.iter().map(|&at| Weighted { row: at as u32, count: 1.0 }).collect();
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
