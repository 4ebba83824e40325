//! Amounts of money as shops write them, read exactly.

use std::borrow::Cow;

use super::DecimalMark;
use crate::units::Money;

/// What a text says about the amount it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Of(Money),
    /// Nothing stands there.
    Missing,
    /// `1,234`: a thousand and more, or one and a bit, and nothing tells which.
    Ambiguous,
    Unreadable,
}

impl Amount {
    /// The money, if it is an amount.
    pub fn money(self) -> Option<Money> {
        if let Self::Of(money) = self { Some(money) } else { None }
    }

    /// With another amount, if it is one; out of range it is unreadable.
    pub fn map(self, other: impl FnOnce(Money) -> Option<Money>) -> Self {
        match self {
            Self::Of(money) => other(money).map_or(Self::Unreadable, Self::Of),
            _ => self,
        }
    }
}

/// What every row weighs where nothing says how much.
pub(super) const ONE: Amount = Amount::Of(Money::from_micros(Money::PER_UNIT));

/// What an amount tells about the decimal mark of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    None,
    Ambiguous,
    Point,
    Comma,
}

/// Reads an amount, to the millionth; what is finer is rounded, halves away from zero.
///
/// Understood are signs before and after, parentheses for negative, currency signs and codes on either side, groups of
/// thousands apart by comma, point, space or apostrophe, and exponents.
pub(crate) fn read(text: &[u8], mark: Option<DecimalMark>) -> Amount {
    if let Some(micros) = plain(text, mark.unwrap_or(DecimalMark::Point).byte()) {
        // Without a mark known, `1.234` is no plain number.
        if mark.is_some() || text.len() < 4 || text[text.len() - 4] != b'.' {
            return Amount::Of(Money::from_micros(micros));
        }
    }
    let text = text_of(text);
    if is_missing(text.trim().as_bytes()) {
        return Amount::Missing;
    }
    let Some(number) = Number::of(&text) else { return Amount::Unreadable };
    let mark = match (mark, number.evidence()) {
        (Some(mark), _) => mark,
        (None, Evidence::Ambiguous) => return Amount::Ambiguous,
        (None, Evidence::Comma) => DecimalMark::Comma,
        (None, _) => DecimalMark::Point,
    };
    number.micros(mark).map_or(Amount::Unreadable, |micros| Amount::Of(Money::from_micros(micros)))
}

/// A number with a decimal point, in units of 10 to the power of minus `digits`.
pub(super) fn fixed(text: &[u8], digits: i32) -> Option<i128> {
    Number::of(&text_of(text))?.scaled(DecimalMark::Point, digits)
}

/// What an amount tells about the decimal mark.
pub(crate) fn evidence(text: &[u8]) -> Evidence {
    if text.iter().all(u8::is_ascii_digit) {
        return Evidence::None;
    }
    Number::of(&text_of(text)).map_or(Evidence::None, |number| number.evidence())
}

/// The currency that stands beside an amount in its own field: `€` in `€30.00`, `zł` in `1 234,50 zł`.
pub(super) fn currency_beside(text: &str) -> Option<&str> {
    let is_number =
        |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-()\u{2212}\u{2013}.,'’`".contains(c);
    Some(text.trim_matches(is_number)).filter(|word| !word.is_empty() && is_currency(word))
}

/// The product of a price and a quantity, to the millionth.
pub(super) fn product(price: Money, quantity: Money) -> Option<Money> {
    let exact = i128::from(price.micros()) * i128::from(quantity.micros());
    let half = i128::from(Money::PER_UNIT / 2) * exact.signum();
    i64::try_from((exact + half) / i128::from(Money::PER_UNIT)).ok().map(Money::from_micros)
}

