//! Charts of a page: drawn twice, for a wide and for a narrow screen, and told a third time as a table.

mod axis;
mod draw;

use super::table::{Cell, Head, Table, folded};
use super::text::{Text, escaped};
use super::words::{self, Speaker};
use axis::{Along, Upwards};

/// A chart over places side by side: points of time, tenths of the customers.
pub struct Chart {
    /// What it shows.
    pub title: Text,
    /// What stands along its side.
    pub side: Text,
    /// What its places are, as the head of a column.
    pub what: &'static str,
    /// Its places, from left to right.
    pub places: Vec<Place>,
    /// What is drawn, the first one lowest.
    pub series: Vec<Series>,
    /// How its numbers are written.
    pub unit: Unit,
}

/// A place along the bottom.
#[derive(Debug, Clone)]
pub struct Place {
    /// What stands below it.
    pub label: String,
    /// What stands below that, where it differs from that of the place before: the year of a month.
    pub within: String,
    /// Its whole name.
    pub name: String,
}

impl Place {
    /// With one name for all uses.
    pub fn named(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { label: name.clone(), within: String::new(), name }
    }
}

/// Some numbers, one for each place.
pub struct Series {
    /// What they are.
    pub name: String,
    /// Their colour.
    pub tone: Tone,
    /// How they are drawn.
    pub shape: Shape,
}

/// How numbers are drawn; `None` where there is none.
pub enum Shape {
    /// Between two ends.
    Band(Vec<Option<(f64, f64)>>),
    /// A line through them.
    Line(Vec<Option<f64>>),
    /// A bar each.
    Bars(Vec<Option<f64>>),
    /// A dot each.
    Dots(Vec<Option<f64>>),
    /// A stroke between two ends each.
    Whiskers(Vec<Option<(f64, f64)>>),
}

impl Shape {
    /// What is at a place: one number twice, or two ends.
    fn at(&self, place: usize) -> Option<(f64, f64)> {
        match self {
            Self::Band(ends) | Self::Whiskers(ends) => ends.get(place).copied().flatten(),
            Self::Line(values) | Self::Bars(values) | Self::Dots(values) => {
                values.get(place).copied().flatten().map(|value| (value, value))
            }
        }
    }

    /// Whether each place needs room of its own.
    const fn is_wide(&self) -> bool {
        matches!(self, Self::Bars(_) | Self::Whiskers(_))
    }

    /// The name of its class.
    const fn class(&self) -> &'static str {
        match self {
            Self::Band(_) => "band",
            Self::Line(_) => "line",
            Self::Bars(_) => "fill",
            Self::Dots(_) => "dot",
            Self::Whiskers(_) => "whisker",
        }
    }
}

/// Colours: what is meant, for the style to say how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What the chart is about.
    Accent,
    /// What it is compared with.
    Ink,
}

impl Tone {
    /// The name of its class.
    const fn class(self) -> &'static str {
        match self {
            Self::Accent => "accent",
            Self::Ink => "ink",
        }
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Amounts of money.
    Money,
    /// How many.
    Count,
    /// Means and other numbers.
    Mean,
    /// Fractions, as per cent.
    Share,
}

impl Unit {
    /// A number as it is written beside its name.
    pub fn shown(self, value: f64, speaker: Speaker<'_>) -> String {
        match self {
            Self::Money => speaker.locale.money(value),
            Self::Count => speaker.locale.number(value, 0),
            Self::Mean => speaker.locale.mean(value),
            Self::Share => speaker.locale.percent(value),
        }
    }
}

/// The sizes in which a chart is drawn: the name of its class, width and height.
const SIZES: [(&str, f64, f64); 2] = [("wide", 720.0, 300.0), ("narrow", 340.0, 250.0)];

impl Chart {
    /// The series in the order in which they are told: a value before its interval, which is drawn below it.
    fn told(&self) -> Vec<&Series> {
        let mut told: Vec<&Series> = self.series.iter().collect();
        for at in 1..told.len() {
            let range = matches!(told[at - 1].shape, Shape::Band(_) | Shape::Whiskers(_));
            if range && told[at - 1].tone == told[at].tone {
                told.swap(at - 1, at);
            }
        }
        told
    }

