//! Who is best, and who is not worse than the best, beyond luck.

use super::contest::{Better, Contest, Standing, Verdict};
use super::diebold_mariano::diebold_mariano;
use super::resample::RESAMPLES;
use crate::math::hash::mix;
use crate::math::sum::sum;

/// Of so many resamples at least every compared model must have the metric.
const FEWEST_RESAMPLES: usize = RESAMPLES * 9 / 10;
/// The seed by which origins are drawn.
const SEED: u64 = 0x6f72_6967;

/// One model's losses on one metric: at every origin the loss, and that in every resample.
pub(super) struct Losses {
    /// The model.
    pub model: String,
    /// The metric at every origin, as a loss: the lower the better.
    pub points: Vec<f64>,
    /// The same in every resample of the customers, per origin.
    pub resampled: Vec<Vec<Option<f64>>>,
}

impl Better {
    /// The way of a metric.
    pub(super) fn of(metric: &str) -> Self {
        match metric {
            "bias" => Self::NearZero,
            "gini" | "auc" | "log_score" => Self::Higher,
            _ => Self::Lower,
        }
    }

    /// A metric as a loss, the lower the better.
    pub(super) fn loss(self, value: f64) -> f64 {
        match self {
            Self::Lower => value,
            Self::Higher => -value,
            Self::NearZero => value.abs(),
        }
    }

    /// A loss as it is shown: a mean of the metric, or of its absolute value.
    fn shown(self, loss: f64) -> f64 {
        if self == Self::Higher { -loss } else { loss }
    }
}

/// The models beside one another on one metric. `overlap` is how many holdouts overlap at most, each with itself counted.
pub(super) fn contest(
    (target, metric): (&'static str, &'static str),
    losses: &[Losses],
    left_out: Vec<String>,
    overlap: usize,
) -> Option<Contest> {
    let origins = losses.first()?.points.len();
    let better = Better::of(metric);
    let means: Vec<f64> = losses.iter().map(|model| mean(&model.points)).collect();
    let best = (0..means.len()).min_by(|&i, &j| means[i].total_cmp(&means[j]))?;
    let redrawn = redrawn(losses, origins, overlap);
    let reach = reach(&redrawn, &means);
    let models = losses.iter().enumerate().map(|(at, model)| {
        let behind = means[at] - means[best];
        let mut standing = Standing {
            model: model.model.clone(),
            mean: better.shown(means[at]),
            behind,
            standard_error: None,
            interval: None,
            verdict: Verdict::Best,
            diebold_mariano: None,
        };
        if at == best {
            return standing;
        }
        let error = reach.map(|reach| (spread(&redrawn, at, best), reach));
        standing.standard_error = error.map(|(error, _)| error);
        standing.interval = error.map(|(error, reach)| (behind - reach * error, behind + reach * error));
        // Without resamples nothing can be told apart.
        let worse = standing.interval.is_some_and(|(lower, _)| lower > 0.0);
        standing.verdict = if worse { Verdict::Worse } else { Verdict::NotWorse };
        if origins >= Contest::FEWEST_ORIGINS {
            let differences: Vec<f64> =
                model.points.iter().zip(&losses[best].points).map(|(loss, best)| loss - best).collect();
            standing.diebold_mariano = diebold_mariano(&differences, overlap);
        }
        standing
    });
    let models = models.collect();
    Some(Contest { target, metric, better, origins, models, left_out })
}

fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

/// The mean loss of every model in every resample of customers and origins; resamples that a model cannot be measured in are left out. Origins are drawn as runs of
/// `overlap` neighbours in a circle (Politis & Romano 1992), crossed with the customers (Owen 2007, Ann. Appl. Stat. 1, 386–411).
fn redrawn(losses: &[Losses], origins: usize, overlap: usize) -> Vec<Vec<f64>> {
    let one = |resample: usize| -> Option<Vec<f64>> {
        let drawn = drawn_origins(resample, origins, overlap);
        let loss = |model: &Losses| {
            let values = drawn.iter().map(|&origin| model.resampled[origin].get(resample).copied().flatten());
            let values: Option<Vec<f64>> = values.collect();
            values.map(|values| mean(&values))
        };
        losses.iter().map(loss).collect()
    };
    let all: Vec<Vec<f64>> = (0..RESAMPLES).filter_map(one).collect();
    if all.len() < FEWEST_RESAMPLES { Vec::new() } else { all }
}

fn drawn_origins(resample: usize, origins: usize, overlap: usize) -> Vec<usize> {
    let run = overlap.clamp(1, origins);
    let runs = (0..origins.div_ceil(run) as u64).flat_map(|number| {
        let bits = mix(mix(SEED.wrapping_add(resample as u64)) ^ mix(number));
        let start = ((u128::from(bits) * origins as u128) >> 64) as usize;
        (start..start + run).map(|at| at % origins)
    });
    runs.take(origins).collect()
}

/// The standard deviation of a difference over the resamples.
fn spread(redrawn: &[Vec<f64>], one: usize, other: usize) -> f64 {
    let differences: Vec<f64> = redrawn.iter().map(|losses| losses[one] - losses[other]).collect();
    let middle = mean(&differences);
    let squares = sum(differences.iter().map(|d| (d - middle).powi(2)));
    let spread = (squares / (differences.len() - 1) as f64).sqrt();
    // What rounding leaves of two forecasts that are the same is no spread.
    let size = redrawn.iter().map(|losses| losses[one].abs()).fold(0.0, f64::max);
    if spread > 1e-12 * size { spread } else { 0.0 }
}

/// How many standard errors the intervals of all pairs reach, so that all hold together: the quantile, at the confidence, of the largest |d* − d| / error over the
/// pairs. So whoever is taken as the best, and however many models there are, they are held against it fairly.
fn reach(redrawn: &[Vec<f64>], means: &[f64]) -> Option<f64> {
    if redrawn.is_empty() {
        return None;
    }
    let mut farthest = vec![0.0f64; redrawn.len()];
    for one in 0..means.len() {
        for other in one + 1..means.len() {
            let error = spread(redrawn, one, other);
            if error == 0.0 {
                continue;
            }
            let difference = means[one] - means[other];
            for (farthest, losses) in farthest.iter_mut().zip(redrawn) {
                *farthest = farthest.max((losses[one] - losses[other] - difference).abs() / error);
            }
        }
    }
    farthest.sort_unstable_by(f64::total_cmp);
    let place = (Contest::CONFIDENCE * farthest.len() as f64).ceil() as usize;
    farthest.get(place.saturating_sub(1)).copied()
}

#[cfg(test)]
#[path = "standings_tests.rs"]
mod tests;
