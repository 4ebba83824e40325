//! Who a customer is to another system: e-mail addresses and telephone numbers in the form it documents, hashed where it asks for that.

use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// The longest e-mail address (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets).
const LONGEST_EMAIL: usize = 254;
/// The longest part before the @ (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// How an e-mail address is brought into its one form before it is sent or hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailForm {
    /// Without blanks around it, in small letters.
    Plain,
    /// The same; and at gmail.com and googlemail.com without the dots and the +suffix before the @, which lead to the same mailbox
    /// (developers.google.com/google-ads/api/docs/conversions/enhance-conversions, "Normalize and hash").
    Google,
}

/// An e-mail address in its one form; `None` if it is none: one @ between a local part and a domain with a dot in it, no blanks, no
/// quotes, no separators of lists.
#[must_use]
pub fn email(text: &str, form: EmailForm) -> Option<String> {
    let text = trimmed(text).to_lowercase();
    let (local, domain) = text.split_once('@')?;
    let foreign = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '@' | '"' | ',' | ';' | '<' | '>' | '(' | ')' | '\\')
    };
    if local.is_empty()
        || local.len() > LONGEST_LOCAL
        || text.len() > LONGEST_EMAIL
        || local.contains(foreign)
    {
        return None;
    }
    is_domain(domain).then_some(())?;
    if form == EmailForm::Google && matches!(domain, "gmail.com" | "googlemail.com") {
        let mailbox: String =
            local.split('+').next().unwrap_or(local).chars().filter(|&c| c != '.').collect();
        return (!mailbox.is_empty()).then(|| format!("{mailbox}@{domain}"));
    }
    Some(text)
}

/// A name of a domain: labels of letters, digits and hyphens with dots between them, at least two, the last not a number.
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        let inner = |c: char| c.is_alphanumeric() || c == '-';
        !label.is_empty()
            && label.chars().count() <= 63
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && last.chars().any(char::is_alphabetic)
}

/// Blanks of all kinds off both ends, and what looks like nothing at all.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}')
    })
}

/// The country of telephone numbers that are written without one: its calling code, 1 to 3 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallingCode(u16);

impl FromStr for CallingCode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = text.trim().trim_start_matches('+');
        match digits.parse::<u16>() {
            Ok(code @ 1..=999) if !digits.starts_with('0') => Ok(Self(code)),
            _ => Err(Error::usage(format!(
                "`{text}` is not a calling code; write that of the country whose numbers have none, for instance 48 for Poland"
            ))),
        }
    }
}

impl CallingCode {
    /// A national number without what is dialled before it within the country: 0 in most, 8 in Russia and Kazakhstan, 06 in Hungary, 1 in
    /// North America, nothing in Italy.
    fn significant(self, national: &str) -> &str {
        let trunk = match self.0 {
            1 | 7 if national.len() != 11 => "",
            1 => "1",
            7 => "8",
            36 => "06",
            39 | 378 | 379 => "",
            _ => "0",
        };
        national.strip_prefix(trunk).unwrap_or(national)
    }
}

/// A telephone number in the form of E.164: + and 7 to 15 digits, the country's first. `None` if it is none, or if its country is not known: it
/// must begin with + or 00, or the calling code be given.
#[must_use]
pub fn phone(text: &str, code: Option<CallingCode>) -> Option<String> {
    let text = trimmed(text).replace("(0)", "");
    let (international, rest) = match text.strip_prefix('+').or_else(|| text.strip_prefix("00")) {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let silent =
        |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let digits: String = rest.chars().filter(|&c| !silent(c)).collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = match (international, code) {
        (true, _) => digits,
        (false, Some(code)) => format!("{}{}", code.0, code.significant(&digits)),
        (false, None) => return None,
    };
    ((7..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

/// Whether a text is a SHA-256 in hexadecimal digits already; then the same in small letters.
#[must_use]
pub fn hashed_already(text: &str) -> Option<String> {
    let text = trimmed(text);
    (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

/// SHA-256 (FIPS 180-4) in hexadecimal digits.
#[must_use]
pub fn sha256(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hash = Sha256::digest(text.as_bytes());
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    hash.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        let plain = |text| email(text, EmailForm::Plain);
        assert_eq!(plain("  Jane.Doe@Example.COM\u{a0}").unwrap(), "jane.doe@example.com");
        assert_eq!(plain("Jürgen@bücher.de").unwrap(), "jürgen@bücher.de");
        for wrong in [
            "",
            "jane",
            "jane@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@@example.com",
            "a@b@example.com",
            "a,b@example.com",
            "<a@example.com>",
            "a@-x.com",
            "a@x..com",
            "a@127.0.0.1",
            "a@example.com.",
        ] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
        assert_eq!(plain(&format!("{}@example.com", "a".repeat(65))), None);
    }

    #[test]
    fn at_google_dots_and_suffixes_are_one_mailbox() {
        let google = |text| email(text, EmailForm::Google);
        assert_eq!(google("Jane.Doe+shop@GMail.com").unwrap(), "janedoe@gmail.com");
        assert_eq!(google("j.d@googlemail.com").unwrap(), "jd@googlemail.com");
        assert_eq!(google("Jane.Doe+shop@example.com").unwrap(), "jane.doe+shop@example.com");
        assert_eq!(google("+x@gmail.com"), None);
        assert_eq!(email("Jane.Doe+shop@gmail.com", EmailForm::Plain).unwrap(), "jane.doe+shop@gmail.com");
    }

    #[test]
    fn a_telephone_number_has_its_country() {
        let known = |text| phone(text, None);
        assert_eq!(known("+48 (22) 123-45-67").unwrap(), "+48221234567");
        assert_eq!(known("0048 22 123 45 67").unwrap(), "+48221234567");
        assert_eq!(known("+44 (0)20 7946 0958").unwrap(), "+442079460958");
        for wrong in
            ["22 123 45 67", "", "+48", "+0 22 123 45 67", "+48 22 123 4567 ext 9", "+4822123456789012"]
        {
            assert_eq!(known(wrong), None, "{wrong}");
        }
        let in_country = |text, code: &str| phone(text, Some(code.parse().unwrap())).unwrap();
        assert_eq!(in_country("022 123 45 67", "48"), "+48221234567");
        assert_eq!(in_country("8 (912) 345-67-89", "7"), "+79123456789");
        assert_eq!(in_country("06 1 234 5678", "36"), "+3612345678");
        assert_eq!(in_country("06 6982", "+39"), "+39066982");
        assert_eq!(in_country("1-800-888-8888", "1"), "+18008888888");
        assert_eq!(in_country("800-888-8888", "1"), "+18008888888");
        assert_eq!(in_country("+48 221234567", "49"), "+48221234567");
        for wrong in ["0", "048", "1234", "pl", ""] {
            assert!(wrong.parse::<CallingCode>().is_err(), "{wrong}");
        }
    }

    /// The examples of FIPS 180-4 (csrc.nist.gov, "Examples with intermediate values").
    #[test]
    fn hashes_are_those_of_the_standard() {
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(
            sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        );
        let hash = sha256("abc").to_uppercase();
        assert_eq!(hashed_already(&hash).unwrap(), sha256("abc"));
        assert_eq!(hashed_already("abc"), None);
    }
}
