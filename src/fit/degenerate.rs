//! Ridges, named in words.
//!
//! On many real shops the likelihood has no maximum inside: it rises for ever, ever slower, towards a simpler model
//! (nobody leaves; everyone buys at the same rate). The predictions of that simpler model are fine; the parameters
//! are not numbers to be read. Such a fit comes home with a warning that names the ridge.

use super::covariance::Uncertainty;
use super::mle::Fit;
use crate::model::{Moments, Parametric, PurchaseLikelihood, SpendLikelihood, Weighted, WithCovariates};

/// A standard error of a log-parameter beyond this (within two of them a factor of e^±2, 7 either way) is worth a word.
const VAGUE: f64 = 1.0;

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

/// The ridges of a fit with covariates, in words: those that the plain model names (`own`), and coefficients that the data do not
/// determine. The model is in standardised covariates, on the scale of the fit.
pub(super) fn covariate_ridges<M: Parametric>(
    model: &WithCovariates<M>,
    uncertainty: Option<&Uncertainty>,
    own: impl FnOnce() -> Vec<&'static str>,
) -> Vec<String> {
    let (base, width) = (model.base(), model.base().parameters().len());
    let Some(found) = uncertainty else {
        return vec![undetermined(base.name())];
    };
    let vague = |i: usize| found.covariance[i][i].sqrt() > VAGUE;
    let loose = found.undetermined();
    let mut named: Vec<String> = Vec::new();
    if found.is_partial() || (0..width).any(vague) {
        named.extend(own().into_iter().map(str::to_owned));
    }
    for (k, effect) in model.effects().iter().enumerate() {
        if vague(width + k) || loose[width + k] {
            named.push(format!(
                "the effect of {} is hardly determined by these data: too few customers or purchases tell of it, or no other \
                 coefficient can be told apart from it. Hold it towards 0 with --l2, or leave it out",
                effect.name
            ));
        }
    }
    if named.is_empty() && found.is_partial() {
        named.push(undetermined(base.name()));
    }
    named
}

/// The same, of a model that says its ridges itself.
pub(super) fn name_ridge<M: Parametric>(mut fit: Fit<M>, ridges: Vec<&'static str>) -> Fit<M> {
    if on_a_ridge(&fit) {
        warn(&mut fit, ridges);
    }
    fit
}

/// `scaled` is the model where the geometric mean of order values is 1, and `rows` are those of the fit, likewise.
pub(super) fn name_spend_ridge<S: SpendLikelihood>(
    mut fit: Fit<S>,
    scaled: &S,
    rows: &[Weighted<S::Row>],
) -> Fit<S> {
    if on_a_ridge(&fit) {
        warn(&mut fit, scaled.ridges(rows));
    }
    fit.report.warnings.extend(fit.model.remarks());
    fit
}

/// The known ridges that were found, or the plain fact.
fn warn<M: Parametric>(fit: &mut Fit<M>, named: Vec<&str>) {
    if named.is_empty() {
        fit.report.warnings.push(undetermined(fit.model.name()));
    }
    fit.report.warnings.extend(named.into_iter().map(str::to_owned));
}

fn undetermined(model: &str) -> String {
    format!(
        "these data do not determine all parameters of {model}: the likelihood is flat along a ridge. Predictions close to the \
         data are usable; do not read the parameters, and use more customers or a longer history"
    )
}
