//! Why metrics are missing, in words.

use super::deciles::NoMape;
use super::{Comparison, Metrics};

/// The notes of some metrics; `predicted` are the settled predictions in order.
pub(super) fn notes(metrics: &Metrics, comparison: &Comparison<'_>, predicted: &[f64]) -> Vec<String> {
    let mut notes = Vec::new();
    if metrics.n == 0 {
        notes.push("there are no customers, so nothing can be compared".to_string());
        return notes;
    }
    if metrics.bias.is_none() {
        notes.push("nothing was bought, so a bias in per cent does not exist".into());
    }
    let constant = predicted.windows(2).all(|pair| pair[0] == pair[1]);
    if constant {
        notes.push(
            "the prediction is the same for everybody, so it ranks nobody (no Spearman, no Gini)".into(),
        );
    } else if metrics.spearman.is_none() {
        notes.push("what happened is the same for everybody, so there is no order to find".into());
    } else if metrics.gini.is_none() {
        notes.push("the actual total is not positive, so a Gini coefficient does not exist".into());
    }
    if !constant && metrics.total_actual > 0.0 {
        notes.extend(deciles(comparison));
    }
    let scores = comparison.columns.met.log_score;
    let impossible = scores.iter().filter(|score| !score.is_finite()).count();
    if impossible > 0 {
        notes.push(format!(
            "what {impossible} customers did was given no probability that a number can hold, so there is no log score"
        ));
    }
    let below = comparison.columns.actual.iter().filter(|&&actual| actual < 0.0).count();
    if below > 0 {
        notes.push(format!(
            "{below} customers are below 0 (they returned more than they bought); RMSLE takes them as 0"
        ));
    }
    notes
}

/// Why there is no mean error of deciles. That predictions are tied is no news where the other definition knows a way.
fn deciles(comparison: &Comparison<'_>) -> Option<String> {
    match comparison.decile_mape_ties().err()? {
        NoMape::TooFew => Some("there are fewer than ten customers, so there are no tenths of them".into()),
        NoMape::Nothing | NoMape::Tied => {
            Some("a tenth of the customers brought nothing, so a mean error of the deciles in per cent does not exist".into())
        }
    }
}
