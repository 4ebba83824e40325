//! Maximum likelihood, whatever the units: times and money are scaled on the way in and back on the way out.

use super::climb::{Top, maximise};
use super::covariance::Uncertainty;
use super::degenerate;
use super::matrix;
use super::report::{FitReport, NotConverged, Stop};
use super::unique::{unique_purchases, unique_spend};
use crate::features::{Customers, Rfm};
use crate::model::{BgNbd, GammaGamma, Likelihood, SpendRow, Weighted};
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

/// Fits BG/NBD to the customers by maximum likelihood.
///
/// # Errors
/// [`Error::Input`] if there are too few customers, nobody bought twice, or no time passed;
/// [`Error::Fit`] with the report ([`NotConverged`]) if the climb did not end at a maximum.
pub fn fit_purchases(customers: &Customers) -> Result<Fit<BgNbd>> {
    fit_purchase_rows(unique_purchases(customers)?)
}

/// The same from distinct rows with counts, sorted by frequency.
fn fit_purchase_rows(mut rows: Vec<Weighted<Rfm>>) -> Result<Fit<BgNbd>> {
    let customers = total(&rows);
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
    let scale = ages / customers;
    for Weighted { row, .. } in &mut rows {
        row.recency /= scale;
        row.age /= scale;
    }
    let top = maximise::<BgNbd>(&rows, &purchase_starts(&rows, customers, repeats));
    // Times in units of `scale`: the density of each repeat purchase is that many times as large.
    let fit = finish::<BgNbd>(top, &rows, |theta| theta[1] *= scale, -repeats * scale.ln(), 0)?;
    Ok(degenerate::name_purchase_ridge(fit, scale, repeats))
}

/// ln r, ln α, ln a, ln b to start from: the moments of the counts as if nobody left, and two plain guesses.
fn purchase_starts(rows: &[Weighted<Rfm>], customers: f64, repeats: f64) -> Vec<Vec<f64>> {
    let mean = repeats / customers;
    let square: f64 = rows.iter().map(|row| row.count * f64::from(row.row.frequency).powi(2)).sum();
    let excess = (square / customers - mean * mean - mean).max(0.02 * mean);
    let r = (mean * mean / excess).clamp(0.02, 20.0);
    let moments = [r, (r / mean).clamp(1e-3, 1e3), 0.5, 2.0];
    [moments, [1.0, 1.0, 1.0, 1.0], [0.3, 0.1, 0.1, 5.0]]
        .iter()
        .map(|start| start.iter().map(|theta: &f64| theta.ln()).collect())
        .collect()
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
    let top = maximise::<GammaGamma>(&rows, &spend_starts(&rows, buyers));
    let fit = finish::<GammaGamma>(top, &rows, |theta| theta[2] *= scale, -buyers * scale.ln(), left_out)?;
    Ok(degenerate::name_spend_ridge(fit))
}

/// ln p, ln q, ln v to start from: the spread of the logs split between orders and customers, and two plain guesses.
fn spend_starts(rows: &[Weighted<SpendRow>], buyers: f64) -> Vec<Vec<f64>> {
    let spread: f64 =
        rows.iter().map(|row| row.count * row.row.monetary_value.ln().powi(2)).sum::<f64>() / buyers;
    let shape = (2.0 / spread.max(1e-4)).clamp(0.5, 1e3) + 1.0;
    [[shape, shape, 1.0], [6.0, 4.0, 0.5], [1.0, 2.0, 1.0]]
        .iter()
        .map(|start| start.iter().map(|theta: &f64| theta.ln()).collect())
        .collect()
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

/// From the top of the scaled problem to the fit in the reader's units.
fn finish<M: Likelihood>(
    top: Option<Top>,
    rows: &[Weighted<M::Row>],
    unscale: impl Fn(&mut [f64]),
    jacobian: f64,
    left_out: u64,
) -> Result<Fit<M>> {
    let Some(top) = top else {
        return Err(Error::Undefined(format!("the {} likelihood is not finite on these data", M::NAME)));
    };
    let customers = total(rows);
    let mut theta: Vec<f64> = top.point.iter().map(|ln| ln.exp()).collect();
    let information = information::<M>(&top, &theta, rows)?;
    let report = FitReport {
        stop: top.stop,
        stopped: top.stop.to_string(),
        starts: 3,
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
        return Err(Error::Fit(Box::new(NotConverged { model: M::NAME, report })));
    }
    unscale(&mut theta);
    let uncertainty = Uncertainty::at(&theta, &information);
    Ok(Fit { model: M::from_parameters(&theta)?, report, uncertainty })
}

/// The negative Hessian of ln L in the log-parameters of the scaled problem.
fn information<M: Likelihood>(top: &Top, theta: &[f64], rows: &[Weighted<M::Row>]) -> Result<Vec<Vec<f64>>> {
    // At the border the climb's curvature is in part that of its walls: that of the likelihood itself is wanted.
    let (hessian, customers) = match top.stop {
        Stop::Border => (M::from_parameters(theta)?.derivatives(rows).hessian, 1.0),
        _ => (top.at.hessian.clone(), total(rows)),
    };
    Ok(hessian.iter().map(|row| row.iter().map(|h| -h * customers).collect()).collect())
}
