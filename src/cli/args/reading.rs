//! What is said of reading orders.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::model::AnySpendModel;
use crate::orders::{DateOrder, DecimalMark, PresetChoice, Separator};
use crate::{Error, Result};

/// Where the orders are and how to read them.
#[derive(Debug, Args)]
pub struct OrdersIn {
    /// Order files: CSV or JSON lines (also .gz, .zst) or Parquet; several files, globs, or - for standard input
    #[arg(value_name = "ORDERS", required = true)]
    pub inputs: Vec<PathBuf>,
    /// How columns and rows are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// How rows are read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading orders")]
pub struct Reading {
    /// Column with the customer's id [default: found by its usual names]
    #[arg(long, value_name = "COLUMN")]
    pub customer: Option<String>,
    /// Column with the date of the order
    #[arg(long, value_name = "COLUMN")]
    pub date: Option<String>,
    /// Column with the amount paid
    #[arg(long, value_name = "COLUMN")]
    pub amount: Option<String>,
    /// Column with the price of one piece; with --quantity it stands for an amount
    #[arg(long, value_name = "COLUMN")]
    pub price: Option<String>,
    /// Column with the quantity; negative is a refund
    #[arg(long, value_name = "COLUMN")]
    pub quantity: Option<String>,
    /// Column with the order's id, where rows are lines of orders
    #[arg(long, value_name = "COLUMN")]
    pub order: Option<String>,
    /// Further columns, such as channel,country: of each customer what stands in the row of the first order. Regressions learn from them
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub attributes: Vec<String>,
    /// Model of what an order is worth (`ltv models` lists them), or none to model purchases alone [default: gamma-gamma, or
    /// the model's]
    #[arg(long, value_name = "NAME")]
    pub spend: Option<SpendArg>,
    /// What separates the fields of a CSV file [default: found by looking]
    #[arg(long, value_name = "CHARACTER")]
    pub separator: Option<Separator>,
    /// Order of day, month and year, where the file does not settle it
    #[arg(long, value_name = "dmy|mdy|ymd")]
    pub date_format: Option<DateOrder>,
    /// What stands before the cents, where the file does not settle it
    #[arg(long, value_name = "point|comma")]
    pub decimal: Option<DecimalMark>,
    /// Encoding of the text [default: by byte-order mark and validity]
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Time zone of the shop, to which dates that carry a zone are converted [default: UTC, or the model's]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Export of a shop system whose columns and rules for test orders, refunds and the like are taken: shopify, woocommerce, magento,
    /// prestashop, square, salesforce, stripe, paypal, ga4, mixpanel, or none [default: the one the header tells]
    #[arg(long, value_name = "NAME")]
    pub preset: Option<PresetChoice>,
    /// Events that are purchases, in exports of events [default: purchase, order completed and the like]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub events: Vec<String>,
    /// Currency in which amounts are added up; needed where a file has several, with --rates
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Rates into --currency, CSV: currency, rate (units of --currency for one of it) and, if they change, date
    #[arg(long, value_name = "FILE")]
    pub rates: Option<PathBuf>,
    /// Accounts that are one person's, CSV: id, person. Ids of customers become persons before anything else
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// What counts as one purchase: everything of a day, of an hour, or every order [default: day, or the model's]
    #[arg(long, value_enum, value_name = "GRAIN")]
    pub grain: Option<GrainArg>,
    /// What becomes of negative amounts and quantities
    #[arg(long, value_enum, default_value_t = RefundsArg::Net)]
    pub refunds: RefundsArg,
    /// Leave out orders that cost nothing (they count as purchases otherwise)
    #[arg(long)]
    pub drop_zero: bool,
    /// Make any row that cannot be used an error
    #[arg(long)]
    pub strict: bool,
    /// End of observation [default: the day of the last order]; later rows are set aside
    #[arg(long, value_name = "DATE")]
    pub cutoff: Option<String>,
}

/// Whether spend is modelled, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SpendArg {
    /// Model the value of an order too.
    Model(AnySpendModel),
    /// Purchases alone.
    None,
}

impl std::str::FromStr for SpendArg {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "none" => Ok(Self::None),
            id => AnySpendModel::template(id).map(Self::Model),
        }
    }
}

impl Reading {
    /// The model of spend of a fit: Gamma-Gamma unless said otherwise, `None` for purchases alone.
    #[must_use]
    pub fn spend_model(&self) -> Option<AnySpendModel> {
        match self.spend {
            Some(SpendArg::Model(model)) => Some(model),
            Some(SpendArg::None) => None,
            None => Some(AnySpendModel::default()),
        }
    }
}

/// What counts as one purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GrainArg {
    /// Everything of one day.
    Day,
    /// Everything of one hour.
    Hour,
    /// Every order.
    None,
}

/// What becomes of refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RefundsArg {
    /// They reduce the order they belong to.
    Net,
    /// They are left out and counted.
    Drop,
    /// They are an error.
    Error,
}
