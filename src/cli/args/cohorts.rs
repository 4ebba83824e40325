//! What can be said to `ltv cohorts`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Answering, Earning, Foreseeing, Grouping, OrdersIn};
use crate::units::{CalendarPeriod, Horizon};

/// `ltv cohorts`.
#[derive(Debug, Args)]
pub struct Cohorts {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// Period of the first purchase, and step of age: week, month, quarter or year
    #[arg(long, value_name = "PERIOD", default_value = "month")]
    pub period: CalendarPeriod,
    /// Whom to tell apart.
    #[command(flatten)]
    pub grouping: Grouping,
    /// Tell customers apart by whether they bought again in their first 30 days
    #[arg(long, value_enum, value_name = "HOW")]
    pub split: Option<SplitArg>,
    /// Which model continues the cohorts.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// Continue every cohort this far beyond the cut-off: 12m, 52w, 2y [default: not at all; 12m with --model]
    #[arg(long, value_name = "HORIZON")]
    pub horizon: Option<Horizon>,
    /// What is earned.
    #[command(flatten)]
    pub earning: Earning,
    /// Compare cohorts at this age [default: each at the oldest age that it has completed]
    #[arg(long, value_name = "AGE")]
    pub at_age: Option<u16>,
    /// Write the comparison of cohorts (and of groups) too: .csv, .json or .parquet
    #[arg(long, value_name = "FILE")]
    pub differences: Option<PathBuf>,
    /// Draw retention as a heat map: .svg or .png
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// How the answer is given.
    #[command(flatten)]
    pub answering: Answering,
}

/// What customers are told apart by, beside columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitArg {
    /// Bought again within 30 days of the first purchase, or not
    #[value(name = "first-30-days")]
    First30Days,
}
