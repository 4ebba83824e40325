//! Columns of numbers beside a table of customers, such as the scores that were written with it.

use super::CustomersReader;
use crate::features::Customers;
use crate::orders::{Plain, plain};
use crate::{Error, Result};

/// A column of numbers beside the table, where the table has it.
pub type Beside = Option<Vec<Option<f64>>>;

impl CustomersReader {
    /// The whole table at once, with further columns by their names (in small letters, whatever stands between words).
    ///
    /// # Errors
    /// As [`CustomersReader::read_all`]; [`Error::Input`] for a cell of such a column that is neither a finite number nor empty.
    pub fn read_all_with(mut self, names: &[&str]) -> Result<(Customers, Vec<Beside>)> {
        let there: Vec<String> = self.cells.names().iter().map(|name| plain(name)).collect();
        let at: Vec<Option<usize>> =
            names.iter().map(|name| there.iter().position(|found| *found == plain(name))).collect();
        self.cells.want(self.columns.all().chain(at.iter().copied().flatten()).collect());
        self.options.rows = usize::MAX;
        let mut values: Vec<Beside> = at.iter().map(|at| at.map(|_| Vec::new())).collect();
        let path = self.path.clone();
        let columns = self.columns.clone();
        let mut rows = super::Rows::new(&path, &columns, self.options);
        while let Some(line) = self.cells.next()? {
            rows.take(line, |column| self.cells.cell(column))?;
            for ((name, at), values) in names.iter().zip(&at).zip(&mut values) {
                let (Some(at), Some(values)) = (at, values) else { continue };
                values.push(number(&self.cells.cell(*at)).map_err(|found| {
                    Error::input(found).file(&path).line(line).column(*name).expected("a number, or nothing")
                })?);
            }
        }
        let table = rows.finish();
        if table.is_empty() {
            return Err(Error::input("there is a header and no customer under it").file(&path).into());
        }
        Ok((table, values))
    }
}

/// The number in a cell, if there is one, or what stands there instead.
fn number(cell: &Plain<'_>) -> std::result::Result<Option<f64>, String> {
    let value = match cell {
        Plain::Missing => return Ok(None),
        Plain::Text(text) => fast_float2::parse(text).unwrap_or(f64::NAN),
        Plain::Whole(value) => *value as f64,
        Plain::Real(value) => *value,
        Plain::Seconds(_) => return Err("a date".into()),
    };
    match cell {
        _ if value.is_finite() => Ok(Some(value)),
        Plain::Text(text) => Err(format!("`{}`", String::from_utf8_lossy(text))),
        _ => Err("no finite number".into()),
    }
}
