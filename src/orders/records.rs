//! Cutting a stream of CSV into blocks of whole records, and records into fields.
//!
//! A quote opens a field only at its beginning and is doubled inside; elsewhere it is a character like any other, as in the
//! `csv` crate and in what spreadsheets write.

use std::io::Read;
use std::path::{Path, PathBuf};

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter, memrchr};

use super::input::{broken, no_zeros};
use crate::{Error, Result};

/// How text is cut into records and fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub separator: u8,
    /// The last byte of a line: `\n`, or `\r` in files of old Macs.
    pub newline: u8,
}

const QUOTE: u8 = b'"';

impl Cut {
    /// Whether a quote at this place opens a field.
    fn opens(self, bytes: &[u8], at: usize) -> bool {
        at == 0 || bytes[at - 1] == self.separator || bytes[at - 1] == self.newline
    }

    /// The end of the last whole record, and where a quoted field was opened that does not end.
    fn last_end(self, bytes: &[u8]) -> (Option<usize>, Option<usize>) {
        let (mut at, mut last) = (0, None);
        loop {
            let quote = memchr(QUOTE, &bytes[at..]).map(|quote| at + quote);
            let plain = &bytes[at..quote.unwrap_or(bytes.len())];
            if let Some(end) = memrchr(self.newline, plain) {
                last = Some(at + end + 1);
            }
            at = match quote {
                None => return (last, None),
                Some(quote) if !self.opens(bytes, quote) => quote + 1,
                Some(quote) => match closing(bytes, quote + 1) {
                    Some(close) => close + 1,
                    None => return (last, Some(quote)),
                },
            };
        }
    }
}

/// The quote that closes a field whose text begins at a place.
fn closing(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let quote = at + memchr(QUOTE, &bytes[at..])?;
        if bytes.get(quote + 1) != Some(&QUOTE) {
            return Some(quote);
        }
        at = quote + 2;
    }
}

/// Some whole records.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub bytes: Vec<u8>,
    /// Where it begins in the stream, in bytes.
    pub offset: u64,
    /// Its first line, counted from 1.
    pub line: u64,
}

/// A stream, cut into blocks at the ends of records. Where the cuts fall depends on the stream alone.
pub(super) struct Blocks<R> {
    stream: R,
    path: PathBuf,
    cut: Cut,
    size: usize,
    carry: Vec<u8>,
    offset: u64,
    line: u64,
    ended: bool,
}

/// A record longer than this is none: a quote was opened and never closed, or the file is binary.
const LONGEST_RECORD: usize = 64 << 20;

impl<R: Read> Blocks<R> {
    pub fn new(stream: R, path: &Path, cut: Cut, size: usize) -> Self {
        Self { stream, path: path.into(), cut, size, carry: Vec::new(), offset: 0, line: 1, ended: false }
    }

    /// The next block, in the memory of an old one; `false` at the end.
    pub fn next_into(&mut self, block: &mut Block) -> Result<bool> {
        block.bytes.clear();
        block.bytes.append(&mut self.carry);
        (block.offset, block.line) = (self.offset, self.line);
        let mut target = self.size;
        loop {
            self.fill(&mut block.bytes, target)?;
            let (end, open) = self.cut.last_end(&block.bytes);
            if self.ended {
                if let Some(quote) = open {
                    return Err(self.unclosed(block, quote));
                }
                break;
            }
            if let Some(end) = end {
                self.carry.extend_from_slice(&block.bytes[end..]);
                block.bytes.truncate(end);
                break;
            }
            if block.bytes.len() >= LONGEST_RECORD {
                return Err(match open {
                    Some(quote) => self.unclosed(block, quote),
                    None => self.endless(),
                });
            }
            target = (2 * block.bytes.len()).min(LONGEST_RECORD);
        }
        no_zeros(&self.path, &block.bytes)?;
        self.offset += block.bytes.len() as u64;
        self.line += memchr_iter(self.cut.newline, &block.bytes).count() as u64;
        Ok(!block.bytes.is_empty())
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, target: usize) -> Result<()> {
        let missing = target.saturating_sub(bytes.len());
        bytes.reserve(missing);
        let count = (&mut self.stream)
            .take(missing as u64)
            .read_to_end(bytes)
            .map_err(|error| broken(&self.path, error))?;
        self.ended = self.ended || count < missing;
        Ok(())
    }

