//! One model closely: by thirds, by deciles, by origin.

use super::super::show::{self, Grid};
use super::summary::{Pick, digits, optional};
use crate::backtest::{BacktestReport, TargetReport};

pub(super) fn thirds(report: &TargetReport) -> String {
    let heads: Vec<String> =
        report.metrics.intervals.iter().map(|interval| format!("{:.0} %", 100.0 * interval.level)).collect();
    let heads: Vec<&str> = ["frequency", "customers", "predicted", "happened"]
        .into_iter()
        .chain(heads.iter().map(String::as_str))
        .collect();
    let mut grid = Grid::new(&heads);
    for third in &report.by_frequency {
        let range = if third.frequency_from == third.frequency_to {
            third.frequency_from.to_string()
        } else {
            format!("{} to {}", third.frequency_from, third.frequency_to)
        };
        let cells =
            [range, show::count(third.n as u64), digits(third.mean_predicted), digits(third.mean_actual)];
        let held = third.intervals.iter().map(|interval| optional(interval.coverage, show::percent));
        grid.row(cells.into_iter().chain(held));
    }
    grid.text()
}

pub(super) fn deciles(report: &TargetReport) -> String {
    let mut grid =
        Grid::new(&["decile", "customers", "predicted", "happened", "mean predicted", "mean happened"]);
    for decile in &report.deciles {
        grid.row([
            decile.decile.to_string(),
            show::count(decile.n as u64),
            show::mean(decile.total_predicted),
            show::mean(decile.total_actual),
            digits(decile.mean_predicted),
            digits(decile.mean_actual),
        ]);
    }
    grid.text()
}

/// One model at every origin.
pub(super) fn by_origin(report: &BacktestReport, model: &str, pick: Pick) -> String {
    let last = report.levels.iter().rposition(|level| *level <= 0.9).unwrap_or(0);
    let held =
        report.levels.get(last).map_or_else(String::new, |level| format!("{:.0} % held", 100.0 * level));
    let mut grid = Grid::new(&["origin", "predicted", "happened", "bias", "MAE", "RMSE", "CRPS", &held]);
    for origin in &report.origins {
        let Some(target) = origin.models.iter().find(|each| each.model == model).and_then(pick) else {
            continue;
        };
        let m = &target.metrics;
        grid.row([
            origin.origin.clone(),
            show::mean(m.total_predicted),
            show::mean(m.total_actual),
            optional(m.bias, show::signed_percent),
            optional(m.mae, digits),
            optional(m.rmse, digits),
            optional(m.crps, digits),
            optional(m.intervals.get(last).and_then(|each| each.coverage), show::percent),
        ]);
    }
    grid.text()
}
