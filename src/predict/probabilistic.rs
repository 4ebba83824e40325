//! The probabilistic road: a model of purchases, and one of what they are worth.

use super::{Estimator, Forecast, Forecaster, Predictor, Question};
use crate::Result;
use crate::features::{Customers, Past};
use crate::fit::{Recipe, TrainedModel};
use crate::model::Parametric;
use crate::units::{Periods, Share};

/// So many customers are forecast at a time: what is found for their distinct histories takes as much memory as the forecast.
const PART: usize = 1 << 19;

/// A purchase model × a spend model, as the recipe says. Where the spend part cannot be fitted, purchases alone are forecast,
/// and a warning says why.
#[derive(Debug, Clone, Default)]
pub struct BuyTillYouDie(pub Recipe);

impl Estimator for BuyTillYouDie {
    fn id(&self) -> &'static str {
        self.0.purchase.id()
    }

    fn fit(&self, _past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(Fitted(TrainedModel::train(&self.0, customers, "UTC")?)))
    }
}

struct Fitted(TrainedModel);

impl Predictor for Fitted {
    fn id(&self) -> &'static str {
        self.0.purchase.model.id()
    }

    fn warnings(&self) -> &[String] {
        &self.0.warnings
    }

    fn forecast(&self, customers: &Customers, horizon: Periods, levels: &[Share]) -> Result<Forecast> {
        let question = Question::revenue(horizon, levels)?;
        let spend = self.0.spend.as_ref().map(|spend| &spend.model);
        let forecaster = Forecaster::new(&self.0.purchase.model, spend, question)?;
        let mut all = Forecast::with_capacity(levels, spend.is_some(), customers.len());
        for start in (0..customers.len()).step_by(PART) {
            all.append(forecaster.forecast_rows(customers, start..customers.len().min(start + PART))?);
        }
        Ok(all)
    }
}
