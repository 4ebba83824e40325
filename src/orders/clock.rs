//! The time of day behind a date, read from bytes.

use super::dates::{number, part};

/// Seconds of the day; a leap second counts as the one before it.
pub(super) fn clock(hour: i32, minute: i32, second: i32) -> Option<i32> {
    let fits = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    fits.then(|| hour * 3600 + minute * 60 + second.min(59))
}

/// The time of day behind a date, and the offset from UTC: midnight if there is none.
pub(super) fn time(text: &[u8]) -> Option<(i32, Option<i32>)> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Some((0, None));
    }
    let text = match text {
        [b'T' | b't', rest @ ..] => rest,
        [b',', rest @ ..] => rest.trim_ascii(),
        _ => text,
    };
    if !text.first()?.is_ascii_digit() {
        return offset(text).map(|offset| (0, Some(offset)));
    }
    let (hour, rest) = part(text).filter(|(hour, _)| hour.digits <= 2)?;
    let (minute, rest) = two_digits(rest.strip_prefix(b":")?)?;
    let (second, rest) = match rest.strip_prefix(b":") {
        Some(rest) => two_digits(rest)?,
        None => (0, rest),
    };
    let rest = match rest {
        [b'.' | b',', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            &rest[digits..]
        }
        _ => rest,
    };
    let (hour, rest) = twelve_hours(hour.value, rest.trim_ascii())?;
    let seconds = clock(hour, minute, second)?;
    let rest = rest.trim_ascii();
    if rest.is_empty() { Some((seconds, None)) } else { Some((seconds, Some(offset(rest)?))) }
}

fn two_digits(text: &[u8]) -> Option<(i32, &[u8])> {
    let (part, rest) = part(text)?;
    (part.digits == 2).then_some((part.value, rest))
}

/// The hour of the day, if AM or PM follows; otherwise as it stands.
fn twelve_hours(hour: i32, text: &[u8]) -> Option<(i32, &[u8])> {
    let word: Vec<u8> = text.iter().take(4).map(u8::to_ascii_lowercase).collect();
    let (pm, length) = match word.as_slice() {
        [b'a', b'.', b'm', b'.'] => (false, 4),
        [b'p', b'.', b'm', b'.'] => (true, 4),
        [b'a', b'm', ..] => (false, 2),
        [b'p', b'm', ..] => (true, 2),
        _ => return Some((hour, text)),
    };
    let hour = (1..=12).contains(&hour).then(|| hour % 12 + if pm { 12 } else { 0 })?;
    Some((hour, &text[length..]))
}

/// `Z`, `UTC`, `GMT`, `+02`, `+0200` or `+02:00`, in seconds east of Greenwich; a name in brackets after it (or `+0000 UTC`) is
/// passed over.
pub(super) fn offset(text: &[u8]) -> Option<i32> {
    let bracket = match text.last()? {
        b']' => memchr::memchr(b'[', text),
        b')' => memchr::memchr(b'(', text),
        _ => text.strip_suffix(b" UTC").map(<[u8]>::len),
    };
    let text = match bracket {
        Some(bracket) => text[..bracket].trim_ascii(),
        None => text,
    };
    match text.to_ascii_uppercase().as_slice() {
        b"Z" | b"UTC" | b"GMT" => return Some(0),
        _ => {}
    }
    let text = text.strip_prefix(b"UTC").or_else(|| text.strip_prefix(b"GMT")).unwrap_or(text);
    let (&sign, rest) = text.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match rest {
        [_, _] => (number(rest)?, 0),
        [_, _, b':', _, _] => (number(&rest[..2])?, number(&rest[3..])?),
        [_, _, _, _] => (number(&rest[..2])?, number(&rest[2..])?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then(|| sign * (hours as i32 * 3600 + minutes as i32 * 60))
}