    /// What is said of a place: its name, and a line for each series.
    fn tip(&self, place: usize, speaker: Speaker<'_>) -> String {
        let mut text = self.places[place].name.clone();
        for series in self.told() {
            if let Some(ends) = series.shape.at(place) {
                text += &format!("\n{}: {}", series.name, self.between(ends, speaker));
            }
        }
        text
    }

    /// One number, or two ends.
    fn between(&self, (lower, upper): (f64, f64), speaker: Speaker<'_>) -> String {
        let show = |value: f64| self.unit.shown(value, speaker);
        if lower == upper {
            return show(lower);
        }
        speaker.tell(&words::FROM_TO, &[("lower", show(lower).into()), ("upper", show(upper).into())]).plain()
    }

    /// Its numbers.
    fn table(&self, speaker: Speaker<'_>) -> Table {
        let mut heads = vec![Head { text: self.what.into(), number: false }];
        let told = self.told();
        heads.extend(told.iter().map(|s| Head { text: Text::from(s.name.as_str()), number: true }));
        let mut table = Table::new(self.title.clone(), heads).fixed();
        for (at, place) in self.places.iter().enumerate() {
            let cell = |series: &&Series| match series.shape.at(at) {
                Some(ends) => Cell::number(self.between(ends, speaker), ends.0),
                None => Cell::none(),
            };
            let name = Cell::text(place.name.as_str());
            table.rows.push(std::iter::once(name).chain(told.iter().map(cell)).collect());
        }
        table
    }

    /// As HTML; `id` is unlike any other on the page.
    pub fn html(&self, id: &str, speaker: Speaker<'_>) -> String {
        let title = escaped(&self.title.plain());
        let mut out = format!("<figure class=\"chart\">\n<figcaption>{}", self.title.html());
        if !self.side.is_empty() {
            out += &format!("<span class=\"side\">{}</span>", self.side.html());
        }
        out += "</figcaption>\n";
        out += &self.legend();
        let how = escaped(speaker.say(&words::ARROWS));
        out += &format!("<div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"{title}. {how}\">\n");
        for (class, width, height) in SIZES {
            let ends = axis::ends(self);
            let upwards = Upwards::new(self, ends, height, speaker);
            let along = Along::new(self, &upwards, width);
            out += &format!(
                "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n"
            );
            out += &draw::inside(self, &along, &upwards, speaker);
            out += "</svg>\n";
        }
        out += "</div>\n";
        out += &folded(&self.table(speaker), id, speaker);
        out + "</figure>\n"
    }

    /// What the colours mean, where there is more than one thing to tell apart.
    fn legend(&self) -> String {
        if self.series.len() < 2 {
            return String::new();
        }
        let mut out = String::from("<ul class=\"legend\">");
        for series in self.told() {
            let mark = match series.shape {
                Shape::Line(_) => "<path class=\"line TONE\" d=\"M1 6H23\"/>",
                Shape::Band(_) => "<rect class=\"band TONE\" x=\"1\" y=\"1\" width=\"22\" height=\"10\"/>",
                Shape::Bars(_) => "<rect class=\"fill TONE\" x=\"7\" y=\"1\" width=\"10\" height=\"10\"/>",
                Shape::Whiskers(_) => "<path class=\"whisker TONE\" d=\"M12 0V12\"/>",
                Shape::Dots(_) => "<circle class=\"dot TONE\" cx=\"12\" cy=\"6\" r=\"4.5\"/>",
            };
            let mark = mark.replace("TONE", series.tone.class());
            out += &format!(
                "<li><svg viewBox=\"0 0 24 12\" aria-hidden=\"true\">{mark}</svg>{}</li>",
                escaped(&series.name)
            );
        }
        out + "</ul>\n"
    }
}

#[cfg(test)]
mod tests;
