//! The model file: versioned JSON that a person can read. Same input, same bytes.

mod crowd;
mod held;
mod read;
mod retention;
mod season;
mod train;

pub use crowd::{CovariatePart, Covariates, Crowd};
pub use train::Recipe;

use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::covariance::Uncertainty;
use super::report::FitReport;
use crate::model::{AnyPurchaseModel, Parametric, Spenders, WithCovariates};
use crate::output::Output;
use crate::units::{Grain, TimeUnit};
use crate::{Error, Result};

/// The version this program writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

/// What a model file holds: the fitted models and what one must know to use them on other orders.
///
/// Models of purchases are told apart by `purchase.model`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedModel {
    /// The model of purchases.
    pub purchase: PurchaseFit,
    /// The model of spend; `None` where purchases alone are modelled.
    pub spend: Option<SpendFit>,
    /// The covariates whose coefficients are among the parameters; `None` where customers are told apart by their orders alone.
    pub covariates: Option<CovariatePart>,
    /// The unit of time of the parameters.
    pub unit: TimeUnit,
    /// What counted as one purchase.
    pub grain: Grain,
    /// The end of observation, as it is written (`1997-09-30`), where it is known.
    pub cutoff: Option<String>,
    /// The time zone in which days were counted.
    pub timezone: String,
    /// How many customers were trained on.
    pub customers: u64,
    /// A fingerprint of the training data: the same data give the same one, whatever the order of customers.
    pub fingerprint: String,
    /// What a reader must know, in words: all warnings of the fits.
    pub warnings: Vec<String>,
}

/// A fitted model of purchases.
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseFit {
    /// The model; without covariates it has no effects, and is the plain model ([`WithCovariates::base`]).
    pub model: WithCovariates<AnyPurchaseModel>,
    /// ln L at the maximum.
    pub ln_likelihood: f64,
    /// Standard errors and covariance; `None` where nothing is determined, or in a file written by hand.
    pub uncertainty: Option<Uncertainty>,
    /// How the fit went; `None` in a file written by hand.
    pub report: Option<FitReport>,
    /// Draws of the parameters, for a method that makes them ([`super::Fit::draws`]).
    pub draws: Vec<WithCovariates<AnyPurchaseModel>>,
}

/// A fitted model of spend.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendFit {
    /// The model; without covariates it has no effects, and is the plain model ([`WithCovariates::base`]).
    pub model: Spenders,
    /// ln L at the maximum.
    pub ln_likelihood: f64,
    /// Standard errors and covariance; `None` where nothing is determined, or in a file written by hand.
    pub uncertainty: Option<Uncertainty>,
    /// How the fit went; `None` in a file written by hand.
    pub report: Option<FitReport>,
    /// Draws of the parameters, for a method that makes them ([`super::Fit::draws`]).
    pub draws: Vec<Spenders>,
}

/// The file as it stands on the disk.
#[derive(Serialize, Deserialize)]
struct Document {
    format_version: u32,
    purchase: Part,
    #[serde(default)]
    spend: Option<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    covariates: Option<CovariatePart>,
    unit: TimeUnit,
    grain: Grain,
    #[serde(default)]
    cutoff: Option<String>,
    #[serde(default = "utc")]
    timezone: String,
    #[serde(default)]
    customers: u64,
    #[serde(default)]
    fingerprint: String,
    #[serde(default)]
    warnings: Vec<String>,
}

/// One fitted model in the file.
#[derive(Serialize, Deserialize)]
struct Part {
    model: String,
    /// What belongs to the model and is no parameter.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    settings: serde_json::Map<String, serde_json::Value>,
    params: serde_json::Map<String, serde_json::Value>,
    ln_likelihood: f64,
    /// Null on a ridge.
    #[serde(default)]
    standard_errors: Option<serde_json::Map<String, serde_json::Value>>,
    /// Of the log-parameters; what the data leave undetermined carries no variance.
    #[serde(default)]
    covariance_of_logs: Option<Vec<Vec<f64>>>,
    #[serde(default)]
    report: Option<FitReport>,
    /// The parameters in their order, a row a draw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    draws: Vec<Vec<f64>>,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl TrainedModel {
    /// The file's text: JSON, numbers in the shortest form that reads back the same, and a line's end.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a number is not finite (no fit gives such a model).
    pub fn to_json(&self) -> Result<String> {
        let purchase = &self.purchase;
        let document = Document {
            format_version: FORMAT_VERSION,
            purchase: part(
                &purchase.model,
                purchase.ln_likelihood,
                purchase.uncertainty.as_ref(),
                purchase.report.as_ref(),
                &purchase.draws,
            ),
            spend: self.spend.as_ref().map(|s| {
                part(&s.model, s.ln_likelihood, s.uncertainty.as_ref(), s.report.as_ref(), &s.draws)
            }),
            covariates: self.covariates.clone(),
            unit: self.unit,
            grain: self.grain,
            cutoff: self.cutoff.clone(),
            timezone: self.timezone.clone(),
            customers: self.customers,
            fingerprint: self.fingerprint.clone(),
            warnings: self.warnings.clone(),
        };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|e| Error::Undefined(format!("the model cannot be written as JSON: {e}")))?;
        Ok(compact_rows(&text) + "\n")
    }

    /// Writes the model file: whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Usage`] as [`Output::create`] and [`Output::commit`].
    pub fn write(&self, path: &Path) -> Result<()> {
        write(&self.to_json()?, path)
    }
}

/// Writes a text: whole or not at all.
fn write(text: &str, path: &Path) -> Result<()> {
    let mut output = Output::create(path)?;
    output.write_all(text.as_bytes()).map_err(|e| Error::io("write", path, e))?;
    output.commit()
}

fn part<M: Parametric>(
    model: &M,
    ln_likelihood: f64,
    uncertainty: Option<&Uncertainty>,
    report: Option<&FitReport>,
    draws: &[M],
) -> Part {
    let names = model.names();
    let named =
        |values: &[f64]| names.iter().cloned().zip(values.iter().map(|value| (*value).into())).collect();
    Part {
        model: model.id().to_owned(),
        settings: model.settings().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
        params: named(&model.parameters()),
        ln_likelihood,
        standard_errors: uncertainty.and_then(|u| u.standard_errors.as_deref()).map(named),
        covariance_of_logs: uncertainty.map(|u| u.covariance.clone()),
        report: report.cloned(),
        draws: draws.iter().map(Parametric::parameters).collect(),
    }
}

/// Lists of numbers on one line: a matrix then looks like one.
pub(crate) fn compact_rows(pretty: &str) -> String {
    let mut out = String::with_capacity(pretty.len());
    let mut lines = pretty.lines().peekable();
    let is_number = |line: &str| line.trim_start().starts_with(|c: char| c.is_ascii_digit() || c == '-');
    while let Some(line) = lines.next() {
        out.push_str(line);
        let mut in_row = line.ends_with('[') && lines.peek().is_some_and(|next| is_number(next));
        while in_row && let Some(next) = lines.next() {
            let next = next.trim_start();
            in_row = is_number(next);
            out.push_str(next);
            if next.ends_with(',') && in_row {
                out.push(' ');
            }
        }
        if lines.peek().is_some() {
            out.push('\n');
        }
    }
    out
}
