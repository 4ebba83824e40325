//! The model file of subscriptions: a sibling of that of shops, told apart by its field `model`.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FORMAT_VERSION, Part, compact_rows, part, read, write};
use crate::fit::{CohortFit, Fit, FitReport, TrainedRetention};
use crate::model::AnyRetentionModel;
use crate::units::CalendarPeriod;
use crate::{Error, Result};

#[derive(Serialize, Deserialize)]
struct Document {
    format_version: u32,
    /// What a file of a shop does not have.
    model: String,
    period: CalendarPeriod,
    cohorts: Vec<Cohort>,
}

#[derive(Serialize, Deserialize)]
struct Cohort {
    cohort: String,
    #[serde(flatten)]
    part: Part,
}

impl TrainedRetention {
    /// The file's text: JSON, numbers in the shortest form that reads back the same, and a line's end.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a number is not finite (no fit gives such a model).
    pub fn to_json(&self) -> Result<String> {
        let cohort = |known: &CohortFit| {
            let Fit { model, report, uncertainty, draws } = &known.fit;
            let part = part(model, report.ln_likelihood, uncertainty.as_ref(), Some(report), draws);
            Cohort { cohort: known.cohort.clone(), part }
        };
        let document = Document {
            format_version: FORMAT_VERSION,
            model: self.id().to_owned(),
            period: self.period,
            cohorts: self.cohorts.iter().map(cohort).collect(),
        };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|e| Error::Undefined(format!("the model cannot be written as JSON: {e}")))?;
        Ok(compact_rows(&text) + "\n")
    }

    /// Writes the model file: whole or not at all.
    ///
    /// # Errors
    /// As [`super::TrainedModel::write`].
    pub fn write(&self, path: &Path) -> Result<()> {
        write(&self.to_json()?, path)
    }

    /// Reads a model file, if it is one of subscriptions; `None` if it is one of a shop, or none at all.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Input`] if it is one of subscriptions, and damaged.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let text = read::text(path)?;
        let of_subscriptions = serde_json::from_str::<Value>(&text).is_ok_and(|whole| {
            whole.get("model").is_some_and(Value::is_string) && whole.get("purchase").is_none()
        });
        if !of_subscriptions {
            return Ok(None);
        }
        Self::from_json(&text).map(Some).map_err(|error| match error {
            Error::Input(inner) => inner.file(path).into(),
            other => other,
        })
    }

    /// Reads the text of a model file of subscriptions.
    ///
    /// # Errors
    /// [`Error::Input`] if it is damaged, or of a later version.
    pub fn from_json(text: &str) -> Result<Self> {
        let whole: Value = serde_json::from_str(text).map_err(|e| read::not_json(text, &e))?;
        read::check_version(&whole)?;
        let document: Document = serde_json::from_str(text).map_err(|e| {
            Error::input(format!("this is not a whole model file: {e}"))
                .line(e.line() as u64)
                .hint("train it again with `ltv train`")
        })?;
        if document.cohorts.is_empty() {
            return Err(Error::input("there is no cohort in the model file").column("cohorts").into());
        }
        let cohorts = document.cohorts.into_iter().enumerate().map(cohort).collect::<Result<_>>()?;
        Ok(Self { period: document.period, cohorts })
    }
}

fn cohort((at, Cohort { cohort, part }): (usize, Cohort)) -> Result<CohortFit> {
    let place = format!("cohorts[{at}]");
    let template = AnyRetentionModel::template(&part.model).ok_or_else(|| {
        let known: Vec<&str> = AnyRetentionModel::ALL.iter().map(|(id, ..)| *id).collect();
        read::unknown(&part.model, &place, &known.join(", "))
    })?;
    let (model, uncertainty) = read::checked(&part, template, &place)?;
    let draws = read::draws(&part, &model, &place)?;
    let report = part
        .report
        .ok_or_else(|| Error::input("the report of the fit is missing").column(format!("{place}.report")))?;
    let report = FitReport { ln_likelihood: part.ln_likelihood, ..report };
    Ok(CohortFit { cohort, fit: Fit { model, report, uncertainty, draws } })
}
