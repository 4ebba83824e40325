//! A table to export from, row by row.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use jiff::civil::date;
use jiff::{SignedDuration, civil::DateTime};

use crate::features::Cells;
use crate::orders::{Plain, nearest, plain};
use crate::{Error, Result};

/// What a customer's id is usually called.
const CUSTOMER: &[&str] = &["customerid", "customer", "id", "clientid", "userid", "externalid"];

/// A table under way.
pub(super) struct Source {
    pub path: PathBuf,
    cells: Cells,
    pub names: Vec<String>,
}

impl Source {
    /// Opens CSV (also .gz and .zst) or Parquet, `what` it is in words.
    pub fn open(path: &Path, what: &str) -> Result<Self> {
        let cells = Cells::open(path)?;
        let names = cells.names().to_vec();
        if names.is_empty() {
            return Err(Error::input(format!("the file of {what} is empty")).file(path).into());
        }
        Ok(Self { path: path.into(), cells, names })
    }

    /// Says which columns will be looked at.
    pub fn want(&mut self, columns: Vec<usize>) {
        self.cells.want(columns);
    }

    /// The column of a name that was given with a flag.
    pub fn named(&self, name: &str, flag: &str) -> Result<usize> {
        let same = self.names.iter().position(|other| other == name);
        let found = same.or_else(|| self.names.iter().position(|other| plain(other) == plain(name)));
        found.ok_or_else(|| {
            let hint = nearest(name, &self.names)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Error::usage(format!(
                "{flag}: {} has no column `{name}`{hint} There are {}",
                self.path.display(),
                self.names.join(", ")
            ))
        })
    }

    /// The first column with one of these plain names.
    pub fn usual(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|other| plain(other) == *name))
    }

    /// The column with the customer's id.
    pub fn customer(&self, given: Option<&str>) -> Result<usize> {
        match given {
            Some(name) => self.named(name, "--customer"),
            None => self.usual(CUSTOMER).ok_or_else(|| {
                Error::input(format!("there is no column customer_id; there are {}", self.names.join(", ")))
                    .file(&self.path)
                    .hint("name the column with --customer")
                    .into()
            }),
        }
    }

    /// Goes to the next row and tells its line; `None` at the end.
    pub fn next(&mut self) -> Result<Option<u64>> {
        self.cells.next()
    }

    /// What stands in a column, as text; nothing where nothing is.
    pub fn text(&self, line: u64, column: usize) -> Result<Cow<'_, str>> {
        match self.cells.cell(column) {
            Plain::Missing => Ok(Cow::Borrowed("")),
            Plain::Text(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| {
                Error::input("the text is not UTF-8")
                    .file(&self.path)
                    .line(line)
                    .column(&self.names[column])
                    .hint("save the table as UTF-8")
                    .into()
            }),
            Plain::Whole(value) => Ok(Cow::Owned(value.to_string())),
            Plain::Real(value) if value.is_finite() => {
                // As a table in CSV has it.
                Ok(Cow::Owned(zmij::Buffer::new().format_finite(value).to_owned()))
            }
            Plain::Real(value) => Ok(Cow::Owned(value.to_string())),
            Plain::Seconds(seconds) => Ok(Cow::Owned(moment(seconds))),
        }
    }
}

/// A moment as ISO 8601 has it: the day alone where it is midnight.
fn moment(seconds: i64) -> String {
    let moment = date(2000, 1, 1).at(0, 0, 0, 0).saturating_add(SignedDuration::from_secs(seconds));
    let is_midnight = |at: DateTime| at.hour() == 0 && at.minute() == 0 && at.second() == 0;
    if is_midnight(moment) { moment.date().to_string() } else { moment.to_string() }
}
