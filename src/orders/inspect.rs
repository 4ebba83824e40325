//! A glance at a file: enough to tell orders from a table of customers.

use std::path::Path;

use super::columns::plain;
use super::dialect::Dialect;
use super::input::{self, Content, STANDARD_INPUT};
use super::{ReadOptions, Separator, parquet};
use crate::Result;

/// The header of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The names of its columns; none for standard input and pipes, which can be read but once.
    pub columns: Vec<String>,
    /// What stands between two fields; `None` in Parquet and in lines of JSON.
    pub separator: Option<Separator>,
}

impl Header {
    /// Whether it is a table of customers: it has frequency, recency and age (by other names, T), and no date of orders.
    #[must_use]
    pub fn is_of_customers(&self) -> bool {
        let has = |names: &[&str]| self.columns.iter().any(|column| names.contains(&plain(column).as_str()));
        has(&["frequency", "x"]) && has(&["recency", "tx"]) && has(&["age", "t", "tcal"])
    }
}

/// Reads the header of a file of orders or customers, CSV or JSON lines (also .gz and .zst) or Parquet.
///
/// # Errors
/// As [`super::read`], if the file cannot be opened, is empty or is no table.
pub fn inspect(path: &Path, options: &ReadOptions) -> Result<Header> {
    // Standard input and pipes can be read but once.
    if path == Path::new(STANDARD_INPUT) || (path.exists() && !path.is_file() && !path.is_dir()) {
        return Ok(Header { columns: Vec::new(), separator: None });
    }
    match input::open(path, options.encoding.as_deref())?.content {
        Content::Text(text) => {
            let dialect = Dialect::of(path, &text, options)?;
            let separator = (!dialect.json).then_some(Separator(dialect.cut.separator));
            Ok(Header { columns: dialect.names, separator })
        }
        Content::Parquet(file) => Ok(Header { columns: parquet::names(path, &file)?, separator: None }),
    }
}
