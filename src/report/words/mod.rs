//! Everything the report says, in all its languages side by side: a phrase that lacks one does not compile.

mod figures;
mod chart;
mod page;
mod year;
mod people;
mod periods;
mod segments;
mod trend;
mod check;
mod rows;
mod method;

use super::text::Text;
use crate::units::{Grain, Language, Locale, Tick};

pub use self::{
    chart::*, check::*, figures::*, method::*, page::*, people::*, periods::*, rows::*, segments::*,
    trend::*, year::*,
};

/// A phrase. In braces stand the names of what is filled in: the same ones in every language.
#[derive(Debug, Clone, Copy)]
pub struct Phrase {
    /// English.
    pub en: &'static str,
    /// Polish.
    pub pl: &'static str,
    /// Russian.
    pub ru: &'static str,
    /// German.
    pub de: &'static str,
}

impl Phrase {
    /// In a language.
    pub const fn of(&self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Pl => self.pl,
            Language::Ru => self.ru,
            Language::De => self.de,
        }
    }
}

/// Something counted: the forms of it, of which each language has as many as its grammar asks for. `{n}` is the number.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// English: one, several.
    pub en: [&'static str; 2],
    /// Polish: one, a few (2, 3, 4, 22, ...), many.
    pub pl: [&'static str; 3],
    /// Russian: one (1, 21, ...), a few (2, 3, 4, 22, ...), many.
    pub ru: [&'static str; 3],
    /// German: one, several.
    pub de: [&'static str; 2],
}

impl Counted {
    /// The form for a number: the plural rules of CLDR for whole numbers.
    const fn of(&self, language: Language, n: u64) -> &'static str {
        let few = matches!(n % 10, 2..=4) && !matches!(n % 100, 12..=14);
        match language {
            Language::En => self.en[(n != 1) as usize],
            Language::De => self.de[(n != 1) as usize],
            Language::Pl if n == 1 => self.pl[0],
            Language::Pl => self.pl[if few { 1 } else { 2 }],
            Language::Ru if n % 10 == 1 && n % 100 != 11 => self.ru[0],
            Language::Ru => self.ru[if few { 1 } else { 2 }],
        }
    }
}

/// Who says it: a language with its numbers, dates and currency.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    /// How numbers look.
    pub locale: &'a Locale,
}

impl Speaker<'_> {
    /// A phrase that nothing is filled into.
    pub const fn say(&self, phrase: &Phrase) -> &'static str {
        phrase.of(self.locale.language)
    }

    /// A phrase with its braces filled.
    pub fn tell(&self, phrase: &Phrase, values: &[(&str, Text)]) -> Text {
        let mut text = Text::default();
        let mut rest = self.say(phrase);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            text = text.and(before);
            if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                text = text.and(value.clone());
            }
            rest = after;
        }
        text.and(rest)
    }

    /// Something counted.
    pub fn count(&self, counted: &Counted, n: u64) -> String {
        counted.of(self.locale.language, n).replace("{n}", &self.locale.count(n))
    }

    /// The short name of a month, 1 to 12.
    pub fn month(&self, month: i8) -> &'static str {
        let at = usize::try_from(month - 1).unwrap_or_default();
        self.say(&MONTHS).split(' ').nth(at).unwrap_or_default()
    }

    /// A day, without the time of day.
    pub fn day(&self, grain: Grain, tick: Tick) -> String {
        let date = self.locale.date(grain, tick);
        date.split(' ').next().unwrap_or_default().split('T').next().unwrap_or_default().to_owned()
    }
}

/// Phrases by name, and a list of them all.
macro_rules! phrases {
    ($($name:ident { en: $en:literal, pl: $pl:literal, ru: $ru:literal, de: $de:literal $(,)? })*) => {
        $(pub const $name: $crate::report::words::Phrase =
            $crate::report::words::Phrase { en: $en, pl: $pl, ru: $ru, de: $de };)*
        #[cfg(test)]
        pub(super) const LIST: &[(&str, $crate::report::words::Phrase)] = &[$((stringify!($name), $name)),*];
    };
}
use phrases;

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
