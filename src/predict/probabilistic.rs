//! The probabilistic road: a model of purchases, and one of what they are worth.

use std::any::Any;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::tables::Tables;
use super::{
    Estimator, Forecast, Forecaster, Laws, Meeting, Predictor, Question, TotalLaws, Totals, View, parts,
};
use crate::Result;
use crate::features::{Customers, Past, PurchaseTimes};
use crate::fit::{Covariates, Crowd, Recipe, TrainedModel};
use crate::model::{AnyPopulation, AnyPurchaseModel, Parametric, SpendModel};
use crate::progress::Silent;
use crate::units::{Periods, Share};

/// So many customers are forecast at a time: what is found for their distinct histories takes as much memory as the forecast.
const PART: usize = 1 << 19;

/// A purchase model × a spend model, as the recipe says. Where the spend part cannot be fitted, purchases alone are forecast,
/// and a warning says why.
#[derive(Debug, Clone)]
pub struct BuyTillYouDie {
    recipe: Recipe,
    id: String,
}

impl BuyTillYouDie {
    /// By the recipe; called by the identifier of its purchase model.
    #[must_use]
    pub fn new(recipe: Recipe) -> Self {
        let id = recipe.purchase.id().to_owned();
        Self { recipe, id }
    }

    /// The same under another name: `bg-nbd+log-normal`.
    #[must_use]
    pub fn named(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }
}

impl Estimator for BuyTillYouDie {
    fn id(&self) -> &str {
        &self.id
    }

    fn needs_logs(&self) -> bool {
        self.recipe.needs_logs()
    }

    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        let times = self.recipe.needs_times().then(|| past.purchase_times());
        let trained =
            TrainedModel::train_with_times(&self.recipe, (customers, times.as_ref()), "UTC", &Silent)?;
        Ok(Box::new(Fitted {
            trained,
            covariates: self.recipe.covariates.clone(),
            times,
            id: self.id.clone(),
            tables: OnceLock::new(),
        }))
    }
}

/// A trained model as a forecast; one without covariates, which are found beside the orders.
#[must_use]
pub fn predictor_of(trained: TrainedModel) -> Box<dyn Predictor> {
    let id = trained.purchase.model.base().id().to_owned();
    Box::new(Fitted { trained, covariates: None, times: None, id, tables: OnceLock::new() })
}

struct Fitted {
    trained: TrainedModel,
    covariates: Option<Arc<Covariates>>,
    /// When the customers bought, where covariates vary with time; of the table of the fit.
    times: Option<PurchaseTimes>,
    id: String,
    /// The tables of spend: one model's, so they serve however many parts of a table are asked about.
    tables: OnceLock<Option<Arc<Tables>>>,
}

impl Fitted {
    /// The customers under their models.
    fn crowd(&self, view: View<'_>, horizon: Periods) -> Result<Crowd> {
        let customers = view.customers;
        let until =
            customers.cutoff.map(|cutoff| customers.grain.after(cutoff, horizon.get(), customers.unit));
        // Trained on some of the customers alone, it may be asked about all of them.
        let other = self.times.as_ref().filter(|times| times.len() != customers.len());
        let found = other.and(view.past).map(Past::purchase_times);
        let times = found.as_ref().or(self.times.as_ref());
        self.trained.crowd(self.covariates.as_deref(), customers, times.zip(until))
    }

    fn forecaster<'c>(
        &self,
        crowd: &'c Crowd,
        horizon: Periods,
        levels: &[Share],
    ) -> Result<Forecaster<'c, AnyPopulation>> {
        let spend = crowd.spenders.as_ref();
        let forecaster = Forecaster::new(&crowd.population, spend, Question::revenue(horizon, levels)?)?;
        let tables = self.tables.get_or_init(|| forecaster.shared_tables()).clone();
        Ok(forecaster.sharing(tables).among(crowd.groups.as_deref(), crowd.spend_groups.as_deref()))
    }
}

impl Predictor for Fitted {
    fn id(&self) -> &str {
        &self.id
    }

    fn warnings(&self) -> &[String] {
        &self.trained.warnings
    }

    fn purchase_model(&self) -> Option<&AnyPurchaseModel> {
        Some(self.trained.purchase.model.base()).filter(|_| self.trained.covariates.is_none())
    }

    fn forecast(&self, view: View<'_>, horizon: Periods, levels: &[Share]) -> Result<Forecast> {
        let customers = view.customers;
        let crowd = self.crowd(view, horizon)?;
        let forecaster = self.forecaster(&crowd, horizon, levels)?;
        let mut all = Forecast::with_capacity(levels, self.trained.spend.is_some(), customers.len());
        for rows in parts(customers.len(), PART) {
            all.append(forecaster.forecast_rows(customers, rows)?);
        }
        Ok(all)
    }

    /// With the uncertainty of the parameters.
    fn totals(&self, view: View<'_>, horizon: Periods, forecast: &Forecast) -> Option<TotalLaws> {
        let money = forecast.value.is_some();
        let crowd = match self.crowd(view, horizon) {
            Ok(crowd) => crowd,
            Err(error) => return Some(TotalLaws::failed(&error, money)),
        };
        let mut totals = Totals::among(0, &crowd);
        totals.add(view.customers, 0..forecast.len(), forecast);
        Some(TotalLaws::of_crowd((&self.trained, &crowd), (0.0, horizon), &totals, money))
    }

    fn needs_logs(&self) -> bool {
        self.trained.spend.as_ref().is_some_and(|spend| spend.model.base().needs_logs())
    }

    fn kept(&self) -> Option<&dyn Any> {
        Some(&self.trained)
    }

    fn into_kept(self: Box<Self>) -> Option<Box<dyn Any>> {
        Some(Box::new(self.trained))
    }

    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let crowd = self.crowd(view, horizon)?;
        self.forecaster(&crowd, horizon, &[])?.laws(view.customers, rows)
    }

    fn met(&self, view: View<'_>, horizon: Periods, happened: (&[u32], Option<&[f64]>)) -> Result<Meeting> {
        let crowd = self.crowd(view, horizon)?;
        let forecaster = self.forecaster(&crowd, horizon, &[])?;
        let mut all = Meeting::default();
        for rows in parts(view.customers.len(), PART) {
            let scores = forecaster.log_scores(view.customers, rows.clone(), happened)?;
            let laws = forecaster.laws(view.customers, rows.clone())?;
            let mut part = Meeting::of(&laws, rows, happened);
            part.purchases.log_score = scores.purchases;
            if let Some(value) = &mut part.value {
                value.log_score = scores.value;
            }
            all.append(part);
        }
        Ok(all)
    }
}
