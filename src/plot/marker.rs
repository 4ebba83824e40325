//! Marks as they are drawn.

use super::mark::{Mark, Shape};
use super::scale::Along;
use super::style::{Marker, Style, heat};
use super::svg::{Anchor, Px, Svg, Text};

/// How opaque a surface is that others may stand behind.
const VEIL: f64 = 0.22;
/// Half of the size of a marker, in pixels.
const REACH: f64 = 3.4;

/// Draws a mark between two axes.
pub(super) fn draw(svg: &mut Svg, mark: &Mark, x: &Along<'_>, y: &Along<'_>) {
    let style = mark.style;
    let place = |&(at, up): &(f64, f64)| Some((x.at(at)? + mark.aside, y.at(up)?));
    match &mark.shape {
        Shape::Line(points) => lines(svg, points, place, style),
        Shape::Marked(points) => {
            lines(svg, points, place, style);
            points.iter().filter_map(place).for_each(|at| sign(svg, at, style));
        }
        Shape::Points(points) => points.iter().filter_map(place).for_each(|at| sign(svg, at, style)),
        Shape::Steps(points) => lines(svg, &stairs(points), place, style),
        Shape::Bars(bars) => {
            let floor = y.at(y.ends.0.max(0.0)).unwrap_or(y.pixels.0);
            svg.open("g", &[("shape-rendering", &"crispEdges")]);
            for &(left, right, height) in bars {
                if let (Some(one), Some(other)) = (place(&(left, height)), place(&(right, height))) {
                    svg.rect(one, (other.0, floor), &[("fill", &style.colour), ("fill-opacity", &0.55)]);
                }
            }
            svg.close();
        }
        Shape::Band(spans) => band(svg, spans, place, style),
        Shape::Spans(spans) => {
            for &(at, low, high) in spans {
                if let (Some(low), Some(high)) = (place(&(at, low)), place(&(at, high))) {
                    whisker(svg, low, high, style);
                }
            }
        }
        Shape::Cells { xs, ys, shares } => cells(svg, (xs, ys), shares, x, y),
        Shape::Across(_) | Shape::Up(_) | Shape::Diagonal => rule(svg, mark, x, y),
    }
}

fn lines(
    svg: &mut Svg,
    points: &[(f64, f64)],
    place: impl Fn(&(f64, f64)) -> Option<(f64, f64)>,
    style: Style,
) {
    let placed: Vec<Option<(f64, f64)>> = points.iter().map(place).collect();
    for run in placed.split(Option::is_none) {
        let text: Vec<String> = run.iter().flatten().map(|(x, y)| format!("{},{}", Px(*x), Px(*y))).collect();
        if text.len() > 1 {
            stroke(svg, &text.join(" "), style);
        } else if let Some(&Some(alone)) = run.first() {
            sign(svg, alone, Style { width: 1.0, ..style });
        }
    }
}

fn stroke(svg: &mut Svg, points: &str, style: Style) {
    let width = Px(style.width);
    let mut attributes: Vec<(&str, &dyn std::fmt::Display)> = vec![
        ("points", &points),
        ("fill", &"none"),
        ("stroke", &style.colour),
        ("stroke-width", &width),
        ("stroke-linejoin", &"round"),
    ];
    if !style.dash.is_empty() {
        attributes.push(("stroke-dasharray", &style.dash));
    }
    svg.leaf("polyline", &attributes);
}

fn stairs(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let corners = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    corners.chain(points.last().copied()).collect()
}

fn band(
    svg: &mut Svg,
    spans: &[(f64, f64, f64)],
    place: impl Fn(&(f64, f64)) -> Option<(f64, f64)>,
    style: Style,
) {
    let both = |&(at, low, high): &(f64, f64, f64)| place(&(at, low)).zip(place(&(at, high)));
    let ends: Vec<_> = spans.iter().filter_map(both).collect();
    let there = ends.iter().map(|(low, _)| low);
    let back = ends.iter().rev().map(|(_, high)| high);
    let points: Vec<String> = there.chain(back).map(|(x, y)| format!("{},{}", Px(*x), Px(*y))).collect();
    if ends.len() > 1 {
        svg.leaf(
            "polygon",
            &[("points", &points.join(" ")), ("fill", &style.colour), ("fill-opacity", &VEIL)],
        );
    }
}

fn whisker(svg: &mut Svg, low: (f64, f64), high: (f64, f64), style: Style) {
    let width = Px(style.width.min(1.6));
    let attributes: [(&str, &dyn std::fmt::Display); 2] =
        [("stroke", &style.colour), ("stroke-width", &width)];
    svg.line(low, high, &attributes);
    for end in [low, high] {
        svg.line((end.0 - 3.0, end.1), (end.0 + 3.0, end.1), &attributes);
    }
}

