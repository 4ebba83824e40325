//! What is said to the commands that tell of the shop: metrics, cohorts, channels, segments, trends.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::table::SheetFormat;
use crate::units::{AnnualRate, Language, Locale, Share};
use crate::value::Groups;

/// Which customers are told apart.
#[derive(Debug, Clone, Args)]
pub struct Grouping {
    /// Tell groups of customers apart by a column of the orders, such as channel: what stands there in the row of their first order
    #[arg(long, value_name = "COLUMN")]
    pub by: Option<String>,
    /// At most so many groups: the values with the most customers, and all others together
    #[arg(long, value_name = "N", default_value_t = Groups::MOST, requires = "by")]
    pub groups: usize,
}

/// How the answer is given.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Answer")]
pub struct Answering {
    /// Write the table too: .csv, .json, .parquet, or - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Format of the table [default: by the ending of its name]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<SheetArg>,
    /// Language of numbers and dates in tables for people: en, pl, ru or de
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub lang: Language,
}

impl Answering {
    /// How numbers look in tables for people.
    #[must_use]
    pub const fn locale(&self) -> Locale {
        Locale::of(self.lang)
    }
}

/// How a table of results is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetArg {
    /// Comma-separated.
    Csv,
    /// An array with an object a row.
    Json,
    /// Parquet.
    Parquet,
}

impl From<SheetArg> for SheetFormat {
    fn from(arg: SheetArg) -> Self {
        match arg {
            SheetArg::Csv => Self::Csv,
            SheetArg::Json => Self::Json,
            SheetArg::Parquet => Self::Parquet,
        }
    }
}

/// Which model tells of the future.
#[derive(Debug, Clone, Args)]
pub struct Foreseeing {
    /// Model file of `ltv train` [default: bg-nbd and gamma-gamma, fitted to these orders]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Level of the intervals
    #[arg(long, value_name = "SHARE", default_value = "0.9")]
    pub level: Share,
}

/// What is left of revenue.
#[derive(Debug, Clone, Copy, Args)]
pub struct Earning {
    /// Part of the revenue that is earned, for instance 30% [default: all of it]
    #[arg(long, value_name = "SHARE")]
    pub margin: Option<Share>,
    /// Yearly rate at which later value is discounted, for instance 15% [default: none]
    #[arg(long, value_name = "RATE")]
    pub discount: Option<AnnualRate>,
}

impl Earning {
    /// The part of the revenue that is earned.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.margin.map_or(1.0, Share::get)
    }
}
