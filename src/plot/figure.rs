//! A figure and its panels, as values.

use super::layout;
use super::mark::{Mark, Shape};
use super::scale::Axis;

/// Where the series are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Legend {
    /// In rows above the panels.
    #[default]
    Above,
    /// Beside the ends of the lines.
    AtEnds,
    /// Nowhere.
    None,
}

/// A chart: title, panels, notes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) notes: Vec<String>,
    pub(super) panels: Vec<Panel>,
    pub(super) columns: usize,
    pub(super) height: Option<f64>,
    pub(super) shared: bool,
    pub(super) legend: Legend,
    pub(super) bar: Option<Axis>,
}

/// Two axes and what stands between them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) marks: Vec<Mark>,
}

impl Panel {
    /// An empty panel.
    #[must_use]
    pub fn new(x: Axis, y: Axis) -> Self {
        Self { x, y, ..Self::default() }
    }

    /// With a title of its own.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// With one mark more, drawn over those before it.
    #[must_use]
    pub fn with(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// With more marks.
    #[must_use]
    pub fn with_all(mut self, marks: impl IntoIterator<Item = Mark>) -> Self {
        self.marks.extend(marks);
        self
    }

    /// Every x that must be within the axis.
    pub(super) fn xs(&self) -> impl Iterator<Item = f64> + '_ {
        let ends = self.marks.iter().filter_map(|mark| mark.rule().0);
        self.marks.iter().flat_map(|mark| mark.extent().into_iter().map(|point| point.0)).chain(ends)
    }

    /// Every y that must be within the axis.
    pub(super) fn ys(&self) -> impl Iterator<Item = f64> + '_ {
        let ends = self.marks.iter().filter_map(|mark| mark.rule().1);
        self.marks.iter().flat_map(|mark| mark.extent().into_iter().map(|point| point.1)).chain(ends)
    }

    /// Whether there is nothing to see but lines to compare with.
    pub(super) fn is_empty(&self) -> bool {
        self.marks.iter().all(|mark| mark.extent().is_empty())
    }
}

impl Figure {
    /// A figure without panels.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), columns: 1, ..Self::default() }
    }

    /// What the data are, below the title.
    #[must_use]
    pub fn subtitle(self, subtitle: impl Into<String>) -> Self {
        Self { subtitle: subtitle.into(), ..self }
    }

    /// With a note at the foot.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With one panel more.
    #[must_use]
    pub fn with(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// So many panels side by side; all in one column otherwise.
    #[must_use]
    pub fn columns(self, columns: usize) -> Self {
        Self { columns: columns.max(1), ..self }
    }

    /// The height of what is within the axes of a panel, in pixels (the whole figure is 720 wide); otherwise by the number of columns.
    #[must_use]
    pub fn height(self, pixels: f64) -> Self {
        Self { height: Some(pixels), ..self }
    }

    /// All panels have the axes of the first, with one range for all: small multiples.
    #[must_use]
    pub fn shared(self) -> Self {
        Self { shared: true, ..self }
    }

    /// Where series are named.
    #[must_use]
    pub fn legend(self, legend: Legend) -> Self {
        Self { legend, ..self }
    }

    /// With a bar of colours for [`Shape::Cells`]: what they tell, and the numbers of the shares 0 and 1 ([`Axis::from`], [`Axis::to`]).
    #[must_use]
    pub fn colours(self, axis: Axis) -> Self {
        Self { bar: Some(axis), ..self }
    }

    /// The figure as a document of its own, which may stand in an HTML page as well.
    #[must_use]
    pub fn svg(&self) -> String {
        layout::draw(self)
    }

    /// The names that the legend tells, each with its first mark, in the order of their first appearance.
    pub(super) fn names(&self) -> Vec<(&str, &Mark)> {
        let mut names: Vec<(&str, &Mark)> = Vec::new();
        for mark in self.panels.iter().flat_map(|panel| &panel.marks) {
            if let (Some(name), false) = (&mark.name, matches!(mark.shape, Shape::Up(_)))
                && names.iter().all(|(known, _)| known != name)
            {
                names.push((name, mark));
            }
        }
        names
    }
}
