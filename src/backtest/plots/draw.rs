//! All charts of a backtest.

use rayon::prelude::*;

use super::chosen::{Chosen, MAPS};
use super::story::Cohort;
use super::{
    AliveGrid, ClassMeans, Classes, DecilePoint, Drawn, GainCurve, HeldAt, OriginTotals, Scene, Series,
    Target, Tracking, alive, by_class, calibration, coverage, cumulative, frequencies, gain, incremental,
    over_origins, pit,
};
use crate::Result;
use crate::backtest::report::{BacktestReport, ModelReport, OriginReport, TargetReport};
use crate::backtest::{Bin, Decile, percent};
use crate::features::Past;
use crate::model::{AnyPurchaseModel, PurchaseModel};
use crate::units::TimeUnit;

/// A chart and the name of its file, without an ending.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The name: `calibration_purchases`.
    pub name: String,
    /// The chart, or in words why there is none.
    pub drawn: Drawn,
}

/// Every chart of a backtest: totals over all origins, and all else of the newest. `past` is what was tested on, `unit` the unit of
/// time of the models.
///
/// # Errors
/// As [`Cohort::of`].
pub fn charts(report: &BacktestReport, past: &Past<'_>, unit: TimeUnit) -> Result<Vec<Chart>> {
    let Some(newest) = report.origins.last() else { return Ok(Vec::new()) };
    let chosen = Chosen::of(newest);
    let scene = Scene {
        origin: newest.origin.clone(),
        until: newest.until.clone(),
        horizon: report.horizon.clone(),
        customers: newest.customers,
        note: chosen.note(),
    };
    let mut charts = Vec::new();
    let mut add = |name: &str, drawn: Drawn| charts.push(Chart { name: name.to_owned(), drawn });
    let targets = [(Target::Purchases, purchases as Pick), (Target::Value, value as Pick)];
    for (target, pick) in
        targets.into_iter().filter(|(_, pick)| newest.models.iter().any(|m| pick(m).is_some()))
    {
        for (name, drawn) in of_target(&scene, &chosen, target, pick, unit) {
            add(&format!("{name}_{}", target.name()), drawn);
        }
    }
    let level = report.levels.iter().copied().rev().find(|level| *level <= 0.9);
    let totals: Vec<OriginTotals> =
        targets.iter().map(|(target, pick)| totals(report, &chosen, level, (*target, *pick))).collect();
    let words = level.map_or_else(String::new, |level| format!("{} %", percent(level)));
    add("totals", over_origins(&scene, &words, &totals));
    for (name, drawn) in of_models(&scene, &chosen, newest, past, unit)? {
        add(name, drawn);
    }
    Ok(charts)
}

type Pick = fn(&ModelReport) -> Option<&TargetReport>;

fn purchases(model: &ModelReport) -> Option<&TargetReport> {
    model.purchases.as_ref()
}

fn value(model: &ModelReport) -> Option<&TargetReport> {
    model.value.as_ref()
}

/// The charts of purchases, or of value.
fn of_target(
    scene: &Scene,
    chosen: &Chosen<'_>,
    target: Target,
    pick: Pick,
    unit: TimeUnit,
) -> Vec<(&'static str, Drawn)> {
    let whole = Scene { note: None, ..scene.clone() };
    let point =
        |decile: &Decile| DecilePoint { predicted: decile.mean_predicted, actual: decile.mean_actual };
    let deciles = chosen.each(|model| Some(pick(model)?.deciles.iter().map(point).collect()));
    let held = chosen.each(|model| {
        let levels = pick(model)?.metrics.intervals.iter();
        Some(
            levels
                .map(|at| HeldAt { level: at.level, plain: at.coverage, randomised: at.pit_coverage })
                .collect(),
        )
    });
    let bars = chosen.each(|model| Some(pick(model)?.metrics.pit.clone()));
    let curves = chosen.shared(|model| {
        let report = pick(model)?;
        Some(GainCurve { held: report.gain.by_prediction.clone(), gini: report.metrics.gini })
    });
    let truth = chosen.all.iter().find_map(|(model, _)| Some(pick(model)?.gain.by_truth.clone()));
    let (times, means) =
        classes(chosen, pick, |report| &report.by_each_frequency, |(from, _), _| count_name(from));
    let times = Classes { of: "repeat purchases up to the origin".into(), ..times };
    let (silent, since) = classes(chosen, pick, |report| &report.by_silence, span_name);
    let silent =
        Classes { of: format!("{unit}s since the last purchase, up to the origin, by tenths"), ..silent };
    vec![
        ("calibration", calibration(&whole, target, &deciles)),
        ("gain", gain(scene, target, &truth.unwrap_or_default(), &curves)),
        ("coverage", coverage(&whole, target, &held)),
        ("pit", pit(&whole, target, &bars)),
        ("by_frequency", by_class(scene, target, "frequency", &times, &means)),
        ("by_recency", by_class(scene, target, "time since the last purchase", &silent, &since)),
    ]
}

