//! What is said to `ltv report`.

use std::path::PathBuf;

use clap::Args;

use super::{Foreseeing, Grouping, OrdersIn};
use crate::units::{AnnualRate, Horizon, Language, Share};

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
    /// What new customers cost: a table period, channel, cost. The channel is the column of --by [default: channel]
    #[arg(long, value_name = "FILE")]
    pub costs: Option<PathBuf>,
    /// Part of the revenue that is earned, beside --costs: 30% [default: all of it]
    #[arg(long, value_name = "SHARE", requires = "costs")]
    pub margin: Option<Share>,
    /// Yearly rate at which later value is discounted, beside --costs: 15% [default: none]
    #[arg(long, value_name = "RATE", requires = "costs")]
    pub discount: Option<AnnualRate>,
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
    /// The column by which customers are told apart, if they are.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.grouping.by.as_deref().or_else(|| self.costs.as_ref().map(|_| "channel"))
    }
}
