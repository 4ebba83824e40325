//! Totals over the origins: predicted against what happened.

use super::scene::{Drawn, Scene, Series, Target, some};
use crate::plot::{Axis, Mark, Panel, Scale, Shape, Style};

/// The totals of one target over the origins.
#[derive(Debug, Clone, PartialEq)]
pub struct OriginTotals {
    /// What is added up.
    pub target: Target,
    /// The origins, in order of time.
    pub origins: Vec<String>,
    /// What happened in the horizon after each.
    pub actual: Vec<f64>,
    /// What each model predicted at each origin (none where it failed), with the ends of its interval where it has one.
    pub models: Vec<Series<Vec<Option<Total>>>>,
}

/// A predicted total and the ends of its interval.
pub type Total = (f64, Option<(f64, f64)>);

/// Predicted totals over the origins, with intervals of a level (in words: `90 %`), one panel a target.
///
/// # Errors
/// Why there is no chart: no origin, or no model.
pub fn over_origins(scene: &Scene, level: &str, totals: &[OriginTotals]) -> Drawn {
    let totals: Vec<&OriginTotals> = totals.iter().filter(|one| !one.origins.is_empty()).collect();
    let Some(first) = totals.first() else { return Err("there is no origin".into()) };
    some(&first.models, "a forecast")?;
    let spans = totals.iter().flat_map(|t| &t.models).flat_map(|m| &m.data).flatten().any(|t| t.1.is_some());
    let (count, last) = (first.origins.len(), first.origins.last().unwrap_or(&first.origins[0]));
    let from =
        if count == 1 { last.clone() } else { format!("{count} origins, {} to {last}", first.origins[0]) };
    let mut figure = scene.figure("Totals: predicted and actual").subtitle(format!(
        "Forecast from {from}, each for {} and for the customers known then",
        scene.horizon
    ));
    if spans {
        figure = figure.note(format!(
            "Whiskers are intervals of {level} of the total of all customers known at the origin; what has none is a rule without a law of the total."
        ));
    }
    for one in &totals {
        figure = figure.with(panel(one));
    }
    Ok(if totals.len() == 1 { figure } else { figure.height(210.0) })
}

fn panel(totals: &OriginTotals) -> Panel {
    let (title, unit) = match totals.target {
        Target::Purchases => ("Purchases", "total (purchases)"),
        Target::Value => ("Value", "total (units of money)"),
    };
    let groups = Scale::Groups(totals.origins.clone());
    let actual: Vec<(f64, f64)> = totals.actual.iter().enumerate().map(|(at, &n)| (at as f64, n)).collect();
    // A short line at each origin: what happened is a level to be met, and between origins there is nothing.
    let mut panel = Panel::new(Axis::new("origin").on(groups), Axis::new(unit).from(0.0)).titled(title);
    for &(at, happened) in &actual {
        let line = Shape::Line(vec![(at - 0.4, happened), (at + 0.4, happened)]);
        panel = panel.with(Mark::new(line, Style { width: 2.4, ..Style::ACTUAL }).named("actual"));
    }
    let count = totals.models.len() as f64;
    let slot = 520.0 / totals.origins.len() as f64;
    let apart = (0.72 * slot / count).min(48.0);
    for (at, one) in totals.models.iter().enumerate() {
        let aside = (at as f64 - 0.5 * (count - 1.0)) * apart;
        let known = || one.data.iter().enumerate().filter_map(|(x, total)| Some((x as f64, (*total)?)));
        let spans = known().filter_map(|(x, (_, ends))| ends.map(|(low, high)| (x, low, high))).collect();
        let points = known().map(|(x, (total, _))| (x, total)).collect();
        panel = panel
            .with(Mark::new(Shape::Spans(spans), one.style).aside(aside))
            .with(Mark::new(Shape::Points(points), one.style).aside(aside).named(&one.model));
    }
    panel
}
