//! What is said to `ltv metrics`.

use clap::Args;

use super::{Answering, Grouping, OrdersIn};
use crate::model::{BgNbd, ParetoNbd};
use crate::units::{CalendarPeriod, Horizon, Share};

/// `ltv metrics`.
#[derive(Debug, Args)]
pub struct Metrics {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// Who is told apart.
    #[command(flatten)]
    pub grouping: Grouping,
    /// Periods of the calendar: week, month, quarter or year
    #[arg(long, value_name = "PERIOD", default_value_t = CalendarPeriod::Month)]
    pub period: CalendarPeriod,
    /// Part of the revenue that is earned, for instance 30% [default: all of it]
    #[arg(long, value_name = "SHARE", conflicts_with = "cost_column")]
    pub margin: Option<Share>,
    /// Column with the cost of each row (of a refund negative, as its amount): what is left of the revenue is earned
    #[arg(long, value_name = "COLUMN")]
    pub cost_column: Option<String>,
    /// Hold the four formulas against what then happened, beside models, at past origins
    #[arg(long)]
    pub check: bool,
    /// How far each promise is followed
    #[arg(long, value_name = "HORIZON", default_value = "12m", requires = "check")]
    pub horizon: Horizon,
    /// At how many past origins
    #[arg(long, value_name = "N", default_value_t = 3, requires = "check", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub origins: u16,
    /// The models beside the formulas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_values_t = [BgNbd::ID.to_owned(), ParetoNbd::ID.to_owned()], requires = "check")]
    pub models: Vec<String>,
    /// How the answer is given.
    #[command(flatten)]
    pub answer: Answering,
}
