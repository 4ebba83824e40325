//! Maximum likelihood, whatever the units: times and money are scaled on the way in and back on the way out.

use super::climb::{Top, maximise};
use super::covariance::Uncertainty;
use super::degenerate;
use super::matrix;
use super::report::{FitReport, NotConverged, Stop};
use super::unique::{unique_purchases, unique_spend};
use crate::features::{Customers, Rfm};
use crate::model::{
    AnyPurchaseModel, GammaGamma, Likelihood, Moments, PurchaseLikelihood, SpendRow, Visitor, Weighted,
};
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
}

/// Fits a purchase model to the customers by maximum likelihood; `template` says which, and its settings.
///
/// # Errors
/// [`Error::Input`] if there are too few customers, nobody bought twice, or no time passed;
/// [`Error::Fit`] with the report ([`NotConverged`]) if the climb did not end at a maximum.
pub fn fit_purchases<M: PurchaseLikelihood>(template: &M, customers: &Customers) -> Result<Fit<M>> {
    let rows = unique_purchases(customers)?;
    if let Some((row, why)) = rows.iter().find_map(|row| Some((row.row, template.refuses(&row.row)?))) {
        return Err(Error::input(format!(
            "there are customers with frequency {}, recency {} and age {}",
            row.frequency, row.recency, row.age
        ))
        .hint(why)
        .into());
    }
    fit_purchase_rows(template, rows)
}

/// The same, of any model.
///
/// # Errors
/// As [`fit_purchases`].
pub fn fit_any_purchases(
    template: &AnyPurchaseModel,
    customers: &Customers,
) -> Result<Fit<AnyPurchaseModel>> {
    template.visit(Fitting(customers))
}

struct Fitting<'a>(&'a Customers);

impl Visitor for Fitting<'_> {
    type Answer = Result<Fit<AnyPurchaseModel>>;

    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, template: &M) -> Self::Answer {
        let Fit { model, report, uncertainty } = fit_purchases(template, self.0)?;
        Ok(Fit { model: model.into(), report, uncertainty })
    }
}

/// The same from distinct rows with counts, sorted by frequency.
fn fit_purchase_rows<M: PurchaseLikelihood>(template: &M, mut rows: Vec<Weighted<Rfm>>) -> Result<Fit<M>> {
    let (moments, scale) = shop(&rows)?;
    let scale = if M::DISCRETE { 1.0 } else { scale };
    for Weighted { row, .. } in &mut rows {
        row.recency /= scale;
        row.age /= scale;
    }
    let top = maximise(template, &rows, &starts(template, template.starts(&moments)));
    // Times in units of `scale`: the density of each repeat purchase is that many times as large.
    let jacobian = -moments.mean * moments.customers * scale.ln();
    let scaled = finish(template, top, &rows, jacobian, 0)?;
    let fit = Fit { model: scaled.model.rescaled(scale), ..scaled.clone() };
    let uncertainty = fit.uncertainty.map(|found| found.told_for(&fit.model));
    let named = degenerate::name_purchase_ridge(Fit { uncertainty, ..fit }, &scaled.model, &moments);
    Ok(named)
}

