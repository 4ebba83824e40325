//! Fitting models of spend, with covariates and without: money is scaled on the way in and back on the way out.

use super::covariates::CovariateFit;
use super::degenerate;
use super::estimate::{Scaled, Task};
use super::method::Method;
use super::mle::{Fit, enough, starts, total};
use super::standard::Standard;
use super::strength::{CrossValidation, Regularisation, cross_validate, folds};
use super::unique::{unique_spend, unique_spend_in_groups};
use crate::features::{CovariateGroups, Customers};
use crate::model::{
    AnySpendModel, Effect, Grouped, Likelihood, SpendLikelihood, SpendModel, SpendVisitor, Weighted,
    WithCovariates,
};
use crate::progress::{Progress, Silent};
use crate::{Error, Result};

/// Fits a spend model to the repeat purchases of the customers by maximum likelihood; `template` says which. Customers of whom
/// its likelihood cannot speak are left out and counted in the report: those whose mean repeat spend is not positive, or one of
/// whose orders is not.
///
/// # Errors
/// [`Error::Usage`] if there is no money, or the model needs logarithms that the table does not tell; [`Error::Input`] if there
/// are too few repeat buyers who spend; [`Error::Fit`] as in [`super::fit_purchases`].
pub fn fit_spend<S: SpendLikelihood>(template: &S, customers: &Customers) -> Result<Fit<S>> {
    fit_spend_by(template, customers, Method::Mle, &Silent)
}

