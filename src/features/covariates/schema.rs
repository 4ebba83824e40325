//! Which covariates bear on what, and how they are coded: what a model keeps of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::coding::{Coding, CovariateColumn, Season};
use super::gaps::Gaps;
use super::groups::{CovariateGroups, Interner};
use super::rank;
use super::table::{CovariateFile, CovariateTable, RawColumn};
use crate::table::Ids;
use crate::{Error, Result};

/// What covariates bear on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Process {
    /// How often a living customer buys.
    Purchase,
    /// How soon a customer leaves.
    Dropout,
    /// What an order is worth.
    Spend,
}

impl Process {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Purchase, Self::Dropout, Self::Spend];
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Purchase => "purchase",
            Self::Dropout => "dropout",
            Self::Spend => "spend",
        })
    }
}

/// What becomes of customers for whom a covariate is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gap {
    /// They are an error.
    #[default]
    Refuse,
    /// They are taken to be typical: the mean of a number, the reference of categories.
    Fill,
}

/// Which covariates are wanted, from which file, on what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CovariatePlan {
    /// The file.
    pub file: CovariateFile,
    /// Columns that bear on purchases.
    pub purchase: Vec<String>,
    /// Columns that bear on drop-out.
    pub dropout: Vec<String>,
    /// Columns that bear on spend.
    pub spend: Vec<String>,
    /// Columns that are categories although they look like numbers.
    pub categorical: Vec<String>,
    /// What becomes of gaps.
    pub gap: Gap,
    /// Parts of the year that bear on purchases, out of the calendar.
    pub season: Option<Season>,
}

impl CovariatePlan {
    /// The columns, each once, in the order in which they are first named.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for name in self.purchase.iter().chain(&self.dropout).chain(&self.spend) {
            if !all.contains(name) {
                all.push(name.clone());
            }
        }
        all
    }
}

/// Which covariates bear on what, and how they are coded: learned from the customers trained on and kept with the model, so
/// that other customers are coded in the same way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CovariateSchema {
    /// The columns and their codings.
    pub columns: Vec<CovariateColumn>,
    /// Columns that bear on purchases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purchase: Vec<String>,
    /// Columns that bear on drop-out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropout: Vec<String>,
    /// Columns that bear on spend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spend: Vec<String>,
    /// Whether covariates vary with time: the file has dates, or there is a season.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_time: bool,
}

impl CovariateSchema {
    /// Learns the codings from the rows of these customers.
    ///
    /// # Errors
    /// [`Error::Input`] where a column cannot be coded: empty, constant, no number among numbers, too many levels.
    pub fn learn(plan: &CovariatePlan, table: Option<&CovariateTable>, ids: &Ids) -> Result<Self> {
        let mut schema = match table {
            Some(table) => Self::of_table(plan, table, ids)?,
            None => Self::default(),
        };
        if let Some(by) = plan.season {
            let name = Self::SEASON.to_owned();
            schema.purchase.push(name.clone());
            schema.columns.push(CovariateColumn { name, coding: Coding::Season { by } });
            schema.over_time = true;
        }
        Ok(schema)
    }

    /// What the season is called among the columns.
    const SEASON: &'static str = "season";

    /// The parts of the year that bear on purchases, if any do.
    #[must_use]
    pub fn season(&self) -> Option<Season> {
        self.columns.iter().find_map(|column| match column.coding {
            Coding::Season { by } => Some(by),
            _ => None,
        })
    }

    /// Where the season's numbers begin.
    pub(super) fn season_place(&self) -> Option<usize> {
        self.seasonal().iter().position(|seasonal| *seasonal)
    }

    /// Of each number whether it is a part of the year.
    #[must_use]
    pub fn seasonal(&self) -> Vec<bool> {
        let of =
            |column: &CovariateColumn| vec![matches!(column.coding, Coding::Season { .. }); column.width()];
        self.columns.iter().flat_map(of).collect()
    }

    /// Whether it needs a file: whether there is more than a season.
    #[must_use]
    pub fn needs_file(&self) -> bool {
        self.columns.iter().any(|column| !matches!(column.coding, Coding::Season { .. }))
    }

    fn of_table(plan: &CovariatePlan, table: &CovariateTable, ids: &Ids) -> Result<Self> {
        let mut rows: Vec<u32> = ids.iter().flat_map(|id| table.rows_of(id)).copied().collect();
        if rows.is_empty() {
            return Err(strangers(table, ids));
        }
        rows.sort_unstable();
        // The names as they stand in the file, whichever way they were asked for.
        let asked = plan.columns();
        let named = |names: &[String]| -> Vec<String> {
            let of = |name: &String| asked.iter().position(|other| other == name);
            let mut found: Vec<String> =
                names.iter().filter_map(of).map(|at| table.columns()[at].name.clone()).collect();
            found.dedup();
            found
        };
        let categorical = |name: &str| {
            plan.categorical.iter().any(|other| crate::orders::plain(other) == crate::orders::plain(name))
        };
        let mut columns: Vec<CovariateColumn> = Vec::new();
        for column in table.columns() {
            if columns.iter().all(|known| known.name != column.name) {
                columns.push(CovariateColumn::learn(table, column, &rows, categorical(&column.name))?);
            }
        }
        Ok(Self {
            columns,
            purchase: named(&plan.purchase),
            dropout: named(&plan.dropout),
            spend: named(&plan.spend),
            over_time: table.is_dated(),
        })
    }

