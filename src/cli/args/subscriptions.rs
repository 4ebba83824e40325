//! What is said of subscriptions.

use std::path::PathBuf;

use clap::Args;

use super::{FormatArg, Reading};
use crate::units::{AnnualRate, CalendarPeriod, Horizon, Share};

/// How subscriptions are read.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Subscriptions (--model sbg or bdw)")]
pub struct Contracts {
    /// From one renewal to the next [default: by a column called week, month, quarter or year]
    #[arg(long, value_name = "PERIOD")]
    pub interval: Option<CalendarPeriod>,
    /// Column with the cohort, each of which has a model of its own [default: cohort, segment or plan]
    #[arg(long, value_name = "COLUMN")]
    pub cohort: Option<String>,
    /// One model for all cohorts together
    #[arg(long)]
    pub pooled: bool,
    /// How many subscribers a table of shares (or of losses) began with
    #[arg(long, value_name = "N")]
    pub subscribers: Option<f64>,
}

/// `ltv retention`.
#[derive(Debug, Args)]
pub struct Retention {
    /// Subscriptions whose observed survival is shown beside
    #[arg(value_name = "SUBSCRIPTIONS")]
    pub input: Option<PathBuf>,
    /// How columns and rows are read.
    #[command(flatten)]
    pub reading: Reading,
    /// Model file, made by ltv train --model sbg or bdw
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// Up to which tenure: 12y, 36m
    #[arg(long, value_name = "HORIZON")]
    pub horizon: Horizon,
    /// Level of the intervals
    #[arg(long, value_name = "SHARE", default_value = "0.9")]
    pub level: Share,
    /// Yearly rate for the discounted expected residual lifetime (DERL), for instance 10%
    #[arg(long, value_name = "RATE")]
    pub discount: Option<AnnualRate>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = FormatArg::Table)]
    pub format: FormatArg,
    /// File to write [default: standard output]
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// How subscriptions are read.
    #[command(flatten)]
    pub contracts: Contracts,
}
