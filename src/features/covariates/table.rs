//! Reading a file of covariates.

use std::path::{Path, PathBuf};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use jiff::civil::{Date, DateTime};

use crate::features::cells::Cells;
use crate::orders::{Plain, nearest, plain};
use crate::table::Ids;
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// Usual names of the column of ids, in small letters without signs; the surest first.
const ID_NAMES: [&str; 12] = [
    "customerid",
    "customer",
    "custid",
    "cust",
    "clientid",
    "client",
    "userid",
    "user",
    "memberid",
    "accountid",
    "buyerid",
    "id",
];
/// Usual names of a column of dates from which on a row holds.
const DATE_NAMES: [&str; 10] =
    ["covdate", "date", "periodstart", "period", "weekstart", "week", "monthstart", "month", "start", "from"];
/// What stands for nothing.
const NOTHING: [&str; 6] = ["", "na", "n/a", "nan", "null", "none"];

/// Which file, and which of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CovariateFile {
    /// CSV (also .gz, .zst) or Parquet.
    pub path: PathBuf,
    /// The column with the customer's id; found by its usual names unless given.
    pub customer: Option<String>,
    /// The column with the date from which on a row holds; found by its usual names unless given. With it, one customer may
    /// have many rows: the covariates vary with time.
    pub date: Option<String>,
    /// What the column with the customer's id is called among the orders: the first of the usual names.
    pub orders_customer: Option<String>,
}

/// A file of covariates as it was read: the columns that are wanted, cell by cell, not yet coded.
///
/// Without dates a customer has one row. With dates a customer has one row per period, sorted by time.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateTable {
    path: PathBuf,
    id_name: String,
    ids: HashMap<Box<str>, Vec<u32>, FixedState>,
    lines: Vec<u32>,
    starts: Option<Vec<Tick>>,
    columns: Vec<RawColumn>,
}

/// A column of cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawColumn {
    pub name: String,
    pub cells: Vec<RawCell>,
    pub texts: Ids,
}

/// A cell: its text (by its place among the column's distinct texts), and its number if it is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RawCell {
    pub text: u32,
    pub number: Option<f64>,
}

impl RawCell {
    const MISSING: u32 = u32::MAX;

    pub const fn is_missing(self) -> bool {
        self.text == Self::MISSING
    }
}

impl RawColumn {
    /// The text of a row, if there is any.
    pub fn text(&self, row: u32) -> Option<&str> {
        let cell = self.cells[row as usize];
        (!cell.is_missing()).then(|| self.texts.get(cell.text as usize))
    }
}

impl CovariateTable {
    /// Reads the wanted columns.
    ///
    /// # Errors
    /// [`Error::Usage`] for a column that is not there, with the nearest name; [`Error::Input`] for an empty file, a row
    /// without an id, an id (without dates: twice; with dates: twice at one date) or a date that cannot be read;
    /// [`Error::Io`].
    pub fn read(file: &CovariateFile, wanted: &[String], grain: Grain) -> Result<Self> {
        let mut cells = Cells::open(&file.path)?;
        let at = Places::find(file, cells.names(), wanted)?;
        cells.want(at.id.into_iter().chain(at.date).chain(at.columns.iter().copied()).collect());
        let mut reader = Reader::new(file, cells.names(), &at, grain);
        while let Some(line) = cells.next()? {
            reader.take(line, &at, |column| cells.cell(column))?;
        }
        reader.finish(at.date.map(|at| cells.names()[at].clone()))
    }

    /// The file it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many customers it knows.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.ids.len()
    }

    /// Whether its rows hold from a date on.
    #[must_use]
    pub const fn is_dated(&self) -> bool {
        self.starts.is_some()
    }

    /// The rows of a customer, by time; none if it does not know them.
    pub(super) fn rows_of(&self, id: &str) -> &[u32] {
        self.ids.get(id).map_or(&[], Vec::as_slice)
    }

    /// When a row begins to hold.
    pub(super) fn start(&self, row: u32) -> Option<Tick> {
        self.starts.as_ref().map(|starts| starts[row as usize])
    }

    pub(super) fn line(&self, row: u32) -> u64 {
        u64::from(self.lines[row as usize])
    }

    pub(super) fn columns(&self) -> &[RawColumn] {
        &self.columns
    }

    pub(super) fn column(&self, name: &str) -> Option<&RawColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// An error at a cell.
    pub(super) fn wrong(&self, row: u32, column: &str, found: impl Into<String>) -> crate::error::InputError {
        Error::input(found).file(&self.path).line(self.line(row)).column(column)
    }
}

