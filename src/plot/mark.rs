//! What stands in a panel.

use super::style::Style;

/// The shape of a mark. What is not finite, or has no place on its axis, is left out, and a line is broken there.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A line through (x, y).
    Line(Vec<(f64, f64)>),
    /// A line through (x, y), with a marker at each.
    Marked(Vec<(f64, f64)>),
    /// Markers at (x, y).
    Points(Vec<(f64, f64)>),
    /// A line that keeps its height until the next x.
    Steps(Vec<(f64, f64)>),
    /// Bars from zero: (left, right, height).
    Bars(Vec<(f64, f64, f64)>),
    /// A surface between two heights: (x, low, high).
    Band(Vec<(f64, f64, f64)>),
    /// Whiskers: (x, low, high).
    Spans(Vec<(f64, f64, f64)>),
    /// A line across the panel, at a height.
    Across(f64),
    /// A line up the panel, at an x; its name stands beside it.
    Up(f64),
    /// Where y is x.
    Diagonal,
    /// Coloured cells: the edges of columns and rows, and for each row from below its shares in 0 to 1 ([`super::heat`]). No number is grey.
    Cells {
        /// The edges of the columns; one more than there are columns.
        xs: Vec<f64>,
        /// The edges of the rows; one more than there are rows.
        ys: Vec<f64>,
        /// Row by row, from below.
        shares: Vec<f64>,
    },
}

/// A shape with its looks, and its name if the legend is to tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub(super) shape: Shape,
    pub(super) style: Style,
    pub(super) name: Option<String>,
    pub(super) aside: f64,
}

impl Mark {
    /// A mark without a name.
    #[must_use]
    pub const fn new(shape: Shape, style: Style) -> Self {
        Self { shape, style, name: None, aside: 0.0 }
    }

    /// Called by a name. Marks of one name are one entry of the legend, which looks as the first of them.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Moved to the right by some pixels (to the left if negative), so that marks at one x do not hide each other.
    #[must_use]
    pub fn aside(self, pixels: f64) -> Self {
        Self { aside: pixels, ..self }
    }

    /// Every (x, y) that must be within the axes.
    pub(super) fn extent(&self) -> Vec<(f64, f64)> {
        let all: Vec<(f64, f64)> = match &self.shape {
            Shape::Line(points) | Shape::Marked(points) | Shape::Points(points) | Shape::Steps(points) => {
                points.clone()
            }
            Shape::Bars(bars) => bars.iter().flat_map(|&(l, r, y)| [(l, 0.0), (r, y)]).collect(),
            Shape::Band(spans) | Shape::Spans(spans) => {
                spans.iter().flat_map(|&(x, low, high)| [(x, low), (x, high)]).collect()
            }
            Shape::Cells { xs, ys, .. } => {
                let corner = |pick: fn(&[f64]) -> Option<&f64>| Some((*pick(xs)?, *pick(ys)?));
                [corner(<[f64]>::first), corner(<[f64]>::last)].into_iter().flatten().collect()
            }
            Shape::Across(_) | Shape::Up(_) | Shape::Diagonal => Vec::new(),
        };
        all.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite()).collect()
    }

    /// A height or an x alone that must be within the axes.
    pub(super) const fn rule(&self) -> (Option<f64>, Option<f64>) {
        match self.shape {
            Shape::Across(y) => (None, Some(y)),
            Shape::Up(x) => (Some(x), None),
            _ => (None, None),
        }
    }
}
