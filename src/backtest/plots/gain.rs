//! The gain (Lorenz) curve: which part of the total the customers with the highest forecasts brought.

use super::scene::{Drawn, Scene, Series, Target, some};
use crate::plot::{Axis, Mark, Panel, Shape, Style};

/// A gain curve and what it comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GainCurve {
    /// The parts of the actual total at evenly growing parts of the customers, from 0 to 1.
    pub held: Vec<f64>,
    /// The normalised Gini coefficient.
    pub gini: Option<f64>,
}

/// Gain curves of all models beside the best possible one (`truth`: those who brought most first).
///
/// # Errors
/// Why there is no chart: no model, or a total that is not positive.
pub fn gain(scene: &Scene, target: Target, truth: &[f64], series: &[Series<GainCurve>]) -> Drawn {
    some(series, "a ranking")?;
    if truth.is_empty() || series.iter().all(|one| one.data.held.is_empty()) {
        return Err(format!("the total of {} is not positive, so nobody has a part of it", target.name()));
    }
    let points = |held: &[f64]| {
        let last = held.len().saturating_sub(1).max(1) as f64;
        held.iter().enumerate().map(|(at, &part)| (at as f64 / last, part)).collect()
    };
    let what = match target {
        Target::Purchases => "part of all purchases that they made (%)",
        Target::Value => "part of all value that they brought (%)",
    };
    let mut panel = Panel::new(
        Axis::new("part of the customers, the highest forecasts first (%)").from(0.0).to(1.0).percent(),
        Axis::new(what).from(0.0).to(1.0).percent(),
    )
    .with(
        Mark::new(Shape::Line(points(truth)), Style { dash: "", ..Style::REFERENCE }).named("best possible"),
    )
    .with(Mark::new(Shape::Diagonal, Style::REFERENCE).named("at random"));
    for one in series {
        let gini = one.data.gini.map_or(String::new(), |gini| format!(" (Gini {gini:.3})"));
        let name = format!("{}{gini}", one.model);
        panel = panel.with(Mark::new(Shape::Line(points(&one.data.held)), one.style).named(name));
    }
    let title = format!("Gain curve of {}: who are the best customers?", target.name());
    Ok(scene.figure(&title).height(400.0).with(panel))
}
