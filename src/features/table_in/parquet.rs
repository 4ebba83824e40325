//! Rows from Parquet.

use std::fs::File;
use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};

use super::columns::{Columns, Field};
use super::rows::{Found, Rows};
use crate::orders::Leaf;
use crate::{Error, Result};

/// Rows taken out of the columns at one time.
const BATCH: usize = 8192;

/// A table in Parquet, under way.
pub(super) struct ParquetRows {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    columns: Columns,
    /// Columns of the row group under way, those that are no field left out.
    leaves: Vec<Option<Leaf>>,
    /// Row groups begun.
    groups: usize,
    /// Rows of the group that are not taken out of the columns yet.
    left: usize,
    /// Rows taken out, and how many of them were handed on.
    batch: usize,
    at: usize,
    line: u64,
}

impl ParquetRows {
    pub fn new(path: &Path, file: File) -> Result<Self> {
        let reader = SerializedFileReader::new(file).map_err(|error| damaged(path, &error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let names = schema.columns().iter().map(|column| column.path().string()).collect();
        let columns = Columns::find(path, names)?;
        let path = path.into();
        Ok(Self { path, reader, columns, leaves: Vec::new(), groups: 0, left: 0, batch: 0, at: 0, line: 0 })
    }

    pub const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Hands on the next row; `false` at the end.
    pub fn next(&mut self, rows: &mut Rows<'_>) -> Result<bool> {
        while self.at == self.batch {
            if !self.fill().map_err(|error| damaged(&self.path, &error))? {
                return Ok(false);
            }
        }
        let at = self.at;
        self.at += 1;
        self.line += 1;
        let leaves = &self.leaves;
        let cell = |column: usize| match leaves.get(column) {
            Some(Some(leaf)) => leaf.value(at),
            _ => Found::Missing,
        };
        rows.take(self.line, cell)?;
        Ok(true)
    }

    /// Takes more rows out of the columns; `false` at the end.
    fn fill(&mut self) -> Result<bool, ParquetError> {
        if self.left == 0 {
            if self.groups == self.reader.num_row_groups() {
                return Ok(false);
            }
            self.begin()?;
        }
        let count = BATCH.min(self.left);
        for leaf in self.leaves.iter_mut().flatten() {
            leaf.fill(count)?;
        }
        self.left -= count;
        (self.batch, self.at) = (count, 0);
        Ok(true)
    }

    /// Opens the columns of the next row group.
    fn begin(&mut self) -> Result<(), ParquetError> {
        let group = self.reader.get_row_group(self.groups)?;
        self.groups += 1;
        self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        self.leaves.clear();
        self.leaves.resize_with(group.num_columns(), || None);
        for column in Field::ALL.iter().filter_map(|&field| self.columns.at(field)) {
            self.leaves[column] = Some(Leaf::open(group.as_ref(), column)?);
        }
        Ok(())
    }
}

fn damaged(path: &Path, error: &ParquetError) -> Error {
    Error::input(format!("this Parquet file cannot be read ({error})"))
        .file(path)
        .expected("a table of customers")
        .hint("write it again, or as CSV")
        .into()
}
