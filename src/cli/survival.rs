//! How the survival of cohorts is told: observed, fitted, projected.

use std::path::Path;

use serde_json::json;

use super::args;
use super::retention::rate;
use super::show::{self, Grid};
use crate::features::Subscriptions;
use crate::fit::{CohortFit, TrainedRetention};
use crate::math::kaplan_meier::kaplan_meier;
use crate::output::Output;
use crate::predict::{Survival, survival_curve};
use crate::table::{Chunk, Format, TableWriter, Values};
use crate::units::Share;
use crate::{Error, Result};

/// A cohort's curve, with what was observed beside it where it was.
pub struct Curve<'a> {
    cohort: &'a CohortFit,
    points: Vec<Survival>,
    observed: Vec<Option<f64>>,
}

/// The curves of all cohorts up to the horizon.
///
/// # Errors
/// Whatever the horizon, the model or the rate says.
pub fn curves<'a>(
    trained: &'a TrainedRetention,
    found: Option<&Subscriptions>,
    args: &args::Retention,
) -> Result<Vec<Curve<'a>>> {
    let until = args.horizon.in_periods(trained.period)?;
    let rate = rate(trained, args.discount);
    let curve = |cohort: &'a CohortFit| {
        let points = survival_curve(cohort, until, args.level, rate)?;
        let observed = match found {
            Some(found) => observed(found, &cohort.cohort, until, args.level),
            None => vec![None; points.len()],
        };
        Ok(Curve { cohort, points, observed })
    };
    trained.cohorts.iter().map(curve).collect()
}

/// The product-limit estimate of a cohort's survival, as far as renewals were due.
fn observed(found: &Subscriptions, cohort: &str, until: u32, level: Share) -> Vec<Option<f64>> {
    let place = found.cohorts.iter().position(|known| known == cohort || cohort.is_empty());
    let rows: Vec<usize> =
        (0..found.len()).filter(|&at| cohort.is_empty() || Some(found.cohort[at]) == place).collect();
    let counts = (1..=until).map(|t| {
        let due = rows.iter().filter(|&&at| found.tenures[at].due >= t).map(|&at| found.count[at]).sum();
        let gone = |at: &&usize| found.tenures[**at].left && found.tenures[**at].due == t;
        (due, rows.iter().filter(gone).map(|&at| found.count[at]).sum())
    });
    let curve = kaplan_meier(counts, level.get());
    (0..=until as usize)
        .map(|t| if t == 0 { Some(1.0) } else { curve.get(t - 1).map(|point| point.survival) })
        .collect()
}

/// For people.
#[must_use]
pub fn tables(curves: &[Curve<'_>], trained: &TrainedRetention, args: &args::Retention) -> String {
    let mut text = String::new();
    for Curve { cohort, points, observed } in curves {
        let name = if cohort.cohort.is_empty() { String::new() } else { format!(" of {}", cohort.cohort) };
        text += &format!("{}\n", show::heading(&format!("Survival{name}, by {}s", trained.period)));
        let range = format!("{} interval", show::percent(args.level.get()));
        let mut heads = vec!["renewals", "observed", "survival", &range, "renews next"];
        if args.discount.is_some() {
            heads.push("DERL");
        }
        let mut grid = Grid::new(&heads);
        for (point, seen) in points.iter().zip(observed) {
            let mut cells = vec![
                point.renewals.to_string(),
                seen.map_or_else(String::new, show::percent),
                show::percent(point.survival),
                point.interval.map_or_else(
                    || "none".to_owned(),
                    |(low, high)| format!("{} to {}", show::percent(low), show::percent(high)),
                ),
                show::percent(point.p_next),
            ];
            cells.extend(point.derl.map(|derl| show::number(derl, 2)));
            grid.row(cells);
        }
        text += &grid.text();
        text.push('\n');
    }
    text
}

/// One nested document.
///
/// # Errors
/// [`Error::Undefined`] if it cannot be written.
pub fn json(curves: &[Curve<'_>], trained: &TrainedRetention) -> Result<String> {
    let point = |(point, seen): (&Survival, &Option<f64>)| {
        json!({
            "renewals": point.renewals,
            "observed": seen,
            "survival": point.survival,
            "lower": point.interval.map(|interval| interval.0),
            "upper": point.interval.map(|interval| interval.1),
            "p_next_renewal": point.p_next,
            "derl": point.derl,
        })
    };
    let cohorts: Vec<_> = curves
        .iter()
        .map(|curve| json!({ "cohort": curve.cohort.cohort, "curve": curve.points.iter().zip(&curve.observed).map(point).collect::<Vec<_>>() }))
        .collect();
    let document = json!({ "model": trained.id(), "period": trained.period, "cohorts": cohorts });
    let text = serde_json::to_string_pretty(&document)
        .map_err(|e| Error::Undefined(format!("the curves cannot be written as JSON: {e}")))?;
    Ok(text + "\n")
}

/// A long table.
///
/// # Errors
/// [`Error::Io`].
pub fn csv(curves: &[Curve<'_>], path: &Path) -> Result<()> {
    let mut writer = TableWriter::new(Output::create(path)?, Format::Csv);
    for Curve { cohort, points, observed } in curves {
        let renewals: Vec<u32> = points.iter().map(|point| point.renewals).collect();
        let real = |of: fn(&Survival) -> f64| points.iter().map(of).collect::<Vec<f64>>();
        let optional = |of: fn(&Survival) -> Option<f64>| points.iter().map(of).collect::<Vec<Option<f64>>>();
        let (survival, p_next) = (real(|point| point.survival), real(|point| point.p_next));
        let lower = optional(|point| point.interval.map(|interval| interval.0));
        let upper = optional(|point| point.interval.map(|interval| interval.1));
        let derl = optional(|point| point.derl);
        writer.write(&Chunk {
            columns: vec![
                ("cohort", Values::Text(vec![cohort.cohort.as_str(); points.len()])),
                ("renewals", Values::Whole(&renewals)),
                ("observed", Values::Optional(observed)),
                ("survival", Values::Real(&survival)),
                ("lower", Values::Optional(&lower)),
                ("upper", Values::Optional(&upper)),
                ("p_next_renewal", Values::Real(&p_next)),
                ("derl", Values::Optional(&derl)),
            ],
        })?;
    }
    writer.finish()
}
