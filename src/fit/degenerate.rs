//! Ridges, named in words.
//!
//! On many real shops the likelihood has no maximum inside: it rises for ever, ever slower, towards a simpler model
//! (nobody leaves; everyone buys at the same rate). The predictions of that simpler model are fine; the parameters
//! are not numbers to be read. Such a fit comes home with a warning that names the ridge.

use super::mle::Fit;
use crate::model::{GammaGamma, Moments, Parametric, PurchaseLikelihood};

/// A standard error of a log-parameter beyond this (within two of them a factor of e^±2, 7 either way) is worth a word.
const VAGUE: f64 = 1.0;
/// A shape beyond this says: as good as no spread (a coefficient of variation below 3 %).
const NO_SPREAD: f64 = 1_000.0;

/// Whether the data leave some parameter less determined than that.
fn on_a_ridge<M>(fit: &Fit<M>) -> bool {
    let Some(found) = &fit.uncertainty else { return true };
    let vague = |(i, row): (usize, &Vec<f64>)| row[i].sqrt() > VAGUE;
    found.is_partial() || found.covariance.iter().enumerate().any(vague)
}

/// `scaled` is the model on the scale of time on which the mean age is 1.
pub(super) fn name_purchase_ridge<M: PurchaseLikelihood>(
    mut fit: Fit<M>,
    scaled: &M,
    moments: &Moments,
) -> Fit<M> {
    if on_a_ridge(&fit) {
        warn(&mut fit, scaled.ridges(moments));
    }
    fit
}

pub(super) fn name_spend_ridge(mut fit: Fit<GammaGamma>) -> Fit<GammaGamma> {
    let (p, q) = (fit.model.p(), fit.model.q());
    if on_a_ridge(&fit) {
        let mut named = Vec::new();
        if p > NO_SPREAD {
            named.push(
                "the orders of one customer all cost the same, as far as these data go: p is at the border",
            );
        }
        if q > NO_SPREAD {
            named.push("customers do not differ in what they spend, as far as these data go: q and v are at the border");
        }
        warn(&mut fit, named);
    }
    if q <= 1.0 {
        fit.report.warnings.push(format!(
            "q is {q:.3}: spend is so heavy-tailed that the mean value of an order does not exist for new customers; \
             theirs is left empty. Look for wholesale or test orders, or model purchases alone (--spend none)"
        ));
    } else if q <= 2.0 {
        fit.report.warnings.push(format!(
            "q is {q:.3}: spend is so heavy-tailed that its variance does not exist for new customers; intervals of \
             totals leave that spread out"
        ));
    }
    fit
}

/// The known ridges that were found, or the plain fact.
fn warn<M: Parametric>(fit: &mut Fit<M>, named: Vec<&str>) {
    if named.is_empty() {
        fit.report.warnings.push(format!(
            "these data do not determine all parameters of {}: the likelihood is flat along a ridge. Predictions close \
             to the data are usable; do not read the parameters, and use more customers or a longer history",
            fit.model.name()
        ));
    }
    fit.report.warnings.extend(named.into_iter().map(str::to_owned));
}
