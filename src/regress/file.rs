//! The file of a forecast: regressions, and what is made of several forecasts. A sibling of the model file, told apart by its field `forecast`.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::base::BaseModel;
use super::{AnyRegression, FittedRegression, KeptRegression, Regressor};
use crate::error::InputError;
use crate::fit::{TrainedModel, compact_rows};
use crate::output::Output;
use crate::predict::{PacedModel, Tempo};
use crate::units::{Grain, Tick, TimeUnit};
use crate::{Error, Result};

/// The version this program writes and reads.
const VERSION: u32 = 2;

/// Trees take room; what is larger than this is no file of ours.
const LARGEST: u64 = 1 << 29;

/// What a forecast file holds: one or several fitted forecasts of one horizon, and what was learnt of them at past origins.
#[derive(Debug)]
pub struct ForecastFile {
    /// What it is called by: the identifier of the regression, or of what several forecasts make together.
    pub id: String,
    /// The horizon that it was trained for, as it was asked: `52w`.
    pub horizon: String,
    /// The unit of time of its tables.
    pub unit: TimeUnit,
    /// What counted as one purchase.
    pub grain: Grain,
    /// The end of observation, as it is written.
    pub cutoff: String,
    /// The time zone in which days were counted.
    pub timezone: String,
    /// How many customers there were.
    pub customers: u64,
    /// The forecasts, at least one.
    pub members: Vec<ForecastMember>,
    /// What was learnt at past origins of level and shape of the laws, by those who learnt it; `None` where nothing was.
    pub calibration: Option<Value>,
    /// What must be known before its numbers are used, in words.
    pub warnings: Vec<String>,
}

/// One of the forecasts of a file.
#[derive(Debug)]
pub struct ForecastMember {
    /// Its identifier.
    pub id: String,
    /// What it weighs in purchases.
    pub purchases: Weight,
    /// What it weighs in value.
    pub value: Weight,
    /// The forecast.
    pub forecast: MemberForecast,
}

/// What one of several forecasts weighs in one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// In the mixture of the laws, from 0 to 1.
    pub law: f64,
    /// In the sum of the means, from 0 to 1.
    pub mean: f64,
    /// By what its means are multiplied there, so that all forecasts speak of one total.
    pub level: f64,
}

impl Weight {
    /// Of a forecast alone.
    pub const ALL: Self = Self { law: 1.0, mean: 1.0, level: 1.0 };
    /// Of a forecast that tells nothing.
    pub const NONE: Self = Self { law: 0.0, mean: 0.0, level: 1.0 };

    /// Whether it counts at all.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.law > 0.0 || self.mean > 0.0
    }

    fn is_sound(&self) -> bool {
        let weight = 0.0..=1.0 + 1e-9;
        weight.contains(&self.law) && weight.contains(&self.mean) && (0.01..=100.0).contains(&self.level)
    }
}

/// A fitted forecast as it is kept.
#[derive(Debug)]
pub enum MemberForecast {
    /// A regression.
    Regression(Box<FittedRegression>),
    /// A probabilistic model.
    Model(Box<TrainedModel>),
    /// A probabilistic model in the tempo of the shop.
    Paced(Box<PacedModel>),
    /// A naive rule, by its identifier and what it learnt.
    Rule(Value),
}

/// The file as it stands on the disk.
#[derive(Serialize, Deserialize)]
struct Document {
    format_version: u32,
    forecast: String,
    horizon: String,
    unit: TimeUnit,
    grain: Grain,
    cutoff: String,
    timezone: String,
    customers: u64,
    members: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calibration: Option<Value>,
    #[serde(default)]
    warnings: Vec<String>,
}

/// One member in the file: a regression with its base, a model, or a rule.
#[derive(Serialize, Deserialize)]
struct Part {
    id: String,
    weight_of_purchases: Weight,
    weight_of_value: Weight,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regression: Option<KeptRegression>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usual_order: Option<f64>,
    /// The model, or the base of the regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<Map<String, Value>>,
    /// The tempo in which the model, or the base, counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tempo: Option<Tempo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<Value>,
}

impl ForecastFile {
    /// The columns of the orders that its regressions see beside what customers did: orders to be scored must be read with them.
    #[must_use]
    pub fn attributes(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for member in &self.members {
            let MemberForecast::Regression(fitted) = &member.forecast else { continue };
            for coding in fitted.kept.schema.iter().flat_map(|schema| schema.attributes()) {
                if !names.contains(&coding.name) {
                    names.push(coding.name.clone());
                }
            }
        }
        names
    }

