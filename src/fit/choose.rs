//! A setting that the likelihood chooses: the k of regular waiting times.

use std::ops::RangeInclusive;

use super::method::Method;
use super::mle::{Fit, fit_purchase_rows};
use super::report::Tried;
use crate::features::Rfm;
use crate::model::{PurchaseLikelihood, Weighted};
use crate::progress::Progress;
use crate::{Error, Result};

/// Tries the values one after the other until ln L falls; the fit with the largest, and what was tried.
///
/// # Errors
/// [`Error::Usage`] if the gaps between purchases are not known: without them models of different k cannot be compared. As
/// [`super::fit_purchases`] for the first value.
pub(super) fn choose<M: PurchaseLikelihood>(
    template: &M,
    (name, values): (&'static str, RangeInclusive<u32>),
    rows: &[Weighted<Rfm>],
    ln_gaps: Option<f64>,
    method: Method,
    progress: &dyn Progress,
) -> Result<Fit<M>> {
    let Some(ln_gaps) = ln_gaps else {
        return Err(Error::usage(format!(
            "{} is to choose {name}, but this table of customers does not say how regularly they bought: it has no column \
             ln_gaps (the sum of ln of the gaps between purchases). Make the table with `ltv features`, train on the \
             orders, or give --{name}",
            template.name()
        )));
    };
    let fit =
        |template: &M, method| fit_purchase_rows(template, rows.to_vec(), Some(ln_gaps), method, progress);
    let (mut best, mut tried, mut notes): (Option<Fit<M>>, Vec<Tried>, _) = (None, Vec::new(), Vec::new());
    let most = *values.end();
    for value in values {
        let here = match fit(&template.with_setting(name, f64::from(value))?, method.without_draws()) {
            Ok(here) => here,
            Err(error) if best.is_none() => return Err(error),
            Err(error) => {
                notes.push(format!("{name} = {value} was left out: {error}"));
                break;
            }
        };
        let ln_likelihood = here.report.ln_likelihood;
        tried.push(Tried { setting: name.to_owned(), value: f64::from(value), ln_likelihood });
        if best.as_ref().is_some_and(|best| best.report.ln_likelihood >= ln_likelihood) {
            break;
        }
        if value == most {
            notes.push(format!(
                "ln L still rises at {name} = {most}, the largest that is tried; a larger one can be given with --{name}"
            ));
        }
        best = Some(here);
    }
    let mut best = best.ok_or_else(|| Error::Undefined(format!("there is no {name} to try")))?;
    if method != method.without_draws() {
        best = fit(&best.model, method)?;
    }
    best.report.tried = tried;
    best.report.warnings.extend(notes);
    Ok(best)
}
