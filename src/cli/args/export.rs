//! What is said of an export of scores.

use std::path::PathBuf;

use clap::Args;

use crate::value::export::{CallingCode, ContactColumns, Conversion, ExportOptions, Target};
use crate::{Error, Result};

/// `ltv export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Table of scores, as `ltv score` writes it: .csv (also .gz, .zst), .parquet, or - for standard input
    #[arg(value_name = "SCORES")]
    pub scores: PathBuf,
    /// Where they go: klaviyo, salesforce, google-ads, meta, tableau or csv
    #[arg(long, value_name = "PLACE")]
    to: Target,
    /// File to write: .csv, or - for standard output; where the place takes no larger files, FILE-2.csv and so on beside it
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Column of the scores with the customer's value [default: expected_value]
    #[arg(long, value_name = "COLUMN")]
    value: Option<String>,
    /// Leave out customers of a lesser value
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    min_value: Option<f64>,
    /// Columns of the scores that are sent [default: what the place has use for]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// The most rows of a file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rows_per_file: Option<u64>,
    /// Who they are.
    #[command(flatten)]
    people: People,
    /// Conversions.
    #[command(flatten)]
    conversion: ConversionIn,
}

/// Who the customers are: nothing personal leaves unless it is asked for here.
#[derive(Debug, Args)]
#[command(next_help_heading = "People (nothing personal leaves unless asked for here)")]
struct People {
    /// Table of contacts: customer_id with email, phone or both; other columns are not looked at
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Column with the e-mail address, of the contacts or (without them) of the scores; none leaves it out [default: email]
    #[arg(long, value_name = "COLUMN")]
    email: Option<String>,
    /// Column with the telephone number, likewise [default: phone]
    #[arg(long, value_name = "COLUMN")]
    phone: Option<String>,
    /// Column with the customer's id, in both tables [default: customer_id]
    #[arg(long, value_name = "COLUMN")]
    customer: Option<String>,
    /// Country of telephone numbers written without one: 48, 49, 7, 1
    #[arg(long, value_name = "CODE")]
    calling_code: Option<CallingCode>,
}

/// A conversion of Google Ads.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Google Ads: tell each customer's value as a conversion, instead of a list for Customer Match"
)]
struct ConversionIn {
    /// Name of the conversion action
    #[arg(long, value_name = "NAME", requires_all = ["currency", "time"])]
    conversion: Option<String>,
    /// Currency of the values: EUR
    #[arg(long, value_name = "CODE", requires = "conversion")]
    currency: Option<String>,
    /// When it happened: 2024-12-31, or 2024-12-31 18:30:00+01:00 (in UTC without an offset)
    #[arg(long, value_name = "TIME", requires = "conversion")]
    time: Option<String>,
}

impl Export {
    /// The table of contacts, and which of its columns are taken.
    #[must_use]
    pub fn contacts(&self) -> Option<(PathBuf, ContactColumns)> {
        let People { contacts, email, phone, customer, .. } = &self.people;
        let columns =
            ContactColumns { customer: customer.clone(), email: email.clone(), phone: phone.clone() };
        contacts.clone().map(|path| (path, columns))
    }

    /// What is asked, checked.
    ///
    /// # Errors
    /// [`Error::Usage`] for what is no amount and no conversion, and for columns where the place takes none.
    pub fn options(&self) -> Result<ExportOptions> {
        if let Some(least) = self.min_value.filter(|least| !least.is_finite()) {
            return Err(Error::usage(format!("--min-value is {least}, but must be an amount")));
        }
        if self.columns.is_some() && self.to.hashes() {
            return Err(Error::usage(format!(
                "--columns goes with klaviyo, salesforce, tableau and csv: {} takes people and their value alone",
                self.to.name()
            )));
        }
        let ConversionIn { conversion, currency, time } = &self.conversion;
        let conversion = match (conversion, currency, time) {
            (Some(name), Some(currency), Some(time)) => Some(Conversion::new(name, currency, time)?),
            _ => None,
        };
        let people = &self.people;
        let (email, phone) = if people.contacts.is_some() {
            (None, None)
        } else {
            (people.email.clone(), people.phone.clone())
        };
        Ok(ExportOptions {
            customer: people.customer.clone(),
            value: self.value.clone(),
            columns: self.columns.clone(),
            email,
            phone,
            calling_code: people.calling_code,
            min_value: self.min_value,
            rows_per_file: self.rows_per_file,
            conversion,
            ..ExportOptions::to(self.to)
        })
    }
}
