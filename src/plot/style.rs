//! Colours, dashes and markers: told apart by people who see fewer colours, and on grey paper.

/// The sign that stands at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Disc,
    /// A square.
    Square,
    /// A triangle that stands on its side.
    Up,
    /// A square that stands on a corner.
    Diamond,
    /// A triangle that stands on its tip.
    Down,
    /// A cross of two slanting lines.
    Cross,
    /// A ring.
    Ring,
}

/// How a series looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    /// The colour, as `#rrggbb`.
    pub colour: &'static str,
    /// Lengths of strokes and gaps along a line, in pixels; empty is solid.
    pub dash: &'static str,
    /// The sign at its points.
    pub marker: Marker,
    /// The width of its line, in pixels.
    pub width: f64,
}

/// Okabe & Ito (2008), *Color universal design*, without black (what happened) and yellow (not seen on white).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const DASHES: [&str; 5] = ["", "7 3", "2 2.5", "9 3 2 3", "4 2"];
const MARKERS: [Marker; 7] =
    [Marker::Disc, Marker::Square, Marker::Up, Marker::Diamond, Marker::Down, Marker::Cross, Marker::Ring];

impl Style {
    /// What really happened: black, solid and strong.
    pub const ACTUAL: Self = Self { colour: "#000000", dash: "", marker: Marker::Disc, width: 2.2 };

    /// Something to compare with: grey and thin.
    pub const REFERENCE: Self = Self { colour: "#767676", dash: "4 3", marker: Marker::Ring, width: 1.2 };

    /// The series of a number: 30 differ in colour or dash, the first 6 in both colour and marker.
    #[must_use]
    pub const fn series(number: usize) -> Self {
        Self {
            colour: COLOURS[number % COLOURS.len()],
            dash: DASHES[number % DASHES.len()],
            marker: MARKERS[number % MARKERS.len()],
            width: 1.8,
        }
    }
}

/// Viridis (van der Walt & Smith, matplotlib 1.5; CC0) at nine even steps.
const VIRIDIS: [[u8; 3]; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x49, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b],
    [0xfd, 0xe7, 0x25],
];

/// The colour of a share in a heat map, from 0 (dark violet) to 1 (bright yellow), as `#rrggbb`: viridis, whose brightness rises evenly. Below 0
/// is 0, above 1 is 1, and what is no number is grey.
#[must_use]
pub fn heat(share: f64) -> String {
    if share.is_nan() {
        return "#d9d9d9".to_owned();
    }
    let at = share.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let low = (at.floor() as usize).min(VIRIDIS.len() - 2);
    let part = at - low as f64;
    let mix = |channel: usize| {
        let (from, to) = (f64::from(VIRIDIS[low][channel]), f64::from(VIRIDIS[low + 1][channel]));
        (from + part * (to - from)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}
