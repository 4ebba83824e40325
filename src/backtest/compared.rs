//! All models on all metrics, over all origins.

use super::contest::{Better, Contest};
use super::redrawn::{OF_AMOUNTS, OF_BUYS};
use super::report::OriginReport;
use super::resample::Resampled;
use super::standings::{Losses, contest};

/// The contests of a backtest: `resampled` has an entry per origin and model. `overlap` is how many holdouts overlap at most.
pub(super) fn compared(
    origins: &[OriginReport],
    resampled: &[Vec<Vec<Resampled>>],
    overlap: usize,
) -> Vec<Contest> {
    let amounts =
        ["purchases", "value"].into_iter().flat_map(|target| OF_AMOUNTS.map(|metric| (target, metric)));
    let all = amounts.chain(OF_BUYS.map(|metric| ("buys", metric)));
    all.filter_map(|(target, metric)| {
        let (mut losses, mut left_out) = (Vec::new(), Vec::new());
        for at in 0..origins.first()?.models.len() {
            let name = &origins.first()?.models[at].model;
            match of_model(origins, resampled, at, (target, metric)) {
                Some((points, resampled)) => losses.push(Losses { model: name.clone(), points, resampled }),
                None => left_out.push(name.clone()),
            }
        }
        if losses.len() < 2 { None } else { contest((target, metric), &losses, left_out, overlap) }
    })
    .collect()
}

/// The losses of a model at every origin, and those in every resample.
type OfModel = (Vec<f64>, Vec<Vec<Option<f64>>>);

/// `None` if an origin lacks the metric.
fn of_model(
    origins: &[OriginReport],
    resampled: &[Vec<Vec<Resampled>>],
    model: usize,
    (target, metric): (&str, &str),
) -> Option<OfModel> {
    let better = Better::of(metric);
    let mut found = (Vec::new(), Vec::new());
    for (origin, resampled) in origins.iter().zip(resampled) {
        let entries = origin.models[model].entries(target)?;
        let value = entries.into_iter().find(|(name, _)| name == metric).and_then(|(_, value)| value)?;
        found.0.push(better.loss(value));
        let redrawn = resampled[model].iter().find(|each| each.target == target && each.metric == metric);
        let losses =
            redrawn.map(|each| each.values.iter().map(|value| value.map(|v| better.loss(v))).collect());
        found.1.push(losses.unwrap_or_default());
    }
    Some(found)
}
