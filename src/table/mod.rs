//! Tables of columns, written as CSV or Parquet.

mod ids;
mod csv;
mod parquet;
mod sheet;

use std::io::Write;
use std::ops::Range;
use std::path::Path;

pub(crate) use csv::text as csv_text;
pub use ids::Ids;
pub use sheet::{Column, Sheet, SheetFormat};

use self::parquet::ParquetWriter;
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
#[derive(Debug, Clone)]
pub enum Values<'a> {
    /// Text.
    Text(Vec<&'a str>),
    /// Text: some of many ids.
    Ids(&'a Ids, Range<usize>),
    /// Whole numbers.
    Whole(&'a [u32]),
    /// Large whole numbers, below 2⁶³.
    Count(&'a [u64]),
    /// The same, some of them missing.
    OptionalCount(&'a [Option<u64>]),
    /// Yes or no: `true`, `false`.
    Flag(&'a [bool]),
    /// Real numbers; a NaN or an infinity is an error, not a cell.
    Real(&'a [f64]),
    /// Real numbers, some of them missing.
    Optional(&'a [Option<f64>]),
    /// Money: exactly in CSV, in Parquet as floating point (all digits up to nine thousand million units).
    Money(&'a [Money]),
    /// Moments: dates at the grain of days, dates with times otherwise.
    Moments(Grain, &'a [Tick]),
}

impl Values<'_> {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Ids(_, range) => range.len(),
            Self::Whole(values) => values.len(),
            Self::Count(values) => values.len(),
            Self::OptionalCount(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Real(values) => values.len(),
            Self::Optional(values) => values.len(),
            Self::Money(values) => values.len(),
            Self::Moments(_, values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first row whose value is no number.
    fn not_finite(&self) -> Option<(usize, f64)> {
        let found = |(_, value): &(usize, f64)| !value.is_finite();
        match self {
            Self::Real(values) => values.iter().copied().enumerate().find(found),
            Self::Optional(values) => values.iter().map(|value| value.unwrap_or(0.0)).enumerate().find(found),
            _ => None,
        }
    }

    /// What it is stored as, for the check that all chunks have the same columns.
    fn kind(&self) -> Kind {
        match self {
            Self::Text(_) | Self::Ids(..) => Kind::Text,
            Self::Whole(_) | Self::Count(_) => Kind::Whole,
            Self::OptionalCount(_) => Kind::OptionalWhole,
            Self::Flag(_) => Kind::Flag,
            Self::Real(_) | Self::Money(_) => Kind::Real,
            Self::Optional(_) => Kind::Optional,
            Self::Moments(Grain::Day, _) => Kind::Date,
            Self::Moments(..) => Kind::Time,
        }
    }
}

/// What a column is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    OptionalWhole,
    Flag,
    Real,
    Optional,
    Date,
    Time,
}

/// Some rows of a table: named columns of equal length.
#[derive(Debug, Clone)]
pub struct Chunk<'a> {
    /// Names and values, in the order in which they are written.
    pub columns: Vec<(&'a str, Values<'a>)>,
}

impl Chunk<'_> {
    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    fn kinds(&self) -> Vec<(String, Kind)> {
        self.columns.iter().map(|(name, values)| ((*name).to_owned(), values.kind())).collect()
    }

    /// Refuses columns of unequal length and values that are no numbers; `before` rows were written already.
    fn check(&self, before: u64) -> Result<()> {
        for (name, values) in &self.columns {
            if values.len() != self.rows() {
                return Err(Error::usage(format!(
                    "column `{name}` has {} rows, but the first column has {}",
                    values.len(),
                    self.rows()
                )));
            }
            if let Some((row, value)) = values.not_finite() {
                return Err(Error::Undefined(format!(
                    "column `{name}` is {value} in row {}, which is no number to be written; \
                     this is a fault of the program: please report it with the model and this row",
                    before + row as u64 + 1
                )));
            }
        }
        Ok(())
    }
}

/// Writes a table chunk by chunk; every chunk has the same columns.
///
/// Memory grows with a chunk, not with the table: chunks of some ten thousand to a million rows are best. In Parquet
/// a chunk becomes a row group (several, beyond [`TableWriter::ROW_GROUP`] rows).
pub struct TableWriter {
    kinds: Option<Vec<(String, Kind)>>,
    rows: u64,
    sink: Sink,
}

enum Sink {
    Csv(Output),
    /// Parquet, before the columns are known.
    Waiting(Output),
    Parquet(Box<ParquetWriter>),
    /// After an error.
    Broken,
}

impl TableWriter {
    /// The largest row group of a Parquet file, in rows.
    pub const ROW_GROUP: usize = 1 << 20;

    /// Begins a table.
    #[must_use]
    pub fn new(output: Output, format: Format) -> Self {
        let sink = match format {
            Format::Csv => Sink::Csv(output),
            Format::Parquet => Sink::Waiting(output),
        };
        Self { kinds: None, rows: 0, sink }
    }

    /// Appends rows; the first chunk writes the header, so a chunk without rows makes an empty table.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written; [`Error::Undefined`] for a NaN or an infinity; [`Error::Usage`] if
    /// columns differ in length, or from those of the first chunk.
    pub fn write(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        chunk.check(self.rows)?;
        match &self.kinds {
            None => self.begin(chunk)?,
            Some(kinds) if *kinds == chunk.kinds() => {}
            Some(_) => return Err(Error::usage("the chunks of a table differ in their columns")),
        }
        match &mut self.sink {
            Sink::Csv(output) => csv::write(chunk, output)?,
            Sink::Parquet(parquet) => parquet.write(chunk)?,
            Sink::Waiting(_) | Sink::Broken => return Err(broken()),
        }
        self.rows += chunk.rows() as u64;
        Ok(())
    }

    /// How many rows were written.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    fn begin(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let kinds = chunk.kinds();
        self.sink = match std::mem::replace(&mut self.sink, Sink::Broken) {
            Sink::Csv(mut output) => {
                csv::header(chunk, &mut output)?;
                Sink::Csv(output)
            }
            Sink::Waiting(output) => Sink::Parquet(Box::new(ParquetWriter::new(output, &kinds)?)),
            other => other,
        };
        self.kinds = Some(kinds);
        Ok(())
    }

    /// Ends the table and puts it in its place.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Usage`] if it has no columns because no chunk was written.
    pub fn finish(self) -> Result<()> {
        if self.kinds.is_none() {
            return Err(Error::usage("a table needs columns: write a chunk, be it without rows"));
        }
        match self.sink {
            Sink::Csv(output) => output.commit(),
            Sink::Parquet(parquet) => parquet.finish()?.commit(),
            Sink::Waiting(_) | Sink::Broken => Err(broken()),
        }
    }
}

fn broken() -> Error {
    Error::usage("a table cannot be continued after an error")
}

fn put(output: &mut Output, bytes: &[u8]) -> Result<()> {
    output.write_all(bytes).map_err(|e| Error::io("write", output.path(), e))
}

#[cfg(test)]
mod tests;
