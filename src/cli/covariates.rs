//! Covariates on the command line: which file, which columns, on what.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::args::Reading;
use super::tell::wrap;
use crate::features::{CovariateFile, CovariatePlan, Gap, Season};
use crate::fit::{CovariatePart, Covariates, Regularisation, SEASON_STRENGTH, TrainedModel};
use crate::units::Grain;
use crate::{Error, Result};

/// Where covariates are found.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Covariates")]
pub struct CovariatesIn {
    /// What else is known of the customers: a file with their ids and columns, CSV or Parquet
    #[arg(long = "covariates", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Column of that file with the customer's id [default: found by its usual names]
    #[arg(long, value_name = "COLUMN", requires = "file")]
    covariates_customer: Option<String>,
    /// Column of that file with the date from which on a row holds: covariates that vary with time [default: found by its
    /// usual names, where customers have several rows]
    #[arg(long, value_name = "COLUMN", requires = "file")]
    covariates_date: Option<String>,
    /// What becomes of customers for whom a covariate is missing
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = GapArg::Refuse, requires = "file")]
    covariates_gaps: GapArg,
}

impl CovariatesIn {
    /// Whether a file is named.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.file.is_some()
    }
}

/// Which covariates bear on what.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Covariates")]
pub struct CovariatesOn {
    /// Columns that bear on how often a customer buys
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "file")]
    purchase_covariates: Vec<String>,
    /// Columns that bear on how soon a customer leaves
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "file")]
    dropout_covariates: Vec<String>,
    /// Columns that bear on what an order is worth
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "file")]
    spend_covariates: Vec<String>,
    /// Columns of numbers that are names of categories (postcodes, codes)
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', requires = "file")]
    categorical: Vec<String>,
    /// Hold coefficients towards 0: a strength, or auto to choose it by cross-validation [default: not at all; a season with 4]
    #[arg(long, value_name = "STRENGTH|auto", value_parser = strength)]
    l2: Option<Regularisation>,
    /// Let purchases follow the time of the year: twelve months, or fifty-two weeks (with --model pareto-nbd)
    #[arg(long, value_enum, value_name = "PARTS")]
    seasonality: Option<SeasonArg>,
}

impl CovariatesOn {
    /// Whether anything is said.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        let columns = self.purchase_covariates.is_empty()
            && self.dropout_covariates.is_empty()
            && self.spend_covariates.is_empty()
            && self.categorical.is_empty();
        !columns || self.l2.is_some() || self.seasonality.is_some()
    }
}

/// Parts of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SeasonArg {
    /// Twelve months.
    Month,
    /// Fifty-two weeks.
    Week,
}

/// What becomes of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum GapArg {
    /// They are an error.
    Refuse,
    /// These customers are taken to be typical: the mean of a number, the reference of categories.
    Fill,
}

fn strength(text: &str) -> Result<Regularisation, String> {
    if text.eq_ignore_ascii_case("auto") {
        return Ok(Regularisation::Auto);
    }
    match text.parse::<f64>() {
        Ok(strength) if strength >= 0.0 && strength.is_finite() => Ok(Regularisation::Strength(strength)),
        _ => Err(format!("`{text}` is neither a number, 0 or more, nor auto")),
    }
}

impl CovariatesIn {
    /// The file, if there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    fn wanted(&self, reading: &Reading) -> Option<CovariateFile> {
        self.file.as_ref().map(|path| CovariateFile {
            path: path.clone(),
            customer: self.covariates_customer.clone(),
            date: self.covariates_date.clone(),
            orders_customer: reading.customer.clone(),
        })
    }

    const fn gap(&self) -> Gap {
        match self.covariates_gaps {
            GapArg::Refuse => Gap::Refuse,
            GapArg::Fill => Gap::Fill,
        }
    }

    /// Refuses covariates, where models of subscriptions have no use for them.
    ///
    /// # Errors
    /// [`Error::Usage`] if there are any.
    pub fn none_for_subscriptions(&self, on: Option<&CovariatesOn>) -> Result<()> {
        let season = on.is_some_and(|on| on.seasonality.is_some() || on.l2.is_some());
        if self.file.is_none() && !season {
            return Ok(());
        }
        Err(Error::usage(
            "models of subscriptions take no covariates; leave --covariates, --seasonality and --l2 out, or split the subscribers \
             with --cohort",
        ))
    }

    /// The covariates for a fit.
    ///
    /// # Errors
    /// [`Error::Usage`] if no column is named; as [`Covariates::read`].
    pub fn to_learn(
        &self,
        on: &CovariatesOn,
        reading: &Reading,
        grain: Grain,
    ) -> Result<Option<Arc<Covariates>>> {
        let season = on.seasonality.map(|parts| match parts {
            SeasonArg::Month => Season::Month,
            SeasonArg::Week => Season::Week,
        });
        let file = self.wanted(reading);
        if file.is_none() && season.is_none() {
            return match on.l2 {
                None => Ok(None),
                Some(_) => Err(Error::usage(
                    "--l2 holds coefficients of covariates: it goes with --covariates or --seasonality",
                )),
            };
        }
        let named = [&on.purchase_covariates, &on.dropout_covariates, &on.spend_covariates];
        if file.is_some() && named.iter().all(|columns| columns.is_empty()) {
            return Err(Error::usage(
                "--covariates needs columns: name those that bear on purchases with --purchase-covariates, those that bear on \
                 drop-out with --dropout-covariates, those that bear on what an order is worth with --spend-covariates",
            ));
        }
        let plan = CovariatePlan {
            file: file.unwrap_or_default(),
            season,
            purchase: on.purchase_covariates.clone(),
            dropout: on.dropout_covariates.clone(),
            spend: on.spend_covariates.clone(),
            categorical: on.categorical.clone(),
            gap: self.gap(),
        };
        Covariates::read(plan, grain, on.l2.unwrap_or_default()).map(|read| Some(Arc::new(read)))
    }

    /// The covariates that a fitted model asks for.
    ///
    /// # Errors
    /// As [`TrainedModel::read_covariates`].
    pub fn to_use(&self, trained: &TrainedModel, reading: &Reading) -> Result<Option<Covariates>> {
        self.wanted(reading).map(|file| trained.read_covariates(file, self.gap())).transpose()
    }
}

/// What a model knows of covariates, in words.
#[must_use]
pub fn told(part: &CovariatePart) -> String {
    let mut text: String = part.schema.told().iter().map(|line| wrap(&format!("covariate {line}"))).collect();
    let held = [("purchases", part.l2, &part.chosen), ("spend", part.l2_spend, &part.chosen_spend)];
    for (what, strength, chosen) in held {
        if let Some(chosen) = chosen {
            let tried: Vec<String> =
                chosen.tried.iter().map(|(strength, value)| format!("{strength} ({value:.2})")).collect();
            text += &wrap(&format!(
                "--l2 {} predicts the {what} of customers left out best; ln L of these by strength: {}",
                chosen.best,
                tried.join(", ")
            ));
        } else if strength > 0.0 {
            text +=
                &wrap(&format!("coefficients of {what} are held towards 0 with strength {strength} (--l2)"));
        }
    }
    if part.l2 == 0.0 && part.schema.season().is_some() {
        text += &wrap(&format!("the season is held towards none with strength {SEASON_STRENGTH} (--l2)"));
    }
    text
}