/// What the customers look like, and the scale of time on which their mean age is 1.
fn shop(rows: &[Weighted<Rfm>]) -> Result<(Moments, f64)> {
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
fn starts<M: Likelihood>(template: &M, parameters: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let coordinates = template.coordinates();
    let of = |start: Vec<f64>| coordinates.iter().zip(start).map(|(c, theta)| c.of(theta)).collect();
    parameters.into_iter().map(of).collect()
}

/// Fits Gamma-Gamma to the mean repeat spend of the customers by maximum likelihood. Customers whose mean repeat spend
/// is not positive are left out and counted in the report.
///
/// # Errors
/// [`Error::Input`] if there is no money or too few repeat buyers who spend; [`Error::Fit`] as in [`fit_purchases`].
pub fn fit_spend(customers: &Customers) -> Result<Fit<GammaGamma>> {
    if !customers.has_money() {
        return Err(Error::usage("there is no money in these data: purchases alone can be modelled"));
    }
    let (mut rows, left_out) = unique_spend(customers);
    let buyers = total(&rows);
    enough(buyers, "repeat buyers with positive mean spend")?;
    // The geometric mean: one huge order does not move it far.
    let ln_sum: f64 = rows.iter().map(|row| row.count * row.row.monetary_value.ln()).sum();
    let scale = (ln_sum / buyers).exp();
    rows.iter_mut().for_each(|Weighted { row, .. }| row.monetary_value /= scale);
    let template = GammaGamma::template();
    let top = maximise(&template, &rows, &starts(&template, spend_starts(&rows, buyers)));
    let fit = finish(&template, top, &rows, -buyers * scale.ln(), left_out)?;
    let model = GammaGamma::new(fit.model.p(), fit.model.q(), fit.model.v() * scale)?;
    let uncertainty = fit.uncertainty.map(|found| found.told_for(&model));
    Ok(degenerate::name_spend_ridge(Fit { model, uncertainty, ..fit }))
}

/// p, q, v to start from: the spread of the logs split between orders and customers, and two plain guesses.
fn spend_starts(rows: &[Weighted<SpendRow>], buyers: f64) -> Vec<Vec<f64>> {
    let spread: f64 =
        rows.iter().map(|row| row.count * row.row.monetary_value.ln().powi(2)).sum::<f64>() / buyers;
    let shape = (2.0 / spread.max(1e-4)).clamp(0.5, 1e3) + 1.0;
    vec![vec![shape, shape, 1.0], vec![6.0, 4.0, 0.5], vec![1.0, 2.0, 1.0]]
}

fn total<R>(rows: &[Weighted<R>]) -> f64 {
    rows.iter().map(|row| row.count).sum()
}

fn enough(customers: f64, what: &str) -> Result<()> {
    if customers >= 2.0 {
        return Ok(());
    }
    Err(Error::input(format!("{customers} {what}: too few to fit a model"))
        .expected("at least 2, and some hundreds for parameters that can be relied on")
        .hint("score these customers with a model trained on more data (--model)")
        .into())
}

/// From the top of the scaled problem to the fit, still scaled.
fn finish<M: Likelihood>(
    template: &M,
    top: Option<Top>,
    rows: &[Weighted<M::Row>],
    jacobian: f64,
    left_out: u64,
) -> Result<Fit<M>> {
    let Some(top) = top else {
        return Err(Error::Undefined(format!(
            "the {} likelihood is not finite on these data",
            template.name()
        )));
    };
    let customers = total(rows);
    let coordinates = template.coordinates();
    let theta: Vec<f64> = coordinates.iter().zip(&top.point).map(|(c, p)| c.parameter(*p)).collect();
    let model = template.with_parameters(&theta)?;
    let information = information(&model, &top, rows);
    let report = FitReport {
        stop: top.stop,
        stopped: top.stop.to_string(),
        starts: top.starts,
        evaluations: top.evaluations,
        iterations: top.iterations,
        gradient: top.gradient(),
        smallest_curvature: matrix::eigen(&information).first().map_or(0.0, |(value, _)| value / customers),
        ln_likelihood: top.at.value * customers + jacobian,
        customers: customers as u64,
        distinct: rows.len() as u64,
        left_out,
        warnings: Vec::new(),
    };
    if !matches!(report.stop, Stop::Converged | Stop::Border) {
        return Err(Error::Fit(Box::new(NotConverged { model: model.name(), report })));
    }
    let uncertainty = Uncertainty::at(&model, &information);
    Ok(Fit { model, report, uncertainty })
}

/// The negative Hessian of ln L in the coordinates of the scaled problem.
fn information<M: Likelihood>(model: &M, top: &Top, rows: &[Weighted<M::Row>]) -> Vec<Vec<f64>> {
    // At the border the climb's curvature is in part that of its walls: that of the likelihood itself is wanted.
    let (hessian, customers) = match top.stop {
        Stop::Border => (model.derivatives(rows).hessian, 1.0),
        _ => (top.at.hessian.clone(), total(rows)),
    };
    hessian.iter().map(|row| row.iter().map(|h| -h * customers).collect()).collect()
}
