//! Where everything stands: header, legend, panels, notes.

use super::figure::{Figure, Legend, Panel};
use super::font::wrap;
use super::frame::{self, Place, Ranges, TITLE, title_lines};
use super::legend;
use super::svg::{Anchor, Svg, Text};

/// The width of every figure, in pixels.
const WIDTH: f64 = 720.0;
/// The margin around everything.
const EDGE: f64 = 16.0;
/// The height of a line of an axis title.
const LINE: f64 = 15.0;
/// The gap between panels.
const GAP: f64 = 18.0;
/// The room that the bar of colours takes.
const BAR: f64 = 84.0;

const HEAD: Text = Text::new(16.0, "#111111").bold();
const LEAD: Text = Text::new(12.0, "#444444");
const NOTE: Text = Text::new(10.5, "#555555");

/// Draws a figure.
pub(super) fn draw(figure: &Figure) -> String {
    let room = WIDTH - 2.0 * EDGE;
    let head = wrap(&figure.title, HEAD.size, true, room, 3);
    let lead = wrap(&figure.subtitle, LEAD.size, false, room, 3);
    let notes: Vec<String> = figure.notes.iter().flat_map(|n| wrap(n, NOTE.size, false, room, 5)).collect();
    let names = if figure.legend == Legend::Above { figure.names() } else { Vec::new() };
    let (entries, rows) = legend::rows(&names, room);
    let above = EDGE + 20.0 * head.len() as f64 + 16.0 * lead.len() as f64 + 6.0;
    let grid_top = above + rows as f64 * legend::ROW + if rows > 0 { 4.0 } else { 0.0 };
    let grid = Grid::of(figure);
    let foot = grid_top + grid.height() + if notes.is_empty() { 0.0 } else { 8.0 };
    let height = foot + 14.0 * notes.len() as f64 + EDGE;
    let mut svg = Svg::new(WIDTH, height.ceil(), &figure.title, &description(figure));
    let mut y = EDGE + 8.0;
    for (lines, style, step) in [(&head, HEAD, 20.0), (&lead, LEAD, 16.0)] {
        for line in lines {
            svg.text((EDGE, y), style, line);
            y += step;
        }
    }
    legend::draw(&mut svg, &entries, (EDGE, above));
    grid.draw(&mut svg, grid_top);
    for (at, line) in notes.iter().enumerate() {
        svg.text((EDGE, foot + 14.0 * at as f64 + 7.0), NOTE, line);
    }
    svg.finish()
}

/// The figure in words, for those who cannot see it.
fn description(figure: &Figure) -> String {
    let mut parts = vec![figure.subtitle.clone()];
    for panel in &figure.panels {
        let title = if panel.title.is_empty() { String::new() } else { format!("{}: ", panel.title) };
        parts.push(format!("{title}{} by {}", panel.y.title, panel.x.title));
    }
    let names: Vec<&str> = figure.names().into_iter().map(|(name, _)| name).collect();
    parts.push(names.join(", "));
    parts.extend(figure.notes.iter().cloned());
    parts.retain(|part| !part.is_empty());
    parts.join(". ")
}

/// The panels in rows and columns.
struct Grid<'a> {
    figure: &'a Figure,
    panels: Vec<Panel>,
    ranges: Vec<Ranges>,
    columns: usize,
    /// Height within the axes.
    inner: f64,
    /// Room at the left of each panel, at its right, at its top and at its bottom, without titles that are shared.
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x_lines: usize,
    y_lines: usize,
}

impl<'a> Grid<'a> {
    fn of(figure: &'a Figure) -> Self {
        let mut panels = figure.panels.clone();
        if let (true, Some(first)) = (figure.shared, panels.first().cloned()) {
            panels.iter_mut().for_each(|panel| {
                panel.x.clone_from(&first.x);
                panel.y.clone_from(&first.y);
            });
        }
        let columns = figure.columns.min(panels.len().max(1));
        let inner = figure.height.unwrap_or(match columns {
            1 if panels.len() < 2 => 330.0,
            1 => 220.0,
            2 => 230.0,
            _ => 165.0,
        });
        let ranges = ranges(&panels, figure.shared);
        let lefts =
            panels.iter().zip(&ranges).map(|(panel, ranges)| frame::left_room(panel, ranges.y, inner));
        let ends = if figure.legend == Legend::AtEnds { legend::beside(&figure.names()) } else { 10.0 };
        let mut grid = Self {
            columns,
            inner,
            left: lefts.fold(0.0, f64::max),
            right: ends,
            top: if panels.iter().any(|panel| !panel.title.is_empty()) { 24.0 } else { 8.0 },
            bottom: panels.iter().map(frame::bottom_room).fold(0.0, f64::max),
            x_lines: 0,
            y_lines: 0,
            figure,
            panels,
            ranges,
        };
        let lines = |titles: Vec<&str>, room: f64| {
            titles.into_iter().map(|title| title_lines(title, room).len()).max().unwrap_or(0)
        };
        let tall = if figure.shared { grid.rows() as f64 * inner } else { inner };
        grid.y_lines = lines(grid.panels.iter().map(|panel| panel.y.title.as_str()).collect(), tall + 20.0);
        let wide = if figure.shared { grid.wide() } else { grid.slot() - grid.own_left() };
        grid.x_lines = lines(grid.panels.iter().map(|panel| panel.x.title.as_str()).collect(), wide);
        grid
    }

    fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns)
    }

    /// The width of all panels.
    fn wide(&self) -> f64 {
        WIDTH - 2.0 * EDGE - if self.figure.bar.is_some() { BAR } else { 0.0 }
    }

    fn titles_left(&self) -> f64 {
        self.y_lines as f64 * LINE + 2.0
    }

    fn titles_below(&self) -> f64 {
        self.x_lines as f64 * LINE + 2.0
    }

    /// Room at the left of one panel.
    fn own_left(&self) -> f64 {
        self.left + if self.figure.shared { 0.0 } else { self.titles_left() }
    }

    /// The width of one panel with all its room.
    fn slot(&self) -> f64 {
        let shared = if self.figure.shared { self.titles_left() } else { 0.0 };
        let gaps = GAP * (self.columns - 1) as f64;
        (self.wide() - shared - gaps) / self.columns as f64
    }

    /// The height of one row with all its room.
    fn row(&self) -> f64 {
        let titles = if self.figure.shared { 0.0 } else { self.titles_below() };
        self.top + self.inner + self.bottom + titles
    }

    fn height(&self) -> f64 {
        let rows = self.rows() as f64;
        let shared = if self.figure.shared { self.titles_below() } else { 0.0 };
        rows * self.row() + (rows - 1.0).max(0.0) * 0.5 * GAP + shared
    }

    fn draw(&self, svg: &mut Svg, top: f64) {
        let shared = self.figure.shared;
        let left = EDGE + if shared { self.titles_left() } else { 0.0 };
        for (at, (panel, ranges)) in self.panels.iter().zip(&self.ranges).enumerate() {
            let (row, column) = (at / self.columns, at % self.columns);
            let from = left + column as f64 * (self.slot() + GAP);
            let upper = top + row as f64 * (self.row() + 0.5 * GAP) + self.top;
            let place = Place {
                whole: (from, from + self.slot()),
                across: (from + self.own_left(), from + self.slot() - self.right),
                up: (upper + self.inner, upper),
            };
            frame::draw(svg, panel, &place, ranges, self.figure.legend);
            if !shared {
                self.titles(svg, panel, from, place.across, place.up, upper + self.inner + self.bottom);
            }
        }
        let bottom = top + self.rows() as f64 * (self.row() + 0.5 * GAP) - 0.5 * GAP;
        if let (true, Some(first)) = (shared, self.panels.first()) {
            let across = (left + self.left, left + self.columns as f64 * (self.slot() + GAP) - GAP);
            self.titles(svg, first, EDGE, across, (bottom - self.bottom, top + self.top), bottom);
        }
        if let Some(axis) = &self.figure.bar {
            let edge = WIDTH - EDGE - BAR + 14.0;
            let titles = if shared { 0.0 } else { self.titles_below() };
            legend::bar(svg, axis, (edge, top + self.top, bottom - self.bottom - titles));
        }
    }

    /// The titles of both axes: beside `up` from `left` on, and below `across` from `base` on.
    fn titles(&self, svg: &mut Svg, panel: &Panel, left: f64, across: (f64, f64), up: (f64, f64), base: f64) {
        let style = Text::new(TITLE, "#222222").at(Anchor::Middle);
        for (at, line) in title_lines(&panel.x.title, across.1 - across.0).iter().enumerate() {
            svg.text((0.5 * (across.0 + across.1), base + 7.0 + LINE * at as f64), style, line);
        }
        for (at, line) in title_lines(&panel.y.title, up.0 - up.1 + 20.0).iter().enumerate() {
            svg.text((left + 6.0 + LINE * at as f64, 0.5 * (up.0 + up.1)), style.upwards(), line);
        }
    }
}

/// The ranges of all panels: each its own, or one for all.
fn ranges(panels: &[Panel], shared: bool) -> Vec<Ranges> {
    let own = |of: &[Panel]| match of.first() {
        Some(first) => Ranges {
            x: first.x.ends(of.iter().flat_map(Panel::xs)),
            y: first.y.ends(of.iter().flat_map(Panel::ys)),
        },
        None => Ranges { x: (0.0, 1.0), y: (0.0, 1.0) },
    };
    if shared {
        return vec![own(panels); panels.len()];
    }
    panels.chunks(1).map(own).collect()
}
