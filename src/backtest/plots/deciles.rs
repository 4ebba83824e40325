//! Calibration: of the tenths of the customers by forecast, what was predicted against what happened.

use super::scene::{Drawn, Scene, Series, Target, abreast, some, tall};
use crate::plot::{Axis, Mark, Panel, Scale, Shape, Style};

/// A tenth of the customers, by forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecilePoint {
    /// The mean forecast.
    pub predicted: f64,
    /// The mean of what happened.
    pub actual: f64,
}

/// Calibration by decile: one panel a model, the line where both are equal.
///
/// # Errors
/// Why there is no chart: no model, or no customers.
pub fn calibration(scene: &Scene, target: Target, series: &[Series<Vec<DecilePoint>>]) -> Drawn {
    some(series, "deciles")?;
    let all = || series.iter().flat_map(|one| &one.data);
    if all().next().is_none() {
        return Err("there are no customers to put into tenths".into());
    }
    // Roots spread out the many small tenths and still show zero; they have no place for refunds that outweigh purchases.
    let positive = all().all(|point| point.predicted >= 0.0 && point.actual >= 0.0);
    let axis = |what: &str| {
        let axis = Axis::new(format!("mean {what} ({})", target.unit()));
        if positive { axis.on(Scale::SquareRoot).from(0.0).to(highest(all())) } else { axis }
    };
    let mut figure = scene
        .figure(&format!("Calibration of {} by tenths of the forecast", target.name()))
        .columns(abreast(series.len()))
        .height(tall(series.len()).max(175.0))
        .shared();
    for one in series {
        let points = one.data.iter().map(|point| (point.predicted, point.actual)).collect();
        let panel = Panel::new(axis("predicted"), axis("that happened"))
            .titled(&one.model)
            .with(Mark::new(Shape::Diagonal, Style::REFERENCE).named("as predicted"))
            .with(Mark::new(Shape::Points(points), one.style).named("a tenth of the customers"));
        figure = figure.with(panel);
    }
    let roots = if positive { " Both axes are square roots." } else { "" };
    Ok(figure.note(format!(
        "Above the line more happened than was predicted. Equal forecasts at a border are shared out.{roots}"
    )))
}

fn highest<'a>(points: impl Iterator<Item = &'a DecilePoint>) -> f64 {
    let highest = points.map(|point| point.predicted.max(point.actual)).fold(0.0, f64::max);
    if highest > 0.0 { 1.1 * highest } else { 1.0 }
}
