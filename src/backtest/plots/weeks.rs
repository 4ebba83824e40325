//! Tracking: the repeat purchases of the customers known at the origin, week by week, and what the models expected.

use super::scene::{Drawn, Scene, Series, some};
use crate::plot::{Axis, Figure, Legend, Mark, Panel, Shape, Style};

/// Repeat purchases of the customers known at the origin, period by period since the first of them came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracking {
    /// What a period is: `week`.
    pub period: String,
    /// The last day before the first period.
    pub start: String,
    /// The origin, in periods since then.
    pub origin: f64,
    /// Purchases in each period.
    pub actual: Vec<f64>,
    /// What the models expected, from the laws of new customers alone.
    pub models: Vec<Series<Vec<f64>>>,
    /// What was simplified, in words.
    pub note: Option<String>,
}

/// Purchases added up since the first customer came.
///
/// # Errors
/// Why there is no chart: no model has a law of a new customer, or nobody bought again.
pub fn cumulative(scene: &Scene, tracking: &Tracking) -> Drawn {
    let sums = |column: &[f64]| {
        let add = |sum: &mut f64, (at, value): (usize, &f64)| {
            *sum += value;
            Some(((at + 1) as f64, *sum))
        };
        let sums = column.iter().enumerate().scan(0.0, add);
        std::iter::once((0.0, 0.0)).chain(sums).collect()
    };
    drawn(scene, tracking, "Cumulative repeat purchases", "cumulative repeat purchases", sums)
}

/// Purchases of each period.
///
/// # Errors
/// As [`cumulative`].
pub fn incremental(scene: &Scene, tracking: &Tracking) -> Drawn {
    let each = |column: &[f64]| column.iter().enumerate().map(|(at, &n)| ((at + 1) as f64, n)).collect();
    let title = format!("Repeat purchases {} by {}", tracking.period, tracking.period);
    drawn(scene, tracking, &title, &format!("repeat purchases in the {}", tracking.period), each)
}

fn drawn(
    scene: &Scene,
    tracking: &Tracking,
    title: &str,
    unit: &str,
    points: impl Fn(&[f64]) -> Vec<(f64, f64)>,
) -> Drawn {
    some(&tracking.models, "a law of a customer's whole history (regressions and naive rules have none)")?;
    if tracking.actual.iter().all(|&count| count == 0.0) {
        return Err("nobody bought again".into());
    }
    let actual = Style { width: 1.6, ..Style::ACTUAL };
    let panel = Panel::new(
        Axis::new(format!("{}s since {}", tracking.period, tracking.start))
            .from(0.0)
            .to(tracking.actual.len() as f64),
        Axis::new(unit).from(0.0),
    )
    .with(Mark::new(Shape::Up(tracking.origin), Style::REFERENCE).named(format!("origin {}", scene.origin)))
    .with(Mark::new(Shape::Line(points(&tracking.actual)), actual).named("actual"))
    .with_all(
        tracking
            .models
            .iter()
            .map(|one| Mark::new(Shape::Line(points(&one.data)), one.style).named(&one.model)),
    );
    let figure: Figure = scene.figure(title).legend(Legend::AtEnds).with(panel).note(
        "Of the customers known at the origin, first purchases left out. Models: what they expect of new customers, of whom nothing but \
         the day of the first purchase is known (fitted up to the origin).",
    );
    Ok(match &tracking.note {
        Some(note) => figure.note(note),
        None => figure,
    })
}