/// The classes of customers, as the first model has them, and the means of all models that have the same.
fn classes(
    chosen: &Chosen<'_>,
    pick: Pick,
    bins: fn(&TargetReport) -> &Vec<Bin>,
    name: impl Fn((f64, f64), f64) -> String,
) -> (Classes, Vec<Series<ClassMeans>>) {
    let Some(first) = chosen.all.iter().find_map(|(model, _)| pick(model)).map(bins) else {
        return (Classes::default(), Vec::new());
    };
    let same =
        |own: &[Bin]| own.len() == first.len() && own.iter().zip(first).all(|(one, other)| one.n == other.n);
    let means = chosen.shared(|model| {
        let own = bins(pick(model)?);
        same(own).then(|| own.iter().map(|bin| bin.mean_predicted).collect())
    });
    let longest = first.last().map_or(0.0, |bin| bin.to);
    let classes = Classes {
        of: String::new(),
        names: first.iter().map(|bin| name((bin.from, bin.to), longest)).collect(),
        customers: first.iter().map(|bin| bin.n).collect(),
        actual: first.iter().map(|bin| bin.mean_actual).collect(),
    };
    (classes, means)
}

fn count_name(from: f64) -> String {
    if from >= 7.0 { format!("{from}+") } else { from.to_string() }
}

/// Short spans are told in tenths, all of one chart alike.
fn span_name((from, to): (f64, f64), longest: f64) -> String {
    let places = usize::from(longest < 20.0);
    let (from, to) = (format!("{from:.places$}"), format!("{to:.places$}"));
    if from == to { from } else { format!("{from}–{to}") }
}

/// The totals of a target at all origins, with their intervals of a level.
fn totals(
    report: &BacktestReport,
    chosen: &Chosen<'_>,
    level: Option<f64>,
    (target, pick): (Target, Pick),
) -> OriginTotals {
    let told: Vec<(&OriginReport, f64)> = report
        .origins
        .iter()
        .filter_map(|origin| Some((origin, origin.models.iter().find_map(pick)?.metrics.total_actual)))
        .collect();
    let total = |origin: &OriginReport, name: &str| {
        let metrics = &pick(origin.models.iter().find(|model| model.model == name)?)?.metrics;
        let ends = metrics.totals.iter().find(|total| Some(total.level) == level);
        Some((metrics.total_predicted, ends.map(|total| (total.lower, total.upper))))
    };
    let models = chosen
        .shared(|model| Some(told.iter().map(|(origin, _)| total(origin, &model.model)).collect::<Vec<_>>()));
    OriginTotals {
        target,
        origins: told.iter().map(|(origin, _)| origin.origin.clone()).collect(),
        actual: told.iter().map(|told| told.1).collect(),
        models,
    }
}

/// The charts of what models say of the whole history of customers.
fn of_models(
    scene: &Scene,
    chosen: &Chosen<'_>,
    newest: &OriginReport,
    past: &Past<'_>,
    unit: TimeUnit,
) -> Result<Vec<(&'static str, Drawn)>> {
    let grain = past.orders().options.grain;
    let cohort = Cohort::of(past, (grain.read(&newest.origin)?, grain.read(&newest.until)?), unit)?;
    let models: Vec<Series<AnyPurchaseModel>> = chosen.shared(|model| model.fitted.as_ref()?.model().ok());
    let tracking = Tracking {
        period: cohort.period.clone(),
        start: cohort.start.clone(),
        origin: cohort.origin,
        actual: cohort.actual.clone(),
        models: with(&models, |model| Some(cohort.expected(model))),
        note: None,
    };
    let counts = with(&models, |model| cohort.expected_frequencies(model).ok());
    // A model that asks for the single gaps between purchases says nothing of recency and frequency alone.
    let plain: Vec<_> = models.iter().filter(|one| !one.data.uses_gaps()).take(MAPS).cloned().collect();
    let maps: Vec<Series<AliveGrid>> = with(&plain, |model| Some(cohort.alive(model)));
    Ok(vec![
        ("tracking_cumulative", cumulative(scene, &tracking)),
        ("tracking_periods", incremental(scene, &tracking)),
        ("frequencies", frequencies(scene, &cohort.frequencies, &counts)),
        ("p_alive", alive(scene, &maps)),
    ])
}

fn with<T: Send>(
    models: &[Series<AnyPurchaseModel>],
    say: impl Fn(&AnyPurchaseModel) -> Option<T> + Sync,
) -> Vec<Series<T>> {
    let told = models
        .par_iter()
        .map(|one| Some(Series { model: one.model.clone(), style: one.style, data: say(&one.data)? }));
    told.flatten().collect()
}
