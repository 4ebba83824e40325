//! One panel: grid lines, numbers along the axes, titles, and its marks, clipped to it.

use super::figure::{Legend, Panel};
use super::font::{fit, wrap};
use super::legend;
use super::marker;
use super::scale::Along;
use super::svg::{Anchor, Px, Svg, Text};
use super::ticks::{self, SIZE, Tick, label_width, upwards};

/// The height of a line along an axis, and of a line of its title.
const LINE: f64 = 13.0;
pub(super) const TITLE: f64 = 12.0;

/// Where a panel is drawn: the whole place that it may use and, within, what its axes enclose.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Left and right of the whole.
    pub whole: (f64, f64),
    /// Left and right within the axes.
    pub across: (f64, f64),
    /// Bottom and top within the axes.
    pub up: (f64, f64),
}

/// The ranges of both axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranges {
    pub x: (f64, f64),
    pub y: (f64, f64),
}

/// How much room the numbers along the left axis need.
pub(super) fn left_room(panel: &Panel, y: (f64, f64), height: f64) -> f64 {
    let along = Along { axis: &panel.y, ends: y, pixels: (height, 0.0) };
    upwards(&along).iter().map(|tick| label_width(&tick.label)).fold(0.0, f64::max) + 8.0
}

/// How much room the labels along the bottom need.
pub(super) fn bottom_room(panel: &Panel) -> f64 {
    let lines = match &panel.x.scale {
        super::Scale::Groups(names) => names.iter().map(|name| name.lines().count()).max().unwrap_or(1),
        _ => 1,
    };
    lines as f64 * LINE + 6.0
}

/// Draws a panel, its axes with numbers but without titles.
pub(super) fn draw(svg: &mut Svg, panel: &Panel, place: &Place, ranges: &Ranges, named: Legend) {
    let x = Along { axis: &panel.x, ends: ranges.x, pixels: place.across };
    let y = Along { axis: &panel.y, ends: ranges.y, pixels: place.up };
    if !panel.title.is_empty() {
        let room = place.whole.1 - place.across.0;
        let style = Text::new(TITLE, "#222222").bold();
        svg.text((place.across.0, place.up.1 - 11.0), style, &fit(&panel.title, 1.07 * TITLE, room));
    }
    svg.open("g", &[]);
    let many = matches!(panel.x.scale, super::Scale::Groups(_));
    let across = ticks::across(&x, (place.whole.0, place.whole.1 + 4.0));
    for tick in upwards(&y) {
        let (from, to) = ((place.across.0, tick.pixel), (place.across.1, tick.pixel));
        svg.line(from, to, &[("stroke", &"#e2e2e2")]);
        let style = Text::new(SIZE, "#333333").at(Anchor::End);
        svg.text((place.across.0 - 6.0, tick.pixel), style, &tick.label);
    }
    for tick in &across {
        if !many {
            svg.line((tick.pixel, place.up.0), (tick.pixel, place.up.1), &[("stroke", &"#eeeeee")]);
        }
        below(svg, tick, place);
    }
    svg.close();
    marks(svg, panel, place, &x, &y);
    svg.line((place.across.0, place.up.0), (place.across.1, place.up.0), &[("stroke", &"#444444")]);
    svg.line((place.across.0, place.up.0), (place.across.0, place.up.1), &[("stroke", &"#444444")]);
    if named == Legend::AtEnds {
        legend::at_ends(svg, &panel.marks, &x, &y);
    }
}

/// A label below the axis, in one or two lines.
fn below(svg: &mut Svg, tick: &Tick, place: &Place) {
    let base = place.up.0;
    svg.line((tick.pixel, base), (tick.pixel, base + 4.0), &[("stroke", &"#444444")]);
    for (at, line) in tick.label.lines().enumerate() {
        let fill = if at == 0 { "#333333" } else { "#767676" };
        let y = base + 11.0 + at as f64 * LINE;
        svg.text((tick.middle, y), Text::new(SIZE, fill).at(Anchor::Middle), line);
    }
}

/// The marks, clipped: an inner document hides what goes beyond it, and needs no id for that.
fn marks(svg: &mut Svg, panel: &Panel, place: &Place, x: &Along<'_>, y: &Along<'_>) {
    const ROOM: f64 = 6.0;
    if panel.is_empty() {
        let middle = (0.5 * (place.across.0 + place.across.1), 0.5 * (place.up.0 + place.up.1));
        svg.text(middle, Text::new(TITLE, "#767676").at(Anchor::Middle), "no data");
        return;
    }
    let (left, top) = (place.across.0 - ROOM, place.up.1 - ROOM);
    let (wide, high) = (x.length() + 2.0 * ROOM, y.length() + 2.0 * ROOM);
    let view = format!("{} {} {} {}", Px(left), Px(top), Px(wide), Px(high));
    svg.open(
        "svg",
        &[
            ("x", &Px(left)),
            ("y", &Px(top)),
            ("width", &Px(wide)),
            ("height", &Px(high)),
            ("viewBox", &view),
            ("overflow", &"hidden"),
        ],
    );
    panel.marks.iter().for_each(|mark| marker::draw(svg, mark, x, y));
    svg.close();
}

/// The lines of an axis title within a length.
pub(super) fn title_lines(title: &str, room: f64) -> Vec<String> {
    wrap(title, TITLE, false, room, 2)
}
