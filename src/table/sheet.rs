//! A table of results as a value: shown on a terminal, set in a report, or written to a file.

use std::path::Path;

use serde_json::{Map, Number, Value};

use super::{Chunk, Format, TableWriter, Values};
use crate::output::Output;
use crate::units::{Grain, Locale, Tick};
use crate::{Error, Result};

/// What stands in a column, and so how it is shown. A missing value is an empty cell or a null.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text.
    Text(Vec<String>),
    /// How many.
    Count(Vec<u64>),
    /// How many, where that is known.
    OptionalCount(Vec<Option<u64>>),
    /// Amounts of money.
    Money(Vec<Option<f64>>),
    /// Fractions, shown as per cent.
    Share(Vec<Option<f64>>),
    /// Other real numbers: means, months, ratios.
    Real(Vec<Option<f64>>),
    /// Yes or no.
    Flag(Vec<bool>),
    /// Moments.
    Date(Grain, Vec<Tick>),
}

impl Column {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Count(values) => values.len(),
            Self::OptionalCount(values) => values.len(),
            Self::Money(values) | Self::Share(values) | Self::Real(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Date(_, values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether people want it to the left: words, and not numbers.
    #[must_use]
    pub const fn is_words(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Flag(_) | Self::Date(..))
    }

    /// A cell as people read it; empty where the value is missing.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn shown(&self, row: usize, locale: &Locale) -> String {
        let show =
            |value: Option<f64>, as_text: &dyn Fn(f64) -> String| value.map_or_else(String::new, as_text);
        match self {
            Self::Text(values) => values[row].clone(),
            Self::Count(values) => locale.count(values[row]),
            Self::OptionalCount(values) => values[row].map_or_else(String::new, |count| locale.count(count)),
            Self::Money(values) => show(values[row], &|value| locale.money(value)),
            Self::Share(values) => show(values[row], &|value| locale.percent(value)),
            Self::Real(values) => show(values[row], &|value| locale.mean(value)),
            Self::Flag(values) => locale.yes(values[row]).to_owned(),
            Self::Date(grain, values) => locale.date(*grain, values[row]),
        }
    }

    fn json(&self, row: usize) -> Value {
        let number = |value: Option<f64>| value.and_then(Number::from_f64).map_or(Value::Null, Value::Number);
        match self {
            Self::Text(values) => Value::String(values[row].clone()),
            Self::Count(values) => values[row].into(),
            Self::OptionalCount(values) => values[row].map_or(Value::Null, Value::from),
            Self::Money(values) | Self::Share(values) | Self::Real(values) => number(values[row]),
            Self::Flag(values) => Value::Bool(values[row]),
            Self::Date(grain, values) => Value::String(grain.show(values[row])),
        }
    }

    fn values(&self) -> Values<'_> {
        match self {
            Self::Text(values) => Values::Text(values.iter().map(String::as_str).collect()),
            Self::Count(values) => Values::Count(values),
            Self::OptionalCount(values) => Values::OptionalCount(values),
            Self::Money(values) | Self::Share(values) | Self::Real(values) => Values::Optional(values),
            Self::Flag(values) => Values::Flag(values),
            Self::Date(grain, values) => Values::Moments(*grain, values),
        }
    }
}

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetFormat {
    /// As [`Format::Csv`].
    Csv,
    /// An array with an object a row; dates as text.
    Json,
    /// As [`Format::Parquet`].
    Parquet,
}

/// Named columns of equal length: some hundred rows, not millions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    columns: Vec<(&'static str, Column)>,
}

impl Sheet {
    /// Without columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one column more. The name is the one in files: lower case, words joined by `_`.
    #[must_use]
    pub fn with(mut self, name: &'static str, column: Column) -> Self {
        self.columns.push((name, column));
        self
    }

    /// Its columns with their names, in their order.
    #[must_use]
    pub fn columns(&self) -> &[(&'static str, Column)] {
        &self.columns
    }

    /// The column of a name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(known, _)| *known == name).map(|(_, column)| column)
    }

    /// How many rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// Writes it as a whole file, or not at all.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Undefined`] for a NaN or an infinity; [`Error::Usage`] if columns differ in length.
    pub fn write(&self, path: &Path, format: SheetFormat) -> Result<()> {
        let format = match format {
            SheetFormat::Json => return self.write_json(path),
            SheetFormat::Csv => Format::Csv,
            SheetFormat::Parquet => Format::Parquet,
        };
        let mut table = TableWriter::new(Output::create(path)?, format);
        table.write(&self.chunk())?;
        table.finish()
    }

    /// Its rows as JSON: an array with an object a row, dates as text.
    ///
    /// # Errors
    /// [`Error::Undefined`] for a NaN or an infinity; [`Error::Usage`] if columns differ in length.
    pub fn records(&self) -> Result<Value> {
        self.chunk().check(0)?;
        let row = |row: usize| -> Map<String, Value> {
            self.columns.iter().map(|(name, column)| ((*name).to_owned(), column.json(row))).collect()
        };
        Ok((0..self.rows()).map(row).map(Value::Object).collect())
    }

    fn write_json(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.records()?)
            .map_err(|why| Error::Undefined(format!("the table cannot be told as JSON: {why}")))?;
        let mut output = Output::create(path)?;
        super::put(&mut output, text.as_bytes())?;
        super::put(&mut output, b"\n")?;
        output.commit()
    }

    fn chunk(&self) -> Chunk<'_> {
        Chunk { columns: self.columns.iter().map(|(name, column)| (*name, column.values())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet::new()
            .with("channel", Column::Text(vec!["ads".into(), "say \"hi\"".into()]))
            .with("customers", Column::Count(vec![3, 1_200]))
            .with("value", Column::Money(vec![Some(12.5), None]))
            .with("since", Column::Date(Grain::Day, vec![Tick(0), Tick(366)]))
    }

    #[test]
    fn a_sheet_is_the_same_in_every_format() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        sheet().write(&path("a.csv"), SheetFormat::Csv).unwrap();
        sheet().write(&path("a.json"), SheetFormat::Json).unwrap();
        sheet().write(&path("a.parquet"), SheetFormat::Parquet).unwrap();
        let csv = std::fs::read_to_string(path("a.csv")).unwrap();
        assert_eq!(
            csv,
            "channel,customers,value,since\nads,3,12.5,2000-01-01\n\"say \"\"hi\"\"\",1200,,2001-01-01\n"
        );
        let json: Value = serde_json::from_str(&std::fs::read_to_string(path("a.json")).unwrap()).unwrap();
        assert_eq!(
            json,
            serde_json::json!([
                {"channel": "ads", "customers": 3, "value": 12.5, "since": "2000-01-01"},
                {"channel": "say \"hi\"", "customers": 1200, "value": null, "since": "2001-01-01"}
            ])
        );
        assert_eq!(&std::fs::read(path("a.parquet")).unwrap()[..4], b"PAR1");
    }

    #[test]
    fn what_is_no_number_is_refused_in_every_format() {
        let folder = tempfile::tempdir().unwrap();
        let sheet = Sheet::new().with("value", Column::Real(vec![Some(f64::NAN)]));
        for format in [SheetFormat::Csv, SheetFormat::Json, SheetFormat::Parquet] {
            let path = folder.path().join("x");
            assert!(sheet.write(&path, format).is_err());
            assert!(!path.exists());
        }
    }
}
