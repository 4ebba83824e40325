//! Percentages: margins, levels and yearly rates.

use std::str::FromStr;

use super::TimeUnit;
use crate::{Error, Result};

/// Reads `30%` or `0.3`.
fn read(text: &str) -> Option<f64> {
    let text = text.trim();
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()?,
    };
    value.is_finite().then_some(value)
}

/// A part of a whole, strictly between 0 and 1, or 1 itself where the whole is meant: a margin, the level of an interval.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(f64);

impl Share {
    /// A part of a whole.
    ///
    /// # Errors
    /// [`Error::Usage`] unless above 0 and at most 1.
    pub fn new(value: f64) -> Result<Self> {
        if value > 0.0 && value <= 1.0 {
            Ok(Self(value))
        } else {
            Err(Error::usage(format!("a share is {value}, but must be above 0 and at most 1 (or 100%)")))
        }
    }

    /// As a fraction.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl FromStr for Share {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let value =
            read(text).ok_or_else(|| Error::usage(format!("`{text}` is not a share; write 30% or 0.3")))?;
        Self::new(value)
    }
}

/// A rate of interest a year: `15%` means that 1 today is worth 1.15 in a year.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct AnnualRate(f64);

impl AnnualRate {
    /// A yearly rate.
    ///
    /// # Errors
    /// [`Error::Usage`] unless at least 0 and below 10 (1000 %).
    pub fn new(value: f64) -> Result<Self> {
        if (0.0..10.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(Error::usage(format!(
                "a yearly rate is {value}, but must be at least 0 and below 10 (1000%)"
            )))
        }
    }

    /// As a fraction a year.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The continuously compounded rate δ for a unit of time: ln(1 + rate) × the unit's share of a year.
    #[must_use]
    pub fn continuous(self, unit: TimeUnit) -> f64 {
        self.0.ln_1p() * unit.days() / TimeUnit::Year.days()
    }
}

impl FromStr for AnnualRate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let value = read(text)
            .ok_or_else(|| Error::usage(format!("`{text}` is not a yearly rate; write 15% or 0.15")))?;
        Self::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_fraction_mean_the_same() {
        assert_eq!("30%".parse::<Share>().unwrap(), Share::new(0.3).unwrap());
        assert_eq!("15 %".parse::<AnnualRate>().unwrap(), AnnualRate::new(0.15).unwrap());
        for wrong in ["0", "101%", "-1", "NaN", "x"] {
            assert!(wrong.parse::<Share>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn fifteen_percent_a_year_is_about_27_in_ten_thousand_a_week() {
        let delta = AnnualRate::new(0.15).unwrap().continuous(TimeUnit::Week);
        assert!((delta - 0.15f64.ln_1p() * 7.0 / 365.25).abs() < 1e-16);
        assert!((delta - 0.0027).abs() < 3e-5);
    }
}
