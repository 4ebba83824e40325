//! A small table of text: the cells of a CSV file by line and column.

use std::path::{Path, PathBuf};

use ::csv::ReaderBuilder;

use crate::error::InputError;
use crate::orders::input::{self, Content};
use crate::{Error, Result};

/// A table with its header.
pub(super) struct Sheet {
    pub path: PathBuf,
    pub names: Vec<String>,
    /// Each with its line.
    pub rows: Vec<(u64, Vec<String>)>,
}

impl Sheet {
    /// Reads CSV (also .gz and .zst; comma, semicolon or tab) with a header.
    pub fn read(path: &Path) -> Result<Self> {
        let Content::Text(text) = input::open(path, None)?.content else {
            return Err(Error::input(
                "subscriptions are read from CSV (also .gz and .zst), not from Parquet",
            )
            .file(path)
            .into());
        };
        let header = text.head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |mark: u8| header.iter().filter(|&&byte| byte == mark).count();
        let separator = [b'\t', b';', b','].into_iter().max_by_key(|&mark| count(mark)).unwrap_or(b',');
        let mut reader =
            ReaderBuilder::new().delimiter(separator).trim(::csv::Trim::All).from_reader(text.stream());
        let wrong = |error: ::csv::Error| {
            let found = Error::input(error.to_string()).file(path);
            Error::from(match error.position() {
                Some(place) => found.line(place.line()),
                None => found,
            })
        };
        let cells = |record: &::csv::ByteRecord| -> Vec<String> {
            record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
        };
        let names = cells(reader.byte_headers().map_err(wrong)?);
        let mut rows = Vec::new();
        for record in reader.byte_records() {
            let record = record.map_err(wrong)?;
            rows.push((record.position().map_or(0, ::csv::Position::line), cells(&record)));
        }
        if rows.is_empty() {
            return Err(Error::input("there is no row under the header").file(path).into());
        }
        Ok(Self { path: path.into(), names, rows })
    }

    /// The first column with one of these names, compared in small letters without spaces, dots, dashes and underscores.
    pub fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|column| plain(column) == *name))
    }

    /// The column with this name.
    pub fn named(&self, name: &str) -> Result<usize> {
        self.names.iter().position(|column| column == name).ok_or_else(|| {
            Error::usage(format!("there is no column `{name}`; there are {}", self.names.join(", ")))
        })
    }

    /// What is wrong in a cell.
    pub fn wrong(&self, line: u64, column: usize, found: impl Into<String>) -> InputError {
        Error::input(found).file(&self.path).line(line).column(&self.names[column])
    }

    /// A number that must be there, finite and not negative; a sign for per cent is passed over.
    pub fn number(&self, line: u64, row: &[String], column: usize) -> Result<f64> {
        let text = row[column].trim().trim_end_matches('%').trim();
        match fast_float2::parse::<f64, _>(text) {
            Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
            _ => Err(self
                .wrong(line, column, format!("`{}`", row[column]))
                .expected("a number, 0 or more")
                .into()),
        }
    }

    /// A whole number.
    pub fn whole(&self, line: u64, row: &[String], column: usize) -> Result<u32> {
        let value = self.number(line, row, column)?;
        if value.fract() == 0.0 && value <= 100_000.0 {
            return Ok(value as u32);
        }
        Err(self
            .wrong(line, column, format!("`{}`", row[column]))
            .expected("a whole number, at most 100,000")
            .into())
    }
}

pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '.' | '-')).flat_map(char::to_lowercase).collect()
}
