//! What is said of levers.

use clap::Args;

use super::{Answering, Foreseeing, Grouping, OnArg, OrdersIn};
use crate::units::{Horizon, Share};
use crate::value::levers::Change;

/// `ltv what-if`.
#[derive(Debug, Args)]
pub struct WhatIf {
    /// The orders.
    #[command(flatten)]
    pub orders: OrdersIn,
    /// How far to look ahead: 365d, 52w, 12m, 1y
    #[arg(long, value_name = "HORIZON", default_value = "12m")]
    pub horizon: Horizon,
    /// Orders are worth so much more: +10% [default: without any lever, each is moved by 1]
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true)]
    pub aov: Option<Change>,
    /// The living buy so much more often: +5%
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true)]
    pub frequency: Option<Change>,
    /// So many points more of the customers alive now are still alive in a year: +3pp
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true)]
    pub retention: Option<Change>,
    /// So many points more of the revenue are earned: +1pp; needs --base-margin
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true, requires = "base_margin")]
    pub margin: Option<Change>,
    /// Part of the revenue that is earned now, for instance 30% [default: all of it]
    #[arg(long, value_name = "SHARE")]
    pub base_margin: Option<Share>,
    /// Whether new customers are told too: as many as came in as long a time before the cut-off
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = OnArg::On)]
    pub new_customers: OnArg,
    /// Whom to tell apart.
    #[command(flatten)]
    pub grouping: Grouping,
    /// Which model.
    #[command(flatten)]
    pub foreseeing: Foreseeing,
    /// How the answer is given.
    #[command(flatten)]
    pub answering: Answering,
}
