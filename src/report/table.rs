//! Tables of a page.

use super::text::{Text, escaped};
use super::words::{self, Phrase, Speaker};
use crate::table::{Column, Sheet};

/// A table: the first cell of every row names it.
pub struct Table {
    /// What it shows.
    pub caption: Text,
    /// The heads of its columns.
    pub heads: Vec<Head>,
    /// Its rows, with a cell for each head.
    pub rows: Vec<Vec<Cell>>,
    /// Whether a reader may want it in another order.
    pub sortable: bool,
    /// Whether its cells are a map of shades.
    pub heat: bool,
}

/// The head of a column.
pub struct Head {
    /// Its name.
    pub text: Text,
    /// Whether numbers stand below it, to the right.
    pub number: bool,
}

/// A cell.
#[derive(Default)]
pub struct Cell {
    /// What is read.
    pub text: Text,
    /// By what it is sorted, where that is not what is read.
    pub key: Option<f64>,
    /// How strongly it is shaded, from 0 to 1.
    pub shade: Option<f64>,
    /// A mark of its size.
    pub bar: Option<Bar>,
}

/// A value with its interval, drawn beside the number: parts of the width.
#[derive(Debug, Clone, Copy)]
pub struct Bar {
    /// The value.
    pub value: f64,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<Text>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A number as it is written, and what it is sorted by.
    pub fn number(shown: impl Into<Text>, key: f64) -> Self {
        Self { text: shown.into(), key: Some(key), ..Self::default() }
    }

    /// The same where there may be none.
    pub fn maybe(value: Option<f64>, show: impl FnOnce(f64) -> String) -> Self {
        value.map_or_else(Self::none, |value| Self::number(show(value), value))
    }

    /// Nothing to tell.
    pub fn none() -> Self {
        Self::text("–")
    }

    /// The same, shaded.
    #[must_use]
    pub fn shaded(self, strength: f64) -> Self {
        Self { shade: Some(strength.clamp(0.0, 1.0)), ..self }
    }

    /// The same with a mark of its size.
    #[must_use]
    pub fn with_bar(self, bar: Bar) -> Self {
        Self { bar: Some(bar), ..self }
    }
}

impl Table {
    /// Without rows.
    pub const fn new(caption: Text, heads: Vec<Head>) -> Self {
        Self { caption, heads, rows: Vec::new(), sortable: true, heat: false }
    }

    /// Heads from phrases: of words first, then of numbers.
    pub fn heads(speaker: Speaker<'_>, words: &[&Phrase], numbers: &[&Phrase]) -> Vec<Head> {
        let head = |phrase: &&Phrase, number| Head { text: speaker.say(phrase).into(), number };
        words.iter().map(|p| head(p, false)).chain(numbers.iter().map(|p| head(p, true))).collect()
    }

    /// Columns of a sheet under heads of the report.
    pub fn of(caption: Text, sheet: &Sheet, columns: &[(&str, &Phrase)], speaker: Speaker<'_>) -> Self {
        let found: Vec<(&Column, &Phrase)> = columns
            .iter()
            .filter_map(|(name, head)| sheet.column(name).map(|column| (column, *head)))
            .collect();
        let head = |(column, head): &(&Column, &Phrase)| Head {
            text: speaker.say(head).into(),
            number: !column.is_words(),
        };
        let row = |row: usize| found.iter().map(|(column, _)| cell(column, row, speaker)).collect();
        Self {
            caption,
            heads: found.iter().map(head).collect(),
            rows: (0..sheet.rows()).map(row).collect(),
            sortable: true,
            heat: false,
        }
    }

    /// As it is given: its order means something.
    #[must_use]
    pub fn fixed(self) -> Self {
        Self { sortable: false, ..self }
    }

    /// As a map of shades, in its order.
    #[must_use]
    pub fn heat(self) -> Self {
        Self { heat: true, sortable: false, ..self }
    }

    /// As HTML.
    pub fn html(&self, id: &str) -> String {
        let sortable = match (self.heat, self.sortable && self.rows.len() > 1) {
            (true, _) => " class=\"heat\"",
            (false, true) => " class=\"sortable\"",
            (false, false) => "",
        };
        let mut out = format!(
            "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\"><table{sortable}>\n<caption id=\"{id}\">{}</caption>\n<thead><tr>",
            self.caption.html()
        );
        for head in &self.heads {
            out += &format!("<th scope=\"col\"{}>{}</th>", number(head.number), head.text.html());
        }
        out += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            out += "<tr>";
            for (at, (cell, head)) in row.iter().zip(&self.heads).enumerate() {
                out += &cell.html(at == 0, head.number);
            }
            out += "</tr>\n";
        }
        out + "</tbody></table></div>\n"
    }
}

const fn number(yes: bool) -> &'static str {
    if yes { " class=\"n\"" } else { "" }
}

/// So many strengths of shade there are.
const SHADES: f64 = 20.0;

impl Cell {
    fn html(&self, names: bool, is_number: bool) -> String {
        let shade = self.shade.map(|shade| format!("h{}", (SHADES * shade).round()));
        let classes: Vec<&str> = is_number.then_some("n").into_iter().chain(shade.as_deref()).collect();
        let class =
            if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
        let key = self.key.map_or_else(String::new, |key| format!(" data-v=\"{key}\""));
        let text = self.text.html();
        let bar = self.bar.map_or_else(String::new, Bar::svg);
        if names {
            format!("<th scope=\"row\"{class}{key}>{text}{bar}</th>")
        } else {
            format!("<td{class}{key}>{text}{bar}</td>")
        }
    }
}

impl Bar {
    fn svg(self) -> String {
        let at = |part: f64| 100.0 * part.clamp(0.0, 1.0);
        let mut out = String::from(
            "<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        );
        out += &format!(
            "<rect class=\"fill accent\" x=\"0\" y=\"2\" width=\"{:.1}\" height=\"4\"/>",
            at(self.value)
        );
        if let Some((lower, upper)) = self.interval {
            let width = (at(upper) - at(lower)).max(0.0);
            out += &format!(
                "<rect class=\"whisker\" x=\"{:.1}\" y=\"0\" width=\"{width:.1}\" height=\"8\"/>",
                at(lower)
            );
        }
        out + "</svg>"
    }
}

/// A cell of a sheet.
fn cell(column: &Column, row: usize, speaker: Speaker<'_>) -> Cell {
    let shown = column.shown(row, speaker.locale);
    let key = match column {
        Column::Text(_) => return Cell::text(Text::data(&shown)),
        Column::Count(values) => Some(values[row] as f64),
        Column::OptionalCount(values) => values[row].map(|count| count as f64),
        Column::Money(values) | Column::Share(values) | Column::Real(values) => values[row],
        Column::Flag(values) => Some(f64::from(u8::from(values[row]))),
        Column::Date(_, values) => Some(f64::from(values[row].0)),
    };
    if shown.is_empty() { Cell::none() } else { Cell { text: shown.into(), key, ..Cell::default() } }
}

/// A table behind a line that opens it.
pub fn folded(table: &Table, id: &str, speaker: Speaker<'_>) -> String {
    format!(
        "<details><summary>{}</summary>\n{}</details>\n",
        escaped(speaker.say(&words::AS_A_TABLE)),
        table.html(id)
    )
}
