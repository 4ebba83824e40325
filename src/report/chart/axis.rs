//! Where things stand in a chart, and which numbers and names are told along its sides.

use super::super::words::Speaker;
use super::{Chart, Series, Shape, Tone, Unit};

/// The size of letters along the sides, in pixels.
pub const LETTER: f64 = 12.5;
/// Above the field.
const TOP: f64 = 10.0;
/// Below it, for two lines of names.
const BOTTOM: f64 = 42.0;
/// About so much of its size is a letter wide.
const WIDE: f64 = 0.58;

/// About how wide some letters are.
pub fn width(text: &str) -> f64 {
    WIDE * LETTER * text.chars().count() as f64
}

/// The lowest and the highest number of all. Bars begin at 0, and so does everything else here that cannot be negative.
pub fn ends(chart: &Chart) -> (f64, f64) {
    let places = 0..chart.places.len();
    let all = chart.series.iter().flat_map(|series| places.clone().filter_map(|at| series.shape.at(at)));
    let (low, high) =
        all.fold((0.0_f64, 0.0_f64), |(low, high), (a, b)| (low.min(a).min(b), high.max(a).max(b)));
    if high > low { (low, high) } else { (low, low + 1.0) }
}

/// The axis along the side.
pub struct Upwards {
    /// The numbers told, and how they are written.
    pub ticks: Vec<(f64, String)>,
    low: f64,
    high: f64,
    height: f64,
    /// Room to the left for what is written.
    room: f64,
}

impl Upwards {
    /// For a chart of some height.
    pub fn new(chart: &Chart, (low, high): (f64, f64), height: f64, speaker: Speaker<'_>) -> Self {
        let step = nice((high - low) / 4.5);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let count = (last - first).clamp(1.0, 20.0) as usize;
        let ticks: Vec<(f64, String)> = (0..=count)
            .map(|at| (first + at as f64) * step)
            .map(|value| (value, written(value, step, chart.unit, speaker)))
            .collect();
        let room = ticks.iter().map(|(_, text)| width(text)).fold(0.0, f64::max) + 10.0;
        Self { low: first * step, high: (first + count as f64) * step, ticks, height, room }
    }

    /// Where a number stands.
    pub fn at(&self, value: f64) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        self.bottom() - part * (self.bottom() - TOP)
    }

    /// The lower end of the field.
    pub fn bottom(&self) -> f64 {
        self.height - BOTTOM
    }

    /// The upper end of the field.
    pub const fn top(&self) -> f64 {
        TOP
    }
}

/// A number beside an axis: no more decimals than its step asks for, and no currency, which the caption tells.
fn written(value: f64, step: f64, unit: Unit, speaker: Speaker<'_>) -> String {
    if unit == Unit::Share {
        let decimals = usize::from(step < 0.01);
        return format!("{}\u{a0}%", speaker.locale.number(100.0 * value, decimals));
    }
    let decimals = if step >= 1.0 { 0.0 } else { (-step.log10()).ceil().min(6.0) };
    speaker.locale.number(value, decimals as usize)
}

/// 1, 2, 2.5 or 5 times a power of ten: the smallest of them that is not below a number.
fn nice(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    steps.into_iter().map(|m| m * power).find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(least)
}

/// The places along the bottom.
pub struct Along {
    /// The left end of the field.
    pub left: f64,
    /// The right end.
    pub right: f64,
    /// How far places are apart.
    pub apart: f64,
    first: f64,
    /// Which places are named.
    pub named: Vec<usize>,
}

impl Along {
    /// For a chart of some width.
    pub fn new(chart: &Chart, upwards: &Upwards, whole: f64) -> Self {
        let (left, places) = (upwards.room, chart.places.len());
        let widest = chart
            .places
            .iter()
            .map(|place| width(&place.label).max(width(&place.within)))
            .fold(0.0, f64::max);
        let slots = chart.series.iter().any(|series| series.shape.is_wide());
        // A line's last name stands in the middle under its end.
        let right = if slots { whole - 2.0 } else { whole - 4.0 - 0.5 * widest };
        let apart = (right - left) / (if slots { places } else { places.saturating_sub(1) }).max(1) as f64;
        let first = if slots { left + 0.5 * apart } else { left };
        let every = (((widest + 8.0) / apart).ceil() as usize).max(1);
        // The last place is the one people look for.
        let named = (0..places).filter(|at| (places - 1 - at).is_multiple_of(every)).collect();
        Self { left, right, apart, first, named }
    }

    /// Where a place stands.
    pub fn at(&self, place: usize) -> f64 {
        self.first + self.apart * place as f64
    }
}

/// Where the bars (or dots, strokes) of a series stand beside those of others: its middle, as a part of the distance of places, and the width of
/// its bars. Dots and strokes of two tones stand side by side.
pub fn beside(chart: &Chart, series: usize) -> (f64, f64) {
    if !matches!(chart.series[series].shape, Shape::Bars(_)) {
        let small = |s: &&Series| matches!(s.shape, Shape::Dots(_) | Shape::Whiskers(_));
        let tone = chart.series[series].tone;
        let alone = chart.series.iter().filter(small).all(|other| other.tone == tone);
        return match (alone, tone) {
            (true, _) => (0.0, 0.0),
            (false, Tone::Ink) => (-0.14, 0.0),
            (false, Tone::Accent) => (0.14, 0.0),
        };
    }
    let bars =
        |upto: usize| chart.series[..upto].iter().filter(|s| matches!(s.shape, Shape::Bars(_))).count();
    let (before, all) = (bars(series), bars(chart.series.len()).max(1));
    let width = 0.7 / all as f64;
    (width * (before as f64 + 0.5) - 0.35, width)
}
