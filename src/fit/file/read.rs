//! Reading a model file, and saying clearly what is wrong with one.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use super::{CovariatePart, Document, FORMAT_VERSION, Part, PurchaseFit, SpendFit, TrainedModel};
use crate::error::InputError;
use crate::features::Process;
use crate::fit::Uncertainty;
use crate::model::{AnyPurchaseModel, AnySpendModel, Parametric, WithCovariates, effects};
use crate::{Error, Result};

/// A model file is a few kilobytes; what is larger than this is none.
const LARGEST: u64 = 1 << 20;

impl TrainedModel {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Input`] if it is no model file, cut short, of a later version, or holds
    /// parameters out of range: with the file, the line, and what to do.
    pub fn read(path: &Path) -> Result<Self> {
        Self::from_json(&text(path)?).map_err(|error| match error {
            Error::Input(inner) => inner.file(path).into(),
            other => other,
        })
    }

    /// Reads the text of a model file; fields it does not know are passed over.
    ///
    /// # Errors
    /// [`Error::Input`] as [`TrainedModel::read`].
    pub fn from_json(text: &str) -> Result<Self> {
        let whole: Value = serde_json::from_str(text).map_err(|e| not_json(text, &e))?;
        check_version(&whole)?;
        if let (Some(model), None) = (whole.get("model").and_then(Value::as_str), whole.get("purchase")) {
            return Err(Error::input(format!("this is a model of subscriptions (`{model}`), not of orders"))
                .hint("it goes with ltv score and ltv retention")
                .into());
        }
        // From the text again: serde then knows the line of a wrong field.
        let document: Document = serde_json::from_str(text).map_err(|e| {
            Error::input(format!("this is not a whole model file: {e}"))
                .line(e.line() as u64)
                .hint("train it again with `ltv train`")
        })?;
        let (purchase, spend) = (&document.purchase, document.spend.as_ref());
        let covariates = document.covariates;
        let processes = [Process::Purchase, Process::Dropout];
        let template = with_effects(template(purchase)?, covariates.as_ref(), &processes)?;
        let (model, uncertainty) = checked(purchase, template, "purchase")?;
        let spend = match spend {
            None => None,
            Some(part) => {
                let processes = [Process::Spend];
                let template = with_effects(spend_template(part)?, covariates.as_ref(), &processes)?;
                let (model, uncertainty) = checked(part, template, "spend")?;
                let ln_likelihood = part.ln_likelihood;
                let draws = draws(part, &model, "spend")?;
                Some(SpendFit { model, ln_likelihood, uncertainty, report: part.report.clone(), draws })
            }
        };
        let ln_likelihood = purchase.ln_likelihood;
        let draws = draws(purchase, &model, "purchase")?;
        let report = document.purchase.report;
        Ok(Self {
            purchase: PurchaseFit { model, ln_likelihood, uncertainty, report, draws },
            spend,
            covariates,
            unit: document.unit,
            grain: document.grain,
            cutoff: document.cutoff,
            timezone: document.timezone,
            customers: document.customers,
            fingerprint: document.fingerprint,
            warnings: document.warnings,
        })
    }
}

/// The text of a file that is not too large for a model file.
pub(super) fn text(path: &Path) -> Result<String> {
    let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::input("this is larger than any model file (1 MiB)")
            .file(path)
            .hint("--model takes what `ltv train` wrote; are the orders and the model mixed up?")
            .into());
    }
    String::from_utf8(bytes).map_err(|_| {
        Error::input("this is not text")
            .file(path)
            .expected("a model file (JSON) as `ltv train` writes it")
            .into()
    })
}

pub(super) fn not_json(text: &str, error: &serde_json::Error) -> InputError {
    let found = if text.trim().is_empty() {
        "the file is empty".to_owned()
    } else if error.is_eof() {
        format!("the file is cut short: {error}")
    } else {
        format!("this is not JSON: {error}")
    };
    Error::input(found)
        .line(error.line().max(1) as u64)
        .expected("a model file as `ltv train` writes it")
        .hint("train it again, or fetch it again from where it came")
}

pub(super) fn check_version(whole: &Value) -> Result<()> {
    match whole.get("format_version").and_then(Value::as_u64) {
        Some(version) if (1..=u64::from(FORMAT_VERSION)).contains(&version) => Ok(()),
        Some(version) => Err(Error::input(format!("the model file has format version {version}"))
            .column("format_version")
            .expected(if FORMAT_VERSION == 1 { "1".to_owned() } else { format!("1 to {FORMAT_VERSION}") })
            .hint("it was written by a later `ltv`: update this one, or train the model again with it")
            .into()),
        None => Err(Error::input("this is JSON, but no model file: it has no format_version")
            .column("format_version")
            .hint("--model takes what `ltv train` wrote")
            .into()),
    }
}

/// The purchase model that a part names, with its settings.
fn template(part: &Part) -> Result<AnyPurchaseModel> {
    let known: Vec<&str> = AnyPurchaseModel::ALL.iter().map(|(id, ..)| *id).collect();
    let template = AnyPurchaseModel::template(&part.model)
        .map_err(|_| unknown(&part.model, "purchase", &known.join(", ")))?;
    if let Some((missing, _)) =
        template.settings().iter().find(|(name, _)| !part.settings.contains_key(*name))
    {
        return Err(Error::input(format!("the model `{}` is without its {missing}", part.model))
            .column(format!("purchase.settings.{missing}"))
            .hint("the file was changed by hand, or damaged: train it again")
            .into());
    }
    part.settings.iter().try_fold(template, |model, (name, value)| {
        let value = value.as_f64().ok_or_else(|| {
            Error::input(format!("{name} is {value}"))
                .column(format!("purchase.settings.{name}"))
                .expected("a number")
        })?;
        model
            .with_setting(name, value)
            .map_err(|e| Error::input(e.to_string()).column(format!("purchase.settings.{name}")).into())
    })
}

/// The same with the effects of covariates, as a typical customer has them.
fn with_effects<M: Parametric>(
    template: M,
    covariates: Option<&CovariatePart>,
    processes: &[Process],
) -> Result<WithCovariates<M>> {
    let Some(part) = covariates else { return Ok(template.into()) };
    let effects = effects(&template, &part.schema, processes)
        .map_err(|e| Error::input(e.to_string()).column("covariates"))?;
    let zeros = vec![0.0; effects.len()];
    WithCovariates::new(template, effects, zeros, vec![part.schema.typical()])
}

/// The spend model that a part names.
fn spend_template(part: &Part) -> Result<AnySpendModel> {
    let known: Vec<&str> = AnySpendModel::ALL.iter().map(|(id, ..)| *id).collect();
    AnySpendModel::template(&part.model).map_err(|_| unknown(&part.model, "spend", &known.join(", ")))
}

pub(super) fn unknown(model: &str, place: &str, known: &str) -> Error {
    Error::input(format!("the model `{model}` is not known here"))
        .column(format!("{place}.model"))
        .expected(format!("one of: {known}"))
        .hint("it may come from a later `ltv`: update this one, or train the model again with it")
        .into()
}

/// The model of a part and its uncertainty, both checked.
pub(super) fn checked<M: Parametric>(
    part: &Part,
    template: M,
    place: &str,
) -> Result<(M, Option<Uncertainty>)> {
    let names = template.names();
    let parameters = numbers(&names, &part.params, &format!("{place}.params"))?;
    let model = template.with_parameters(&parameters).map_err(|e| {
        Error::input(e.to_string())
            .column(format!("{place}.params"))
            .hint("the file was changed by hand, or damaged: train it again")
    })?;
    let uncertainty = match &part.covariance_of_logs {
        Some(covariance) => Some(uncertainty(&names, part, covariance, place)?),
        None => None,
    };
    Ok((model, uncertainty))
}

/// The draws of a part, each a model.
pub(super) fn draws<M: Parametric>(part: &Part, model: &M, place: &str) -> Result<Vec<M>> {
    let one = |(at, draw): (usize, &Vec<f64>)| {
        model.with_parameters(draw).map_err(|e| {
            Error::input(e.to_string())
                .column(format!("{place}.draws[{at}]"))
                .hint("the file was changed by hand, or damaged: train it again")
                .into()
        })
    };
    part.draws.iter().enumerate().map(one).collect()
}

/// The uncertainty of a part, checked.
fn uncertainty(names: &[String], part: &Part, covariance: &[Vec<f64>], place: &str) -> Result<Uncertainty> {
    let wrong = |what: &str| Error::input(what).column(format!("{place}.covariance_of_logs"));
    let n = names.len();
    if covariance.len() != n || covariance.iter().any(|row| row.len() != n) {
        return Err(wrong("the covariance has the wrong shape")
            .expected(format!("{n} rows of {n} numbers"))
            .into());
    }
    let errors = part.standard_errors.as_ref();
    let standard_errors =
        errors.map(|errors| numbers(names, errors, &format!("{place}.standard_errors"))).transpose()?;
    let found = Uncertainty { standard_errors, covariance: covariance.to_vec() };
    if found.factor().is_none() {
        return Err(wrong("this is no covariance: it is not symmetric, or some variance in it is negative")
            .hint("the file was changed by hand, or damaged: train it again")
            .into());
    }
    Ok(found)
}

/// The numbers of a map by the parameters' names.
fn numbers(names: &[String], map: &Map<String, Value>, place: &str) -> Result<Vec<f64>> {
    names
        .iter()
        .map(|name| {
            map.get(name).and_then(Value::as_f64).ok_or_else(|| {
                let found = map.get(name).map_or("nothing".to_owned(), Value::to_string);
                Error::input(format!("{name} is {found}"))
                    .column(format!("{place}.{name}"))
                    .expected("a number")
                    .into()
            })
        })
        .collect()
}
