//! Axes, and where on them a number stands.

/// How numbers are laid along an axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Scale {
    /// Evenly.
    #[default]
    Linear,
    /// By their square root: counts from none to many, of which zero must be seen. Negative numbers have no place.
    SquareRoot,
    /// By their logarithm. Numbers that are not positive have no place.
    Log,
    /// Days since 2000-01-01, evenly.
    Dates,
    /// Groups by name: the first stands at 0, the next at 1. A name may have a second line after `\n`.
    Groups(Vec<String>),
}

/// An axis: what is told along it, in which unit, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Axis {
    pub(super) title: String,
    pub(super) scale: Scale,
    pub(super) from: Option<f64>,
    pub(super) to: Option<f64>,
    pub(super) percent: bool,
    pub(super) whole: bool,
}

impl Axis {
    /// An even axis that holds all its numbers. The title names the unit: `time since the first purchase (weeks)`.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// On another scale.
    #[must_use]
    pub fn on(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// Beginning at a number, whatever the data.
    #[must_use]
    pub fn from(self, from: f64) -> Self {
        Self { from: Some(from), ..self }
    }

    /// Ending at a number, whatever the data.
    #[must_use]
    pub fn to(self, to: f64) -> Self {
        Self { to: Some(to), ..self }
    }

    /// Shares are told in per cent: 0.25 as `25 %`.
    #[must_use]
    pub fn percent(self) -> Self {
        Self { percent: true, ..self }
    }

    /// Only whole numbers are told along it.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// A number as it is laid out; none if it has no place: also what is so large or small that sums of it are not finite.
    pub(super) fn laid(&self, value: f64) -> Option<f64> {
        let laid = match self.scale {
            Scale::SquareRoot if value >= 0.0 => value.sqrt(),
            Scale::Log if value > 1e-290 => value.log10(),
            Scale::SquareRoot | Scale::Log => return None,
            _ => value,
        };
        (value.abs() < 1e290).then_some(laid)
    }

    /// The ends of the axis for the numbers that it is to hold, never equal; unless given they leave a little room.
    pub(super) fn ends(&self, values: impl Iterator<Item = f64>) -> (f64, f64) {
        if let Scale::Groups(names) = &self.scale {
            return (-0.5, (names.len().max(1) as f64) - 0.5);
        }
        let held = values.chain(self.from).chain(self.to).filter(|value| self.laid(*value).is_some());
        let (low, high) = held.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low > high {
            return if self.scale == Scale::Log { (0.1, 10.0) } else { (0.0, 1.0) };
        }
        let (low, high) = self.apart(low, high);
        let (from, to) = (self.laid(low).unwrap_or(low), self.laid(high).unwrap_or(high));
        let room = 0.04 * (to - from);
        let back = |laid: f64| match self.scale {
            Scale::SquareRoot => laid.max(0.0).powi(2),
            Scale::Log => 10f64.powf(laid),
            _ => laid,
        };
        let open =
            |end: Option<f64>, value: f64, room: f64| if end == Some(value) { value } else { back(room) };
        (open(self.from, low, from - room), open(self.to, high, to + room))
    }

    /// Ends that are equal, or nearly, are moved apart.
    fn apart(&self, low: f64, high: f64) -> (f64, f64) {
        if high - low > 1e-9 * high.abs().max(low.abs()) {
            return (low, high);
        }
        match self.scale {
            Scale::Log => (low / 2.0, high * 2.0),
            Scale::SquareRoot => (0.0, if high > 0.0 { 2.0 * high } else { 1.0 }),
            Scale::Dates => (low - 1.0, high + 1.0),
            _ if self.from == Some(low) => (low, low + if low == 0.0 { 1.0 } else { low.abs() }),
            _ => {
                let room = if low == 0.0 { 1.0 } else { 0.5 * low.abs() };
                (low - room, high + room)
            }
        }
    }
}

/// An axis laid along pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Along<'a> {
    pub axis: &'a Axis,
    /// The numbers at both ends.
    pub ends: (f64, f64),
    /// The pixels at both ends.
    pub pixels: (f64, f64),
}

impl Along<'_> {
    /// The pixel of a number; none if it has no place at all. Outside of the ends it goes on, but not for ever.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        let (from, to) = (self.axis.laid(self.ends.0)?, self.axis.laid(self.ends.1)?);
        let share = ((self.axis.laid(value)? - from) / (to - from)).clamp(-20.0, 20.0);
        Some(self.pixels.0 + share * (self.pixels.1 - self.pixels.0))
    }

    /// Its length in pixels.
    pub(super) fn length(&self) -> f64 {
        (self.pixels.1 - self.pixels.0).abs()
    }
}
