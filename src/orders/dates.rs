//! Dates as shops write them, read from bytes.

use super::DateOrder;
use super::clock::{clock, offset, time};

/// A moment as it was written: days since 2000-01-01, seconds of the day, and the offset from UTC in seconds where it
/// carries a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub days: i32,
    pub seconds: i32,
    pub offset: Option<i32>,
}

impl Stamp {
    /// Seconds since 2000-01-01T00:00 on the clock it was written by.
    pub fn clock(self) -> i64 {
        i64::from(self.days) * 86_400 + i64::from(self.seconds)
    }
}

/// What a text says about the day it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    At(Stamp),
    /// Nothing stands there.
    Missing,
    /// Two days are possible, and nothing tells which.
    Ambiguous,
    Unreadable,
}

/// What a date tells about the order of day and month in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Nothing: it is plain by itself, or no date at all.
    None,
    Ambiguous,
    Dmy,
    Mdy,
}

/// Seconds from 1970-01-01 to 2000-01-01, UTC.
pub(super) const EPOCH_2000: i64 = 946_684_800;

/// Days since 2000-01-01 of a day of the Gregorian calendar; `None` if there is no such day.
pub(super) fn days(year: i32, month: i32, day: i32) -> Option<i32> {
    const LENGTHS: [i32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *LENGTHS.get(usize::try_from(month - 1).ok()?)?;
    let leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if day < 1 || day > length + i32::from(leap) {
        return None;
    }
    // Hinnant's `days_from_civil`, for years from 0 on: the year begins in March, so the leap day is its last.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let year = year + 400;
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some((era - 1) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 730_425)
}

/// Reads a date, or a date and time.
///
/// Understood are ISO 8601 (with `T` or a space, fractions of seconds, `Z` or an offset; also without separators), years first
/// with other separators,
/// day and month first (by `order`; with `.` the day is first), months by their English names, 12-hour clocks, and plain
/// digits: `Ymd`, `YmdHM`, `YmdHMS` and seconds, milli-, micro- or nanoseconds since 1970.
pub(super) fn read(text: &[u8], order: Option<DateOrder>) -> Reading {
    if let Some(stamp) = iso_day(text) {
        return Reading::At(stamp);
    }
    let text = text.trim_ascii();
    if text.is_empty() {
        return Reading::Missing;
    }
    if let Some(reading) = digits_only(text).or_else(|| basic(text)) {
        return reading;
    }
    let Some(parts) = parts(text) else { return Reading::Unreadable };
    let Some((seconds, offset)) = time(parts.rest) else { return Reading::Unreadable };
    let at = |days: Option<i32>| match days {
        Some(days) => Reading::At(Stamp { days, seconds, offset }),
        None => Reading::Unreadable,
    };
    match parts.shape(order) {
        Shape::Ymd => at(days(parts.first.year(), parts.second.value, parts.third.value)),
        Shape::Dmy => at(days(parts.third.year(), parts.second.value, parts.first.value)),
        Shape::Mdy => at(days(parts.third.year(), parts.first.value, parts.second.value)),
        Shape::Ambiguous => Reading::Ambiguous,
        Shape::Wrong => Reading::Unreadable,
    }
}

/// What a date tells about the order of day and month.
pub(super) fn evidence(text: &[u8]) -> Evidence {
    let text = text.trim_ascii();
    if iso_day(text).is_some() || digits_only(text).is_some() {
        return Evidence::None;
    }
    match parts(text) {
        Some(parts) if !parts.named && parts.first.digits <= 2 => match parts.shape(None) {
            Shape::Dmy if parts.separator != b'.' && parts.first.value != parts.second.value => Evidence::Dmy,
            Shape::Dmy if parts.third.digits == 2 => Evidence::Dmy,
            Shape::Mdy => Evidence::Mdy,
            Shape::Ambiguous => Evidence::Ambiguous,
            _ => Evidence::None,
        },
        _ => Evidence::None,
    }
}

/// `2024-12-31`, the most usual date, without detours.
fn iso_day(text: &[u8]) -> Option<Stamp> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2] = digits.map(|digit| i32::from(digit - b'0'));
    let days = days(1000 * y1 + 100 * y2 + 10 * y3 + y4, 10 * m1 + m2, 10 * d1 + d2)?;
    Some(Stamp { days, seconds: 0, offset: None })
}

