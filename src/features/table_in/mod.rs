//! Reading a table of customers: what `ltv features` wrote, or another tool.

mod beside;
mod columns;
mod rows;

use std::path::{Path, PathBuf};

pub use self::beside::Beside;
use self::columns::Columns;
use self::rows::Rows;
use super::Customers;
use super::cells::Cells;
use crate::units::{Grain, TimeUnit};
use crate::{Error, Result};

/// How a table of customers is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// The unit of recency and age.
    pub unit: TimeUnit,
    /// What counted as one purchase when the table was made.
    pub grain: Grain,
    /// How many rows are read at a time.
    pub rows: usize,
}

impl Default for TableOptions {
    /// Weeks, days, 65,536 rows.
    fn default() -> Self {
        Self { unit: TimeUnit::default(), grain: Grain::default(), rows: 1 << 16 }
    }
}

/// A table of customers, read in parts, so that ten million of them are scored in little memory.
///
/// Parquet, or CSV (also .gz and .zst; comma, semicolon or tab; decimal point) with a header. Its columns, by the names this
/// program gives them or other programs usually do:
/// `frequency` (repeat purchases), `recency` (from the first to the LAST purchase), `age` (also `T`), which must be there;
/// `customer_id` (where it is missing, the number of the line); `monetary_value` (mean value of the repeat purchases; empty or 0 for customers without);
/// `mean_ln_value`, `ss_ln_value` (of the logarithms of their values, for log-normal spend; empty where one of them is not positive);
/// `ln_gaps` (the sum of ln of the gaps between purchases), `orders`, `total_value`, `first_order`, `last_order` if wanted. Any other column is left alone.
///
/// Every row is checked: a frequency is a whole number, 0 ≤ recency ≤ age, recency is 0 without a repeat purchase; where
/// both dates are there, they must be as far apart as recency says, so that a table in days is not read as one in weeks.
///
/// A part's [`Customers::cutoff`] is told by `first_order` and age where all its rows agree. Its
/// [`Customers::history`] is there if all of `orders`, `first_order`, `last_order` are (and `total_value`, if there
/// is money).
pub struct CustomersReader {
    path: PathBuf,
    cells: Cells,
    columns: Columns,
    options: TableOptions,
    ended: bool,
}

impl CustomersReader {
    /// Opens a table; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened; [`Error::Input`] if it is empty or a column is missing.
    pub fn open(path: &Path, options: TableOptions) -> Result<Self> {
        let mut cells = Cells::open(path)?;
        if cells.names().is_empty() {
            return Err(Error::input("the table of customers is empty")
                .file(path)
                .expected(
                    "a header with customer_id, frequency, recency, age and, with money, monetary_value",
                )
                .into());
        }
        let columns = Columns::find(path, cells.names().to_vec())?;
        cells.want(columns.all().collect());
        Ok(Self { path: path.into(), cells, columns, options, ended: false })
    }

    /// Whether the table has a column of monetary values.
    #[must_use]
    pub const fn has_money(&self) -> bool {
        self.columns.has_money()
    }

    /// The whole table at once, for a fit.
    ///
    /// # Errors
    /// As the parts; [`Error::Input`] if there is no row.
    pub fn read_all(mut self) -> Result<Customers> {
        let path = self.path.clone();
        let parts = self.by_ref();
        let mut all = parts.next().unwrap_or_else(|| {
            Err(Error::input("there is a header and no customer under it").file(path).into())
        })?;
        for part in parts {
            let part = part?;
            if all.cutoff != part.cutoff {
                all.cutoff = None;
            }
            all.append(part);
        }
        Ok(all)
    }

    fn part(&mut self) -> Result<Customers> {
        let mut rows = Rows::new(&self.path, &self.columns, self.options);
        while rows.len() < self.options.rows.max(1) {
            let Some(line) = self.cells.next()? else {
                self.ended = true;
                break;
            };
            rows.take(line, |column| self.cells.cell(column))?;
        }
        Ok(rows.finish())
    }
}

impl Iterator for CustomersReader {
    type Item = Result<Customers>;

    /// The next part; after an error nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let part = self.part();
        match &part {
            Ok(part) if part.is_empty() => return None,
            Ok(_) => {}
            Err(_) => self.ended = true,
        }
        Some(part)
    }
}

#[cfg(test)]
mod tests;
