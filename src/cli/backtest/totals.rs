//! Whether totals lay within their intervals.

use super::super::show::{self, Grid};
use super::summary::Pick;
use crate::backtest::{BacktestReport, TotalHeld};

/// Of one origin the interval and what happened; of several, at how many of them the total lay within it, at every level. Nothing where no model has a law of
/// the total.
pub(super) fn totals(report: &BacktestReport, models: &[&str], pick: Pick) -> String {
    let of = |model: &str| -> Vec<&[TotalHeld]> {
        let at_origins = report.origins.iter().flat_map(|origin| &origin.models);
        let own = at_origins.filter(|each| each.model == model).filter_map(pick);
        own.map(|target| &target.metrics.totals[..]).filter(|totals| !totals.is_empty()).collect()
    };
    let told: Vec<(&str, Vec<&[TotalHeld]>)> = models.iter().map(|model| (*model, of(model))).collect();
    if told.iter().all(|(_, totals)| totals.is_empty()) {
        return String::new();
    }
    let text = if report.origins.len() == 1 { alone(&told) } else { counted(report, &told) };
    format!("\n{text}")
}

/// At how many of the origins that have an interval it held.
fn counted(report: &BacktestReport, told: &[(&str, Vec<&[TotalHeld]>)]) -> String {
    let heads: Vec<String> = report.levels.iter().map(|level| format!("{:.0} %", 100.0 * level)).collect();
    let heads: Vec<&str> = ["totals held"].into_iter().chain(heads.iter().map(String::as_str)).collect();
    let mut grid = Grid::new(&heads);
    for (model, origins) in told {
        let cell = |at: usize| {
            let held = origins.iter().filter(|totals| totals.get(at).is_some_and(|total| total.held)).count();
            if origins.is_empty() { "-".to_owned() } else { format!("{held} of {}", origins.len()) }
        };
        grid.row([(*model).to_owned()].into_iter().chain((0..report.levels.len()).map(cell)));
    }
    grid.text()
}

/// The interval of the highest level up to 90 %, and whether it held.
fn alone(told: &[(&str, Vec<&[TotalHeld]>)]) -> String {
    let shown =
        |totals: &[TotalHeld]| totals[totals.iter().rposition(|total| total.level <= 0.9).unwrap_or(0)];
    let level = told.iter().find_map(|(_, origins)| origins.first().map(|totals| shown(totals).level));
    let head = level.map_or_else(String::new, |level| format!("{:.0} %: from", 100.0 * level));
    let mut grid = Grid::new(&["totals held", &head, "to", "held"]);
    for (model, origins) in told {
        let cells = origins.first().map(|totals| shown(totals)).map(|total| {
            let held = if total.held { "yes" } else { "no" };
            [show::mean(total.lower), show::mean(total.upper), held.to_owned()]
        });
        let cells = cells.unwrap_or_else(|| ["-"; 3].map(String::from));
        grid.row([(*model).to_owned()].into_iter().chain(cells));
    }
    grid.text()
}
