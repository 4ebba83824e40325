//! The inside of a chart's drawing.

use super::super::text::escaped;
use super::super::words::Speaker;
use super::axis::{self, Along, LETTER, Upwards};
use super::{Chart, Series, Shape};

/// Everything between the tags of a drawing.
pub fn inside(chart: &Chart, along: &Along, upwards: &Upwards, speaker: Speaker<'_>) -> String {
    let mut out = side(along, upwards) + &bottom(chart, along, upwards);
    for (at, series) in chart.series.iter().enumerate() {
        out += &drawn(chart, at, series, along, upwards);
    }
    out + &tips(chart, along, upwards, speaker)
}

/// Lines across with their numbers.
fn side(along: &Along, upwards: &Upwards) -> String {
    let mut out = String::new();
    for (value, text) in &upwards.ticks {
        let y = upwards.at(*value);
        let class = if *value == 0.0 { "zero" } else { "grid" };
        out += &format!("<path class=\"{class}\" d=\"M{:.1} {y:.1}H{:.1}\"/>", along.left, along.right);
        out += &format!(
            "<text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
            along.left - 8.0,
            y + 0.35 * LETTER,
            escaped(text)
        );
    }
    out
}

/// The names of places.
fn bottom(chart: &Chart, along: &Along, upwards: &Upwards) -> String {
    let mut out = String::new();
    let mut within = "";
    for &at in &along.named {
        let (place, x, y) = (&chart.places[at], along.at(at), upwards.bottom() + 18.0);
        out += &format!("<text class=\"middle\" x=\"{x:.1}\" y=\"{y:.1}\">{}", escaped(&place.label));
        if place.within != within {
            out += &format!("<tspan x=\"{x:.1}\" dy=\"1.25em\">{}</tspan>", escaped(&place.within));
            within = &place.within;
        }
        out += "</text>\n";
    }
    out
}

/// One series.
fn drawn(chart: &Chart, at: usize, series: &Series, along: &Along, upwards: &Upwards) -> String {
    let class = format!("{} {}", series.shape.class(), series.tone.class());
    let (middle, width) = axis::beside(chart, at);
    let places = 0..chart.places.len();
    match &series.shape {
        Shape::Line(_) => {
            let runs = runs(series, places.len());
            let run = |run: &Vec<usize>| {
                let point = |&at: &usize| point(series, at, along, upwards, false);
                format!("<path class=\"{class}\" d=\"M{}\"/>\n", joined(run.iter().map(point)))
            };
            runs.iter().map(run).collect()
        }
        Shape::Band(_) => {
            let run = |run: Vec<usize>| {
                let over = run.iter().map(|&at| point(series, at, along, upwards, true));
                let under = run.iter().rev().map(|&at| point(series, at, along, upwards, false));
                format!("<path class=\"{class}\" d=\"M{}Z\"/>\n", joined(over.chain(under)))
            };
            runs(series, places.len()).into_iter().map(run).collect()
        }
        Shape::Bars(_) => places
            .filter_map(|at| Some((at, series.shape.at(at)?.0)))
            .map(|(at, value)| {
                let (x, zero, y) = (along.at(at), upwards.at(0.0), upwards.at(value));
                format!(
                    "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>\n",
                    x + along.apart * (middle - 0.5 * width),
                    y.min(zero),
                    along.apart * width,
                    (zero - y).abs()
                )
            })
            .collect(),
        Shape::Dots(_) => places
            .filter_map(|at| Some((at, series.shape.at(at)?.0)))
            .map(|(at, value)| {
                format!(
                    "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4.5\"/>\n",
                    along.at(at) + along.apart * middle,
                    upwards.at(value)
                )
            })
            .collect(),
        Shape::Whiskers(_) => places
            .filter_map(|at| Some((at, series.shape.at(at)?)))
            .map(|(at, (lower, upper))| {
                format!(
                    "<path class=\"{class}\" d=\"M{:.1} {:.1}V{:.1}\"/>\n",
                    along.at(at) + along.apart * middle,
                    upwards.at(lower),
                    upwards.at(upper)
                )
            })
            .collect(),
    }
}

fn joined(points: impl Iterator<Item = String>) -> String {
    points.collect::<Vec<_>>().join("L")
}

fn point(series: &Series, at: usize, along: &Along, upwards: &Upwards, upper: bool) -> String {
    let (low, high) = series.shape.at(at).unwrap_or_default();
    format!("{:.1} {:.1}", along.at(at), upwards.at(if upper { high } else { low }))
}

/// Neighbouring places that have a number.
fn runs(series: &Series, places: usize) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut before = None;
    for at in (0..places).filter(|&at| series.shape.at(at).is_some()) {
        match runs.last_mut().filter(|_| before == at.checked_sub(1)) {
            Some(run) if at > 0 => run.push(at),
            _ => runs.push(vec![at]),
        }
        before = Some(at);
    }
    runs
}

/// Areas over the places that tell their numbers.
fn tips(chart: &Chart, along: &Along, upwards: &Upwards, speaker: Speaker<'_>) -> String {
    let mut out = String::from("<g class=\"tips\">\n");
    for at in 0..chart.places.len() {
        let (x, half) = (along.at(at), 0.5 * along.apart);
        let (left, right) = ((x - half).max(along.left), (x + half).min(along.right + 1.0));
        out += &format!(
            "<g data-x=\"{x:.1}\"><rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/><path d=\"M{x:.1} {:.1}V{:.1}\"/><title>{}</title></g>\n",
            upwards.top(),
            (right - left).max(0.0),
            upwards.bottom() - upwards.top(),
            upwards.top(),
            upwards.bottom(),
            escaped(&chart.tip(at, speaker))
        );
    }
    out + "</g>\n"
}
