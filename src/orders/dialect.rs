//! Finding by looking how a CSV file is cut, and what its header says.

use std::path::Path;

use super::blocks::Cut;
use super::columns::{Columns, names};
use super::input::Text;
use super::json;
use super::records::{Splitter, first_records};
use super::seek::recognised;
use super::{ReadOptions, Separator};
use crate::{Error, Result};

/// How a file is cut, and its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    pub cut: Cut,
    /// The names in the header.
    pub names: Vec<String>,
    /// How many records stand before the first order: the header, a line before it that names the separator for Excel (`sep=;`), the
    /// lines with `#` that Google Analytics writes above it. Lines of JSON have none.
    pub lead: usize,
    /// Lines are objects of JSON.
    pub json: bool,
}

/// What no text of JSON holds as it is: a line of it is one field.
const UNIT_SEPARATOR: u8 = 0x1f;

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
        if let [first @ (b'{' | b'['), rest @ ..] = text.head.trim_ascii_start()
            && (*first == b'{' || matches!(rest.trim_ascii_start(), [b'{', ..]))
        {
            return Self::of_objects(path, text);
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
        let (comments, body) = below_comments(&text.head, newline);
        let body = if announced.is_some() { &text.head[first.len()..] } else { body };
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
                let lead = 1 + usize::from(announced.is_some()) + comments;
                Ok(Self { cut, names, lead, json: false })
            }
            Some(Look { names, .. }) => Err(one_column(path, &names, options)),
            None => Err(Error::usage("no separator to look for")),
        }
    }

    /// Looks at the beginning of a file of JSON lines.
    fn of_objects(path: &Path, text: &Text) -> Result<Self> {
        let cut = Cut { separator: UNIT_SEPARATOR, newline: b'\n' };
        let end = if text.whole { None } else { memchr::memrchr(cut.newline, &text.head) };
        let (names, fault) = json::names(&text.head[..end.unwrap_or(text.head.len())]);
        if names.is_empty() {
            let fault = fault.unwrap_or_else(|| "its objects are empty".into());
            return Err(Error::input(format!("no line of it is a whole object of JSON ({fault})"))
                .file(path)
                .expected("JSON lines: an object in each line, and nothing between them")
                .hint("a list of objects, or objects over several lines, become JSON lines with: jq -c '.[]?' file.json")
                .into());
        }
        Ok(Self { cut, names, lead: 0, json: true })
    }

    /// What cuts such a file into records.
    pub fn splitter(&self, columns: &Columns) -> Splitter {
        let slots = columns.slots();
        if self.json {
            Splitter::of_objects(self.cut, &columns.names, &slots)
        } else {
            Splitter::new(self.cut, columns.names.len(), &slots)
        }
    }
}

/// How many lines of comments stand above the header, as Google Analytics writes them (`# ------`), and what follows them.
fn below_comments(head: &[u8], newline: u8) -> (usize, &[u8]) {
    let (mut count, mut body) = (0, head);
    if !head.starts_with(b"# ---") {
        return (0, head);
    }
    while body.starts_with(b"#") || body.starts_with(b"\r") || body.starts_with(&[newline]) {
        count += usize::from(body[0] == b'#');
        let end = memchr::memchr(newline, body).map_or(body.len(), |end| end + 1);
        body = &body[end..];
    }
    (count, body)
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
