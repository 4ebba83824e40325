//! How a column becomes numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table::{CovariateTable, RawColumn};
use crate::{Error, Result};

/// More levels than this are no categories but names.
const MOST_LEVELS: usize = 60;

/// How a column becomes numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// A number, used as it is: a coefficient is the effect of one unit more.
    Number {
        /// Its mean over the customers trained on: what a gap is filled with, where that is asked for.
        mean: f64,
    },
    /// Categories: each level but the reference has a coefficient, its difference from the reference.
    Levels {
        /// The reference: the most frequent level (of equals the first by letter).
        reference: String,
        /// The other levels, by letter.
        others: Vec<String>,
    },
    /// The time of the year, out of the calendar: a coefficient for each part, held towards 0 so that they sum to about 0.
    Season {
        /// Which parts.
        by: Season,
    },
}

/// Parts of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Season {
    /// Twelve months.
    Month,
    /// Fifty-two weeks from 1 January; the last has the days that are left, eight or nine.
    Week,
}

impl Season {
    /// How many parts a year has.
    #[must_use]
    pub const fn parts(self) -> usize {
        match self {
            Self::Month => 12,
            Self::Week => 52,
        }
    }
}

/// A column of covariates with its coding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CovariateColumn {
    /// Its name in the file.
    pub name: String,
    /// How it becomes numbers.
    pub coding: Coding,
}

impl CovariateColumn {
    /// Learns the coding from these rows: numbers if all cells are, otherwise (or if so asked) categories.
    ///
    /// # Errors
    /// [`Error::Input`] for a column without a value, for one that is mostly numbers with a cell that is none (with its line),
    /// for one with a single value, and for more levels than categories have.
    pub(super) fn learn(
        table: &CovariateTable,
        column: &RawColumn,
        rows: &[u32],
        categorical: bool,
    ) -> Result<Self> {
        let there = || rows.iter().map(|&row| column.cells[row as usize]).filter(|cell| !cell.is_missing());
        let (all, numbers) = (there().count(), there().filter(|cell| cell.number.is_some()).count());
        let name = column.name.clone();
        let input = |found: String| Error::input(found).file(table.path()).column(&name);
        if all == 0 {
            return Err(input("the column is empty for all customers".into()).hint("leave it out").into());
        }
        let coding = if categorical || 2 * numbers <= all {
            levels(column, rows).ok_or_else(|| {
                input(format!("the column has more than {MOST_LEVELS} different texts"))
                    .expected(format!("categories, at most {MOST_LEVELS} of them, or numbers"))
                    .hint("gather rare levels into one, or leave the column out")
            })?
        } else {
            if let Some(&row) = rows.iter().find(|&&row| {
                let cell = column.cells[row as usize];
                !cell.is_missing() && cell.number.is_none()
            }) {
                return Err(not_a_number(table, column, row));
            }
            Coding::Number { mean: there().filter_map(|cell| cell.number).sum::<f64>() / all as f64 }
        };
        let first = there().next().map(|cell| cell.text);
        let numbers_differ = || {
            let mut values = there().filter_map(|cell| cell.number);
            let first = values.next();
            values.any(|value| Some(value) != first)
        };
        let constant = match coding {
            Coding::Number { .. } => !numbers_differ(),
            Coding::Levels { .. } => there().all(|cell| Some(cell.text) == first),
            Coding::Season { .. } => false,
        };
        if constant {
            let value = rows.iter().find_map(|&row| column.text(row)).unwrap_or_default();
            return Err(input(format!(
                "the column is `{value}` for all customers: it cannot tell them apart"
            ))
            .hint("leave it out")
            .into());
        }
        Ok(Self { name, coding })
    }

    /// The names of its coefficients: its own, or `Channel=web` for each level but the reference.
    #[must_use]
    pub fn coefficients(&self) -> Vec<String> {
        match &self.coding {
            Coding::Number { .. } => vec![self.name.clone()],
            Coding::Levels { others, .. } => {
                others.iter().map(|level| format!("{}={level}", self.name)).collect()
            }
            Coding::Season { by } => {
                (1..=by.parts()).map(|part| format!("{}={part:02}", self.name)).collect()
            }
        }
    }

    /// How many numbers a value becomes.
    #[must_use]
    pub fn width(&self) -> usize {
        match &self.coding {
            Coding::Number { .. } => 1,
            Coding::Levels { others, .. } => others.len(),
            Coding::Season { by } => by.parts(),
        }
    }

    /// Appends the numbers of a row; `false` if nothing stands there.
    ///
    /// # Errors
    /// [`Error::Input`] for a text where a number must be, or a level that was not there in training.
    pub(super) fn code(
        &self,
        table: &CovariateTable,
        column: &RawColumn,
        row: u32,
        to: &mut Vec<f64>,
    ) -> Result<bool> {
        let Some(text) = column.text(row) else { return Ok(false) };
        match &self.coding {
            Coding::Season { .. } => {} // out of the calendar
            Coding::Number { .. } => match column.cells[row as usize].number {
                Some(number) => to.push(number),
                None => return Err(not_a_number(table, column, row)),
            },
            Coding::Levels { reference, others } => {
                if text != reference && others.binary_search_by(|level| level.as_str().cmp(text)).is_err() {
                    return Err(table
                        .wrong(
                            row,
                            &self.name,
                            format!("the level `{text}` was not there when the model was trained"),
                        )
                        .expected(format!("{reference}, {}", others.join(", ")))
                        .hint(
                            "train again with customers of this level, or map it to one of the known levels",
                        )
                        .into());
                }
                to.extend(others.iter().map(|level| f64::from(u8::from(level == text))));
            }
        }
        Ok(true)
    }

    /// Appends what a gap is filled with: the mean, or the reference level.
    pub(super) fn fill(&self, to: &mut Vec<f64>) {
        match &self.coding {
            Coding::Number { mean } => to.push(*mean),
            Coding::Levels { others, .. } => to.extend(others.iter().map(|_| 0.0)),
            Coding::Season { by } => to.extend((0..by.parts()).map(|_| 0.0)),
        }
    }
}

fn not_a_number(table: &CovariateTable, column: &RawColumn, row: u32) -> Error {
    table
        .wrong(row, &column.name, format!("`{}`", column.text(row).unwrap_or_default()))
        .expected("a number, like most others in this column")
        .hint("mend the cell, leave it empty, or name the column in --categorical if its numbers are names of categories")
        .into()
}

/// The levels of a column; `None` if there are too many.
fn levels(column: &RawColumn, rows: &[u32]) -> Option<Coding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in rows.iter().filter_map(|&row| column.text(row)) {
        *counts.entry(text).or_default() += 1;
        if counts.len() > MOST_LEVELS {
            return None;
        }
    }
    // Of equals the first by letter: the later one must have more.
    let (mut reference, mut most) = ("", 0);
    for (&level, &count) in &counts {
        if count > most {
            (reference, most) = (level, count);
        }
    }
    let others = counts.keys().filter(|level| **level != reference).map(|&level| level.to_owned()).collect();
    Some(Coding::Levels { reference: reference.to_owned(), others })
}
