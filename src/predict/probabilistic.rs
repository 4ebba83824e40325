//! The probabilistic road: BG/NBD for purchases, Gamma-Gamma for what they are worth.

use super::{Estimator, Forecast, Forecaster, Predictor, Question};
use crate::features::{Customers, Past};
use crate::fit::{fit_purchases, fit_spend, spend_and_frequency};
use crate::model::{BgNbd, GammaGamma, Likelihood};
use crate::units::{Periods, Share};
use crate::{Error, Result};

/// `bg-nbd`: BG/NBD × Gamma-Gamma by maximum likelihood. Where the spend part cannot be fitted, purchases alone are forecast,
/// and a warning says why.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuyTillYouDie;

impl Estimator for BuyTillYouDie {
    fn id(&self) -> &'static str {
        BgNbd::ID
    }

    fn fit(&self, _past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        let purchases = fit_purchases(customers)?;
        let mut warnings = purchases.report.warnings;
        let mut spend = None;
        if customers.has_money() {
            match fit_spend(customers) {
                Ok(fit) => {
                    warnings.extend(fit.report.warnings);
                    warnings.extend(spend_and_frequency(customers).and_then(|found| found.warning()));
                    spend = Some(fit.model);
                }
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(error) => warnings.push(format!("the value is not forecast: {error}")),
            }
        }
        Ok(Box::new(Fitted { purchases: purchases.model, spend, warnings }))
    }
}

struct Fitted {
    purchases: BgNbd,
    spend: Option<GammaGamma>,
    warnings: Vec<String>,
}

impl Predictor for Fitted {
    fn id(&self) -> &'static str {
        BgNbd::ID
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn forecast(&self, customers: &Customers, horizon: Periods, levels: &[Share]) -> Result<Forecast> {
        let question = Question::revenue(horizon, levels)?;
        Forecaster::new(&self.purchases, self.spend.as_ref(), question)?.forecast(customers)
    }
}
