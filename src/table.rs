//! Tables of columns, written as CSV or Parquet.

use std::path::Path;

use crate::output::Output;
use crate::units::{Grain, Money, Tick};
use crate::{Error, Result};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated, with a header, numbers in the fewest digits that read back to the same value.
    Csv,
    /// Parquet, compressed with Zstandard.
    Parquet,
}

impl Format {
    /// By the ending of the path: `.parquet` is Parquet, everything else CSV.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) {
            Self::Parquet
        } else {
            Self::Csv
        }
    }
}

/// One column of a chunk of rows. A missing value is an empty cell (CSV) or a null (Parquet).
pub enum Values<'a> {
    /// Text.
    Text(Vec<&'a str>),
    /// Whole numbers.
    Whole(&'a [u32]),
    /// Real numbers; a NaN or an infinity is an error, not a cell.
    Real(&'a [f64]),
    /// Real numbers, some of them missing.
    Optional(&'a [Option<f64>]),
    /// Money, exactly.
    Money(&'a [Money]),
    /// Moments: dates at the grain of days, dates with times otherwise.
    Moments(Grain, &'a [Tick]),
}

/// Some rows of a table: named columns of equal length.
pub struct Chunk<'a> {
    /// Names and values, in the order in which they are written.
    pub columns: Vec<(&'static str, Values<'a>)>,
}

/// Writes a table chunk by chunk; every chunk has the same columns.
pub struct TableWriter {
    output: Output,
    format: Format,
}

impl TableWriter {
    /// Begins a table.
    #[must_use]
    pub fn new(output: Output, format: Format) -> Self {
        Self { output, format }
    }

    /// Appends rows; the first chunk writes the header.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written; [`Error::Undefined`] for a NaN or an infinity.
    pub fn write(&mut self, _chunk: &Chunk<'_>) -> Result<()> {
        let _ = self.format;
        Err(Error::Undefined("tables cannot be written yet".into()))
    }

    /// Ends the table and puts it in its place.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<()> {
        self.output.commit()
    }
}
