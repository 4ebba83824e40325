//! Text that a spreadsheet would run as a formula, made harmless.

use std::borrow::Cow;

/// Text as a spreadsheet shows it and does not run it: an apostrophe before =, +, -, @ (also in full width), tab, line feed or carriage return
/// at its beginning, and before the first four where a cell could begin within it, because a program took a semicolon, a tab or a line end
/// for its separator. Numbers stay numbers: -12.5 and +48221234567 run nothing. Borrowed if there was nothing to do.
///
/// OWASP, "CSV Injection" (owasp.org/www-community/attacks/CSV_Injection); CWE-1236.
#[must_use]
pub fn defused(text: &str) -> Cow<'_, str> {
    if is_number(text) || !text.contains(is_operator) && !text.starts_with(is_space_that_counts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 2);
    // At the beginning of a cell, and past blanks and quotes that follow it.
    let mut begins = true;
    if text.starts_with(is_space_that_counts) {
        safe.push('\'');
        begins = false;
    }
    for c in text.chars() {
        if begins && is_operator(c) {
            safe.push('\'');
        }
        safe.push(c);
        begins = matches!(c, ';' | '\t' | '\n' | '\r') || begins && (c == ' ' || c == '"');
    }
    if safe.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(safe) }
}

const fn is_operator(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
}

const fn is_space_that_counts(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r')
}

/// Whether the whole text is a plain decimal number.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let shape = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.bytes().all(shape) && fast_float2::parse::<f64, _>(text).is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_run_is_text() {
        for (text, right) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1+1", "  '=1+1"),
            ("\"=1+1", "\"'=1+1"),
            ("\t=1", "'\t'=1"),
            ("\rx", "'\rx"),
            ("a;=1+1", "a;'=1+1"),
            ("a\n@x", "a\n'@x"),
            ("＝1", "'＝1"),
            ("-", "'-"),
            ("+1 555", "'+1 555"),
        ] {
            assert_eq!(defused(text), right);
        }
    }

    #[test]
    fn what_runs_nothing_stays_as_it_is() {
        for text in [
            "",
            "jane@example.com",
            "a-b",
            "-12.5",
            "+48221234567",
            "1e-5",
            "O'Neill",
            "a; b",
            "2024-01-05",
            "x = 1",
        ] {
            assert!(matches!(defused(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert!(
            !is_number("inf")
                && !is_number("NaN")
                && !is_number("")
                && !is_number("1e999")
                && is_number("-.5")
        );
    }
}