    fn unclosed(&self, block: &Block, quote: usize) -> Error {
        let line = block.line + memchr_iter(self.cut.newline, &block.bytes[..quote]).count() as u64;
        Error::input("a quote opens a field here and nothing closes it")
            .file(&self.path)
            .line(line)
            .expected("a quote at the end of the field, and quotes inside it doubled")
            .hint("mend that line; the file may also have been cut off")
            .into()
    }

    fn endless(&self) -> Error {
        Error::input(format!("this line is longer than {} MB", LONGEST_RECORD >> 20))
            .file(&self.path)
            .line(self.line)
            .expected("lines of a table")
            .hint("is the file CSV, one order or order line per line?")
            .into()
    }
}

/// How many columns may be asked for.
pub(super) const SLOTS: usize = 6;

/// Cuts a block into records, and keeps of each the fields that are asked for.
#[derive(Debug)]
pub(super) struct Splitter {
    cut: Cut,
    /// For every column, the slot its field goes to.
    slots: Vec<u8>,
}

const NO_SLOT: u8 = u8::MAX;

/// One record: the fields that were asked for.
#[derive(Debug)]
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    spare: &'a [u8],
    fields: &'a [Field; SLOTS],
    /// How many fields it has, empty ones beyond the header not counted.
    pub width: usize,
    /// Its first line, counted from 1.
    pub line: u64,
    /// Where it begins in the stream.
    pub offset: u64,
}

impl<'a> Record<'a> {
    /// The field in a slot; empty if the record has none there.
    #[inline]
    pub fn field(&self, slot: usize) -> &'a [u8] {
        let Field { start, end, spare } = self.fields[slot];
        if spare { &self.spare[start..end] } else { &self.bytes[start..end] }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Field {
    start: usize,
    end: usize,
    /// It stands in the spare memory, its doubled quotes made single.
    spare: bool,
}

impl Splitter {
    /// For a table of so many columns, of which those at these places are asked for.
    pub fn new(cut: Cut, width: usize, wanted: &[Option<usize>; SLOTS]) -> Self {
        let mut slots = vec![NO_SLOT; width];
        for (slot, column) in wanted.iter().enumerate() {
            if let Some(column) = *column
                && column < width
            {
                slots[column] = slot as u8;
            }
        }
        Self { cut, slots }
    }

    /// How many columns the table has.
    pub fn width(&self) -> usize {
        self.slots.len()
    }

    /// Hands on every record of a block; empty lines are passed over.
    pub fn each(&self, block: &Block, take: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        if memchr(QUOTE, &block.bytes).is_some() { self.quoted(block, take) } else { self.plain(block, take) }
    }

    /// Without a quote in it, a block is cut at every separator and every end of line.
    fn plain(&self, block: &Block, mut take: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        let bytes = block.bytes.as_slice();
        let mut row = Row::default();
        let mut start = 0;
        row.line = block.line;
        for at in memchr2_iter(self.cut.separator, self.cut.newline, bytes) {
            if bytes[at] == self.cut.newline {
                self.keep(&mut row, Field { start, end: without_return(bytes, start, at), spare: false });
                self.hand_on(block, &mut row, &mut take)?;
                row.line += 1;
                row.start = at + 1;
            } else {
                self.keep(&mut row, Field { start, end: at, spare: false });
            }
            start = at + 1;
        }
        if row.start < bytes.len() {
            self.keep(
                &mut row,
                Field { start, end: without_return(bytes, start, bytes.len()), spare: false },
            );
            self.hand_on(block, &mut row, &mut take)?;
        }
        Ok(())
    }

    /// The same where quotes occur.
    fn quoted(&self, block: &Block, mut take: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        let bytes = block.bytes.as_slice();
        let mut row = Row::default();
        let (mut start, mut line) = (0, block.line);
        row.line = line;
        loop {
            let (field, end) = self.next_field(bytes, start, &mut row.spare);
            line += memchr_iter(self.cut.newline, &bytes[start..end]).count() as u64;
            self.keep(&mut row, field);
            if bytes.get(end) == Some(&self.cut.separator) {
                start = end + 1;
                continue;
            }
            if row.start < bytes.len() {
                self.hand_on(block, &mut row, &mut take)?;
            }
            line += 1;
            start = end + 1;
            (row.line, row.start) = (line, start);
            if start >= bytes.len() {
                return Ok(());
            }
        }
    }

