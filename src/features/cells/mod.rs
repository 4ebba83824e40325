//! Tables as input, cell by cell, whatever the format: what the readers of customers and of covariates share.

mod csv;
mod parquet;

use std::path::Path;

use self::csv::CsvCells;
use self::parquet::ParquetCells;
use crate::Result;
use crate::orders::Plain;
use crate::orders::input::{self, Content};

/// A table under way, one row at a time: Parquet, or CSV (also .gz and .zst; comma, semicolon or tab) with a header.
pub(crate) enum Cells {
    Csv(Box<CsvCells>),
    Parquet(Box<ParquetCells>),
}

impl Cells {
    /// Opens a table; `-` is standard input. An empty file has no names.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(match input::open(path, None)?.content {
            Content::Text(text) => Self::Csv(Box::new(CsvCells::new(path, text)?)),
            Content::Parquet(file) => Self::Parquet(Box::new(ParquetCells::new(path, file)?)),
        })
    }

    /// The names of the columns, as they stand in the file.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Csv(csv) => csv.names(),
            Self::Parquet(parquet) => parquet.names(),
        }
    }

    /// Says which columns will be looked at; of the others Parquet reads nothing.
    pub fn want(&mut self, columns: Vec<usize>) {
        if let Self::Parquet(parquet) = self {
            parquet.want(columns);
        }
    }

    /// Goes to the next row and tells its line (in Parquet: its number); `None` at the end.
    pub fn next(&mut self) -> Result<Option<u64>> {
        match self {
            Self::Csv(csv) => csv.next(),
            Self::Parquet(parquet) => parquet.next(),
        }
    }

    /// A cell of the row.
    pub fn cell(&self, column: usize) -> Plain<'_> {
        match self {
            Self::Csv(csv) => csv.cell(column),
            Self::Parquet(parquet) => parquet.cell(column),
        }
    }
}
