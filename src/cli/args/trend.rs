//! What can be said to `ltv trend`.

use clap::Args;

use super::{Answering, Foreseeing, OrdersIn};
use crate::units::{CalendarPeriod, Horizon, Share};

/// `ltv trend`.
#[derive(Debug, Args)]
pub struct Trend {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// Period of the first purchase: week, month, quarter or year
    #[arg(long, value_name = "PERIOD", default_value = "quarter")]
    pub period: CalendarPeriod,
    /// How much of each customer's life counts, from the first purchase on: 12m, 26w, 2y
    #[arg(long, value_name = "HORIZON", default_value = "12m")]
    pub horizon: Horizon,
    /// Only the newest so many periods
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub last: Option<u16>,
    /// Which model foresees; the same kind is trained again on each past.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// Part of the revenue that is earned, for instance 30% [default: all of it]
    #[arg(long, value_name = "SHARE")]
    pub margin: Option<Share>,
    /// End with exit code 1 if there is an alarm, after everything was told and written
    #[arg(long)]
    pub fail_on_alarm: bool,
    /// How the answer is given.
    #[command(flatten)]
    pub answering: Answering,
}
