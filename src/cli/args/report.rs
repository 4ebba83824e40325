//! What is said to `ltv report`.

use std::path::PathBuf;

use clap::Args;

use super::{Foreseeing, Grouping, OrdersIn};
use crate::units::{Horizon, Language, Locale};

/// `ltv report`.
#[derive(Debug, Args)]
pub struct Report {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// Which model tells of the future.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// How far to look ahead: 365d, 52w, 12m, 1y
    #[arg(long, value_name = "HORIZON", default_value = "12m")]
    pub horizon: Horizon,
    /// Who is told apart.
    #[command(flatten)]
    pub grouping: Grouping,
    /// Language of the report: en, pl, ru or de
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    pub lang: Language,
    /// What the report is called [default: a title in its language]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The page to write: .html
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
}

impl Report {
    /// Language, numbers and currency.
    #[must_use]
    pub fn locale(&self) -> Locale {
        let currency = self.orders.reading.currency.as_deref();
        Locale { currency: currency.map(|code| code.trim().to_uppercase()), ..Locale::of(self.lang) }
    }
}