/// Plain digits: a calendar day without separators, or time since 1970; their number tells which.
fn digits_only(text: &[u8]) -> Option<Reading> {
    // Tables that went through floating point write whole numbers with `.0`.
    let whole = match memchr::memchr(b'.', text) {
        Some(point) if point >= 8 && text[point + 1..].iter().all(u8::is_ascii_digit) => &text[..point],
        Some(_) => return None,
        None => text,
    };
    let value = number(whole)?;
    let part = |from: usize, to: usize| number(&whole[from..to]).map_or(-1, |v| v as i32);
    let calendar = |seconds: Option<i32>| {
        let days = days(part(0, 4), part(4, 6), part(6, 8))?;
        (whole.starts_with(b"19") || whole.starts_with(b"20")).then_some(Stamp {
            days,
            seconds: seconds?,
            offset: None,
        })
    };
    let since_1970 = |per_second: i64| {
        let seconds = value.div_euclid(per_second) - EPOCH_2000;
        let days = i32::try_from(seconds.div_euclid(86_400)).ok()?;
        Some(Stamp { days, seconds: seconds.rem_euclid(86_400) as i32, offset: Some(0) })
    };
    let stamp = match whole.len() {
        8 => calendar(Some(0)),
        9 | 10 => since_1970(1),
        12 => calendar(clock(part(8, 10), part(10, 12), 0)).or_else(|| since_1970(1000)),
        13 => since_1970(1000),
        14 => calendar(clock(part(8, 10), part(10, 12), part(12, 14))),
        15 | 16 => since_1970(1_000_000),
        18 | 19 => since_1970(1_000_000_000),
        _ => None,
    };
    Some(stamp.map_or(Reading::Unreadable, Reading::At))
}

/// ISO 8601 without separators: `20241231T183000Z`.
fn basic(text: &[u8]) -> Option<Reading> {
    let (date, rest) = text.split_at_checked(8)?;
    let rest = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b" "))?;
    let Reading::At(day) = digits_only(date)? else { return None };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let two = |from: usize| number(&rest[from..from + 2]).map(|value| value as i32);
    let (seconds, offset) = match digits {
        4 | 6 => {
            let second = if digits == 6 { two(4)? } else { 0 };
            let zone = rest[digits..].trim_ascii();
            (clock(two(0)?, two(2)?, second)?, if zone.is_empty() { None } else { Some(offset(zone)?) })
        }
        _ if rest.is_empty() => return None,
        _ => time(rest)?,
    };
    Some(Reading::At(Stamp { seconds, offset, ..day }))
}

/// A number of at most 19 digits.
pub(super) fn number(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0i64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// One of a date's three numbers, and with how many digits it was written.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub value: i32,
    pub digits: usize,
}

impl Part {
    /// As a year: two digits mean 1968 to 2067.
    fn year(self) -> i32 {
        match self.digits {
            4 => self.value,
            _ if self.value < 68 => 2000 + self.value,
            _ => 1900 + self.value,
        }
    }
}

/// A date taken apart.
struct Parts<'a> {
    first: Part,
    second: Part,
    third: Part,
    separator: u8,
    /// The month was a name, and the parts stand as day, month, year.
    named: bool,
    rest: &'a [u8],
}

enum Shape {
    Ymd,
    Dmy,
    Mdy,
    Ambiguous,
    Wrong,
}

