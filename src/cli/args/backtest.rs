//! What is said of a backtest.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Contracts, Counting, CovariatesIn, CovariatesOn, FormatArg, OrdersIn};
use crate::units::Horizon;

/// `ltv backtest`.
#[derive(Debug, Args)]
pub struct Backtest {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// How far each forecast looks ahead: 273d, 39w, 6m, 1y
    #[arg(long, value_name = "HORIZON")]
    pub horizon: Horizon,
    /// Dates to forecast from (1997-09-30,1997-12-31), or how many, counted back from the newest
    #[arg(long, value_name = "DATES-OR-COUNT", default_value = "1")]
    pub origins: String,
    /// Distance between counted origins
    #[arg(long, value_name = "HORIZON")]
    pub every: Option<Horizon>,
    /// Train on the customers who came in so much of the past before each origin, and forecast all [default: on everybody]
    #[arg(long, value_name = "LENGTH")]
    pub window: Option<Horizon>,
    /// Models to compare, each with --spend or with a model of spend of its own: bg-nbd+log-normal; bg-nbd+tempo follows trend and season of
    /// the shop, bg-nbd+calibrated is what train --horizon makes; naive-rate and naive-mean are always with them
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "bg-nbd,naive-rate,naive-mean")]
    pub models: Vec<String>,
    /// Where covariates are found.
    #[command(flatten)]
    pub covariates: CovariatesIn,
    /// Which of them bear on what.
    #[command(flatten)]
    pub on: CovariatesOn,
    /// How time is counted.
    #[command(flatten)]
    pub counting: Counting,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = FormatArg::Table)]
    pub format: FormatArg,
    /// File to write, or a folder (a new name without an ending) for metrics, comparison and each customer's forecast, in which an
    /// interrupted run goes on where it was [default: standard output]
    #[arg(long, short, value_name = "FILE-OR-FOLDER", default_value = "-")]
    pub output: PathBuf,
    /// Folder to write charts into [default: plots in the output folder]: calibration, gain, coverage, PIT, totals, means by class, tracking, P(alive)
    #[arg(long, value_name = "FOLDER")]
    pub plots: Option<PathBuf>,
    /// As what charts are written
    #[arg(long, value_enum, default_value_t = PlotsArg::Both)]
    pub plots_as: PlotsArg,
    /// How each customer's forecast is written into the folder [default: csv]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub predictions: Option<PredictionsArg>,
    /// How subscriptions are read.
    #[command(flatten)]
    pub contracts: Contracts,
}

/// As what charts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlotsArg {
    /// As SVG, for the web and for print.
    Svg,
    /// As PNG, 1,440 pixels wide.
    Png,
    /// As both.
    Both,
}

/// How each customer's forecast is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PredictionsArg {
    /// predictions.csv
    Csv,
    /// predictions.parquet
    Parquet,
    /// Not at all.
    None,
}
