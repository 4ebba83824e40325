//! Cutting blocks of CSV into records, and records into fields.

use std::collections::HashMap;

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

use super::attributes::MOST;
use super::blocks::{Block, Cut, QUOTE, closing};
use super::columns::ROLES;
use super::json;
use crate::Result;

/// How many columns rules and currencies may ask for.
pub(super) const RULES: usize = 24;

/// How many columns may be asked for: one for every role, attributes, and what rules look at.
pub(super) const SLOTS: usize = ROLES + MOST + RULES;

/// Cuts a block into records, and keeps of each the fields that are asked for.
#[derive(Debug)]
pub(super) struct Splitter {
    cut: Cut,
    /// For every column, the slot its field goes to.
    slots: Vec<u8>,
    /// Where lines are objects of JSON: the same by name.
    paths: Option<HashMap<String, u8>>,
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
    /// Why it is no record, in a line of JSON.
    pub fault: Option<&'a str>,
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
    pub fn new(cut: Cut, width: usize, wanted: &[Option<usize>]) -> Self {
        let mut slots = vec![NO_SLOT; width];
        for (slot, column) in wanted.iter().enumerate() {
            if let Some(column) = *column
                && column < width
            {
                slots[column] = slot as u8;
            }
        }
        Self { cut, slots, paths: None }
    }

    /// The same for lines that are objects of JSON, with the names of the columns.
    pub fn of_objects(cut: Cut, names: &[String], wanted: &[Option<usize>]) -> Self {
        let plain = Self::new(cut, names.len(), wanted);
        let kept = names.iter().zip(&plain.slots).filter(|(_, slot)| **slot != NO_SLOT);
        let paths = kept.map(|(name, slot)| (name.clone(), *slot)).collect();
        Self { paths: Some(paths), ..plain }
    }

    /// How many columns the table has.
    pub fn width(&self) -> usize {
        self.slots.len()
    }

    /// Hands on every record of a block; empty lines are passed over.
    pub fn each(&self, block: &Block, take: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
        if let Some(paths) = &self.paths {
            return self.objects(block, paths, take);
        }
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

    /// Where lines are objects of JSON, each is taken apart.
    fn objects(
        &self,
        block: &Block,
        paths: &HashMap<String, u8>,
        mut take: impl FnMut(&Record<'_>) -> Result<()>,
    ) -> Result<()> {
        let (mut start, mut line) = (0, block.line);
        while start < block.bytes.len() {
            let end =
                memchr(self.cut.newline, &block.bytes[start..]).map_or(block.bytes.len(), |end| start + end);
            let text = block.bytes[start..end].trim_ascii();
            if !text.is_empty() {
                let mut row = Row::default();
                let fault = json::leaves(text, &mut |path, value| {
                    if let Some(&slot) = paths.get(path) {
                        let start = row.spare.len();
                        row.spare.extend_from_slice(value.as_bytes());
                        row.fields[slot as usize] = Field { start, end: row.spare.len(), spare: true };
                    }
                });
                let fault = fault.err();
                let width = if fault.is_some() { 0 } else { self.width() };
                let (bytes, offset) = (&block.bytes, block.offset + start as u64);
                let (spare, fields, fault) = (&row.spare, &row.fields, fault.as_deref());
                take(&Record { bytes, spare, fields, width, line, offset, fault })?;
            }
            (start, line) = (end + 1, line + 1);
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
            let (spare, fields) = (&row.spare, &row.fields);
            take(&Record { bytes, spare, fields, width, line: row.line, offset, fault: None })?;
        }
        if width < self.width() {
            row.fields = [Field::default(); SLOTS];
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
struct Row {
    fields: [Field; SLOTS],
    count: usize,
    /// Something stands beyond the last column of the header.
    beyond: bool,
    start: usize,
    line: u64,
    spare: Vec<u8>,
}

impl Default for Row {
    fn default() -> Self {
        let fields = [Field::default(); SLOTS];
        Self { fields, count: 0, beyond: false, start: 0, line: 0, spare: Vec::new() }
    }
}

/// The end of a line's text, if a carriage return stands before its end.
#[inline]
fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

/// All fields of the first records of a text, for a look at it.
pub(super) fn first_records(text: &[u8], cut: Cut, most: usize) -> Vec<Vec<Vec<u8>>> {
    let splitter = Splitter::new(cut, 0, &[]);
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
