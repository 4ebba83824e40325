//! What is said to `ltv segments`.

use std::path::PathBuf;

use clap::Args;

use super::{Answering, Earning, Foreseeing, OrdersIn, Reading};
use crate::units::Horizon;

/// `ltv segments`.
#[derive(Debug, Args)]
pub struct Segments {
    /// Orders, or the table of scores that `ltv score` wrote: files, globs, or -
    #[arg(value_name = "SCORES-OR-ORDERS", required_unless_present = "show_rules")]
    pub inputs: Vec<PathBuf>,
    /// How columns and rows are read.
    #[command(flatten)]
    pub reading: Reading,
    /// Which model tells of the future.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// How far ahead customers are valued: 365d, 52w, 12m, 1y [default: 12m; scores have a horizon of their own]
    #[arg(long, value_name = "HORIZON")]
    pub horizon: Option<Horizon>,
    /// What is left of revenue.
    #[command(flatten)]
    pub earning: Earning,
    /// File of rules, in place of the usual ones
    #[arg(long, value_name = "FILE.toml")]
    pub rules: Option<PathBuf>,
    /// Print the rules, as a file that --rules takes, and do nothing else
    #[arg(long)]
    pub show_rules: bool,
    /// Tiers by expected value: per cent of the customers from the top, together 100 [default: 10,20,70]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub tiers: Vec<f64>,
    /// The tiers are amounts: --tiers 500,100 --absolute is from 500 on, from 100 on, and below
    #[arg(long, requires = "tiers")]
    pub absolute: bool,
    /// Show who went where since an earlier cut: a date, or so long before the cut-off: 13w
    #[arg(long, value_name = "DATE-OR-LENGTH")]
    pub since: Option<String>,
    /// Write who went where too: .csv, .json or .parquet
    #[arg(long, value_name = "FILE", requires = "since")]
    pub movement: Option<PathBuf>,
    /// Write the segments of every customer: .csv, .parquet, or - for standard output
    #[arg(long, value_name = "FILE")]
    pub customers: Option<PathBuf>,
    /// How the answer is given.
    #[command(flatten)]
    pub answer: Answering,
}

impl Segments {
    /// The inputs as orders.
    #[must_use]
    pub fn orders(&self) -> OrdersIn {
        OrdersIn { inputs: self.inputs.clone(), reading: self.reading.clone() }
    }
}
