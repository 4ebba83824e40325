//! A column of a Parquet table for readers other than that of orders: values without roles.

use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;

use super::cells::{Cell, Column, Kind};

/// A column of a row group, some rows at a time.
pub(crate) struct Leaf(Column);

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plain<'a> {
    /// Nothing; also a NaN, by which some programs mean nothing.
    Missing,
    Text(&'a [u8]),
    Whole(i64),
    Real(f64),
    /// A date or time, in seconds since 2000 by the clock it was written with.
    Seconds(i64),
}

impl Leaf {
    /// Opens the column with a number.
    pub fn open(group: &dyn RowGroupReader, number: usize) -> Result<Self> {
        let descriptor = group.metadata().column(number).column_descr_ptr();
        let kind = Kind::of(&descriptor).filter(|_| descriptor.max_rep_level() == 0).ok_or_else(|| {
            ParquetError::General(format!("column `{}` is neither text, number nor date", descriptor.path()))
        })?;
        Ok(Self(Column::new(group.get_column_reader(number)?, kind, descriptor.max_def_level())))
    }

    /// Takes so many rows more.
    pub fn fill(&mut self, rows: usize) -> Result<()> {
        self.0.fill(rows)
    }

    /// The value of one of the rows taken last.
    pub fn value(&self, at: usize) -> Plain<'_> {
        match self.0.cell(at) {
            Cell::Missing => Plain::Missing,
            Cell::Text(text) => Plain::Text(text),
            Cell::Whole(value) => Plain::Whole(value),
            Cell::Real(value) if value.is_nan() => Plain::Missing,
            Cell::Real(value) => Plain::Real(value),
            Cell::Decimal(value, scale) => Plain::Real(value as f64 / 10f64.powi(scale)),
            Cell::Moment(stamp) => Plain::Seconds(stamp.clock()),
        }
    }
}
