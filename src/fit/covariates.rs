//! Fitting with covariates: any model, its effects beside its parameters, held towards 0 where that is asked for.

use super::degenerate;
use super::estimate::{Scaled, Task};
use super::method::Method;
use super::mle::{Fit, fit_purchase_rows, fit_purchases_by, refuse, shop, starts};
use super::standard::Standard;
use super::strength::{CrossValidation, Regularisation, cross_validate, folds};
use super::unique::unique_in_groups;
use crate::Result;
use crate::features::{CovariateGroups, Customers, Rfm};
use crate::model::{
    AnyPurchaseModel, Effect, Grouped, Moments, PurchaseLikelihood, Visitor, Weighted, WithCovariates,
};
use crate::progress::{Progress, Silent};

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
/// As [`super::fit_purchases`]; [`crate::Error::Usage`] for a strength that is negative or no number.
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
    regularisation.check()?;
    let rows = unique_in_groups(customers, |at| groups.of[at])?;
    let plain: Vec<Weighted<Rfm>> =
        rows.iter().map(|row| Weighted { row: row.row.row, count: row.count }).collect();
    refuse(template, &plain)?;
    let (moments, scale) = shop(&plain)?;
    let scale = if M::DISCRETE { 1.0 } else { scale };
    let ln_gaps = customers.sum_of_ln_gaps().unwrap_or(0.0);
    let standard = Standard::new(groups, &effects);
    let climb = Climb::new(template, &plain, effects, &standard, groups, (moments, scale), ln_gaps)?;
    let (strength, chosen) =
        regularisation.settled(|| climb.cross_validate(&climb.folds(customers, groups)?))?;
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
        let ridges =
            degenerate::covariate_ridges(&model, scaled.uncertainty(), || model.base().ridges(&self.moments));
        let mut fit = standard.own_units(scaled, groups, |base| base.rescaled(self.scale))?;
        fit.report.warnings.extend(ridges);
        Ok(fit)
    }

    /// The customers in folds.
    fn folds(
        &self,
        customers: &Customers,
        groups: &CovariateGroups,
    ) -> Result<Vec<Vec<Weighted<Grouped<Rfm>>>>> {
        let fold = |members: &Vec<usize>| {
            let rows = unique_in_groups(&customers.picked(members), |k| groups.of[members[k]])?;
            Ok(self.scaled(rows))
        };
        folds(customers).iter().map(fold).collect()
    }

    /// The strength that predicts customers left out best.
    fn cross_validate(&self, folds: &[Vec<Weighted<Grouped<Rfm>>>]) -> Result<CrossValidation> {
        let key = |row: &Grouped<Rfm>| {
            let Rfm { frequency, recency, age, .. } = row.row;
            (row.group, frequency, age.to_bits(), recency.to_bits())
        };
        let fit = |rows: &[Weighted<Grouped<Rfm>>], strength: f64| {
            self.run(rows, strength, Method::Mle, &Silent).map(|fit| fit.model.penalised(0.0, 1.0))
        };
        cross_validate(folds, |left, right| key(left).cmp(&key(right)), fit)
    }
}
