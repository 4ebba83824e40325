//! Small tables that are read beside the orders: rates of currencies, accounts of persons.

use std::borrow::Cow;
use std::path::Path;

use super::amounts::text_of;
use super::blocks::{Block, Blocks, Cut};
use super::columns::{names, plain};
use super::csv::BLOCK;
use super::input::{self, Content};
use super::records::{Record, Splitter, first_records};
use crate::{Error, Result};

/// A column of such a table: the names it may have, and whether it must be there.
pub(super) type Wanted = (&'static [&'static str], bool);

/// Reads a CSV file with a header and hands on of every row its line and the fields that are wanted, without the spaces around; those of
/// columns that are not there are empty. `example` is a file as it should be.
///
/// # Errors
/// If the file cannot be read, lacks a column or has a line with another number of fields than the header; and what `take` answers.
pub(super) fn read<const N: usize>(
    path: &Path,
    wanted: [Wanted; N],
    example: &str,
    mut take: impl FnMut(u64, [&str; N]) -> Result<()>,
) -> Result<()> {
    let Content::Text(text) = input::open(path, None)?.content else {
        return Err(Error::input("this is Parquet")
            .file(path)
            .expected(format!("CSV, such as\n{example}"))
            .into());
    };
    let (cut, header) = header(&text.head, &wanted);
    let columns = wanted.map(|one| place(one, &header));
    for (column, (accepted, needed)) in columns.iter().zip(wanted) {
        if needed && column.is_none() {
            return Err(Error::input(format!("there is no column `{}`", accepted[0]))
                .file(path)
                .line(1)
                .expected(format!("a header and lines such as\n{example}"))
                .hint(format!("its columns are: {}", header.join(", ")))
                .into());
        }
    }
    let splitter = Splitter::new(cut, header.len(), &columns);
    let mut blocks = Blocks::new(text.stream(), path, cut, BLOCK);
    let (mut block, mut skip) = (Block::default(), true);
    while blocks.next_into(&mut block)? {
        splitter.each(&block, |record| {
            if std::mem::take(&mut skip) {
                return Ok(());
            }
            if record.width != splitter.width() {
                return Err(ragged(path, record, splitter.width()));
            }
            let texts: [Cow<'_, str>; N] = std::array::from_fn(|at| match columns[at] {
                Some(_) => text_of(record.field(at).trim_ascii()),
                None => Cow::Borrowed(""),
            });
            take(record.line, std::array::from_fn(|at| texts[at].as_ref()))
        })?;
    }
    Ok(())
}

fn ragged(path: &Path, record: &Record<'_>, width: usize) -> Error {
    Error::input(format!("{} fields in this line", record.width))
        .file(path)
        .line(record.line)
        .expected(format!("{width}, as in the header"))
        .into()
}

/// Where a wanted column stands in a header.
fn place((accepted, _): Wanted, header: &[String]) -> Option<usize> {
    accepted.iter().find_map(|name| header.iter().position(|other| plain(other) == plain(name)))
}

/// How such a table is cut, and its header: the separator that shows the most columns that are wanted.
fn header(head: &[u8], wanted: &[Wanted]) -> (Cut, Vec<String>) {
    let newline = if memchr::memchr(b'\n', head).is_none() && head.contains(&b'\r') { b'\r' } else { b'\n' };
    let look = |separator| {
        let cut = Cut { separator, newline };
        let header = first_records(head, cut, 1).pop().map(|record| names(&record)).unwrap_or_default();
        (wanted.iter().filter(|one| place(**one, &header).is_some()).count(), cut, header)
    };
    let (_, cut, header) = [b';', b'\t', b'|']
        .into_iter()
        .map(look)
        .fold(look(b','), |best, other| if other.0 > best.0 { other } else { best });
    (cut, header)
}
