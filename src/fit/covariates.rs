//! Fitting with covariates: any model, its effects beside its parameters, held towards 0 where that is asked for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::covariance::Uncertainty;
use super::degenerate;
use super::estimate::{Scaled, Task};
use super::method::{Method, MethodId};
use super::mle::{Fit, fit_purchase_rows, fit_purchases_by, refuse, shop, starts};
use super::unique::unique_in_groups;
use crate::features::{CovariateGroups, Customers, Rfm};
use crate::model::{
    AnyPurchaseModel, Effect, Grouped, Likelihood, Moments, Parametric, PurchaseLikelihood, Visitor,
    Weighted, WithCovariates,
};
use crate::progress::{Progress, Silent};
use crate::{Error, Result};

/// How strongly the coefficients of covariates are held towards 0: as by a normal prior of variance 1/strength on each
/// coefficient per standard deviation of its covariate. Units of covariates so do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Regularisation {
    /// Not at all.
    #[default]
    None,
    /// With this strength.
    Strength(f64),
    /// With the strength that predicts customers left out best ([`CrossValidation`]).
    Auto,
}

/// How a strength was chosen: five folds of customers, each predicted by a fit on the other four.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossValidation {
    /// Each strength with the log-likelihood of the customers left out, summed over folds.
    pub tried: Vec<(f64, f64)>,
    /// The strength with the highest.
    pub best: f64,
}

/// Strengths that are tried, from none to one that leaves next to nothing of an effect.
const STRENGTHS: [f64; 10] = [0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];
/// So many folds.
const FOLDS: u64 = 5;

/// A fit with covariates.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateFit<M> {
    /// The model, how the fit went (its ln L without the penalty), and how sure it is.
    pub fit: Fit<WithCovariates<M>>,
    /// The strength with which the coefficients were held towards 0; 0 for not at all.
    pub strength: f64,
    /// How it was chosen, where it was.
    pub chosen: Option<CrossValidation>,
}

/// Fits a purchase model whose customers differ by covariates: `effects` on the customers' `groups`.
///
/// The climb takes covariates centred and per standard deviation; the model comes back in the covariates' own units, its plain
/// parameters those of a customer all of whose covariates are 0.
///
/// # Errors
/// As [`super::fit_purchases`]; [`Error::Usage`] for a strength that is negative or no number.
pub fn fit_purchases_with<M: PurchaseLikelihood>(
    template: &M,
    effects: Vec<Effect>,
    groups: &CovariateGroups,
    customers: &Customers,
    regularisation: Regularisation,
) -> Result<CovariateFit<M>> {
    fit_purchases_with_by(template, effects, groups, customers, (regularisation, Method::Mle), &Silent)
}

