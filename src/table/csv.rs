//! Tables as CSV (RFC 4180): made in pieces on all threads, written in order.

use rayon::prelude::*;

use super::{Chunk, Values, put};
use crate::Result;
use crate::output::Output;
use crate::units::{Grain, Money, Tick};

/// Rows of a piece; the bytes do not depend on it.
const PIECE: usize = 4096;

/// So many pieces are held at one time.
const PIECES: usize = 64;

/// Writes the line of names.
pub(super) fn header(chunk: &Chunk<'_>, output: &mut Output) -> Result<()> {
    let mut line = Vec::new();
    for (name, _) in &chunk.columns {
        text(&mut line, name);
        line.push(b',');
    }
    end(&mut line);
    put(output, &line)
}

/// Writes the rows.
pub(super) fn write(chunk: &Chunk<'_>, output: &mut Output) -> Result<()> {
    let starts: Vec<usize> = (0..chunk.rows()).step_by(PIECE).collect();
    for starts in starts.chunks(PIECES) {
        let pieces: Vec<Vec<u8>> = starts.par_iter().map(|&start| piece(chunk, start)).collect();
        pieces.iter().try_for_each(|piece| put(output, piece))?;
    }
    Ok(())
}

fn piece(chunk: &Chunk<'_>, start: usize) -> Vec<u8> {
    let rows = start..chunk.rows().min(start + PIECE);
    let mut lines = Vec::with_capacity(rows.len() * chunk.columns.len() * 12);
    for row in rows {
        for (_, values) in &chunk.columns {
            cell(&mut lines, values, row);
            lines.push(b',');
        }
        end(&mut lines);
    }
    lines
}

/// The last comma of a line becomes its end.
fn end(line: &mut [u8]) {
    if let Some(last) = line.last_mut() {
        *last = b'\n';
    }
}

fn cell(line: &mut Vec<u8>, values: &Values<'_>, row: usize) {
    match values {
        Values::Text(values) => text(line, values[row]),
        Values::Ids(ids, range) => text(line, ids.get(range.start + row)),
        Values::Whole(values) => whole(line, u64::from(values[row])),
        Values::Count(values) => whole(line, values[row]),
        Values::OptionalCount(values) => values[row].into_iter().for_each(|value| whole(line, value)),
        Values::Flag(values) => line.extend_from_slice(if values[row] { b"true" } else { b"false" }),
        Values::Real(values) => real(line, values[row]),
        Values::Optional(values) => values[row].into_iter().for_each(|value| real(line, value)),
        Values::Money(values) => money(line, values[row]),
        Values::Moments(grain, values) => moment(line, *grain, values[row]),
    }
}

/// Text, in quotes where it must be; the empty text as well, since an empty cell is a missing value.
pub(crate) fn text(line: &mut Vec<u8>, text: &str) {
    let plain = |byte: u8| !matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.is_empty() && text.bytes().all(plain) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

fn whole(line: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[at..]);
}

/// The fewest digits that read back to the same number. A whole number keeps its `.0`: readers that guess the type of
/// a column from its first rows must not take it for one of whole numbers.
fn real(line: &mut Vec<u8>, value: f64) {
    line.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
}

/// Money exactly, with at least one decimal for the same reason.
fn money(line: &mut Vec<u8>, value: Money) {
    let (units, rest) =
        (value.micros().unsigned_abs() / 1_000_000, value.micros().unsigned_abs() % 1_000_000);
    if value.micros() < 0 {
        line.push(b'-');
    }
    whole(line, units);
    line.push(b'.');
    let start = line.len();
    digits(line, rest as u32, 6);
    while line.len() > start + 1 && line.last() == Some(&b'0') {
        line.pop();
    }
}

/// As [`Grain::show`], but faster.
fn moment(line: &mut Vec<u8>, grain: Grain, tick: Tick) {
    let moment = grain.moment(tick);
    let Ok(year @ 0..) = u32::try_from(moment.year()) else {
        return line.extend_from_slice(grain.show(tick).as_bytes());
    };
    let two = |line: &mut Vec<u8>, mark: u8, value: i8| {
        line.push(mark);
        digits(line, u32::from(value.unsigned_abs()), 2);
    };
    digits(line, year, 4);
    two(line, b'-', moment.month());
    two(line, b'-', moment.day());
    if grain != Grain::Day {
        two(line, b'T', moment.hour());
        two(line, b':', moment.minute());
        two(line, b':', moment.second());
    }
}

/// The last digits of a number, with leading zeros.
fn digits(line: &mut Vec<u8>, mut value: u32, count: usize) {
    let start = line.len();
    line.resize(start + count, b'0');
    for place in line[start..].iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}
