//! Which numbers are told along an axis, and how they are written.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

use super::font::width;
use super::scale::{Along, Scale};

/// The size of what is written along an axis, in pixels.
pub(super) const SIZE: f64 = 11.0;

/// A number that is told: where it stands and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub pixel: f64,
    /// Where the middle of its label stands.
    pub middle: f64,
    pub label: String,
}

impl Tick {
    const fn at(pixel: f64, label: String) -> Self {
        Self { pixel, middle: pixel, label }
    }

    /// Half of the width of its label.
    fn half(&self) -> f64 {
        0.5 * label_width(&self.label)
    }
}

/// The numbers told along an axis, at least `gap` pixels apart.
fn ticks(along: &Along<'_>, gap: f64) -> Vec<Tick> {
    let (low, high) = along.ends;
    let most = (along.length() / gap).floor().max(2.0);
    let values = match &along.axis.scale {
        Scale::Groups(names) => return groups(along, names),
        Scale::Dates => return dates(along, most),
        Scale::Linear => even(low, high, most, along.axis.whole),
        Scale::SquareRoot => roots(along, gap),
        Scale::Log if high / low < 20.0 => {
            even(low, high, most, along.axis.whole).into_iter().filter(|v| *v > 0.0).collect()
        }
        Scale::Log => decades(low, high, most),
    };
    let labels = written(&values, along.axis.percent);
    let ticks = values.iter().zip(labels);
    ticks.filter_map(|(&value, label)| Some(Tick::at(along.at(value)?, label))).collect()
}

/// The numbers told along the bottom, within a left and a right end: as many as there is room for. Names of groups that would touch are left
/// out, every second, third, …
pub(super) fn across(along: &Along<'_>, (left, right): (f64, f64)) -> Vec<Tick> {
    let within = |mut ticks: Vec<Tick>| {
        for tick in &mut ticks {
            tick.middle = tick.pixel.max(left + tick.half()).min(right - tick.half());
        }
        ticks
    };
    let fits = |ticks: &Vec<Tick>| {
        let free = |one: &Tick, next: &Tick| next.middle - one.middle >= one.half() + next.half() + 9.0;
        ticks.windows(2).all(|pair| free(&pair[0], &pair[1]))
    };
    if let Scale::Groups(_) = along.axis.scale {
        let all = within(ticks(along, 1.0));
        let thinned = |each| all.iter().step_by(each).cloned().collect::<Vec<_>>();
        return (1..=all.len().max(1)).map(thinned).find(fits).unwrap_or_default();
    }
    let least = (along.length() / 9.0).max(24.0);
    let gaps = (0..12).map(|wider| least * 1.25f64.powi(wider));
    gaps.map(|gap| within(ticks(along, gap))).find(fits).unwrap_or_default()
}

/// The numbers told along the side.
pub(super) fn upwards(along: &Along<'_>) -> Vec<Tick> {
    ticks(along, (along.length() / 8.0).max(20.0))
}

/// The width of a label of one or two lines.
pub(super) fn label_width(label: &str) -> f64 {
    label.lines().map(|line| width(line, SIZE, false)).fold(0.0, f64::max)
}

/// 1, 2 or 5 times a power of ten: the smallest of them that is not below a number.
fn nice(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(least)
}

fn even(low: f64, high: f64, most: f64, whole: bool) -> Vec<f64> {
    let step = nice((high - low) / most);
    let step = if whole { step.max(1.0) } else { step };
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    if !(step > 0.0 && last - first < 1000.0) {
        return Vec::new();
    }
    (0..=(last - first).max(0.0) as usize).map(|at| (first + at as f64) * step + 0.0).collect()
}

