//! Customers for whom a covariate is missing.

use super::table::CovariateTable;
use crate::{Error, Result};

/// Customers for whom something is missing.
#[derive(Default)]
pub(super) struct Gaps {
    customers: usize,
    without_row: usize,
    columns: Vec<(String, usize)>,
    first: Vec<String>,
    last: Option<String>,
}

impl Gaps {
    /// Notes a gap: of the whole row, or in a column.
    pub fn note(&mut self, id: &str, column: Option<&str>) {
        match column {
            None => self.without_row += 1,
            Some(name) => match self.columns.iter_mut().find(|(known, _)| known == name) {
                Some((_, count)) => *count += 1,
                None => self.columns.push((name.to_owned(), 1)),
            },
        }
        if self.last.as_deref() == Some(id) {
            return; // two gaps of one customer
        }
        self.last = Some(id.to_owned());
        self.customers += 1;
        if self.first.len() < 5 {
            self.first.push(format!("`{id}`"));
        }
    }

    /// Refuses gaps, if there are any.
    pub fn refuse(&self, table: &CovariateTable, all: usize) -> Result<()> {
        if self.customers == 0 {
            return Ok(());
        }
        let mut where_ = Vec::new();
        if self.without_row > 0 {
            where_.push(format!("{} have no row", self.without_row));
        }
        where_.extend(self.columns.iter().map(|(name, count)| format!("{count} have nothing in `{name}`")));
        let more = if self.customers > self.first.len() { ", …" } else { "" };
        Err(Error::input(format!(
            "covariates are missing for {} of {all} customers ({}): {}{more}",
            self.customers,
            where_.join(", "),
            self.first.join(", ")
        ))
        .file(table.path())
        .expected("a row for every customer who has orders, and every cell filled")
        .hint(
            "complete the file; or take these customers to be typical (the mean, the reference level) with \
             --covariates-gaps fill",
        )
        .into())
    }
}
