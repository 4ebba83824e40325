//! A fitted model of purchases as a record: what a report keeps of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::{AnyPurchaseModel, Parametric};
use crate::units::TimeUnit;
use crate::{Error, Result};

/// A model of purchases as it was fitted at an origin: its identifier and its numbers by name, enough to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedModel {
    /// The identifier: `bg-nbd`.
    pub model: String,
    /// The unit of time of the parameters.
    pub unit: TimeUnit,
    /// What belongs to it and is no parameter: `k`.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub settings: Map<String, Value>,
    /// Its parameters, in the model's order.
    pub parameters: Map<String, Value>,
}

impl FittedModel {
    /// The record of a model.
    #[must_use]
    pub fn of(model: &AnyPurchaseModel, unit: TimeUnit) -> Self {
        let settings = model.settings().into_iter().map(|(name, value)| (name.to_owned(), value.into()));
        let parameters = model.names().into_iter().zip(model.parameters().into_iter().map(Value::from));
        Self {
            model: model.id().to_owned(),
            unit,
            settings: settings.collect(),
            parameters: parameters.collect(),
        }
    }

    /// The model again.
    ///
    /// # Errors
    /// [`Error::Usage`] or [`Error::Undefined`] if there is no such model, or these are not its numbers.
    pub fn model(&self) -> Result<AnyPurchaseModel> {
        let number = |value: &Value| {
            value
                .as_f64()
                .ok_or_else(|| Error::Undefined(format!("{value} is not a parameter of {}", self.model)))
        };
        let mut model = AnyPurchaseModel::template(&self.model)?;
        for (name, value) in &self.settings {
            model = model.with_setting(name, number(value)?)?;
        }
        let parameters: Result<Vec<f64>> = self.parameters.values().map(number).collect();
        model.with_parameters(&parameters?)
    }
}