/// Where the columns stand.
struct Places {
    id: Option<usize>,
    date: Option<usize>,
    columns: Vec<usize>,
    names: Vec<String>,
}

impl Places {
    fn find(file: &CovariateFile, names: &[String], wanted: &[String]) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::input("the file of covariates is empty")
                .file(&file.path)
                .expected("a header with the customer's id and the covariates, and a row for each customer")
                .into());
        }
        let usual = |usual: &[&str]| {
            usual.iter().find_map(|name| names.iter().position(|found| plain(found) == *name))
        };
        let given = |name: &Option<String>, flag: &str| {
            name.as_deref().map(|name| place(file, names, name, flag)).transpose()
        };
        let id = match given(&file.customer, "--covariates-customer")? {
            Some(at) => Some(at),
            None => {
                let same = file.orders_customer.as_deref().map(plain);
                same.and_then(|name| usual(&[name.as_str()])).or_else(|| usual(&ID_NAMES))
            }
        };
        let columns: Vec<usize> =
            wanted.iter().map(|name| place(file, names, name, "covariates")).collect::<Result<_>>()?;
        let date = match given(&file.date, "--covariates-date")? {
            Some(at) => Some(at),
            None => usual(&DATE_NAMES).filter(|at| !columns.contains(at)),
        };
        if id.is_none() {
            return Err(Error::usage(format!(
                "no column of {} looks like the customer's id; name it with --covariates-customer\n  its columns are: {}",
                file.path.display(),
                names.join(", ")
            )));
        }
        let names = columns.iter().map(|&at| names[at].clone()).collect();
        Ok(Self { id, date, columns, names })
    }
}

/// The place of a column by its name, but for case, spaces and signs.
fn place(file: &CovariateFile, names: &[String], name: &str, flag: &str) -> Result<usize> {
    let name = name.trim();
    let alike = || {
        let mut alike = (0..names.len()).filter(|&at| plain(&names[at]) == plain(name));
        alike.next().filter(|_| alike.next().is_none())
    };
    names.iter().position(|other| other == name).or_else(alike).ok_or_else(|| {
        let near = nearest(name, names).map_or(String::new(), |near| format!(" did you mean `{near}`?"));
        Error::usage(format!(
            "{} has no column `{name}` ({flag});{near}\n  its columns are: {}",
            file.path.display(),
            names.join(", ")
        ))
    })
}