/// The same by any method; the strength of a regularisation is chosen by maximum likelihood.
///
/// # Errors
/// As [`fit_purchases_with`] and [`super::fit_purchases_by`].
pub fn fit_purchases_with_by<M: PurchaseLikelihood>(
    template: &M,
    effects: Vec<Effect>,
    groups: &CovariateGroups,
    customers: &Customers,
    (regularisation, method): (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<M>> {
    if template.to_choose().is_some() {
        // What is to be chosen is chosen without covariates.
        let chosen = fit_purchases_by(template, customers, Method::Mle, progress)?.model;
        return fit_purchases_with_by(
            &chosen,
            effects,
            groups,
            customers,
            (regularisation, method),
            progress,
        );
    }
    if let Regularisation::Strength(strength) = regularisation
        && !(strength >= 0.0 && strength.is_finite())
    {
        return Err(Error::usage(format!(
            "the strength of --l2 is {strength}, but must be a number, 0 or more"
        )));
    }
    let rows = unique_in_groups(customers, |at| groups.of[at])?;
    let plain: Vec<Weighted<Rfm>> =
        rows.iter().map(|row| Weighted { row: row.row.row, count: row.count }).collect();
    refuse(template, &plain)?;
    let (moments, scale) = shop(&plain)?;
    let scale = if M::DISCRETE { 1.0 } else { scale };
    let ln_gaps = customers.sum_of_ln_gaps().unwrap_or(0.0);
    let standard = Standard::new(groups, &effects);
    let climb = Climb::new(template, &plain, effects, &standard, groups, (moments, scale), ln_gaps)?;
    let (strength, chosen) = match regularisation {
        Regularisation::None => (0.0, None),
        Regularisation::Strength(strength) => (strength, None),
        Regularisation::Auto => {
            let folds = climb.folds(customers, groups)?;
            let chosen = climb.cross_validate(&folds)?;
            (chosen.best, Some(chosen))
        }
    };
    let scaled_rows = climb.scaled(rows);
    let fit = climb.run(&scaled_rows, strength, method, progress)?;
    Ok(CovariateFit { fit: climb.told(fit, &standard, groups)?, strength, chosen })
}

/// The same, of any model.
///
/// # Errors
/// As [`fit_purchases_with_by`].
pub fn fit_any_purchases_with(
    template: &AnyPurchaseModel,
    effects: Vec<Effect>,
    groups: &CovariateGroups,
    customers: &Customers,
    how: (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<AnyPurchaseModel>> {
    template.visit(Fitting { effects, groups, customers, how, progress })
}

struct Fitting<'a> {
    effects: Vec<Effect>,
    groups: &'a CovariateGroups,
    customers: &'a Customers,
    how: (Regularisation, Method),
    progress: &'a dyn Progress,
}

impl Visitor for Fitting<'_> {
    type Answer = Result<CovariateFit<AnyPurchaseModel>>;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, template: &M) -> Self::Answer {
        let CovariateFit { fit, strength, chosen } = fit_purchases_with_by(
            template,
            self.effects,
            self.groups,
            self.customers,
            self.how,
            self.progress,
        )?;
        let Fit { model, report, uncertainty, draws } = fit;
        let any = |model: WithCovariates<M>| model.with_base(M::into);
        let draws = draws.into_iter().map(any).collect();
        let fit = Fit { model: any(model), report, uncertainty, draws };
        Ok(CovariateFit { fit, strength, chosen })
    }
}

/// Covariates centred and divided by their standard deviations, place by place.
pub(super) struct Standard {
    moments: Vec<(f64, f64)>,
    groups: Vec<Vec<f64>>,
}

impl Standard {
    /// By these means and standard deviations, of no groups.
    pub(super) const fn of(moments: Vec<(f64, f64)>) -> Self {
        Self { moments, groups: Vec::new() }
    }

    pub(super) fn new(groups: &CovariateGroups, effects: &[Effect]) -> Self {
        let mut moments = groups.moments();
        for (place, (mean, spread)) in moments.iter_mut().enumerate() {
            if *spread == 0.0 || effects.iter().all(|effect| effect.place != place) {
                (*mean, *spread) = (0.0, 1.0);
            }
        }
        let standard =
            |z: &Vec<f64>| z.iter().zip(&moments).map(|(z, (mean, spread))| (z - mean) / spread).collect();
        Self { groups: groups.values.iter().map(standard).collect(), moments }
    }

    /// The linear map from the coordinates of the standardised model to those in the covariates' own units:
    /// γ' = γ/σ, η' = η − Σ γ μ/σ s.
    pub(super) fn back(&self, width: usize, effects: &[Effect]) -> Vec<Vec<f64>> {
        let n = width + effects.len();
        let mut map = vec![vec![0.0; n]; n];
        (0..width).for_each(|i| map[i][i] = 1.0);
        for (k, effect) in effects.iter().enumerate() {
            let (mean, spread) = self.moments[effect.place];
            (0..width).for_each(|i| map[i][width + k] = -mean / spread * effect.shift[i]);
            map[width + k][width + k] = 1.0 / spread;
        }
        map
    }
}

/// What a climb needs: the standardised model to start from, and on which scale of time.
struct Climb<M> {
    template: WithCovariates<M>,
    /// Points to start from.
    from: Vec<Vec<f64>>,
    moments: Moments,
    scale: f64,
    /// Σ ln of the gaps between purchases, where it is known and matters.
    ln_gaps: f64,
}

impl<M: PurchaseLikelihood> Climb<M> {
    fn new(
        template: &M,
        plain: &[Weighted<Rfm>],
        effects: Vec<Effect>,
        standard: &Standard,
        groups: &CovariateGroups,
        (moments, scale): (Moments, f64),
        ln_gaps: f64,
    ) -> Result<Self> {
        let mut sorted = plain.to_vec();
        sorted.sort_by_key(|row| (row.row.frequency, row.row.age.to_bits(), row.row.recency.to_bits()));
        // Without the covariates first: where that ends is the best place to begin, if it ends.
        let mut guesses: Vec<Vec<f64>> = template.starts(&moments).into_iter().take(2).collect();
        if let Ok(fit) = fit_purchase_rows(template, sorted, None, Method::Mle, &Silent) {
            guesses.insert(0, fit.model.rescaled(1.0 / scale).parameters());
        }
        let mut from = starts(template, guesses);
        from.iter_mut().for_each(|start| start.extend(effects.iter().map(|_| 0.0)));
        let zeros = vec![0.0; effects.len()];
        debug_assert_eq!(standard.groups.len(), groups.values.len());
        let template = WithCovariates::new(template.clone(), effects, zeros, standard.groups.clone())?;
        Ok(Self { template, from, moments, scale, ln_gaps })
    }

    fn scaled(&self, mut rows: Vec<Weighted<Grouped<Rfm>>>) -> Vec<Weighted<Grouped<Rfm>>> {
        for Weighted { row, .. } in &mut rows {
            row.row.recency /= self.scale;
            row.row.age /= self.scale;
        }
        rows
    }

    /// The fit in standardised covariates and scaled time.
    fn run(
        &self,
        rows: &[Weighted<Grouped<Rfm>>],
        strength: f64,
        method: Method,
        progress: &dyn Progress,
    ) -> Result<Scaled<WithCovariates<M>>> {
        let customers = rows.iter().map(|row| row.count).sum();
        let repeats: f64 = rows.iter().map(|row| row.count * f64::from(row.row.row.frequency)).sum();
        let template = &self.template.clone().penalised(strength, customers);
        let stages = f64::from(self.template.base().stages());
        let jacobian = (stages - 1.0) * self.ln_gaps - stages * repeats * self.scale.ln();
        Task { template, rows, starts: self.from.clone(), jacobian, left_out: 0 }.fit(method, progress)
    }

    /// The fit in the covariates' and the reader's units, its ln L without the penalty, ridges named.
    fn told(
        &self,
        scaled: Scaled<WithCovariates<M>>,
        standard: &Standard,
        groups: &CovariateGroups,
    ) -> Result<Fit<WithCovariates<M>>> {
        let model = scaled.model.clone();
        let ridges = degenerate::covariate_ridges(&model, scaled.uncertainty(), &self.moments);
        let (width, effects) = (model.base().parameters().len(), model.effects().to_vec());
        let map = standard.back(width, &effects);
        let place = Arc::new(groups.values.clone());
        let mut fit = scaled.told(|standard| {
            let at = standard.point();
            let own: Vec<f64> =
                map.iter().map(|row| row.iter().zip(&at).map(|(m, eta)| m * eta).sum()).collect();
            let base = standard.base().at_point(&own[..width])?.rescaled(self.scale);
            standard.moved(base, own[width..].to_vec(), &place)
        })?;
        fit.uncertainty = fit.uncertainty.map(|found| found.carried(&map).told_for(&fit.model));
        // The likelihood at the medians of chains is told customer by customer, without the penalty.
        if fit.report.method != MethodId::Mcmc {
            fit.report.ln_likelihood += model.penalty_value(fit.report.customers as f64);
        }
        fit.report.warnings.extend(ridges);
        Ok(fit)
    }

    /// The customers in folds by their ids, so that the order of a file does not matter.
    fn folds(
        &self,
        customers: &Customers,
        groups: &CovariateGroups,
    ) -> Result<Vec<Vec<Weighted<Grouped<Rfm>>>>> {
        let fold = |at: usize| {
            let bytes = customers.ids.get(at).bytes();
            // FNV-1a: short, and the same everywhere.
            let hash = bytes
                .fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
            (hash >> 32) % FOLDS
        };
        (0..FOLDS)
            .map(|which| {
                let members: Vec<usize> = (0..customers.len()).filter(|&at| fold(at) == which).collect();
                Ok(self.scaled(unique_in_groups(&customers.picked(&members), |k| groups.of[members[k]])?))
            })
            .collect()
    }

    /// The strength that predicts customers left out best.
    fn cross_validate(&self, folds: &[Vec<Weighted<Grouped<Rfm>>>]) -> Result<CrossValidation> {
        let mut tried: Vec<(f64, f64)> = STRENGTHS.iter().map(|&strength| (strength, 0.0)).collect();
        for (which, left_out) in folds.iter().enumerate() {
            let mut others: Vec<_> = folds
                .iter()
                .enumerate()
                .filter(|(k, _)| *k != which)
                .flat_map(|(_, rows)| rows)
                .copied()
                .collect();
            others.sort_by_key(|row| {
                let Rfm { frequency, recency, age, .. } = row.row.row;
                (row.row.group, frequency, age.to_bits(), recency.to_bits())
            });
            for (strength, sum) in &mut tried {
                // A strength at which some fold cannot be fitted is none.
                *sum += match self.run(&others, *strength, Method::Mle, &Silent) {
                    Ok(fit) => fit.model.penalised(0.0, 1.0).derivatives(left_out).value,
                    Err(Error::Interrupted) => return Err(Error::Interrupted),
                    Err(_) => f64::NEG_INFINITY,
                };
            }
        }
        let best = tried.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
        match best {
            Some((best, value)) if value.is_finite() => Ok(CrossValidation { tried, best }),
            _ => Err(Error::Undefined(
                "no strength of --l2 could be fitted on all parts of these customers; give one, for instance --l2 100".into(),
            )),
        }
    }
}

impl Uncertainty {
    /// The same uncertainty after a linear map of the coordinates, M Σ Mᵀ; standard errors are to be told anew.
    pub(super) fn carried(self, map: &[Vec<f64>]) -> Self {
        let half: Vec<Vec<f64>> = map
            .iter()
            .map(|row| {
                (0..self.covariance.len())
                    .map(|j| row.iter().zip(&self.covariance).map(|(m, from)| m * from[j]).sum())
                    .collect()
            })
            .collect();
        let entry = |i: usize, j: usize| half[i].iter().zip(&map[j]).map(|(h, m)| h * m).sum::<f64>();
        let n = map.len();
        let covariance = (0..n).map(|i| (0..n).map(|j| entry(i.max(j), i.min(j))).collect()).collect();
        Self { covariance, standard_errors: self.standard_errors }
    }
}
