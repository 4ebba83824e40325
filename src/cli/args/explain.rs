//! What is said to `ltv explain`.

use std::path::PathBuf;

use clap::Args;

use super::{Answering, Foreseeing, OrdersIn};
use crate::units::{Horizon, Share};

/// `ltv explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The customer's id, as it stands in the orders
    #[arg(value_name = "CUSTOMER_ID", allow_negative_numbers = true)]
    pub id: String,
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// Which model tells of the future.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// How far ahead: 365d, 52w, 12m, 1y
    #[arg(long, value_name = "HORIZON", default_value = "12m")]
    pub horizon: Horizon,
    /// Part of the revenue that is counted as value, for instance 30% [default: all of it]
    #[arg(long, value_name = "SHARE")]
    pub margin: Option<Share>,
    /// Draw purchases, P(alive) and the law of the value: .svg or .png
    #[arg(long, value_name = "FILE")]
    pub plot: Option<PathBuf>,
    /// How the answer is given: the table is P(alive) over time.
    #[command(flatten)]
    pub answer: Answering,
}
