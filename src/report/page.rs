//! What a page is made of: sections, which are lists of blocks. The only place that knows their HTML is [`super::html`].

use super::chart::Chart;
use super::table::Table;
use super::text::Text;

/// A whole page.
pub struct Page {
    /// What the page is called.
    pub title: Text,
    /// A line under the title.
    pub about: Text,
    /// The answer: one number and one sentence.
    pub answer: Figure,
    /// Further figures at the top.
    pub figures: Vec<Figure>,
    /// Everything else.
    pub sections: Vec<Section>,
    /// The last line.
    pub foot: Text,
}

/// A part of the page with a heading.
pub struct Section {
    /// What links lead to.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What is in it.
    pub blocks: Vec<Block>,
}

impl Section {
    /// Without anything in it yet.
    pub const fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, blocks: Vec::new() }
    }

    /// With something more.
    #[must_use]
    pub fn with(mut self, block: impl Into<Block>) -> Self {
        self.blocks.push(block.into());
        self
    }

    /// With something more, if there is something.
    #[must_use]
    pub fn with_some(self, block: Option<impl Into<Block>>) -> Self {
        match block {
            Some(block) => self.with(block),
            None => self,
        }
    }
}

/// A piece of a section.
pub enum Block {
    /// A paragraph.
    Paragraph(Text),
    /// What must be known before the figures are used.
    Note(Text),
    /// A heading within the section.
    Heading(Text),
    /// A chart with its numbers.
    Chart(Chart),
    /// A table.
    Table(Table),
    /// Terms, and what they mean.
    Terms(Vec<(Text, Text)>),
    /// Short texts under one another.
    List(Vec<Text>),
}

impl From<Text> for Block {
    fn from(text: Text) -> Self {
        Self::Paragraph(text)
    }
}

impl From<Chart> for Block {
    fn from(chart: Chart) -> Self {
        Self::Chart(chart)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

/// A number with its name and what is to be said of it.
pub struct Figure {
    /// What it is.
    pub name: Text,
    /// The number.
    pub value: String,
    /// How sure it is, or what it means.
    pub about: Text,
}
