//! What is said of channels and costs.

use std::path::PathBuf;

use clap::Args;

use super::{Answering, Earning, Foreseeing, OrdersIn};
use crate::units::{CalendarPeriod, Horizon};
use crate::value::Groups;
use crate::value::acquisition::Move;

/// `ltv acquisition`.
#[derive(Debug, Args)]
pub struct Acquisition {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// Costs: a table period, channel, cost and if wanted campaign, currency. A period is 2024-03, 2024-Q1, 2024, 2024-W09 or a day
    #[arg(long, value_name = "FILE")]
    pub costs: PathBuf,
    /// How much of a customer's life counts, from the first order on: 12m, 2y
    #[arg(long, value_name = "HORIZON", default_value = "12m")]
    pub horizon: Horizon,
    /// Column of the orders with the channel; that of the first order counts [default: one called channel, source, utm_source, ...]
    #[arg(long, value_name = "COLUMN")]
    pub channel: Option<String>,
    /// Tell campaigns apart, in orders and costs
    #[arg(long)]
    pub by_campaign: bool,
    /// Column of the orders with the campaign [default: one called campaign, utm_campaign]
    #[arg(long, value_name = "COLUMN")]
    pub campaign: Option<String>,
    /// Sum the costs up to longer periods: week, month, quarter or year [default: their own; days by month]
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<CalendarPeriod>,
    /// At most so many channels: those with costs and customers first, and all others together
    #[arg(long, value_name = "N", default_value_t = Groups::MOST)]
    pub groups: usize,
    /// So many times its cost a customer should be worth: the most that one may cost is LTV over this [default: 3]
    #[arg(long, value_name = "RATIO")]
    pub target_ratio: Option<f64>,
    /// By then a customer's cost should be earned: 6m; with --target-ratio the smaller of both counts
    #[arg(long, value_name = "LENGTH")]
    pub target_payback: Option<Horizon>,
    /// What if money were moved: 1000:FROM:TO or 10%:FROM:TO, of all that is spent in the periods of the costs; may be repeated
    #[arg(long = "move", visible_alias = "shift", value_name = "AMOUNT:FROM:TO", allow_hyphen_values = true)]
    pub moves: Vec<Move>,
    /// By how many per cent new customers grow with 1 % more cost; 1 is a constant CAC, which is optimistic
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0, requires = "moves")]
    pub elasticity: f64,
    /// Write what moving wins too: .csv, .json, .parquet
    #[arg(long, value_name = "FILE", requires = "moves")]
    pub moves_output: Option<PathBuf>,
    /// One model for all channels, also where customers of a channel are unlike the rest
    #[arg(long)]
    pub one_model: bool,
    /// Which model.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// What is left of revenue.
    #[command(flatten)]
    pub earning: Earning,
    /// How the answer is given.
    #[command(flatten)]
    pub answering: Answering,
}
