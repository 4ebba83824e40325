//! Rows from CSV.

use std::io::Read;
use std::path::{Path, PathBuf};

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use crate::orders::Plain;
use crate::orders::input::{Text, broken};
use crate::{Error, Result};

/// A table in CSV, under way.
pub(crate) struct CsvCells {
    path: PathBuf,
    reader: Reader<Box<dyn Read + Send>>,
    record: ByteRecord,
    names: Vec<String>,
}

impl CsvCells {
    pub fn new(path: &Path, text: Text) -> Result<Self> {
        let header = text.head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |mark: u8| header.iter().filter(|&&byte| byte == mark).count();
        // The last of equals wins: without any, it is a comma.
        let separator = [b'\t', b';', b','].into_iter().max_by_key(|&mark| count(mark)).unwrap_or(b',');
        let stream: Box<dyn Read + Send> = Box::new(text.stream());
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .buffer_capacity(1 << 18)
            .trim(::csv::Trim::All)
            .from_reader(stream);
        let names = reader.byte_headers().map_err(|error| unreadable(path, error))?;
        let names = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Ok(Self { path: path.into(), reader, record: ByteRecord::new(), names })
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Goes to the next row; `None` at the end.
    pub fn next(&mut self) -> Result<Option<u64>> {
        let Self { path, reader, record, .. } = self;
        if !reader.read_byte_record(record).map_err(|error| unreadable(path, error))? {
            return Ok(None);
        }
        Ok(Some(record.position().map_or(0, ::csv::Position::line)))
    }

    pub fn cell(&self, column: usize) -> Plain<'_> {
        match self.record.get(column) {
            Some(text) if !text.is_empty() => Plain::Text(text),
            _ => Plain::Missing,
        }
    }
}

fn unreadable(path: &Path, error: ::csv::Error) -> Error {
    let line = error.position().map(::csv::Position::line);
    let words = match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} fields, but the header has {expected_len}")
        }
        _ => error.to_string(),
    };
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => broken(path, error),
        _ => {
            let error = Error::input(words).file(path);
            let error = if let Some(line) = line { error.line(line) } else { error };
            error.hint("a text with commas or line breaks in it must stand in quotes").into()
        }
    }
}
