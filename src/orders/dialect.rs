//! Finding by looking how a CSV file is cut, and what its header says.

use std::path::Path;

use super::blocks::Cut;
use super::columns::{names, recognised};
use super::input::Text;
use super::records::first_records;
use super::{ReadOptions, Separator};
use crate::{Error, Result};

/// How a file is cut, and its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    pub cut: Cut,
    /// The names in the header.
    pub names: Vec<String>,
    /// A line before the header that names the separator for Excel (`sep=;`).
    pub announced: bool,
}

/// How many records are looked at.
const LOOK: usize = 200;

impl Dialect {
    /// Looks at the beginning of a file.
    pub fn of(path: &Path, text: &Text, options: &ReadOptions) -> Result<Self> {
        if text.head.trim_ascii().is_empty() {
            return Err(Error::input("the file is empty")
                .file(path)
                .expected("a header and orders")
                .hint("a header names at least a customer and a date: customer_id,date,amount")
                .into());
        }
        let newline = if memchr::memchr(b'\n', &text.head).is_none() && text.head.contains(&b'\r') {
            b'\r'
        } else {
            b'\n'
        };
        let first = text.head.split(|&byte| byte == newline).next().unwrap_or_default().trim_ascii();
        let announced = match first {
            [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
            _ => None,
        };
        let body = if announced.is_some() { &text.head[first.len()..] } else { &text.head };
        let candidates = match (options.separator, announced) {
            (Some(Separator(given)), _) => vec![given],
            (None, Some(announced)) => vec![announced],
            (None, None) => vec![b',', b';', b'\t', b'|'],
        };
        let best = candidates
            .iter()
            .map(|&separator| Look::at(body, Cut { separator, newline }, options))
            .reduce(|best, other| if other.score > best.score { other } else { best });
        match best {
            Some(Look { cut, names, .. }) if names.len() > 1 => {
                Ok(Self { cut, names, announced: announced.is_some() })
            }
            Some(Look { names, .. }) => Err(one_column(path, &names, options)),
            None => Err(Error::usage("no separator to look for")),
        }
    }
}

/// What a separator makes of the beginning of a file.
struct Look {
    cut: Cut,
    names: Vec<String>,
    /// Recognised columns count most, then how many records are as wide as the header, then how wide that is.
    score: (usize, usize, usize),
}

impl Look {
    fn at(body: &[u8], cut: Cut, options: &ReadOptions) -> Self {
        let records = first_records(body, cut, LOOK);
        let Some(header) = records.first() else {
            return Self { cut, names: Vec::new(), score: (0, 0, 0) };
        };
        let names = names(header);
        let same = records.iter().filter(|record| record.len() == names.len()).count();
        let score = if names.len() > 1 {
            (recognised(&names, options), 100 * same / records.len(), names.len())
        } else {
            (0, 0, 0)
        };
        Self { cut, names, score }
    }
}

fn one_column(path: &Path, names: &[String], options: &ReadOptions) -> Error {
    let name = names.first().map_or(String::new(), |name| name.chars().take(60).collect());
    let tried = match options.separator {
        Some(given) => format!("cut at `{}`, it has", given.name()),
        None => "cut at comma, semicolon, tab or |, it has".into(),
    };
    Error::input(format!("{tried} only one column, `{name}`"))
        .file(path)
        .expected("at least a customer and a date in each line, under a header")
        .hint("if another character stands between the fields, name it with --separator")
        .into()
}
