//! What is said to `ltv subscription`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Answering, Earning};
use crate::features::ContractOptions;
use crate::units::{CalendarPeriod, Horizon, Share};
use crate::value::subscription::ModelChoice;
use crate::{Error, Result};

/// `ltv subscription`.
#[derive(Debug, Args)]
pub struct Subscription {
    /// Rows of contracts: customer, start, end (empty while it runs), amount of a payment, and how often it is paid
    #[arg(value_name = "ROWS", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Periods of the calendar by which MRR and cohorts are told: week, month, quarter or year
    #[arg(long, value_name = "PERIOD", default_value_t = CalendarPeriod::Month)]
    pub period: CalendarPeriod,
    /// How far lifetime value is counted
    #[arg(long, value_name = "HORIZON", default_value = "24m")]
    pub horizon: Horizon,
    /// Model of lifetimes: sbg, bdw, or auto (sbg, unless bdw fits better by more than its third parameter is worth)
    #[arg(long, value_enum, value_name = "NAME", default_value_t = ModelArg::Auto)]
    model: ModelArg,
    /// Level of the intervals
    #[arg(long, value_name = "SHARE", default_value = "0.9")]
    pub level: Share,
    /// What is earned.
    #[command(flatten)]
    pub earning: Earning,
    /// The one table that is shown and written [default: all are shown; mrr is written]
    #[arg(long, value_enum, value_name = "TABLE")]
    pub table: Option<TableArg>,
    /// How rows are read.
    #[command(flatten)]
    reading: ContractsIn,
    /// How the answer is given.
    #[command(flatten)]
    pub answer: Answering,
}

/// How rows of contracts are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rows")]
struct ContractsIn {
    /// Column with the customer's id [default: by its usual names]
    #[arg(long, value_name = "COLUMN")]
    customer: Option<String>,
    /// Column with the first day [default: start, started_at, created, ...]
    #[arg(long, value_name = "COLUMN")]
    start: Option<String>,
    /// Column with the end [default: end, ended_at, canceled_at, ...]
    #[arg(long, value_name = "COLUMN")]
    end: Option<String>,
    /// Column with the amount of one payment [default: amount, price, ...]
    #[arg(long, value_name = "COLUMN")]
    amount: Option<String>,
    /// From one payment to the next, for all rows: week, month, quarter or year [default: by a column called interval]
    #[arg(long, value_name = "PERIOD")]
    interval: Option<CalendarPeriod>,
    /// End of observation [default: the last date in the rows]
    #[arg(long, value_name = "DATE")]
    cutoff: Option<String>,
    /// A contract that starts at most so many days after the customer's last one ended continues it
    #[arg(long, value_name = "DAYS", default_value_t = ContractOptions::default().grace)]
    grace: u32,
}

/// The models of lifetimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ModelArg {
    Auto,
    Sbg,
    Bdw,
}

/// The tables of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableArg {
    /// What comes in every month, and what moved it
    Mrr,
    /// Churn by tenure
    Tenure,
    /// Survival, observed and by the model
    Survival,
    /// Lifetime value, by 1/churn and by the model
    Ltv,
    /// Retention by period of start
    Cohorts,
}

impl Subscription {
    /// How rows are read, checked.
    ///
    /// # Errors
    /// [`Error::Usage`] for a cut-off that is no date.
    pub fn options(&self) -> Result<ContractOptions> {
        let ContractsIn { customer, start, end, amount, interval, cutoff, grace } = &self.reading;
        let cutoff = cutoff.as_deref().map(|text| {
            let day = text.parse().ok().filter(|day: &jiff::civil::Date| (1932..2068).contains(&day.year()));
            day.ok_or_else(|| {
                Error::usage(format!("`{text}` is not a date; write it as 2024-12-31 (1932 to 2067)"))
            })
        });
        Ok(ContractOptions {
            customer: customer.clone(),
            start: start.clone(),
            end: end.clone(),
            amount: amount.clone(),
            interval: *interval,
            cutoff: cutoff.transpose()?,
            grace: *grace,
        })
    }

    /// Which model is fitted.
    #[must_use]
    pub const fn model(&self) -> ModelChoice {
        match self.model {
            ModelArg::Auto => ModelChoice::Auto,
            ModelArg::Sbg => ModelChoice::Sbg,
            ModelArg::Bdw => ModelChoice::Bdw,
        }
    }
}
