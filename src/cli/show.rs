//! How numbers and tables look to people: 80 columns, thousands separated, colour only on a terminal.

use std::io::IsTerminal;

pub use crate::units::grouped as count;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

/// The width every table keeps to.
const WIDTH: u16 = 80;

/// Whether standard output is a terminal that wants to be styled (https://no-color.org).
#[must_use]
pub fn styled() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A heading: bold on a terminal.
#[must_use]
pub fn heading(text: &str) -> String {
    if styled() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

/// A number with its thousands separated and so many decimals: 1,234.50.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if value < 0.0 && !zero { "-" } else { "" };
    // A whole part beyond u64 is shown as it is.
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// An amount of money: whole from a thousand up, else to the cent.
#[must_use]
pub fn money(value: f64) -> String {
    number(value, if value.abs() >= 1000.0 { 0 } else { 2 })
}

/// A mean number of things: with the digits that matter at its size.
#[must_use]
pub fn mean(value: f64) -> String {
    number(
        value,
        if value.abs() >= 1000.0 {
            0
        } else if value.abs() >= 100.0 {
            1
        } else {
            2
        },
    )
}

/// A fraction as per cent: 94.7 %.
#[must_use]
pub fn percent(fraction: f64) -> String {
    format!("{} %", number(100.0 * fraction, 1))
}

/// A difference as per cent, with its sign: +4.2 %.
#[must_use]
pub fn signed_percent(fraction: f64) -> String {
    if fraction >= 0.0 { format!("+{}", percent(fraction)) } else { percent(fraction) }
}

/// A parameter: six significant digits, and in powers of ten where plain digits would mislead.
#[must_use]
pub fn parameter(value: f64) -> String {
    if value != 0.0 && !(1e-4..1e7).contains(&value.abs()) {
        return format!("{value:.4e}");
    }
    let whole_digits = if value.abs() >= 1.0 { value.abs().log10().floor() as usize + 1 } else { 1 };
    format!("{value:.*}", 7usize.saturating_sub(whole_digits).min(6))
}

/// A text cut to so many characters, the cut marked; control characters and direction marks are shown as `?`, so
/// that a hostile id cannot rewrite the screen.
#[must_use]
pub fn clip(text: &str, most: usize) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let clean: String = text.chars().map(|c| if hostile(c) { '?' } else { c }).collect();
    if clean.chars().count() <= most {
        return clean;
    }
    clean.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A table for people: the first column to the left, the others (numbers) to the right; at most 80 columns wide.
pub struct Grid {
    table: Table,
    columns: usize,
    words: bool,
}

impl Grid {
    /// A table with these column heads.
    #[must_use]
    pub fn new(heads: &[&str]) -> Self {
        let mut table = Table::new();
        table
            .load_preset("     ──            ")
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(WIDTH);
        table.set_header(heads.iter());
        Self { table, columns: heads.len(), words: false }
    }

    /// A table of words: every column to the left.
    #[must_use]
    pub fn words(heads: &[&str]) -> Self {
        Self { words: true, ..Self::new(heads) }
    }

    /// A table without column heads.
    #[must_use]
    pub fn bare(columns: usize) -> Self {
        let mut table = Table::new();
        table
            .load_preset(comfy_table::presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(WIDTH);
        Self { table, columns, words: false }
    }

    /// Adds a row.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) -> &mut Self {
        self.table.add_row(cells.into_iter().map(|text| Cell::new(text.into())));
        self
    }

    /// The table as text, without blanks at the ends of lines, ending with a line feed.
    #[must_use]
    pub fn text(mut self) -> String {
        for at in 0..self.columns {
            if let Some(column) = self.table.column_mut(at) {
                let left = at == 0 || self.words;
                column.set_cell_alignment(if left { CellAlignment::Left } else { CellAlignment::Right });
                column.set_padding(if at == 0 { (0, 1) } else { (1, 0) });
                if at > 0 {
                    column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(4)));
                }
            }
        }
        self.table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(number(-1234.5, 2), "-1,234.50");
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(percent(0.9473), "94.7 %");
        assert_eq!(signed_percent(-0.1213), "-12.1 %");
        assert_eq!(parameter(0.242_594_53), "0.242595");
        assert_eq!(parameter(11.668_731), "11.66873");
        assert_eq!(parameter(1e14), "1.0000e14");
    }

    #[test]
    fn a_hostile_id_cannot_rewrite_the_screen() {
        assert_eq!(clip("a\x1b[2Jb", 10), "a?[2Jb");
        assert_eq!(clip("abcdefgh", 5), "abcd…");
    }

    #[test]
    fn a_table_keeps_to_eighty_columns() {
        let mut grid = Grid::new(&["customer", "orders", "value"]);
        grid.row(["x".repeat(200), "1".into(), "2".into()]);
        assert!(grid.text().lines().all(|line| line.chars().count() <= 80));
    }
}