    /// The file's text: JSON, numbers in the shortest form that reads back the same.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a number is not finite.
    pub fn to_json(&self) -> Result<String> {
        let document = Document {
            format_version: VERSION,
            forecast: self.id.clone(),
            horizon: self.horizon.clone(),
            unit: self.unit,
            grain: self.grain,
            cutoff: self.cutoff.clone(),
            timezone: self.timezone.clone(),
            customers: self.customers,
            members: self.members.iter().map(Part::of).collect::<Result<_>>()?,
            calibration: self.calibration.clone(),
            warnings: self.warnings.clone(),
        };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|e| Error::Undefined(format!("the forecast cannot be written as JSON: {e}")))?;
        Ok(compact_rows(&text) + "\n")
    }

    /// Writes the file: whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Usage`] as [`Output::create`] and [`Output::commit`].
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut output = Output::create(path)?;
        output.write_all(self.to_json()?.as_bytes()).map_err(|e| Error::io("write", path, e))?;
        output.commit()
    }

    /// Reads a file if it is one of a forecast; `None` if it is a model file, or none at all.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read; [`Error::Input`] if it is one of a forecast, and damaged or of a later version.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let mut text = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut text).map_err(|e| Error::io("read", path, e))?;
        // Whatever it is otherwise, those who read it will say.
        let Ok(text) = String::from_utf8(text) else { return Ok(None) };
        if text.len() as u64 > LARGEST || !is_forecast(&text) {
            return Ok(None);
        }
        Self::from_json(&text).map(Some).map_err(|error| match error {
            Error::Input(inner) => inner.file(path).into(),
            other => other,
        })
    }

    /// Reads the text of a forecast file.
    ///
    /// # Errors
    /// [`Error::Input`] as [`ForecastFile::read`].
    pub fn from_json(text: &str) -> Result<Self> {
        let whole: Value = serde_json::from_str(text).map_err(|e| damaged(&e))?;
        let version = whole.get("format_version").and_then(Value::as_u64).unwrap_or_default();
        if version != u64::from(VERSION) {
            return Err(Error::input(format!("the forecast file has format version {version}"))
                .column("format_version")
                .expected(VERSION.to_string())
                .hint("it was written by another `ltv`: update this one, or train the forecast again with it")
                .into());
        }
        let document: Document = serde_json::from_str(text).map_err(|e| damaged(&e))?;
        if document.members.is_empty() {
            return Err(Error::input("there is no forecast in the file").column("members").into());
        }
        let members = document.members.into_iter().enumerate();
        let members: Vec<ForecastMember> =
            members.map(|(at, part)| part.member(at)).collect::<Result<_>>()?;
        summing_to_1(&members)?;
        Ok(Self {
            id: document.forecast,
            horizon: document.horizon,
            unit: document.unit,
            grain: document.grain,
            cutoff: document.cutoff,
            timezone: document.timezone,
            customers: document.customers,
            members,
            calibration: document.calibration,
            warnings: document.warnings,
        })
    }
}

/// Whether a text is JSON with a field `forecast` and none of a model of purchases. What is cut short is not, but names it early.
fn is_forecast(text: &str) -> bool {
    match serde_json::from_str::<Value>(text) {
        Ok(whole) => whole.get("forecast").is_some_and(Value::is_string) && whole.get("purchase").is_none(),
        Err(_) => text.chars().take(200).collect::<String>().contains("\"forecast\":"),
    }
}

fn damaged(error: &serde_json::Error) -> InputError {
    Error::input(format!("this is not a whole forecast file: {error}"))
        .line(error.line().max(1) as u64)
        .hint("train it again with `ltv train`")
}

impl Part {
    fn of(member: &ForecastMember) -> Result<Self> {
        let mut part = Self {
            id: member.id.clone(),
            weight_of_purchases: member.purchases,
            weight_of_value: member.value,
            regression: None,
            usual_order: None,
            model: None,
            tempo: None,
            rule: None,
        };
        match &member.forecast {
            MemberForecast::Regression(fitted) => {
                part.regression = Some(fitted.kept.clone());
                part.model = fitted.base().map(|base| document(&base.trained)).transpose()?;
                part.usual_order = fitted.base().and_then(|base| base.usual_order);
                part.tempo = fitted.base().map(|base| base.tempo.clone()).filter(|tempo| !tempo.is_steady());
            }
            MemberForecast::Model(trained) => part.model = Some(document(trained)?),
            MemberForecast::Paced(paced) => {
                part.model = Some(document(&paced.trained)?);
                part.tempo = Some(paced.tempo.clone());
            }
            MemberForecast::Rule(rule) => part.rule = Some(rule.clone()),
        }
        Ok(part)
    }

