//! Rows from Parquet.

use std::fs::File;
use std::path::{Path, PathBuf};

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};

use crate::orders::{Leaf, Plain};
use crate::{Error, Result};

/// Rows taken out of the columns at one time.
const BATCH: usize = 8192;

/// A table in Parquet, under way.
pub(crate) struct ParquetCells {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    names: Vec<String>,
    /// Columns that will be looked at.
    wanted: Vec<usize>,
    /// Columns of the row group under way, those that are not wanted left out.
    leaves: Vec<Option<Leaf>>,
    /// Row groups begun.
    groups: usize,
    /// Rows of the group that are not taken out of the columns yet.
    left: usize,
    /// Rows taken out, and which of them is looked at.
    batch: usize,
    at: usize,
    line: u64,
}

impl ParquetCells {
    pub fn new(path: &Path, file: File) -> Result<Self> {
        let reader = SerializedFileReader::new(file).map_err(|error| damaged(path, &error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let names = schema.columns().iter().map(|column| column.path().string()).collect();
        Ok(Self {
            path: path.into(),
            reader,
            names,
            wanted: Vec::new(),
            leaves: Vec::new(),
            groups: 0,
            left: 0,
            batch: 0,
            at: 0,
            line: 0,
        })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn want(&mut self, columns: Vec<usize>) {
        self.wanted = columns;
    }

    /// Goes to the next row; `None` at the end.
    pub fn next(&mut self) -> Result<Option<u64>> {
        self.at += 1;
        while self.at >= self.batch {
            if !self.fill().map_err(|error| damaged(&self.path, &error))? {
                return Ok(None);
            }
        }
        self.line += 1;
        Ok(Some(self.line))
    }

    pub fn cell(&self, column: usize) -> Plain<'_> {
        match self.leaves.get(column) {
            Some(Some(leaf)) => leaf.value(self.at),
            _ => Plain::Missing,
        }
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
        for &column in &self.wanted {
            self.leaves[column] = Some(Leaf::open(group.as_ref(), column)?);
        }
        Ok(())
    }
}

fn damaged(path: &Path, error: &ParquetError) -> Error {
    Error::input(format!("this Parquet file cannot be read ({error})"))
        .file(path)
        .expected("a table")
        .hint("write it again, or as CSV")
        .into()
}