/// Zero, and of 1, 2, 5, 10, … those that leave room, seen from the highest.
fn roots(along: &Along<'_>, gap: f64) -> Vec<f64> {
    let (low, high) = along.ends;
    let mut taken: Vec<f64> = Vec::new();
    let top = high.log10().floor();
    let down = (0..12).flat_map(|below| [5.0, 2.0, 1.0].map(|m| m * 10f64.powf(top - f64::from(below))));
    for value in down.chain([0.0]).filter(|value| *value <= high && *value >= low) {
        let free = |other: &f64| match (along.at(*other), along.at(value)) {
            (Some(there), Some(here)) => (there - here).abs() >= gap,
            _ => false,
        };
        let zero = value == 0.0;
        if zero {
            taken.retain(free);
        }
        if zero || taken.last().is_none_or(free) && (!along.axis.whole || value >= 1.0) {
            taken.push(value);
        }
    }
    taken.reverse();
    taken
}

fn decades(low: f64, high: f64, most: f64) -> Vec<f64> {
    let (first, last) = ((low.log10() - 1e-9).ceil() as i32, (high.log10() + 1e-9).floor() as i32);
    let count = f64::from((last - first + 1).max(0));
    let each = (count / most).ceil().max(1.0) as i32;
    let within: &[f64] = if 3.0 * count <= most { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let powers = (first - 1..=last).filter(|power| power.rem_euclid(each) == 0);
    let all = powers.flat_map(|power| within.iter().map(move |m| m * 10f64.powi(power)));
    all.filter(|value| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9)).collect()
}

fn groups(along: &Along<'_>, names: &[String]) -> Vec<Tick> {
    let place = |(at, name): (usize, &String)| Some(Tick::at(along.at(at as f64)?, name.clone()));
    names.iter().enumerate().filter_map(place).collect()
}

/// The day from which days are counted.
const START: Date = date(2000, 1, 1);

fn dates(along: &Along<'_>, most: f64) -> Vec<Tick> {
    let day =
        |value: f64| START.saturating_add((value.clamp(-4e6, 4e6) as i64).clamp(-730_000, 2_900_000).days());
    let (first, last) = (day(along.ends.0.floor()), day(along.ends.1.ceil()));
    let days = along.ends.1 - along.ends.0;
    let steps: [(f64, i32, i32); 14] = [
        (1.0, 1, 0),
        (2.0, 2, 0),
        (7.0, 7, 0),
        (14.0, 14, 0),
        (30.4, 0, 1),
        (60.9, 0, 2),
        (91.3, 0, 3),
        (182.6, 0, 6),
        (365.2, 0, 12),
        (730.5, 0, 24),
        (1826.2, 0, 60),
        (3652.4, 0, 120),
        (18262.0, 0, 600),
        (36524.0, 0, 1200),
    ];
    let (_, by_days, by_months) =
        steps.into_iter().find(|(length, ..)| days / length <= most).unwrap_or((0.0, 0, 6000));
    let (mut at, step, pattern): (Date, Span, &str) = if by_months == 0 {
        (first, by_days.days(), "%Y-%m-%d")
    } else {
        let months = i32::from(first.year()) * 12 + i32::from(first.month()) - 1;
        let start = months.div_euclid(by_months) * by_months;
        let year = i16::try_from(start.div_euclid(12)).unwrap_or(1).clamp(1, 9999);
        let start = Date::new(year, (start.rem_euclid(12) + 1) as i8, 1).unwrap_or(first);
        (start, by_months.months(), if by_months < 12 { "%Y-%m" } else { "%Y" })
    };
    let mut ticks = Vec::new();
    while at <= last && ticks.len() < 200 {
        let since = START.until(at).map_or(0.0, |span| f64::from(span.get_days()));
        if since >= along.ends.0 && since <= along.ends.1 {
            ticks.extend(along.at(since).map(|pixel| Tick::at(pixel, at.strftime(pattern).to_string())));
        }
        let Ok(next) = at.checked_add(step) else { break };
        at = next;
    }
    ticks
}

/// The numbers of one axis: all written alike if they are evenly apart, otherwise each as it needs.
pub(super) fn written(values: &[f64], percent: bool) -> Vec<String> {
    let apart = |w: &[f64]| ((w[2] - w[1]) - (w[1] - w[0])).abs() > 1e-6 * (w[2] - w[0]).abs();
    if values.windows(3).any(apart) {
        return values.iter().flat_map(|value| alike(&[*value], percent)).collect();
    }
    alike(values, percent)
}

