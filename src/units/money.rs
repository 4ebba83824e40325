//! Money, exactly.

use std::fmt;

/// An amount of money in millionths of the currency's unit: sums are exact and do not depend on their order.
///
/// Range: about ±9.2e12 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many steps one unit of the currency has.
    pub const PER_UNIT: i64 = 1_000_000;

    /// From millionths of the unit.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Millionths of the unit.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The nearest amount to a floating-point number; `None` if it is not finite or out of range.
    #[must_use]
    pub fn from_f64(amount: f64) -> Option<Self> {
        let micros = (amount * Self::PER_UNIT as f64).round();
        (micros.abs() < 9.2e18).then_some(Self(micros as i64))
    }

    /// For the models, which compute in floating point.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::PER_UNIT as f64
    }

    /// The sum; `None` out of range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; `None` out of range.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Money {
    /// As a plain decimal, with the digits it has: `14.33`, `-0.5`, `20`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, rest) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        if rest == 0 {
            return write!(f, "{sign}{units}");
        }
        let digits = format!("{rest:06}");
        write!(f, "{sign}{units}.{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_as_it_was_written() {
        for text in ["14.33", "-0.5", "20", "0", "0.000001", "-123456789.1"] {
            assert_eq!(Money::from_f64(text.parse().unwrap()).unwrap().to_string(), text);
        }
        assert_eq!(Money::from_f64(f64::NAN), None);
        assert_eq!(Money::from_f64(1e13), None);
    }
}