    /// The columns that bear on a process.
    #[must_use]
    pub fn of(&self, process: Process) -> &[String] {
        match process {
            Process::Purchase => &self.purchase,
            Process::Dropout => &self.dropout,
            Process::Spend => &self.spend,
        }
    }

    /// The names of the columns of a file.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let of_file = |column: &&CovariateColumn| !matches!(column.coding, Coding::Season { .. });
        self.columns.iter().filter(of_file).map(|column| column.name.clone()).collect()
    }

    /// The numbers of a typical customer: the mean of each number, the reference of categories.
    #[must_use]
    pub fn typical(&self) -> Vec<f64> {
        let mut numbers = Vec::with_capacity(self.width());
        self.columns.iter().for_each(|column| column.fill(&mut numbers));
        numbers
    }

    /// How many numbers a customer's covariates become.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.iter().map(CovariateColumn::width).sum()
    }

    /// The coefficients of a process: name, and place among the numbers of a customer.
    #[must_use]
    pub fn coefficients(&self, process: Process) -> Vec<(String, usize)> {
        let mut place = 0;
        let mut found = Vec::new();
        for column in &self.columns {
            if self.of(process).contains(&column.name) {
                found.extend(column.coefficients().into_iter().zip(place..));
            }
            place += column.width();
        }
        found
    }

    /// The customers in groups of equal covariates.
    ///
    /// # Errors
    /// [`Error::Input`] for customers without covariates (how many, who first, the way out), a level not known, a text for a
    /// number; [`Error::Usage`] if the file lacks a column.
    pub fn groups(&self, table: &CovariateTable, ids: &Ids, gap: Gap) -> Result<CovariateGroups> {
        let columns = self.found_in(table)?;
        let mut groups = Interner::default();
        let mut gaps = Gaps::default();
        let mut numbers = Vec::with_capacity(self.width());
        for id in ids.iter() {
            numbers.clear();
            let row = table.rows_of(id).first().copied();
            if row.is_none() {
                gaps.note(id, None);
            }
            for (coding, column) in self.columns.iter().zip(&columns) {
                let there = match row.zip(*column) {
                    Some((row, column)) => coding.code(table, column, row, &mut numbers)?,
                    None => false,
                };
                if !there {
                    if row.is_some() && column.is_some() {
                        gaps.note(id, Some(&coding.name));
                    }
                    coding.fill(&mut numbers);
                }
            }
            groups.push(&numbers);
        }
        if gap == Gap::Refuse {
            gaps.refuse(table, ids.len())?;
        }
        Ok(groups.finish())
    }

    /// Refuses covariates that these groups cannot tell apart.
    ///
    /// # Errors
    /// [`Error::Input`] naming the column that the others determine, and by which.
    pub fn check_rank(
        &self,
        table: &CovariateTable,
        groups: &CovariateGroups,
        processes: &[Process],
    ) -> Result<()> {
        for &process in processes {
            let seasonal = self.seasonal();
            let mut coefficients = self.coefficients(process);
            coefficients.retain(|(_, place)| !seasonal[*place]);
            let Some((which, by)) = rank::dependent(&coefficients, groups) else { continue };
            let found = if by.is_empty() {
                let who = match process {
                    Process::Spend => "all customers who bought again",
                    _ if self.over_time => "all customers, as long as they were observed",
                    _ => "all customers",
                };
                format!("the {process} covariate `{which}` is the same for {who}")
            } else {
                format!(
                    "the {process} covariate `{which}` follows from {}: their effects cannot be told apart",
                    by.join(", ")
                )
            };
            return Err(Error::input(found).file(table.path()).hint(format!("leave `{which}` out")).into());
        }
        Ok(())
    }

    /// The schema's columns in a table, in the schema's order; the season is in none.
    fn found_in<'t>(&self, table: &'t CovariateTable) -> Result<Vec<Option<&'t RawColumn>>> {
        let find = |column: &CovariateColumn| match table.column(&column.name) {
            None if !matches!(column.coding, Coding::Season { .. }) => Err(Error::usage(format!(
                "{} was not asked for its column `{}`",
                table.path().display(),
                column.name
            ))),
            found => Ok(found),
        };
        self.columns.iter().map(find).collect()
    }

    /// The codings in words, a line for each column.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let line = |column: &CovariateColumn| match &column.coding {
            Coding::Season { by } => format!(
                "{}: the {} parts of the year on purchases, relative to their common mean and held towards it",
                column.name,
                by.parts()
            ),
            Coding::Number { mean } => format!("{}: a number, used as it is (mean {mean:.4})", column.name),
            Coding::Levels { reference, others } => {
                format!("{}: {reference} is the reference; beside it {}", column.name, others.join(", "))
            }
        };
        self.columns.iter().map(line).collect()
    }
}

/// None of the customers is in the file.
fn strangers(table: &CovariateTable, ids: &Ids) -> Error {
    let theirs = ids.iter().take(3).collect::<Vec<_>>().join(", ");
    Error::input(format!("none of the {} customers is in this file (the first are {theirs})", ids.len()))
        .file(table.path())
        .column(table.id_name())
        .expected("the ids of the orders, written in the same way")
        .hint("name the right column with --covariates-customer")
        .into()
}