    /// The field that begins at a place, and where the separator or end of line after it stands.
    fn next_field(&self, bytes: &[u8], start: usize, spare: &mut Vec<u8>) -> (Field, usize) {
        let Cut { separator, newline } = self.cut;
        let until =
            |from: usize| memchr2(separator, newline, &bytes[from..]).map_or(bytes.len(), |at| from + at);
        let ends_line = |end: usize| bytes.get(end) != Some(&separator);
        if bytes.get(start) != Some(&QUOTE) {
            let end = until(start);
            let last = if ends_line(end) { without_return(bytes, start, end) } else { end };
            return (Field { start, end: last, spare: false }, end);
        }
        let close = closing(bytes, start + 1).unwrap_or(bytes.len());
        let after = (close + 1).min(bytes.len());
        let end = until(after);
        let tail = if ends_line(end) { without_return(bytes, after, end) } else { end };
        let inside = &bytes[start + 1..close];
        if tail == after && memchr(QUOTE, inside).is_none() {
            return (Field { start: start + 1, end: close, spare: false }, end);
        }
        let begin = spare.len();
        let mut single = true;
        for &byte in inside {
            single = byte != QUOTE || !single;
            if single {
                spare.push(byte);
            }
        }
        spare.extend_from_slice(&bytes[after..tail]);
        (Field { start: begin, end: spare.len(), spare: true }, end)
    }

    #[inline]
    fn keep(&self, row: &mut Row, field: Field) {
        match self.slots.get(row.count) {
            Some(&NO_SLOT) => {}
            Some(&slot) => row.fields[slot as usize] = field,
            None => row.beyond |= field.start < field.end,
        }
        row.count += 1;
    }

    #[inline]
    fn hand_on(
        &self,
        block: &Block,
        row: &mut Row,
        take: &mut impl FnMut(&Record<'_>) -> Result<()>,
    ) -> Result<()> {
        // Separators at the end of a line make no field.
        let width = if row.beyond { row.count } else { row.count.min(self.width()) };
        if row.count > 1 || !self.is_blank(block, row) {
            let (bytes, offset) = (&block.bytes, block.offset + row.start as u64);
            take(&Record { bytes, spare: &row.spare, fields: &row.fields, width, line: row.line, offset })?;
        }
        if width < self.width() {
            row.fields = Default::default();
        }
        (row.count, row.beyond) = (0, false);
        row.spare.clear();
        Ok(())
    }

    /// Whether a record of one field has nothing in it.
    fn is_blank(&self, block: &Block, row: &Row) -> bool {
        let rest = &block.bytes[row.start..];
        let end = memchr(self.cut.newline, rest).unwrap_or(rest.len());
        rest[..end].iter().all(u8::is_ascii_whitespace)
    }
}

/// What is known of the record under way.
#[derive(Default)]
struct Row {
    fields: [Field; SLOTS],
    count: usize,
    /// Something stands beyond the last column of the header.
    beyond: bool,
    start: usize,
    line: u64,
    spare: Vec<u8>,
}

/// The end of a line's text, if a carriage return stands before its end.
#[inline]
fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

/// All fields of the first records of a text, for a look at it.
pub(super) fn first_records(text: &[u8], cut: Cut, most: usize) -> Vec<Vec<Vec<u8>>> {
    let splitter = Splitter::new(cut, 0, &[None; SLOTS]);
    let (mut records, mut start, mut record) = (Vec::new(), 0, Vec::new());
    while records.len() < most && start < text.len() {
        let mut spare = Vec::new();
        let (field, end) = splitter.next_field(text, start, &mut spare);
        record.push(if field.spare { spare } else { text[field.start..field.end].to_vec() });
        if text.get(end) != Some(&cut.separator) || end + 1 == text.len() {
            if text.get(end) == Some(&cut.separator) {
                record.push(Vec::new());
            }
            let record = std::mem::take(&mut record);
            if record.len() > 1 || !record[0].trim_ascii().is_empty() {
                records.push(record);
            }
        }
        start = end + 1;
    }
    records
}
