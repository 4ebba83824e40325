//! Means by class (conditional expectations), and how many customers bought how often.

use super::scene::{Drawn, Scene, Series, Target, counted, some};
use crate::plot::{Axis, Mark, Marker, Panel, Scale, Shape, Style};

/// The classes of customers, lowest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Classes {
    /// What they are classes of, with its unit: `repeat purchases up to the origin`.
    pub of: String,
    /// Their names: `0`, `1`, …, `7+`.
    pub names: Vec<String>,
    /// Customers in each.
    pub customers: Vec<usize>,
    /// The mean of what each did in the holdout.
    pub actual: Vec<f64>,
}

/// The means of the forecast of each class.
pub type ClassMeans = Vec<f64>;

/// Conditional expectations: what the customers of each class did, and what was expected of them.
///
/// # Errors
/// Why there is no chart: no model, or no customers.
pub fn by_class(
    scene: &Scene,
    target: Target,
    by: &str,
    classes: &Classes,
    series: &[Series<ClassMeans>],
) -> Drawn {
    some(series, "a forecast")?;
    if classes.names.is_empty() {
        return Err("there are no customers to put into classes".into());
    }
    let names = classes.names.iter().zip(&classes.customers);
    let groups = names.map(|(name, &n)| format!("{name}\n{}", counted(n))).collect();
    let points = |means: &[f64]| means.iter().enumerate().map(|(at, &mean)| (at as f64, mean)).collect();
    let panel = Panel::new(
        Axis::new(format!("{} (below: customers)", classes.of)).on(Scale::Groups(groups)),
        Axis::new(format!("mean in the horizon ({})", target.unit())).from(0.0),
    )
    .with_all(
        series.iter().map(|one| Mark::new(Shape::Marked(points(&one.data)), one.style).named(&one.model)),
    )
    .with(
        Mark::new(Shape::Marked(points(&classes.actual)), Style { dash: "", ..Style::ACTUAL })
            .named("actual"),
    );
    Ok(scene.figure(&format!("Expected and actual {} by {by}", target.name())).with(panel))
}

/// The training period: how many customers bought again how often, and how many the models expect to.
/// `actual` counts those with 0, 1, … repeat purchases, the last all with more; the models likewise.
///
/// # Errors
/// Why there is no chart: no model has a law of a new customer, or there are no customers.
pub fn frequencies(scene: &Scene, actual: &[f64], series: &[Series<Vec<f64>>]) -> Drawn {
    some(series, "a law of a customer's whole history (regressions and naive rules have none)")?;
    if actual.iter().sum::<f64>() <= 0.0 {
        return Err("there are no customers".into());
    }
    let last = actual.len() - 1;
    let name = |at: usize| if at == last { format!("{at}+") } else { at.to_string() };
    let count = actual.len();
    let axis = |title: &str| Axis::new(title).on(Scale::Groups((0..count).map(name).collect()));
    let bars = actual.iter().enumerate().map(|(at, &n)| (at as f64 - 0.36, at as f64 + 0.36, n)).collect();
    let style = Style { colour: "#8c8c8c", marker: Marker::Square, ..Style::ACTUAL };
    let mut panel = Panel::new(
        axis("repeat purchases up to the origin"),
        Axis::new("customers (square-root scale)").on(Scale::SquareRoot).from(0.0),
    )
    .with(Mark::new(Shape::Bars(bars), style).named("actual"));
    let middle = 0.5 * (series.len() as f64 - 1.0);
    let apart = (60.0 / series.len() as f64).min(13.0);
    for (at, one) in series.iter().enumerate() {
        let points = one.data.iter().enumerate().map(|(x, &n)| (x as f64, n)).collect();
        let mark = Mark::new(Shape::Points(points), one.style).named(&one.model);
        panel = panel.with(mark.aside((at as f64 - middle) * apart));
    }
    Ok(scene.figure("Repeat purchases of the training period against the models").with(panel))
}
