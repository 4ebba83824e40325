//! The probabilistic road: BG/NBD for purchases, Gamma-Gamma for what they are worth.

use super::{Estimator, Forecast, Forecaster, Predictor, Question};
use crate::Result;
use crate::features::{Customers, Past};
use crate::fit::TrainedModel;
use crate::model::{BgNbd, Likelihood};
use crate::units::{Periods, Share};

/// So many customers are forecast at a time: what is found for their distinct histories takes as much memory as the forecast.
const PART: usize = 1 << 19;

/// `bg-nbd`: BG/NBD × Gamma-Gamma by maximum likelihood. Where the spend part cannot be fitted, purchases alone are forecast,
/// and a warning says why.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuyTillYouDie;

impl Estimator for BuyTillYouDie {
    fn id(&self) -> &'static str {
        BgNbd::ID
    }

    fn fit(&self, _past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(Fitted(TrainedModel::train(customers, "UTC")?)))
    }
}

struct Fitted(TrainedModel);

impl Predictor for Fitted {
    fn id(&self) -> &'static str {
        BgNbd::ID
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