    fn member(self, at: usize) -> Result<ForecastMember> {
        let place = format!("members[{at}]");
        let model =
            self.model.map(|model| TrainedModel::from_json(&Value::Object(model).to_string())).transpose()?;
        if self.tempo.as_ref().is_some_and(|tempo| !tempo.is_sound()) {
            return Err(Error::input("the tempo is damaged")
                .column(place)
                .hint("train it again with `ltv train`")
                .into());
        }
        let forecast = match (self.regression, model, self.rule, self.tempo) {
            (Some(kept), base, None, tempo) => {
                sound(&kept, &place)?;
                let usual_order = self.usual_order;
                let tempo = tempo.unwrap_or_else(|| Tempo::steady(Tick(0)));
                let base = base.map(|trained| BaseModel { trained, usual_order, tempo });
                MemberForecast::Regression(Box::new(FittedRegression::again(kept, base)))
            }
            (None, Some(model), None, None) => MemberForecast::Model(Box::new(model)),
            (None, Some(trained), None, Some(tempo)) => {
                MemberForecast::Paced(Box::new(PacedModel { trained, tempo }))
            }
            (None, None, Some(rule), None) => MemberForecast::Rule(rule),
            _ => {
                return Err(Error::input("a member is neither a regression, nor a model, nor a rule")
                    .column(place)
                    .hint("the file was changed by hand, or damaged: train it again")
                    .into());
            }
        };
        let (purchases, value) = (self.weight_of_purchases, self.weight_of_value);
        if ![purchases, value].iter().all(Weight::is_sound) {
            let told =
                |one: Weight| format!("{} in the law, {} in the mean at {}", one.law, one.mean, one.level);
            return Err(Error::input(format!("weights are {}; of value {}", told(purchases), told(value)))
                .column(place)
                .expected("weights from 0 to 1, and levels from 0.01 to 100")
                .into());
        }
        Ok(ForecastMember { id: self.id, purchases, value, forecast })
    }
}

/// Weights are parts of a whole; of value there may be none.
fn summing_to_1(members: &[ForecastMember]) -> Result<()> {
    let sum = |of: fn(&ForecastMember) -> f64| members.iter().map(of).sum::<f64>();
    let of_purchases = [sum(|one| one.purchases.law), sum(|one| one.purchases.mean)];
    let of_value = [sum(|one| one.value.law), sum(|one| one.value.mean)];
    let whole = |sum: &f64| (sum - 1.0).abs() < 1e-6;
    if of_purchases.iter().all(whole) && (of_value.iter().all(whole) || of_value == [0.0, 0.0]) {
        return Ok(());
    }
    Err(Error::input(format!("weights sum to {of_purchases:?}, of value to {of_value:?}"))
        .column("members")
        .expected("1")
        .hint("the file was changed by hand, or damaged: train it again")
        .into())
}

/// A trained model as the model file has it.
fn document(trained: &TrainedModel) -> Result<Map<String, Value>> {
    let text = trained.to_json()?;
    serde_json::from_str(&text)
        .map_err(|e| Error::Undefined(format!("the model cannot be written as JSON: {e}")))
}

/// What a file holds need not be a regression: columns must be those of the schema, trees must be trees, and read columns that there are.
fn sound(kept: &KeptRegression, place: &str) -> Result<()> {
    let damaged = |what: &str| {
        let error = Error::input(what).column(place.to_owned());
        Err(error.hint("the file was changed by hand, or damaged: train it again").into())
    };
    // Without a schema nothing was learnt, and no column is read.
    let columns = kept.schema.as_ref().map_or(0, |_| kept.picked.len());
    if let Some(schema) = &kept.schema {
        if !schema.is_sound() {
            return damaged("the columns of a regression are not those of its schema, or have no range");
        }
        if kept.picked.iter().any(|&at| at >= schema.columns().len()) {
            return damaged("a regression is shown columns that there are not");
        }
    }
    for regressor in std::iter::once(&kept.purchases).chain(&kept.value) {
        let base_alone = matches!(&regressor.model, AnyRegression::Ratio(ratio) if ratio.shape.is_none());
        if !base_alone && !Regressor::is_sound(regressor, columns) {
            return damaged("a regression reads columns that there are not, or its trees are none");
        }
    }
    Ok(())
}
