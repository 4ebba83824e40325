//! Cutting a stream of CSV into blocks of whole records.
//!
//! A quote opens a field only at its beginning and is doubled inside; elsewhere it is a character like any other, as in the
//! `csv` crate and in what spreadsheets write.

use std::io::Read;
use std::path::{Path, PathBuf};

use memchr::{memchr, memchr_iter, memrchr};

use super::input::{broken, no_zeros};
use crate::{Error, Result};

/// How text is cut into records and fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub separator: u8,
    /// The last byte of a line: `\n`, or `\r` in files of old Macs.
    pub newline: u8,
}

pub(super) const QUOTE: u8 = b'"';

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
pub(super) fn closing(bytes: &[u8], mut at: usize) -> Option<usize> {
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