/// Whether a text stands for nothing, as tables write it.
pub(super) fn is_missing(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [b"null", b"nan", b"none", b"n/a", b"na", b"nat", b"#n/a", b"<na>", b"nil"];
    text.is_empty() || (text.len() <= 4 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// Text that is no UTF-8 is Windows-1252: there is no byte it cannot read, and signs of currency and fixed spaces are in it.
pub(crate) fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// `-1234.56` and nothing around it: most amounts are that plain.
#[inline]
fn plain(text: &[u8], mark: u8) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let mut value = 0i64;
    let mut decimals = None;
    for &byte in digits {
        if byte.is_ascii_digit() {
            value = value * 10 + i64::from(byte - b'0');
            decimals = decimals.map(|n| n + 1);
        } else if byte == mark && decimals.is_none() {
            decimals = Some(0);
        } else {
            return None;
        }
    }
    const POWERS: [i64; 7] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    if decimals == Some(digits.len() - 1) {
        return None; // a mark alone
    }
    let micros = value.checked_mul(*POWERS.get(decimals.unwrap_or(0))?)?;
    Some(if negative { -micros } else { micros })
}

/// A number taken apart, before it is known which mark means what.
#[derive(Debug, Default)]
struct Number {
    negative: bool,
    digits: Vec<u8>,
    /// The marks between digits (`.`, `,` or a space for every other), and how many digits stand before each.
    marks: Vec<(u8, usize)>,
    exponent: Option<i32>,
}

impl Number {
    fn of(text: &str) -> Option<Self> {
        let (negative, body) = undress(text)?;
        let mut number = Self { negative, ..Self::default() };
        for (at, symbol) in body.char_indices() {
            match symbol {
                '0'..='9' => number.digits.push(symbol as u8),
                '.' | ',' => number.marks.push((symbol as u8, number.digits.len())),
                '\'' | '’' | '`' => number.marks.push((b' ', number.digits.len())),
                'e' | 'E' if !number.digits.is_empty() => {
                    number.exponent = Some(body[at + 1..].parse().ok().filter(|e: &i32| e.abs() < 40)?);
                    break;
                }
                _ if symbol.is_whitespace() => number.marks.push((b' ', number.digits.len())),
                _ => return None,
            }
        }
        (!number.digits.is_empty() && number.digits.len() <= 40).then_some(number)
    }

    /// What the marks tell by themselves.
    fn evidence(&self) -> Evidence {
        let is = |mark: u8| if mark == b'.' { Evidence::Point } else { Evidence::Comma };
        let other = |mark: u8| if mark == b'.' { Evidence::Comma } else { Evidence::Point };
        let mut marks = self.marks.iter().filter(|(mark, _)| *mark != b' ');
        let Some(&(first, before)) = marks.next() else { return Evidence::None };
        let Some(&(last, _)) = self.marks.last() else { return Evidence::None };
        match marks.next() {
            None => {
                let spaced = self.marks.len() > 1;
                let after = self.digits.len() - before;
                let leading_zero = self.digits[0] == b'0';
                let decimal = after != 3 || before == 0 || before > 3 || leading_zero || spaced;
                if decimal || self.exponent.is_some() { is(first) } else { Evidence::Ambiguous }
            }
            Some(&(second, _)) if second == first && last == first => other(first),
            Some(_) => is(last),
        }
    }

    /// The value in millionths, once the decimal mark is known; `None` if the groups are not those of thousands.
    fn micros(&self, mark: DecimalMark) -> Option<i64> {
        self.scaled(mark, 6).and_then(|value| i64::try_from(value).ok())
    }

    /// The value in units of 10 to the power of minus `digits`.
    fn scaled(&self, mark: DecimalMark, digits: i32) -> Option<i128> {
        let (groups, whole) = match self.marks.split_last() {
            Some((&(last, at), rest)) if last == mark.byte() => (rest, at),
            _ => (&self.marks[..], self.digits.len()),
        };
        if !are_thousands(groups, whole, mark) {
            return None;
        }
        let decimals = i32::try_from(self.digits.len() - whole).ok()?;
        let mut value = 0i128;
        for digit in &self.digits {
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let value = scaled(value, digits - decimals + self.exponent.unwrap_or(0))?;
        Some(if self.negative { -value } else { value })
    }
}

/// Whether marks stand between thousands, all the same one: the first group of one to three digits, every other of three (of
/// two or three if it is the comma, as in India), the last of three.
fn are_thousands(marks: &[(u8, usize)], whole: usize, decimal: DecimalMark) -> bool {
    let Some(&(mark, first)) = marks.first() else { return true };
    let last = marks[marks.len() - 1].1;
    let between = |pair: &[(u8, usize)]| {
        let length = pair[1].1 - pair[0].1;
        pair[1].0 == mark && (length == 3 || (length == 2 && mark == b','))
    };
    mark != decimal.byte()
        && (1..=3).contains(&first)
        && whole.checked_sub(last) == Some(3)
        && marks.windows(2).all(between)
}

/// A value times a power of ten, halves rounded away from zero.
pub(super) fn scaled(value: i128, power: i32) -> Option<i128> {
    if value == 0 {
        return Some(0);
    }
    if power >= 0 {
        return value.checked_mul(10i128.checked_pow(power.unsigned_abs())?);
    }
    match 10i128.checked_pow(power.unsigned_abs()) {
        Some(divisor) => Some((value + value.signum() * (divisor / 2)) / divisor),
        None => Some(0),
    }
}

/// Takes signs, parentheses, currencies and spaces off both ends: whether it is negative, and the bare number.
fn undress(text: &str) -> Option<(bool, &str)> {
    let (mut rest, mut signs, mut negative) = (text.trim(), 0, false);
    loop {
        let before = rest.len();
        if let Some(inside) = rest.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
            (signs, negative, rest) = (signs + 1, true, inside.trim());
        }
        for sign in ['-', '\u{2212}', '\u{2013}', '+'] {
            if let Some(inside) = rest.strip_prefix(sign).or_else(|| rest.strip_suffix(sign)) {
                (signs, negative, rest) = (signs + 1, sign != '+', inside.trim());
                break;
            }
        }
        rest = without_currency(rest).trim();
        if rest.len() == before {
            break;
        }
    }
    (signs <= 1).then_some((negative, rest))
}

/// Without a currency at one end.
fn without_currency(text: &str) -> &str {
    let is_word =
        |c: char| !c.is_ascii_digit() && !c.is_whitespace() && !"+-()\u{2212}\u{2013},'’`".contains(c);
    let head = text.len() - text.trim_start_matches(is_word).len();
    if head > 0 && is_currency(&text[..head]) {
        return &text[head..];
    }
    let tail = text.trim_end_matches(is_word).len();
    if tail < text.len() && is_currency(&text[tail..]) { &text[..tail] } else { text }
}

/// Signs, and what people write instead of the code.
const SIGNS: &str = " $ € £ ¥ ₹ ₽ ₩ ₺ ₴ ₪ ₫ ₦ ₱ ฿ ₸ ₡ ₲ ₵ ¢ zł zl kr kr. kč Kč Ft лв лв. руб руб. р. грн грн. lei Lei Rs Rs. RM Fr. Fr \
    R$ US$ C$ CA$ A$ AU$ NZ$ HK$ S$ NT$ MX$ ден дин din Eur eur euro Euro ,- ";
/// ISO 4217.
const CODES: &str = " AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP \
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD \
    IRR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RMB RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP \
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER \
    ZAR ZMW ZWL ";

fn is_currency(word: &str) -> bool {
    let known = |list: &str, word: &str| list.split(' ').any(|one| one == word);
    known(SIGNS, word) || (word.len() == 3 && known(CODES, &word.to_ascii_uppercase()))
}

#[cfg(test)]
#[path = "amounts_tests.rs"]
mod tests;
