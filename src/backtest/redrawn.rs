//! The metrics of a forecast in every resample of the customers.

use super::metrics::{Columns, Comparison, bernoulli};
use super::resample::{Ordered, Resampled, Sums};

/// What a comparison is made on: the metrics of purchases and of value.
pub(super) const OF_AMOUNTS: [&str; 7] = ["bias", "mae", "mae_median", "rmse", "gini", "crps", "log_score"];
/// And of buying at all.
pub(super) const OF_BUYS: [&str; 4] = ["bias", "auc", "brier", "log_score"];

/// The Gini coefficients of the truth itself, by which others are divided.
pub(super) fn truth(actual: &[f64], groups: &[u16]) -> Vec<Option<f64>> {
    Ordered::by(actual.iter().zip(groups).map(|(&a, &group)| (a, a, group)).collect()).ginis()
}

/// The metrics of purchases or value, those that exist for everybody.
pub(super) fn amounts(
    target: &str,
    comparison: &Comparison<'_>,
    groups: &[u16],
    truth: &[Option<f64>],
) -> Vec<Resampled> {
    let Columns { actual, predicted, median, met, .. } = comparison.columns();
    let (crps, scores) = (!met.crps.is_empty(), !met.log_score.is_empty());
    let possible = scores && met.log_score.iter().all(|score| score.is_finite());
    let terms = |at: usize| {
        let (y, a) = (predicted[at], actual[at]);
        let off = median.map_or(0.0, |median| (median[at] - a).abs());
        let crps = if crps { met.crps[at] } else { 0.0 };
        let score = if possible { met.log_score[at] } else { 0.0 };
        (groups[at], [1.0, y, a, (y - a).abs(), (y - a).powi(2), off, crps, score])
    };
    let means =
        Sums::of(comparison.rows().map(terms)).resampled(|&[n, y, a, mae, squares, off, crps, score]| {
            let mean = |sum: f64| (n > 0.0).then(|| sum / n);
            let bias = (a != 0.0).then(|| (y - a) / a);
            [bias, mean(mae), mean(off), mean(squares).map(f64::sqrt), mean(crps), mean(score)]
        });
    let rows = comparison.rows().map(|at| (predicted[at], actual[at], groups[at]));
    let ginis = Ordered::by(rows.collect()).ginis().into_iter().zip(truth);
    let gini = ginis.map(|(raw, best)| Some(raw? / (*best)?).filter(|gini| gini.is_finite()));
    let column = |at: usize| means.iter().map(|means| means[at]).collect();
    let made = [
        ("bias", true, column(0)),
        ("mae", true, column(1)),
        ("mae_median", median.is_some(), column(2)),
        ("rmse", true, column(3)),
        ("gini", true, gini.collect()),
        ("crps", crps, column(4)),
        ("log_score", possible, column(5)),
    ];
    kept(target, made)
}

/// The metrics of buying at all.
pub(super) fn buying(bought: &[f64], probability: &[f64], groups: &[u16]) -> Vec<Resampled> {
    // In an order that is the customers' own, so that sums do not depend on that of the rows.
    let mut rows: Vec<(f64, f64, u16)> =
        (0..bought.len()).map(|at| (probability[at], bought[at], groups[at])).collect();
    rows.sort_unstable_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    let scores: Vec<f64> = rows.iter().map(|&(p, o, _)| bernoulli(o, p)).collect();
    let possible = scores.iter().all(|score| score.is_finite());
    let terms = rows.iter().zip(&scores).map(|(&(p, o, group), &score)| {
        (group, [1.0, p, o, (p - o).powi(2), if possible { score } else { 0.0 }])
    });
    let means = Sums::of(terms).resampled(|&[n, p, o, brier, score]| {
        let mean = |sum: f64| (n > 0.0).then(|| sum / n);
        [(o > 0.0).then(|| (p - o) / o), mean(brier), mean(score)]
    });
    let column = |at: usize| means.iter().map(|means| means[at]).collect();
    let areas = Ordered::by(rows).areas();
    let made = [
        ("bias", true, column(0)),
        ("auc", true, areas),
        ("brier", true, column(1)),
        ("log_score", possible, column(2)),
    ];
    kept("buys", made)
}

fn kept<const N: usize>(target: &str, made: [(&str, bool, Vec<Option<f64>>); N]) -> Vec<Resampled> {
    let exists = made.into_iter().filter(|(_, exists, values)| *exists && values.iter().any(Option::is_some));
    let named =
        exists.map(|(metric, _, values)| Resampled { target: target.into(), metric: metric.into(), values });
    named.collect()
}
