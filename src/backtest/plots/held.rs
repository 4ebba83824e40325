//! Whether intervals hold, and the law of what happened under the forecast.

use super::scene::{Drawn, Scene, Series, Target, abreast, counted, some, tall};
use crate::plot::{Axis, Mark, Marker, Panel, Shape, Style};

/// How the intervals of one level held.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldAt {
    /// The level, in (0, 1).
    pub level: f64,
    /// The part of the customers within, both ends included.
    pub plain: Option<f64>,
    /// The same by the randomised PIT, where what stands on an end counts in part.
    pub randomised: Option<f64>,
}

const PLAIN: Style = Style { colour: "#d55e00", dash: "7 3", marker: Marker::Square, width: 1.6 };
const RANDOMISED: Style = Style { colour: "#0072b2", dash: "", marker: Marker::Disc, width: 1.8 };

/// Coverage: how far the share of customers within their intervals is from the level, one panel a model.
///
/// # Errors
/// Why there is no chart: no model has intervals.
pub fn coverage(scene: &Scene, target: Target, series: &[Series<Vec<HeldAt>>]) -> Drawn {
    let known = |at: &HeldAt| at.plain.is_some() || at.randomised.is_some();
    let series: Vec<_> = series.iter().filter(|one| one.data.iter().any(known)).cloned().collect();
    some(&series, &format!("intervals of {} to check", target.name()))?;
    let mut figure = scene
        .figure(&format!("Coverage of {}: held minus nominal", target.name()))
        .columns(abreast(series.len()))
        .height(tall(series.len()))
        .shared();
    for one in &series {
        let points = |pick: fn(&HeldAt) -> Option<f64>| -> Vec<(f64, f64)> {
            let point = |at: &HeldAt| Some((100.0 * at.level, 100.0 * (pick(at)? - at.level)));
            one.data.iter().filter_map(point).collect()
        };
        let lowest = one.data.iter().map(|at| 100.0 * at.level).fold(60.0, f64::min) - 10.0;
        let mut panel = Panel::new(
            Axis::new("nominal level of the interval (%)").from(lowest.max(0.0)).to(100.0),
            Axis::new("held minus nominal (percentage points)").from(-5.0).to(5.0),
        )
        .titled(&one.model)
        .with(
            Mark::new(Shape::Band(vec![(lowest.max(0.0), -2.0, 2.0), (100.0, -2.0, 2.0)]), Style::REFERENCE)
                .named("within 2 points"),
        )
        .with(Mark::new(Shape::Across(0.0), Style::REFERENCE));
        for (pick, style, name) in [
            ((|at: &HeldAt| at.plain) as fn(&HeldAt) -> Option<f64>, PLAIN, "plain"),
            (|at: &HeldAt| at.randomised, RANDOMISED, "by randomised PIT"),
        ] {
            let points = points(pick);
            if !points.is_empty() {
                panel = panel.with(Mark::new(Shape::Marked(points), style).named(name));
            }
        }
        figure = figure.with(panel);
    }
    Ok(figure.note(
        "Plain coverage counts everybody within the interval, ends included: whole counts, and many at nothing, make it higher than the level. \
         By the randomised PIT what stands on an end counts in part, and an honest forecast is at 0.",
    ))
}

/// PIT histograms, one panel a model: flat for an honest forecast, a hill for intervals that are too wide, a valley for too narrow ones.
/// The data are the shares of even bars.
///
/// # Errors
/// Why there is no chart: no model has a law.
pub fn pit(scene: &Scene, target: Target, series: &[Series<Vec<f64>>]) -> Drawn {
    let series: Vec<_> = series.iter().filter(|one| !one.data.is_empty()).cloned().collect();
    some(&series, &format!("a law of {} to check", target.name()))?;
    if scene.customers == 0 {
        return Err("there are no customers".into());
    }
    let mut figure = scene
        .figure(&format!("PIT histograms of {}", target.name()))
        .columns(abreast(series.len()))
        .height(tall(series.len()).min(220.0))
        .shared();
    for one in &series {
        let bars = one.data.len() as f64;
        // The share of a bar has variance (1/B)(1 − 1/B)/n if all is well.
        let off = 1.96 * ((bars - 1.0) / scene.customers as f64).sqrt();
        let bar = |(at, share): (usize, &f64)| (at as f64 / bars, (at + 1) as f64 / bars, share * bars);
        let band = vec![(0.0, (1.0 - off).max(0.0), 1.0 + off), (1.0, (1.0 - off).max(0.0), 1.0 + off)];
        let panel = Panel::new(
            Axis::new("probability integral transform of what happened").from(0.0).to(1.0),
            Axis::new("density (1 = as predicted)").from(0.0),
        )
        .titled(&one.model)
        .with(Mark::new(Shape::Bars(one.data.iter().enumerate().map(bar).collect()), one.style))
        .with(
            Mark::new(Shape::Band(band), Style { colour: "#000000", ..Style::REFERENCE })
                .named("95 % range of a bar by luck alone"),
        )
        .with(
            Mark::new(Shape::Across(1.0), Style { colour: "#000000", ..Style::REFERENCE })
                .named("as predicted"),
        );
        figure = figure.with(panel);
    }
    Ok(figure.note(format!(
        "{} customers, each spread evenly over the probability of what happened (non-randomised PIT: Czado, Gneiting & Held 2009). A hill says that the \
         intervals are too wide, a valley that they are too narrow, a slope that the forecast is too high or too low.",
        counted(scene.customers)
    )))
}
