//! The names of series: in rows above the panels, or beside the ends of lines; and the bar of colours.

use super::font::{fit, width};
use super::mark::{Mark, Shape};
use super::marker::key;
use super::scale::{Along, Axis};
use super::style::heat;
use super::svg::{Anchor, Svg, Text};
use super::ticks::upwards;

const SIZE: f64 = 11.5;
/// The width of a key and the gap after it.
const KEY: f64 = 32.0;
/// The height of a row.
pub(super) const ROW: f64 = 18.0;
/// Names are cut to this width.
const LONGEST: f64 = 230.0;
/// And beside the ends of lines.
const BESIDE: f64 = 150.0;

/// An entry, and where it stands in the legend.
type Placed<'a> = (f64, usize, String, &'a Mark);

/// Entries laid in rows of columns within a width; and how many rows there are.
pub(super) fn rows<'a>(names: &[(&str, &'a Mark)], room: f64) -> (Vec<Placed<'a>>, usize) {
    let texts: Vec<String> = names.iter().map(|(name, _)| fit(name, SIZE, LONGEST)).collect();
    let wide = |text: &String| KEY + width(text, SIZE, false) + 18.0;
    let (mut placed, mut x, mut row) = (Vec::new(), 0.0, 0);
    // Many entries stand in columns of one width; few flow.
    let column = (names.len() > 8).then(|| texts.iter().map(wide).fold(0.0, f64::max));
    for (text, (_, mark)) in texts.into_iter().zip(names) {
        let take = column.unwrap_or_else(|| wide(&text));
        if x > 0.0 && x + take - 18.0 > room {
            (x, row) = (0.0, row + 1);
        }
        placed.push((x, row, text, *mark));
        x += take;
    }
    let count = if placed.is_empty() { 0 } else { row + 1 };
    (placed, count)
}

/// Draws the rows, the first with its middle at `top + ROW / 2`.
pub(super) fn draw(svg: &mut Svg, placed: &[Placed<'_>], (left, top): (f64, f64)) {
    for (x, row, text, mark) in placed {
        let y = top + (*row as f64 + 0.5) * ROW;
        key(svg, mark, (left + x, y));
        svg.text((left + x + KEY, y), Text::new(SIZE, "#222222"), text);
    }
}

/// How much room names beside the ends of lines need.
pub(super) fn beside(names: &[(&str, &Mark)]) -> f64 {
    let wide = |(name, _): &(&str, &Mark)| width(&fit(name, SIZE, BESIDE), SIZE, false);
    names.iter().map(wide).fold(0.0, f64::max) + KEY + 12.0
}

/// Draws each name at the height of its line's end, moved apart where they would touch.
pub(super) fn at_ends(svg: &mut Svg, marks: &[Mark], x: &Along<'_>, y: &Along<'_>) {
    let mut ends: Vec<(f64, &Mark, &str)> = Vec::new();
    for mark in marks {
        let Some(name) = &mark.name else { continue };
        let height = match &mark.shape {
            Shape::Across(height) => y.at(*height),
            Shape::Diagonal => Some(y.pixels.1),
            Shape::Up(_) => None,
            _ => mark.extent().into_iter().rev().find_map(|(at, up)| x.at(at).and(y.at(up))),
        };
        if let Some(height) = height.filter(|_| ends.iter().all(|(.., known)| known != name)) {
            ends.push((height, mark, name));
        }
    }
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
    let left = x.pixels.1 + 8.0;
    for (height, (_, mark, name)) in apart(&wanted, (y.pixels.1, y.pixels.0)).into_iter().zip(ends) {
        key(svg, mark, (left, height));
        svg.text((left + KEY, height), Text::new(SIZE, "#222222"), &fit(name, SIZE, BESIDE));
    }
}

/// Heights from the top, moved so that they are a row apart and, if there is room, within bounds.
fn apart(wanted: &[f64], (top, bottom): (f64, f64)) -> Vec<f64> {
    let gap = ROW - 3.0;
    let mut heights: Vec<f64> = wanted.to_vec();
    let mut least = top + 0.3 * gap;
    for height in &mut heights {
        *height = height.max(least);
        least = *height + gap;
    }
    let mut most = bottom.max(top + gap * heights.len() as f64);
    for height in heights.iter_mut().rev() {
        *height = height.min(most);
        most = *height - gap;
    }
    heights
}

/// A bar of colours beside the panels: its left edge, top and bottom.
pub(super) fn bar(svg: &mut Svg, axis: &Axis, (left, top, bottom): (f64, f64, f64)) {
    const STEPS: usize = 64;
    let ends = axis.ends(std::iter::empty());
    let along = Along { axis, ends, pixels: (bottom, top) };
    svg.open("g", &[("shape-rendering", &"crispEdges")]);
    let height = (bottom - top) / STEPS as f64;
    for step in 0..STEPS {
        let low = bottom - step as f64 * height;
        let share = (step as f64 + 0.5) / STEPS as f64;
        svg.rect((left, low), (left + 14.0, low - height), &[("fill", &heat(share))]);
    }
    svg.close();
    for tick in upwards(&along) {
        svg.line((left + 14.0, tick.pixel), (left + 18.0, tick.pixel), &[("stroke", &"#444444")]);
        svg.text((left + 21.0, tick.pixel), Text::new(11.0, "#333333"), &tick.label);
    }
    let style = Text::new(12.0, "#222222").at(Anchor::Middle).upwards();
    svg.text((left + 66.0, 0.5 * (top + bottom)), style, &axis.title);
}
