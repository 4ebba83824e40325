//! A model of purchases in the tempo of its shop.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use super::{Tempo, Tempos};
use crate::features::{Customers, Past};
use crate::fit::{Recipe, TrainedModel};
use crate::model::Parametric;
use crate::predict::{BuyTillYouDie, Estimator, Laws, Predictor, View, predictor_of};
use crate::units::Periods;
use crate::{Error, Result};

/// A model of purchases × a model of spend, fitted to customers whose times are read off the tempo's clock, and asked about horizons that are.
#[derive(Debug, Clone)]
pub struct Paced {
    model: BuyTillYouDie,
    id: String,
    tempos: Arc<Tempos>,
}

/// What stands behind the name of a model that follows the shop's tempo.
pub const TEMPO: &str = "+tempo";
/// The models that see of a customer nothing but how often they bought, when first, when last, and until when they were observed.
const MODELS: [&str; 4] = ["bg-nbd", "mbg-nbd", "pareto-nbd", "nbd"];

impl Paced {
    /// By the recipe, called `NAME+tempo`; tempos are shared with others.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model that sees more of a customer than first and last purchase, end and number: gaps, single times, opportunities
    /// or covariates.
    pub fn new(recipe: Recipe, tempos: Arc<Tempos>) -> Result<Self> {
        let name = recipe.purchase.id();
        if !Self::takes(&recipe) {
            return Err(Error::usage(format!(
                "{name} cannot follow the tempo of the shop, as it looks at more than first and last purchase; without covariates {} can",
                MODELS.join(", ")
            )));
        }
        let id = format!("{name}{TEMPO}");
        Ok(Self { model: BuyTillYouDie::new(recipe), id, tempos })
    }

    /// Whether the model of a recipe can follow a tempo.
    #[must_use]
    pub fn takes(recipe: &Recipe) -> bool {
        recipe.covariates.is_none() && Self::follows(recipe.purchase.id())
    }

    /// Whether the model of purchases with this identifier can follow a tempo.
    #[must_use]
    pub fn follows(id: &str) -> bool {
        MODELS.contains(&id)
    }

    /// The same under another name: `bg-nbd+log-normal+tempo`.
    #[must_use]
    pub fn named(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }
}

impl Estimator for Paced {
    fn id(&self) -> &str {
        &self.id
    }

    fn needs_logs(&self) -> bool {
        self.model.needs_logs()
    }

    fn follows_tempo(&self) -> bool {
        true
    }

    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        let tempo = self.tempos.of(past, customers)?;
        let (table, _) = tempo.read(customers, 0..customers.len(), Periods::new(0.0)?)?;
        let fitted = self.model.fit(past, &table)?;
        let id = self.id.clone();
        let damaged = || Error::usage("this model cannot follow a tempo");
        let kept = fitted.into_kept().and_then(|kept| kept.downcast::<TrainedModel>().ok());
        let model = PacedModel { trained: *kept.ok_or_else(damaged)?, tempo: (*tempo).clone() };
        Ok(model.into_predictor(id))
    }
}

/// A fitted model and the tempo under which it was fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct PacedModel {
    /// The model, which counts in the clock's time.
    pub trained: TrainedModel,
    /// The clock.
    pub tempo: Tempo,
}

impl PacedModel {
    /// As a forecast.
    #[must_use]
    pub fn into_predictor(self, id: String) -> Box<dyn Predictor> {
        Box::new(Fitted { inner: predictor_of(self.trained.clone()), kept: self, id })
    }
}

struct Fitted {
    inner: Box<dyn Predictor>,
    kept: PacedModel,
    id: String,
}

impl Predictor for Fitted {
    fn id(&self) -> &str {
        &self.id
    }

    fn warnings(&self) -> &[String] {
        self.inner.warnings()
    }

    fn needs_logs(&self) -> bool {
        self.inner.needs_logs()
    }

    fn kept(&self) -> Option<&dyn Any> {
        Some(&self.kept)
    }

    fn into_kept(self: Box<Self>) -> Option<Box<dyn Any>> {
        Some(Box::new(self.kept))
    }

    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let (table, horizon) = self.kept.tempo.read(view.customers, rows, horizon)?;
        self.inner.laws(View::from(&table), 0..table.len(), horizon)
    }
}