/// Rows under way.
struct Reader<'a> {
    file: &'a CovariateFile,
    id_name: String,
    date_name: String,
    grain: Grain,
    ids: HashMap<Box<str>, Vec<u32>, FixedState>,
    lines: Vec<u32>,
    starts: Vec<Tick>,
    columns: Vec<RawColumn>,
    pools: Vec<HashMap<Box<str>, u32, FixedState>>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a CovariateFile, names: &[String], at: &Places, grain: Grain) -> Self {
        let column =
            |name: &String| RawColumn { name: name.clone(), cells: Vec::new(), texts: Ids::default() };
        let name = |at: Option<usize>| at.map_or(String::new(), |at| names[at].clone());
        Self {
            file,
            id_name: name(at.id),
            date_name: name(at.date),
            grain,
            ids: HashMap::default(),
            lines: Vec::new(),
            starts: Vec::new(),
            columns: at.names.iter().map(column).collect(),
            pools: vec![HashMap::default(); at.names.len()],
        }
    }

    fn take<'c>(&mut self, line: u64, at: &Places, cell: impl Fn(usize) -> Plain<'c>) -> Result<()> {
        let wrong =
            |column: &str, found: &str| Error::input(found).file(&self.file.path).line(line).column(column);
        let Some(id) = at.id.and_then(|at| shown(cell(at))) else {
            return Err(wrong(&self.id_name, "the row has no customer").expected("the customer's id").into());
        };
        if let Some(at) = at.date {
            let start = start_of(cell(at), self.grain).ok_or_else(|| {
                let found = shown(cell(at)).map_or("nothing".to_owned(), |text| format!("`{text}`"));
                wrong(&self.date_name, &found)
                    .expected("a date like 2024-12-31, from which on the row holds")
                    .hint("if this column is no date, name the right one with --covariates-date")
            })?;
            self.starts.push(start);
        }
        let row = self.lines.len() as u32;
        self.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        for ((column, pool), &at) in self.columns.iter_mut().zip(&mut self.pools).zip(&at.columns) {
            column.cells.push(raw(cell(at), pool, &mut column.texts));
        }
        match self.ids.get_mut(id.as_str()) {
            Some(rows) => rows.push(row),
            None => {
                self.ids.insert(id.into(), vec![row]);
            }
        }
        Ok(())
    }

    fn finish(mut self, date: Option<String>) -> Result<CovariateTable> {
        // One row each: a date (of registration, say) that nobody has two of makes no history.
        let once = self.ids.values().all(|rows| rows.len() == 1);
        let starts = (date.is_some() && (!once || self.file.date.is_some())).then_some(self.starts);
        let mut twice: Option<(&str, [u32; 2])> = None;
        for (id, rows) in &mut self.ids {
            if let Some(starts) = &starts {
                rows.sort_by_key(|&row| starts[row as usize]);
            }
            let same =
                |pair: &&[u32]| starts.as_ref().is_none_or(|s| s[pair[0] as usize] == s[pair[1] as usize]);
            let found = rows.windows(2).find(same).map(|pair| [pair[0], pair[1]]);
            // The first in the file.
            if let Some(pair) = found.filter(|pair| twice.is_none_or(|(_, before)| pair[1] < before[1])) {
                twice = Some((id, pair));
            }
        }
        if let Some((id, pair)) = twice {
            let (first, second) = (self.lines[pair[0] as usize], self.lines[pair[1] as usize]);
            let mut found = format!("the customer `{id}` is there twice: in line {first} too");
            if let Some(starts) = &starts {
                found += &format!(", with the same date {}", self.grain.show(starts[pair[0] as usize]));
            }
            return Err(Error::input(found)
                .file(&self.file.path)
                .line(u64::from(second))
                .column(self.id_name)
                .expected(if starts.is_some() { "one row for each customer and date" } else { "one row for each customer" })
                .hint("keep the row that holds; if the rows hold from different dates on, name their column with --covariates-date")
                .into());
        }
        Ok(CovariateTable {
            path: self.file.path.clone(),
            id_name: self.id_name,
            ids: self.ids,
            lines: self.lines,
            starts,
            columns: self.columns,
        })
    }
}

/// A cell as text, if there is anything.
fn shown(cell: Plain<'_>) -> Option<String> {
    match cell {
        Plain::Missing => None,
        Plain::Text(text) => {
            Some(String::from_utf8_lossy(text).trim().to_owned()).filter(|text| !text.is_empty())
        }
        Plain::Whole(value) => Some(value.to_string()),
        Plain::Real(value) => Some(value.to_string()),
        Plain::Seconds(seconds) => Some(seconds.to_string()),
    }
}

fn raw(cell: Plain<'_>, pool: &mut HashMap<Box<str>, u32, FixedState>, texts: &mut Ids) -> RawCell {
    let number = match cell {
        Plain::Whole(value) => Some(value as f64),
        Plain::Real(value) => Some(value),
        Plain::Text(text) => fast_float2::parse::<f64, _>(text.trim_ascii()).ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite());
    let Some(text) = shown(cell).filter(|text| !NOTHING.contains(&text.to_lowercase().as_str())) else {
        return RawCell { text: RawCell::MISSING, number: None };
    };
    let text = *pool.entry(text.as_str().into()).or_insert_with(|| {
        texts.push(&text);
        texts.len() as u32 - 1
    });
    RawCell { text, number }
}

/// The first tick of the moment that a cell tells.
fn start_of(cell: Plain<'_>, grain: Grain) -> Option<Tick> {
    match cell {
        Plain::Seconds(seconds) => grain.tick_of_seconds(seconds),
        Plain::Text(text) => {
            let text = std::str::from_utf8(text).ok()?.trim();
            let moment = match text.parse::<Date>() {
                Ok(day) if text.len() <= 10 => day.at(0, 0, 0, 0),
                _ => text.parse::<DateTime>().ok()?,
            };
            grain.tick(moment)
        }
        _ => None,
    }
}

impl CovariateTable {
    /// The name of the column of ids.
    #[must_use]
    pub fn id_name(&self) -> &str {
        &self.id_name
    }
}