impl Parts<'_> {
    /// Which part is what.
    fn shape(&self, order: Option<DateOrder>) -> Shape {
        let (first, second, third) = (self.first, self.second, self.third);
        if self.named {
            return Shape::Dmy;
        }
        if first.digits == 4 && third.digits <= 2 {
            return Shape::Ymd;
        }
        if first.digits > 2 || !matches!(third.digits, 2 | 4) {
            return Shape::Wrong;
        }
        match order {
            Some(DateOrder::Dmy) => return Shape::Dmy,
            Some(DateOrder::Mdy) => return Shape::Mdy,
            Some(DateOrder::Ymd) if third.digits == 2 && first.digits == 2 => return Shape::Ymd,
            Some(DateOrder::Ymd) => return Shape::Wrong,
            None => {}
        }
        let year = third.year();
        let dmy = days(year, second.value, first.value);
        let mdy = days(year, first.value, second.value);
        // With two digits, the year might stand first as well.
        let year_first = third.digits == 2 && first.digits == 2;
        let ymd = if year_first { days(first.year(), second.value, third.value) } else { None };
        match (dmy, mdy, ymd) {
            (Some(_), _, None) if self.separator == b'.' => Shape::Dmy,
            (Some(a), Some(b), None) if a == b => Shape::Dmy,
            (Some(_), None, None) => Shape::Dmy,
            (None, Some(_), None) => Shape::Mdy,
            (None, None, None) => Shape::Wrong,
            _ => Shape::Ambiguous,
        }
    }
}

/// Takes the date at the beginning of a text apart.
fn parts(text: &[u8]) -> Option<Parts<'_>> {
    let text = without_weekday(text);
    if text.first()?.is_ascii_alphabetic() {
        // March 5, 2024
        let (month, rest) = month_name(text)?;
        let (day, rest) = part(skip(rest, b" -"))?;
        let (year, rest) = part(skip(rest, b", -"))?;
        let second = Part { value: month, digits: 2 };
        return Some(Parts { first: day, second, third: year, separator: b' ', named: true, rest })
            .filter(|parts| parts.third.digits == 4);
    }
    let (first, rest) = part(text)?;
    let separator = *rest.first()?;
    if !matches!(separator, b'-' | b'/' | b'.' | b' ') {
        return None;
    }
    // 5. 1. 2024
    let rest = if separator == b'.' { skip(&rest[1..], b" ") } else { &rest[1..] };
    if rest.first()?.is_ascii_alphabetic() {
        // 5-Mar-2024
        let (month, rest) = month_name(rest)?;
        let (third, rest) = part(skip(rest, b". -/,"))?;
        let second = Part { value: month, digits: 2 };
        return Some(Parts { first, second, third, separator, named: true, rest })
            .filter(|parts| parts.first.digits <= 2 && matches!(parts.third.digits, 2 | 4));
    }
    let (second, rest) = part(rest)?;
    let (&next, rest) = rest.split_first()?;
    let rest = if separator == b'.' { skip(rest, b" ") } else { rest };
    let (third, rest) = part(rest)?;
    (next == separator && second.digits <= 2).then_some(Parts {
        first,
        second,
        third,
        separator,
        named: false,
        rest,
    })
}

/// One to four digits, and what comes after them.
pub(super) fn part(text: &[u8]) -> Option<(Part, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    let value = i32::try_from(number(&text[..digits])?).ok()?;
    Some((Part { value, digits }, &text[digits..]))
}

fn skip<'a>(text: &'a [u8], these: &[u8]) -> &'a [u8] {
    let count = text.iter().take_while(|byte| these.contains(byte)).count();
    &text[count..]
}

/// `Tue, 5 Mar 2024` without the name of the day, which tells nothing new.
fn without_weekday(text: &[u8]) -> &[u8] {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = text[..length].to_ascii_lowercase();
    let named = length >= 3 && NAMES.iter().any(|name| name.as_bytes().starts_with(&word));
    if named { skip(&text[length..], b"., ") } else { text }
}

/// An English name of a month, whole or its first three letters.
fn month_name(text: &[u8]) -> Option<(i32, &[u8])> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let length = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = text[..length].to_ascii_lowercase();
    let at = NAMES.iter().position(|name| {
        let name = name.as_bytes();
        word == name || word == name[..3] || (word == b"sept" && name[..4] == *b"sept")
    })?;
    Some((i32::try_from(at).ok()? + 1, &text[length..]))
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
