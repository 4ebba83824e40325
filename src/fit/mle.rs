//! Fitting, whatever the units: times and money are scaled on the way in and back on the way out.

use super::choose::choose;
use super::covariance::Uncertainty;
use super::degenerate;
use super::estimate::Task;
use super::method::Method;
use super::report::FitReport;
use super::unique::{unique_histories, unique_purchases};
use crate::features::{Customers, Rfm};
use crate::model::{AnyPurchaseModel, Likelihood, Moments, PurchaseLikelihood, Visitor, Weighted};
use crate::progress::{Progress, Silent};
use crate::{Error, Result};

/// A fitted model: the model, how the fit went, and how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<M> {
    /// The model.
    pub model: M,
    /// How the fit went.
    pub report: FitReport,
    /// Standard errors and covariance, on a ridge the covariance of what the data determine (a warning of the report says
    /// what they do not); `None` if they determine nothing.
    pub uncertainty: Option<Uncertainty>,
    /// Draws of the parameters, for a method that makes them ([`Method::Bootstrap`], [`Method::Nuts`]): at most
    /// [`super::KEPT`], evenly taken.
    pub draws: Vec<M>,
}

/// Fits a purchase model to the customers by maximum likelihood; `template` says which, and its settings.
///
/// # Errors
/// [`Error::Input`] if there are too few customers, nobody bought twice, or no time passed;
/// [`Error::Fit`] with the report ([`super::NotConverged`]) if the climb did not end at a maximum.
pub fn fit_purchases<M: PurchaseLikelihood>(template: &M, customers: &Customers) -> Result<Fit<M>> {
    fit_purchases_by(template, customers, Method::Mle, &Silent)
}

/// The same by any method.
///
/// # Errors
/// As [`fit_purchases`]; [`Error::Usage`] for a method with too few draws; [`Error::Undefined`] if too many refits of a
/// bootstrap fail or the chains of a sampler do not converge; [`Error::Interrupted`].
pub fn fit_purchases_by<M: PurchaseLikelihood>(
    template: &M,
    customers: &Customers,
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<M>> {
    let rows = if template.uses_gaps() { unique_histories(customers)? } else { unique_purchases(customers)? };
    refuse(template, &rows)?;
    let ln_gaps = customers.sum_of_ln_gaps();
    match template.to_choose() {
        Some(setting) => choose(template, setting, &rows, ln_gaps, method, progress),
        None => fit_purchase_rows(template, rows, ln_gaps, method, progress),
    }
}

/// Refuses histories of which the model cannot speak.
pub(super) fn refuse<M: PurchaseLikelihood>(template: &M, rows: &[Weighted<Rfm>]) -> Result<()> {
    if let Some((row, why)) = rows.iter().find_map(|row| Some((row.row, template.refuses(&row.row)?))) {
        return Err(Error::input(format!(
            "there are customers with frequency {}, recency {} and age {}",
            row.frequency, row.recency, row.age
        ))
        .hint(why)
        .into());
    }
    Ok(())
}

/// The same, of any model.
///
/// # Errors
/// As [`fit_purchases_by`].
pub fn fit_any_purchases(
    template: &AnyPurchaseModel,
    customers: &Customers,
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<AnyPurchaseModel>> {
    template.visit(Fitting { customers, method, progress })
}

struct Fitting<'a> {
    customers: &'a Customers,
    method: Method,
    progress: &'a dyn Progress,
}

impl Visitor for Fitting<'_> {
    type Answer = Result<Fit<AnyPurchaseModel>>;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, template: &M) -> Self::Answer {
        let fit = fit_purchases_by(template, self.customers, self.method, self.progress)?;
        let Fit { model, report, uncertainty, draws } = fit;
        Ok(Fit { model: model.into(), report, uncertainty, draws: draws.into_iter().map(M::into).collect() })
    }
}

/// The same from distinct rows with counts, sorted by frequency, and Σ ln g of the gaps between purchases where it is known.
pub(super) fn fit_purchase_rows<M: PurchaseLikelihood>(
    template: &M,
    mut rows: Vec<Weighted<Rfm>>,
    ln_gaps: Option<f64>,
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<M>> {
    let (moments, scale) = shop(&rows)?;
    let scale = if M::DISCRETE { 1.0 } else { scale };
    for Weighted { row, .. } in &mut rows {
        row.recency /= scale;
        row.age /= scale;
        row.ln_gaps = row.ln_gaps.map(|sum| sum - f64::from(row.frequency) * scale.ln());
    }
    let starts = starts(template, template.starts(&moments));
    // Times in units of `scale`: the density of each stage is that many times as large. With k stages between purchases
    // that of the gaps has a factor g^(k−1) besides.
    let stages = f64::from(template.stages());
    let repeats = moments.mean * moments.customers;
    let jacobian = (stages - 1.0) * ln_gaps.unwrap_or(0.0) - stages * repeats * scale.ln();
    let task = Task { template, rows: &rows, starts, jacobian, left_out: 0 };
    let scaled = task.fit(method, progress)?;
    let model = scaled.model.clone();
    let mut fit = scaled.told(|model| Ok(model.rescaled(scale)))?;
    if stages > 1.0 && ln_gaps.is_none() {
        fit.report.warnings.push(GAPS_UNKNOWN.to_owned());
    }
    Ok(degenerate::name_purchase_ridge(fit, &model, &moments))
}

/// Said where k is given and the gaps are not known.
const GAPS_UNKNOWN: &str = "the table of customers has no column ln_gaps, so ln L leaves out the factor of the gaps between purchases: do not \
     compare it with that of another model. The parameters do not depend on it";

/// What the customers look like, and the scale of time on which their mean age is 1.
pub(super) fn shop(rows: &[Weighted<Rfm>]) -> Result<(Moments, f64)> {
    let customers = total(rows);
    enough(customers, "customers")?;
    let repeats: f64 = rows.iter().map(|row| row.count * f64::from(row.row.frequency)).sum();
    if repeats == 0.0 {
        return Err(Error::input(format!("none of the {customers} customers bought a second time"))
            .hint(
                "nothing can be learned of repeat purchases; take a longer history, or check --grain \
                 (several orders on one day are one purchase)",
            )
            .into());
    }
    let ages: f64 = rows.iter().map(|row| row.count * row.row.age).sum();
    if ages <= 0.0 {
        return Err(Error::input(
            "all customers have age 0: no time passed between their first order and the cut-off",
        )
        .hint("give a later --cutoff or a longer history")
        .into());
    }
    let mean = repeats / customers;
    let square: f64 = rows.iter().map(|row| row.count * f64::from(row.row.frequency).powi(2)).sum();
    Ok((Moments { customers, mean, variance: square / customers - mean * mean }, ages / customers))
}

/// Parameters to start from, as coordinates.
pub(super) fn starts<M: Likelihood>(template: &M, parameters: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let coordinates = template.coordinates();
    let of = |start: Vec<f64>| coordinates.iter().zip(start).map(|(c, theta)| c.of(theta)).collect();
    parameters.into_iter().map(of).collect()
}

pub(super) fn total<R>(rows: &[Weighted<R>]) -> f64 {
    rows.iter().map(|row| row.count).sum()
}

pub(super) fn enough(customers: f64, what: &str) -> Result<()> {
    if customers >= 2.0 {
        return Ok(());
    }
    Err(Error::input(format!("{customers} {what}: too few to fit a model"))
        .expected("at least 2, and some hundreds for parameters that can be relied on")
        .hint("score these customers with a model trained on more data (--model)")
        .into())
}
