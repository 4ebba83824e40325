//! Tables of customers as input, in place of orders.

use std::path::{Path, PathBuf};

use super::show;
use crate::features::{Customers, CustomersReader, TableOptions};
use crate::orders::{ReadOptions, inspect};
use crate::units::TimeUnit;
use crate::{Error, Result};

/// What an input holds.
pub enum Source {
    /// A table of customers.
    Customers(PathBuf),
    /// Orders.
    Orders,
}

/// Looks at the columns of the first input: frequency, recency and age make a table of customers. What can be read but
/// once, and patterns, are taken for orders.
///
/// # Errors
/// [`Error::Usage`] for several tables of customers at once, and for a table with flags that are about orders; whatever opening the file says.
pub fn source(inputs: &[PathBuf], options: &ReadOptions) -> Result<Source> {
    match inputs {
        [first, ..] if first.is_file() && inspect(first, options)?.is_of_customers() => match inputs {
            [file] => {
                let flags =
                    [("--identity", options.identity.is_some()), ("--currency", options.currency.is_some())];
                if let Some((flag, _)) = flags.iter().find(|(_, given)| *given) {
                    return Err(Error::usage(format!(
                        "{} is a table of customers, and {flag} is about rows of orders; leave it out, or give the orders",
                        file.display()
                    )));
                }
                Ok(Source::Customers(file.clone()))
            }
            _ => Err(Error::usage(
                "only one table of customers can be read at a time; give the files one by one",
            )),
        },
        _ => Ok(Source::Orders),
    }
}

/// The table, part by part.
///
/// # Errors
/// Whatever opening says.
pub fn open(file: &Path, unit: TimeUnit, options: &ReadOptions, rows: usize) -> Result<CustomersReader> {
    CustomersReader::open(file, TableOptions { unit, grain: options.grain, rows })
}

/// What was read.
#[must_use]
pub fn account(file: &Path, table: &Customers) -> String {
    format!(
        "{} customers in {} (times in {}s)\n",
        show::count(table.len() as u64),
        file.display(),
        table.unit
    )
}
