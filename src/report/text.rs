//! Words on the page: what the report says, and what stands in the data, told apart so that data are never markup.

use std::fmt::Write;

/// A piece of text by where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Span {
    /// The report's own words, in its language.
    Own(String),
    /// A number or name that the eye should find.
    Strong(String),
    /// An explanation below what it explains.
    Small(String),
    /// From the data: a customer's id, a channel.
    Data(String),
    /// The report's words, in English whatever its language.
    English(String),
}

/// Words on the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Vec<Span>);

impl Text {
    /// From the data: shown as it is, set apart from the direction of the words around it; cut where it is very long.
    pub fn data(text: &str) -> Self {
        let mut shown: String = text.chars().take(LONGEST).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self(vec![Span::Data(shown)])
    }

    /// What the eye should find.
    pub fn strong(text: impl Into<String>) -> Self {
        Self(vec![Span::Strong(text.into())])
    }

    /// An explanation below what it explains.
    pub fn small(text: impl Into<String>) -> Self {
        Self(vec![Span::Small(text.into())])
    }

    /// English in any report: what the program said while it worked.
    pub fn english(text: impl Into<String>) -> Self {
        Self(vec![Span::English(text.into())])
    }

    /// Followed by another text.
    #[must_use]
    pub fn and(mut self, other: impl Into<Self>) -> Self {
        self.0.extend(other.into().0);
        self
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| span.words().is_empty())
    }

    /// With a capital at its beginning, if that is a letter of the report's own.
    #[must_use]
    pub fn capital(mut self) -> Self {
        if let Some(Span::Own(text)) = self.0.iter_mut().find(|span| !span.words().is_empty()) {
            let mut letters = text.chars();
            if let Some(first) = letters.next() {
                *text = first.to_uppercase().chain(letters).collect();
            }
        }
        self
    }

    /// As HTML.
    pub fn html(&self) -> String {
        let mut out = String::new();
        for span in &self.0 {
            match span {
                Span::Own(text) => out += &escaped(text),
                Span::Strong(text) => out += &format!("<strong>{}</strong>", escaped(text)),
                Span::Small(text) => out += &format!("<small>{}</small>", escaped(text)),
                Span::Data(text) => out += &format!("<bdi>{}</bdi>", marked(text)),
                Span::English(text) => out += &format!("<span lang=\"en\">{}</span>", escaped(&plain(text))),
            }
        }
        out
    }

    /// Without markup, for the inside of charts and of attributes; still to be escaped.
    pub fn plain(&self) -> String {
        self.0.iter().map(|span| plain(span.words())).collect()
    }
}

impl Span {
    fn words(&self) -> &str {
        match self {
            Self::Own(text)
            | Self::Strong(text)
            | Self::Small(text)
            | Self::Data(text)
            | Self::English(text) => text,
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(vec![Span::Own(text)])
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// With the five characters that mean something in HTML written as entities.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            other => out.push(other),
        }
    }
    out
}

/// Whether a character would act on the page instead of being seen: control characters, marks of direction, things of no width.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Longer pieces of data are cut, and the cut is shown.
const LONGEST: usize = 120;

/// Data as HTML: what would act is named by its number.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) {
            let _ = write!(out, "<span class=\"acts\">U+{:04X}</span>", letter as u32);
        } else {
            out += &escaped(letter.encode_utf8(&mut [0; 4]));
        }
    }
    out
}

/// The same without markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if acts(letter) && letter != '\n' {
            let _ = write!(out, "[U+{:04X}]", letter as u32);
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_never_markup() {
        let hostile = Text::data("<script>alert(\"x\")</script>\u{202e}&'");
        assert_eq!(
            hostile.html(),
            "<bdi>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;<span class=\"acts\">U+202E</span>&amp;&#39;</bdi>"
        );
        assert_eq!(Text::data("a\u{202e}b").plain(), "a[U+202E]b");
    }

    #[test]
    fn long_data_are_cut_and_the_cut_is_shown() {
        assert_eq!(Text::data(&"x".repeat(120)).html(), format!("<bdi>{}</bdi>", "x".repeat(120)));
        assert!(Text::data(&"x".repeat(121)).html().ends_with("x…</bdi>"));
    }

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(Text::from("in den").capital().html(), "In den");
        assert_eq!(Text::from("за").capital().and(Text::strong("5")).html(), "За<strong>5</strong>");
    }
}