/// The same by any method.
///
/// # Errors
/// As [`fit_spend`], and as [`super::fit_purchases_by`] for what the method adds.
pub fn fit_spend_by<S: SpendLikelihood>(
    template: &S,
    customers: &Customers,
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<S>> {
    told(template, customers)?;
    let (mut rows, left_out) = unique_spend::<S>(customers);
    let buyers = total(&rows);
    enough(buyers, SPENDERS)?;
    // The geometric mean: one huge order does not move it far.
    let ln_sum: f64 = rows.iter().map(|row| row.count * S::ln_value(&row.row)).sum();
    let ln_unit = ln_sum / buyers;
    rows.iter_mut().for_each(|weighted| weighted.row = S::in_units_of(&weighted.row, ln_unit));
    let values: f64 = rows.iter().map(|row| row.count * S::values(&row.row)).sum();
    let unit = ln_unit.exp();
    let starts = starts(template, S::starts(&rows));
    let task = Task { template, rows: &rows, starts, jacobian: -values * unit.ln(), left_out };
    let scaled = task.fit(method, progress)?;
    let model = scaled.model;
    let fit = scaled.told(|model| Ok(model.rescaled(unit)))?;
    Ok(degenerate::name_spend_ridge(fit, &model, &rows))
}

/// Fits a spend model whose customers differ by covariates: `effects` on the customers' `groups` multiply what an order is worth, e^γ
/// for one unit of a covariate more. As [`super::fit_purchases_with`] otherwise.
///
/// # Errors
/// As [`fit_spend`]; [`Error::Usage`] for a strength that is negative or no number.
pub fn fit_spend_with<S: SpendLikelihood>(
    template: &S,
    effects: Vec<Effect>,
    groups: &CovariateGroups,
    customers: &Customers,
    regularisation: Regularisation,
) -> Result<CovariateFit<S>> {
    fit_spend_with_by(template, effects, groups, customers, (regularisation, Method::Mle), &Silent)
}

/// The same by any method; the strength of a regularisation is chosen by maximum likelihood.
///
/// # Errors
/// As [`fit_spend_with`] and [`fit_spend_by`].
pub fn fit_spend_with_by<S: SpendLikelihood>(
    template: &S,
    effects: Vec<Effect>,
    groups: &CovariateGroups,
    customers: &Customers,
    (regularisation, method): (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<S>> {
    told(template, customers)?;
    regularisation.check()?;
    let standard = Standard::new(groups, &effects);
    let (climb, rows) = Climb::new(template, effects, &standard, groups, customers)?;
    let (strength, chosen) = regularisation.settled(|| climb.cross_validate(customers, groups))?;
    let scaled = climb.run(&rows, strength, method, progress)?;
    let model = scaled.model.clone();
    let own = || model.base().ridges(&ungrouped::<S>(&rows));
    let ridges = degenerate::covariate_ridges(&model, scaled.uncertainty(), own);
    let mut fit = standard.own_units(scaled, groups, |base| base.rescaled(climb.ln_unit.exp()))?;
    fit.report.warnings.extend(ridges);
    fit.report.warnings.extend(fit.model.base().remarks());
    Ok(CovariateFit { fit, strength, chosen })
}

/// A customer's row, in a group.
type Row<S> = Weighted<Grouped<<S as Likelihood>::Row>>;

/// What a climb needs: the standardised model to start from, and on which scale of money.
struct Climb<S> {
    template: WithCovariates<S>,
    /// Points to start from.
    from: Vec<Vec<f64>>,
    /// The logarithm of the geometric mean of order values.
    ln_unit: f64,
    left_out: u64,
}

impl<S: SpendLikelihood> Climb<S> {
    /// With the rows of all customers, on the scale of the climb.
    fn new(
        template: &S,
        effects: Vec<Effect>,
        standard: &Standard,
        groups: &CovariateGroups,
        customers: &Customers,
    ) -> Result<(Self, Vec<Row<S>>)> {
        let everyone: Vec<usize> = (0..customers.len()).collect();
        let (mut rows, left_out) = unique_spend_in_groups::<S>(customers, &everyone, |at| groups.of[at]);
        let buyers = total(&rows);
        enough(buyers, SPENDERS)?;
        let ln_unit = rows.iter().map(|row| row.count * S::ln_value(&row.row.row)).sum::<f64>() / buyers;
        scale::<S>(&mut rows, ln_unit);
        let mut from = starts(template, S::starts(&ungrouped::<S>(&rows)));
        from.iter_mut().for_each(|start| start.extend(effects.iter().map(|_| 0.0)));
        let zeros = vec![0.0; effects.len()];
        let template = WithCovariates::new(*template, effects, zeros, standard.groups.clone())?;
        Ok((Self { template, from, ln_unit, left_out }, rows))
    }

    /// The fit in standardised covariates and scaled money.
    fn run(
        &self,
        rows: &[Row<S>],
        strength: f64,
        method: Method,
        progress: &dyn Progress,
    ) -> Result<Scaled<WithCovariates<S>>> {
        let values: f64 = rows.iter().map(|row| row.count * S::values(&row.row.row)).sum();
        let template = &self.template.clone().penalised(strength, total(rows));
        let (starts, jacobian) = (self.from.clone(), -values * self.ln_unit);
        Task { template, rows, starts, jacobian, left_out: self.left_out }.fit(method, progress)
    }

    /// The strength that predicts customers left out best.
    fn cross_validate(&self, customers: &Customers, groups: &CovariateGroups) -> Result<CrossValidation> {
        let fold = |members: &Vec<usize>| {
            let mut rows = unique_spend_in_groups::<S>(customers, members, |at| groups.of[at]).0;
            scale::<S>(&mut rows, self.ln_unit);
            rows
        };
        let folds: Vec<Vec<Row<S>>> = folds(customers).iter().map(fold).collect();
        let fit = |rows: &[Row<S>], strength: f64| {
            self.run(rows, strength, Method::Mle, &Silent).map(|fit| fit.model.penalised(0.0, 1.0))
        };
        cross_validate(&folds, in_groups::<S>, fit)
    }
}

fn ungrouped<S: SpendLikelihood>(rows: &[Row<S>]) -> Vec<Weighted<S::Row>> {
    rows.iter().map(|row| Weighted { row: row.row.row, count: row.count }).collect()
}

/// The order of rows: by group, within each as the plain model wants them.
pub(super) fn in_groups<S: SpendLikelihood>(
    left: &Grouped<S::Row>,
    right: &Grouped<S::Row>,
) -> std::cmp::Ordering {
    left.group.cmp(&right.group).then_with(|| S::compare(&left.row, &right.row))
}

fn scale<S: SpendLikelihood>(rows: &mut [Row<S>], ln_unit: f64) {
    rows.iter_mut().for_each(|weighted| weighted.row.row = S::in_units_of(&weighted.row.row, ln_unit));
}

/// Who is needed for a fit.
const SPENDERS: &str = "repeat buyers of whom the spend model can speak (with positive values)";

/// Refuses customers who do not tell what the model asks for.
fn told<S: SpendModel>(template: &S, customers: &Customers) -> Result<()> {
    if !customers.has_money() {
        return Err(Error::usage("there is no money in these data: purchases alone can be modelled"));
    }
    if template.needs_logs() && !customers.has_logs() {
        return Err(needs_logs(template));
    }
    Ok(())
}

/// What to say where a spend model needs logarithms that the table does not have.
pub(crate) fn needs_logs<S: SpendModel>(model: &S) -> Error {
    Error::usage(format!(
        "{} needs the columns mean_ln_value and ss_ln_value (mean of the logarithms of a customer's repeat purchases, and \
         the sum of their squared differences from it), which this table of customers does not have; make it with `ltv \
         features`, give the orders themselves, or use --spend gamma-gamma",
        model.id()
    ))
}

/// [`fit_spend_by`], of any model.
///
/// # Errors
/// As [`fit_spend_by`].
pub fn fit_any_spend(
    template: &AnySpendModel,
    customers: &Customers,
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<AnySpendModel>> {
    template.visit(Plain { customers, method, progress })
}

/// [`fit_spend_with_by`], of any model.
///
/// # Errors
/// As [`fit_spend_with_by`].
pub fn fit_any_spend_with(
    template: &AnySpendModel,
    effects: Vec<Effect>,
    groups: &CovariateGroups,
    customers: &Customers,
    how: (Regularisation, Method),
    progress: &dyn Progress,
) -> Result<CovariateFit<AnySpendModel>> {
    template.visit(With { effects, groups, customers, how, progress })
}

struct Plain<'a> {
    customers: &'a Customers,
    method: Method,
    progress: &'a dyn Progress,
}

impl SpendVisitor for Plain<'_> {
    type Answer = Result<Fit<AnySpendModel>>;

    fn see<S: SpendLikelihood>(self, template: &S) -> Self::Answer {
        let Fit { model, report, uncertainty, draws } =
            fit_spend_by(template, self.customers, self.method, self.progress)?;
        Ok(Fit { model: model.into(), report, uncertainty, draws: draws.into_iter().map(S::into).collect() })
    }
}

struct With<'a> {
    effects: Vec<Effect>,
    groups: &'a CovariateGroups,
    customers: &'a Customers,
    how: (Regularisation, Method),
    progress: &'a dyn Progress,
}

impl SpendVisitor for With<'_> {
    type Answer = Result<CovariateFit<AnySpendModel>>;

    fn see<S: SpendLikelihood>(self, template: &S) -> Self::Answer {
        let Self { effects, groups, customers, how, progress } = self;
        let CovariateFit { fit, strength, chosen } =
            fit_spend_with_by(template, effects, groups, customers, how, progress)?;
        let Fit { model, report, uncertainty, draws } = fit;
        let any = |model: WithCovariates<S>| model.with_base(S::into);
        let draws = draws.into_iter().map(any).collect();
        let fit = Fit { model: any(model), report, uncertainty, draws };
        Ok(CovariateFit { fit, strength, chosen })
    }
}