fn alike(values: &[f64], percent: bool) -> Vec<String> {
    let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let (scale, unit) = match largest {
        _ if percent => (100.0, " %"),
        most if most >= 1e15 || (most < 1e-4 && most > 0.0) => {
            return values.iter().map(|value| powers(*value)).collect();
        }
        most if most >= 1e12 => (1e-12, " trn"),
        most if most >= 1e9 => (1e-9, " bn"),
        most if most >= 1e6 => (1e-6, " M"),
        _ => (1.0, ""),
    };
    let places = values.iter().map(|value| decimals(value * scale)).max().unwrap_or(0);
    let one = |value: &f64| match *value {
        0.0 if !percent => "0".to_owned(),
        value => grouped(value * scale, places) + unit,
    };
    values.iter().map(one).collect()
}

/// How many decimals a number needs, at most 9.
fn decimals(value: f64) -> usize {
    let needed = |places: &i32| {
        let shifted = value * 10f64.powi(*places);
        (shifted - shifted.round()).abs() <= 1e-6 * shifted.abs().max(1e-3)
    };
    (0..9).find(needed).unwrap_or(9) as usize
}

/// A number as charts write it, with its thousands apart: `12,000`, `−0.5`.
#[must_use]
pub fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push('−');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + part
}

/// A very large or very small number: `2e-6`.
fn powers(value: f64) -> String {
    let (digits, power) = match format!("{value:.3e}").split_once('e') {
        Some((digits, power)) if value != 0.0 => (digits.to_owned(), power.to_owned()),
        _ => return "0".to_owned(),
    };
    format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.')).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::super::scale::{Along, Axis, Scale};
    use super::{across, written};

    fn told(axis: &Axis, ends: (f64, f64)) -> Vec<String> {
        let along = Along { axis, ends, pixels: (0.0, 400.0) };
        across(&along, (0.0, 400.0)).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn numbers_are_round_and_written_alike() {
        assert_eq!(told(&Axis::new(""), (0.0, 1.0)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(told(&Axis::new("").whole(), (0.0, 3.0)), ["0", "1", "2", "3"]);
        assert_eq!(
            told(&Axis::new("").percent(), (0.0, 1.0)),
            ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
        );
        assert_eq!(told(&Axis::new(""), (-2e4, 2e4)), ["−20,000", "−10,000", "0", "10,000", "20,000"]);
        assert_eq!(
            told(&Axis::new(""), (0.0, 1.2e6)),
            ["0", "0.2 M", "0.4 M", "0.6 M", "0.8 M", "1.0 M", "1.2 M"]
        );
        assert_eq!(written(&[1e-6, 2e-6], false), ["1e−6", "2e−6"]);
        assert_eq!(written(&[0.01, 1.0, 100.0], false), ["0.01", "1", "100"]);
    }

    #[test]
    fn other_scales_have_their_own_round_numbers() {
        assert_eq!(told(&Axis::new("").on(Scale::Log), (0.5, 2e4)), ["1", "10", "100", "1,000", "10,000"]);
        let roots = told(&Axis::new("").on(Scale::SquareRoot), (0.0, 100.0));
        assert_eq!(roots, ["0", "2", "10", "20", "50", "100"]);
        let years = told(&Axis::new("").on(Scale::Dates), (0.0, 8.0 * 365.25));
        assert_eq!(years, ["2000", "2001", "2002", "2003", "2004", "2005", "2006", "2007", "2008"]);
        let days = told(&Axis::new("").on(Scale::Dates), (4000.0, 4004.0));
        assert_eq!(days, ["2010-12-14", "2010-12-15", "2010-12-16", "2010-12-17", "2010-12-18"]);
        let names = Scale::Groups((0..100).map(|at| format!("group {at}")).collect());
        let groups = told(&Axis::new("").on(names), (-0.5, 99.5));
        assert!(groups.len() < 10 && groups[0] == "group 0", "{groups:?}");
    }
}
