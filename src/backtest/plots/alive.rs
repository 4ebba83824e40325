//! P(alive) over recency and frequency.

use super::scene::{Drawn, Scene, Series, abreast, some};
use crate::plot::{Axis, Mark, Panel, Shape, Style};

/// P(alive) of customers of one age: columns by recency, rows by frequency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AliveGrid {
    /// The age of the customers, in units of time.
    pub age: f64,
    /// The unit of time: `week`.
    pub unit: String,
    /// The recencies of the columns, evenly apart from 0 to the age.
    pub recency: Vec<f64>,
    /// The frequencies of the rows, evenly apart.
    pub frequency: Vec<u32>,
    /// Row by row; no number where such a customer cannot be.
    pub p_alive: Vec<f64>,
}

/// P(alive) as heat maps, one panel a model; all grids have one shape.
///
/// # Errors
/// Why there is no chart: no model knows whether a customer is alive.
pub fn alive(scene: &Scene, series: &[Series<AliveGrid>]) -> Drawn {
    let series: Vec<_> = series.iter().filter(|one| !one.data.p_alive.is_empty()).collect();
    let Some(first) = series.first().map(|one| &one.data) else {
        return Err("no model knows whether a customer is alive by frequency, recency and age alone".into());
    };
    some(&series.iter().map(|one| (*one).clone()).collect::<Vec<_>>(), "P(alive)")?;
    let title = format!(
        "P(alive) of customers who first bought {} {}s before the origin",
        rounded(first.age),
        first.unit
    );
    let mut figure = scene
        .figure(&title)
        .colours(Axis::new("P(alive)").from(0.0).to(1.0).percent())
        .columns(abreast(series.len()))
        .height(if series.len() == 1 { 360.0 } else { 220.0 })
        .shared();
    for one in &series {
        let AliveGrid { unit, recency, frequency, p_alive, .. } = &one.data;
        let rows: Vec<f64> = frequency.iter().map(|&x| f64::from(x)).collect();
        let (xs, ys) = (edges(recency), edges(&rows));
        let (left, right) = (ends(&xs), ends(&ys));
        let panel = Panel::new(
            Axis::new(format!("recency: from the first to the last purchase ({unit}s)"))
                .from(left.0)
                .to(left.1),
            Axis::new("frequency (repeat purchases)").from(right.0).to(right.1).whole(),
        )
        .titled(&one.model)
        .with(Mark::new(Shape::Cells { xs, ys, shares: p_alive.clone() }, Style::ACTUAL));
        figure = figure.with(panel);
    }
    Ok(figure.note(
        "Recency counts from the first purchase: on the right customers bought just now, on the left long ago. Grey: no customer can be there.",
    ))
}

fn ends(edges: &[f64]) -> (f64, f64) {
    (edges.first().copied().unwrap_or(0.0), edges.last().copied().unwrap_or(1.0))
}

/// The edges of cells about evenly spaced middles.
fn edges(middles: &[f64]) -> Vec<f64> {
    let half = match middles {
        [first, second, ..] => 0.5 * (second - first),
        _ => 0.5,
    };
    let first = middles.first().map(|first| first - half);
    first.into_iter().chain(middles.iter().map(|middle| middle + half)).collect()
}

fn rounded(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}
