//! What is said of a simulation.

use std::path::PathBuf;

use clap::Args;

use crate::units::Horizon;

/// `ltv simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Model file, made by ltv train or ltv run
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// How many customers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub customers: u32,
    /// Seed: the same seed makes the same file
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Day on which the first customers come
    #[arg(long, value_name = "DATE", default_value = "2024-01-01")]
    pub start: String,
    /// How long new customers keep coming
    #[arg(long, value_name = "LENGTH", default_value = "1y")]
    pub acquisition: Horizon,
    /// How long the file goes on, from the start
    #[arg(long, value_name = "LENGTH", default_value = "2y")]
    pub length: Horizon,
    /// Mean number of lines of an order
    #[arg(long, value_name = "MEAN", default_value_t = 2.0)]
    pub lines_per_order: f64,
    /// File to write: .csv, .parquet, or - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
}
