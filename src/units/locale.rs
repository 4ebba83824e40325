//! How numbers, dates and money are written in a language.

use std::str::FromStr;

use super::{Grain, Tick, grouped};
use crate::{Error, Result};

/// A language that reports and tables can speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Polish.
    Pl,
    /// Russian.
    Ru,
    /// German.
    De,
}

impl Language {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::En, Self::Pl, Self::Ru, Self::De];

    /// Its code (ISO 639-1).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Pl => "pl",
            Self::Ru => "ru",
            Self::De => "de",
        }
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wanted = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == wanted).ok_or_else(|| {
            Error::usage(format!("`{text}` is not a language that is spoken here; use en, pl, ru or de"))
        })
    }
}

/// How numbers look: a language, and the currency where it is known.
///
/// The rules are those of Unicode's CLDR 46 for the four languages: the decimal mark, what stands between thousands (in Polish from
/// 10,000 on), and where the sign of a currency stands. English dates are ISO 8601, since 3/4/2024 means two things.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locale {
    /// The language.
    pub language: Language,
    /// The code of the currency (ISO 4217), where amounts should show it.
    pub currency: Option<String>,
}

/// A space at which no line breaks.
const FIXED: char = '\u{a0}';

impl Locale {
    /// Of a language, for amounts without a currency.
    #[must_use]
    pub const fn of(language: Language) -> Self {
        Self { language, currency: None }
    }

    /// The decimal mark.
    const fn mark(&self) -> char {
        match self.language {
            Language::En => '.',
            Language::Pl | Language::Ru | Language::De => ',',
        }
    }

    /// A count with its thousands apart.
    #[must_use]
    pub fn count(&self, count: u64) -> String {
        let between = match self.language {
            Language::En => return grouped(count),
            Language::De => ".".to_owned(),
            Language::Pl if count < 10_000 => String::new(),
            Language::Pl | Language::Ru => FIXED.to_string(),
        };
        grouped(count).replace(',', &between)
    }

    /// A number with so many decimals; one that rounds to 0 has no sign.
    #[must_use]
    pub fn number(&self, value: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let sign = if value < 0.0 && !zero { "-" } else { "" };
        // A whole part beyond u64 is shown as it is.
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| self.count(whole));
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}{}{fraction}", self.mark())
        }
    }

    /// An amount of money: whole from a thousand up, else to the cent; with the currency where it is known.
    #[must_use]
    pub fn money(&self, value: f64) -> String {
        let text = self.number(value, if value.abs() >= 1000.0 { 0 } else { 2 });
        let Some(code) = &self.currency else { return text };
        let sign = sign_of(code);
        match (self.language, text.strip_prefix('-')) {
            (Language::En, Some(amount)) if sign != code => format!("-{sign}{amount}"),
            (Language::En, None) if sign != code => format!("{sign}{text}"),
            (Language::En, _) => format!("{code}{FIXED}{text}"),
            _ => format!("{text}{FIXED}{sign}"),
        }
    }

    /// A mean number of things: with the digits that matter at its size.
    #[must_use]
    pub fn mean(&self, value: f64) -> String {
        let decimals = match value.abs() {
            size if size >= 1000.0 => 0,
            size if size >= 100.0 => 1,
            _ => 2,
        };
        self.number(value, decimals)
    }

    /// A fraction as per cent: 94.7 %.
    #[must_use]
    pub fn percent(&self, fraction: f64) -> String {
        format!("{}{FIXED}%", self.number(100.0 * fraction, 1))
    }

    /// A moment: the day, and the time of day where the grain has one.
    #[must_use]
    pub fn date(&self, grain: Grain, tick: Tick) -> String {
        let moment = grain.moment(tick);
        if self.language == Language::En {
            return grain.show(tick);
        }
        let day = format!("{:02}.{:02}.{}", moment.day(), moment.month(), moment.year());
        if grain == Grain::Day { day } else { format!("{day} {:02}:{:02}", moment.hour(), moment.minute()) }
    }

    /// Yes or no.
    #[must_use]
    pub const fn yes(&self, yes: bool) -> &'static str {
        match (self.language, yes) {
            (Language::En, true) => "yes",
            (Language::En, false) => "no",
            (Language::Pl, true) => "tak",
            (Language::Pl, false) => "nie",
            (Language::Ru, true) => "да",
            (Language::Ru, false) => "нет",
            (Language::De, true) => "ja",
            (Language::De, false) => "nein",
        }
    }
}

/// The sign of a currency, where it has one that is understood everywhere; else its code.
fn sign_of(code: &str) -> &str {
    match code {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "PLN" => "zł",
        "RUB" => "₽",
        "JPY" => "¥",
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_each_language_writes_them() {
        let shown = |language: Language| {
            let locale = Locale { language, currency: Some("EUR".into()) };
            let date = locale.date(Grain::Day, Grain::Day.read("1998-06-30").unwrap());
            [
                locale.number(-1234.5, 2),
                locale.money(1_234_567.0),
                locale.money(-9.9),
                locale.percent(0.1234),
                date,
            ]
            .map(|text| text.replace(FIXED, "_"))
        };
        assert_eq!(shown(Language::En), ["-1,234.50", "€1,234,567", "-€9.90", "12.3_%", "1998-06-30"]);
        assert_eq!(shown(Language::De), ["-1.234,50", "1.234.567_€", "-9,90_€", "12,3_%", "30.06.1998"]);
        assert_eq!(shown(Language::Pl), ["-1234,50", "1_234_567_€", "-9,90_€", "12,3_%", "30.06.1998"]);
        assert_eq!(shown(Language::Ru), ["-1_234,50", "1_234_567_€", "-9,90_€", "12,3_%", "30.06.1998"]);
    }

    #[test]
    fn a_language_is_asked_for_by_its_code() {
        assert_eq!("PL".parse::<Language>().unwrap(), Language::Pl);
        assert!("fr".parse::<Language>().is_err());
        assert_eq!(Locale::of(Language::En).number(-0.001, 2), "0.00");
        assert_eq!(Locale { currency: Some("CHF".into()), ..Locale::default() }.money(2.0), "CHF\u{a0}2.00");
    }
}
