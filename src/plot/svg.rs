//! An SVG document as it grows: elements, numbers and text, all of them escaped.

use std::fmt::{self, Display, Write as _};

use super::font::FAMILIES;

/// A coordinate: two decimals, no needless zeros.
#[derive(Debug, Clone, Copy)]
pub(super) struct Px(pub f64);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0.clamp(-1e6, 1e6) * 100.0).round();
        if hundredths % 100.0 == 0.0 {
            write!(f, "{}", (hundredths / 100.0) as i64)
        } else {
            write!(f, "{}", hundredths / 100.0)
        }
    }
}

/// Where a text stands about its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    pub size: f64,
    pub bold: bool,
    pub fill: &'static str,
    pub anchor: Anchor,
    /// Read from below to above.
    pub upwards: bool,
}

impl Text {
    pub(super) const fn new(size: f64, fill: &'static str) -> Self {
        Self { size, bold: false, fill, anchor: Anchor::Start, upwards: false }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) const fn upwards(self) -> Self {
        Self { upwards: true, ..self }
    }
}

type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// A growing document.
#[derive(Debug)]
pub(super) struct Svg {
    text: String,
    open: Vec<&'static str>,
}

impl Svg {
    /// A document of a size in pixels, on white, with a title and a description for those who cannot see it.
    pub(super) fn new(width: f64, height: f64, title: &str, description: &str) -> Self {
        let mut svg = Self { text: String::new(), open: Vec::new() };
        let view = format!("0 0 {} {}", Px(width), Px(height));
        svg.open(
            "svg",
            &[
                ("xmlns", &"http://www.w3.org/2000/svg"),
                ("viewBox", &view),
                ("width", &Px(width)),
                ("height", &Px(height)),
                ("role", &"img"),
                ("font-family", &FAMILIES),
            ],
        );
        svg.words("title", title);
        svg.words("desc", description);
        svg.leaf("rect", &[("width", &Px(width)), ("height", &Px(height)), ("fill", &"#ffffff")]);
        svg
    }

    /// Everything closed: the document.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    /// Opens an element.
    pub(super) fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.start(tag, attributes);
        self.text.push_str(">\n");
        self.open.push(tag);
    }

    /// Closes the innermost open element.
    pub(super) fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            let _ = writeln!(self.text, "</{tag}>");
        }
    }

    /// An element with nothing in it.
    pub(super) fn leaf(&mut self, tag: &str, attributes: Attributes<'_>) {
        self.start(tag, attributes);
        self.text.push_str("/>\n");
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), attributes: Attributes<'_>) {
        let ends: [(&str, &dyn Display); 4] =
            [("x1", &Px(from.0)), ("y1", &Px(from.1)), ("x2", &Px(to.0)), ("y2", &Px(to.1))];
        self.leaf("line", &[&ends[..], attributes].concat());
    }

    /// A rectangle between two corners, whichever they are.
    pub(super) fn rect(&mut self, one: (f64, f64), other: (f64, f64), attributes: Attributes<'_>) {
        let place: [(&str, &dyn Display); 4] = [
            ("x", &Px(one.0.min(other.0))),
            ("y", &Px(one.1.min(other.1))),
            ("width", &Px((one.0 - other.0).abs())),
            ("height", &Px((one.1 - other.1).abs())),
        ];
        self.leaf("rect", &[&place[..], attributes].concat());
    }

    /// A text whose middle stands at a height.
    pub(super) fn text(&mut self, (x, y): (f64, f64), style: Text, text: &str) {
        let drop = 0.35 * style.size;
        let (x, y) = if style.upwards { (x + drop, y) } else { (x, y + drop) };
        let turn = format!("rotate(-90 {} {})", Px(x), Px(y));
        let anchor = match style.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, size) = (Px(x), Px(y), Px(style.size));
        let mut attributes: Vec<(&str, &dyn Display)> =
            vec![("x", &x), ("y", &y), ("font-size", &size), ("fill", &style.fill)];
        if style.anchor != Anchor::Start {
            attributes.push(("text-anchor", &anchor));
        }
        if style.bold {
            attributes.push(("font-weight", &"bold"));
        }
        if style.upwards {
            attributes.push(("transform", &turn));
        }
        self.start("text", &attributes);
        self.text.push('>');
        escape(text, &mut self.text);
        self.text.push_str("</text>\n");
    }

    fn words(&mut self, tag: &str, text: &str) {
        let _ = write!(self.text, "<{tag}>");
        escape(text, &mut self.text);
        let _ = writeln!(self.text, "</{tag}>");
    }

    fn start(&mut self, tag: &str, attributes: Attributes<'_>) {
        let _ = write!(self.text, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"");
            escape(&value.to_string(), &mut self.text);
            self.text.push('"');
        }
    }
}

/// Text as text: what XML takes for markup is escaped, what it forbids and what would turn the direction of reading is replaced.
fn escape(text: &str, to: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\'' => to.push_str("&#39;"),
            '\n' | '\r' | '\t' => to.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => to.push('\u{fffd}'),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                to.push('\u{fffd}')
            }
            _ => to.push(letter),
        }
    }
}
