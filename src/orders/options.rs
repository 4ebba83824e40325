//! What the reader of order files may be told; what it is not told, it finds out or asks for.

use std::path::PathBuf;
use std::str::FromStr;

use super::{PresetChoice, Refunds};
use crate::units::{Grain, Tick};
use crate::{Error, Result};

/// The names of the columns, where they are given rather than found. `price` times `quantity` may stand for an amount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnNames {
    /// Who bought.
    pub customer: Option<String>,
    /// When.
    pub date: Option<String>,
    /// What was paid.
    pub amount: Option<String>,
    /// The order a line belongs to.
    pub order: Option<String>,
    /// How many.
    pub quantity: Option<String>,
    /// The price of one.
    pub price: Option<String>,
}

/// How order files are read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The columns; those not given are found by their usual names.
    pub columns: ColumnNames,
    /// The separator; found by looking if not given.
    pub separator: Option<Separator>,
    /// The order of day, month and year; found by looking if not given.
    pub date_order: Option<DateOrder>,
    /// The decimal mark; found by looking if not given.
    pub decimal: Option<DecimalMark>,
    /// The encoding by its usual label ("windows-1250"); by its byte order mark or UTF-8 if not given. Text that is no UTF-8
    /// is then read as Windows-1252, which touches customers' names but neither dates nor amounts.
    pub encoding: Option<String>,
    /// The shop's time zone by its IANA name, into which dates that carry a zone are converted.
    pub timezone: String,
    /// What counts as one purchase.
    pub grain: Grain,
    /// What becomes of negative amounts.
    pub refunds: Refunds,
    /// Whether an order that costs nothing is left out.
    pub drop_zero: bool,
    /// Whether amounts are read at all; otherwise purchases alone are modelled.
    pub spend: bool,
    /// Whether any row that cannot be used is an error.
    pub strict: bool,
    /// Further columns, of which each customer keeps what stands in the row of the first order
    /// ([`super::Orders::attributes`]); named like the others, at most 16.
    pub attributes: Vec<String>,
    /// The export of a shop system whose columns and rules are taken; the one that the header tells, if nothing is said.
    pub preset: PresetChoice,
    /// The events that are purchases, in exports of events; those of the preset, if none are named.
    pub events: Vec<String>,
    /// The currency in which amounts are added up (an ISO code, or the name that stands in the files). Without it the files must have one
    /// currency only.
    pub currency: Option<String>,
    /// A CSV file of rates into [`ReadOptions::currency`]: `currency`, `rate` (units of the target for one of it) and, if rates change,
    /// `date`: then the newest rate not after the day of the order counts.
    pub rates: Option<PathBuf>,
    /// A CSV file of accounts that are one person's: `id`, `person`. Ids of customers are replaced by persons while they are read.
    pub identity: Option<PathBuf>,
    /// Rows after it are set aside and counted.
    pub cutoff: Option<Tick>,
    /// How many threads read; as many as rayon uses if not given. The result does not depend on it.
    pub threads: Option<usize>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            columns: ColumnNames::default(),
            separator: None,
            date_order: None,
            decimal: None,
            encoding: None,
            timezone: "UTC".into(),
            grain: Grain::default(),
            refunds: Refunds::default(),
            drop_zero: false,
            spend: true,
            strict: false,
            attributes: Vec::new(),
            preset: PresetChoice::default(),
            events: Vec::new(),
            currency: None,
            rates: None,
            identity: None,
            cutoff: None,
            threads: None,
        }
    }
}

/// What stands between two fields: any ASCII character but a quote or the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separator(pub(super) u8);

impl Separator {
    /// How it is named in messages.
    #[must_use]
    pub fn name(self) -> String {
        if self.0 == b'\t' { "tab".into() } else { char::from(self.0).to_string() }
    }
}

impl FromStr for Separator {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match (text.to_ascii_lowercase().as_str(), text.as_bytes()) {
            ("tab" | "\\t", _) => Ok(Self(b'\t')),
            ("comma", _) => Ok(Self(b',')),
            ("semicolon", _) => Ok(Self(b';')),
            ("pipe" | "bar", _) => Ok(Self(b'|')),
            ("space", _) => Ok(Self(b' ')),
            (_, &[byte]) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(Self(byte)),
            _ => Err(Error::usage(format!("`{text}` is not a separator; use one character, or tab"))),
        }
    }
}

/// In which order a date's parts stand. Dates that begin with a year of four digits need none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 31/12/2024.
    Dmy,
    /// 12/31/2024.
    Mdy,
    /// 2024-12-31.
    Ymd,
}

impl FromStr for DateOrder {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "dmy" => Ok(Self::Dmy),
            "mdy" => Ok(Self::Mdy),
            "ymd" | "iso" => Ok(Self::Ymd),
            _ => Err(Error::usage(format!(
                "`{text}` is not an order of day, month and year; use dmy, mdy or ymd"
            ))),
        }
    }
}

/// What stands before the cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// 1,234.56
    Point,
    /// 1.234,56
    Comma,
}

impl DecimalMark {
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

impl FromStr for DecimalMark {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "point" | "dot" | "." => Ok(Self::Point),
            "comma" | "," => Ok(Self::Comma),
            _ => Err(Error::usage(format!("`{text}` is not a decimal mark; use point or comma"))),
        }
    }
}