fn cells(svg: &mut Svg, (xs, ys): (&[f64], &[f64]), shares: &[f64], x: &Along<'_>, y: &Along<'_>) {
    svg.open("g", &[("shape-rendering", &"crispEdges")]);
    let columns = xs.len().saturating_sub(1);
    for (row, up) in ys.windows(2).enumerate() {
        for (column, along) in xs.windows(2).enumerate() {
            let share = shares.get(row * columns + column).copied().unwrap_or(f64::NAN);
            if let (Some(left), Some(right), Some(low), Some(high)) =
                (x.at(along[0]), x.at(along[1]), y.at(up[0]), y.at(up[1]))
            {
                svg.rect((left, low), (right, high), &[("fill", &heat(share))]);
            }
        }
    }
    svg.close();
}

fn rule(svg: &mut Svg, mark: &Mark, x: &Along<'_>, y: &Along<'_>) {
    let ends = match mark.shape {
        Shape::Across(height) => y.at(height).map(|height| ((x.pixels.0, height), (x.pixels.1, height))),
        Shape::Up(at) => x.at(at).map(|at| ((at, y.pixels.0), (at, y.pixels.1))),
        _ => diagonal(x, y),
    };
    let Some((from, to)) = ends else { return };
    let points = format!("{},{} {},{}", Px(from.0), Px(from.1), Px(to.0), Px(to.1));
    stroke(svg, &points, mark.style);
    if let (Shape::Up(_), Some(name)) = (&mark.shape, &mark.name) {
        let left = from.0 > 0.5 * (x.pixels.0 + x.pixels.1);
        let (shift, anchor) = if left { (-5.0, Anchor::End) } else { (5.0, Anchor::Start) };
        svg.text((from.0 + shift, to.1 + 8.0), Text::new(10.5, "#444444").at(anchor), name);
    }
}

/// y = x within both axes; a curve is not needed, as both have one scale wherever it is drawn.
fn diagonal(x: &Along<'_>, y: &Along<'_>) -> Option<((f64, f64), (f64, f64))> {
    let (from, to) = (x.ends.0.max(y.ends.0), x.ends.1.min(y.ends.1));
    (from < to).then_some(())?;
    Some(((x.at(from)?, y.at(from)?), (x.at(to)?, y.at(to)?)))
}

/// The sign of a style at a point.
pub(super) fn sign(svg: &mut Svg, (x, y): (f64, f64), style: Style) {
    let r = REACH;
    let corners: &[(f64, f64)] = match style.marker {
        Marker::Disc => {
            return svg.leaf(
                "circle",
                &[
                    ("cx", &Px(x)),
                    ("cy", &Px(y)),
                    ("r", &Px(r)),
                    ("fill", &style.colour),
                    ("stroke", &"#ffffff"),
                ],
            );
        }
        Marker::Ring => {
            return svg.leaf(
                "circle",
                &[
                    ("cx", &Px(x)),
                    ("cy", &Px(y)),
                    ("r", &Px(r - 0.4)),
                    ("fill", &"#ffffff"),
                    ("stroke", &style.colour),
                    ("stroke-width", &1.6),
                ],
            );
        }
        Marker::Cross => {
            for down in [1.0, -1.0] {
                let (from, to) = ((x - r, y - down * r), (x + r, y + down * r));
                svg.line(from, to, &[("stroke", &style.colour), ("stroke-width", &2)]);
            }
            return;
        }
        Marker::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Marker::Up => &[(0.0, -1.25), (1.15, 0.85), (-1.15, 0.85)],
        Marker::Down => &[(0.0, 1.25), (1.15, -0.85), (-1.15, -0.85)],
        Marker::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    };
    let points: Vec<String> =
        corners.iter().map(|(dx, dy)| format!("{},{}", Px(x + r * dx), Px(y + r * dy))).collect();
    svg.leaf("polygon", &[("points", &points.join(" ")), ("fill", &style.colour), ("stroke", &"#ffffff")]);
}

/// The key of a mark in a legend: 26 pixels wide, its middle at a height.
pub(super) fn key(svg: &mut Svg, mark: &Mark, (x, y): (f64, f64)) {
    let style = mark.style;
    let line = |svg: &mut Svg| {
        let points = format!("{},{} {},{}", Px(x), Px(y), Px(x + 26.0), Px(y));
        stroke(svg, &points, style);
    };
    match mark.shape {
        Shape::Bars(_) => {
            svg.rect(
                (x + 6.0, y - 5.0),
                (x + 20.0, y + 5.0),
                &[("fill", &style.colour), ("fill-opacity", &0.55)],
            );
        }
        Shape::Band(_) => {
            svg.rect((x, y - 5.0), (x + 26.0, y + 5.0), &[("fill", &style.colour), ("fill-opacity", &VEIL)]);
        }
        Shape::Marked(_) => {
            line(svg);
            sign(svg, (x + 13.0, y), style);
        }
        Shape::Points(_) => sign(svg, (x + 13.0, y), style),
        Shape::Spans(_) => whisker(svg, (x + 13.0, y + 6.0), (x + 13.0, y - 6.0), style),
        Shape::Cells { .. } => {}
        _ => line(svg),
    }
}
