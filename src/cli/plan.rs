//! A forecast that is learnt for one horizon, as the command line asks for it.

use std::sync::Arc;

use super::args;
use crate::backtest::{self, AUTO, CALIBRATED, STACK};
use crate::calibrate::{Stack, Stacked, packed};
use crate::features::Past;
use crate::fit::Recipe;
use crate::predict::{BuyTillYouDie, Estimator, Paced, Tempos};
use crate::regress::{ForecastFile, Regression, Road};
use crate::units::{Horizon, TimeUnit};
use crate::{Error, Result};

/// A forecast of one horizon that is to be learnt.
pub struct Plan {
    id: String,
    horizon: Horizon,
    /// The unit of time.
    pub unit: TimeUnit,
    timezone: String,
    /// What it stands on at the present past is laid once, for the fit and for what is told of it.
    pub regression: Option<Regression>,
    /// The forecast.
    pub stack: Stack,
}

impl Plan {
    /// Of what the command line asks for.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model that there is not, or flags that it does not take.
    pub fn new(
        (model, orders): (&args::Modelling, &args::OrdersIn),
        unit: TimeUnit,
        horizon: Horizon,
        calibrated: bool,
    ) -> Result<Self> {
        let (id, reading) = (model.id().to_owned(), &orders.reading);
        let road = Road::named(&id);
        let timezone = reading.options()?.timezone;
        let regression = road.map(|road| Regression::new(road, horizon).in_timezone(&timezone));
        let joint = id == STACK || id == AUTO;
        if joint || regression.is_some() {
            model.refuse_for_regression()?;
        }
        let tempos: Arc<Tempos> = Arc::default();
        let one: Box<dyn Estimator> = match &regression {
            _ if joint => {
                let stack = backtest::joint(&id, reading.spend_model(), horizon, calibrated)?;
                return Ok(Self { id, horizon, unit, timezone, regression, stack });
            }
            Some(regression) => Box::new(regression.clone()),
            None => model_of(model.recipe_for(reading, unit)?, calibrated, &tempos)?,
        };
        let stack = Stack::new(&id, vec![one], horizon, calibrated)?.sharing(tempos);
        Ok(Self { id, horizon, unit, timezone, regression, stack })
    }

    /// The name that a backtest knows it by.
    #[must_use]
    pub fn name(&self, calibrated: bool) -> String {
        let joint = self.id == STACK || self.id == AUTO;
        format!("{}{}", self.id, if calibrated && !joint { CALIBRATED } else { "" })
    }

    /// What was learnt from a past, as its file.
    ///
    /// # Errors
    /// As [`packed`].
    pub fn file(&self, stacked: Stacked, past: &Past<'_>) -> Result<ForecastFile> {
        let options = &past.orders().options;
        let mut file = ForecastFile {
            id: self.id.clone(),
            horizon: self.horizon.to_string(),
            unit: self.unit,
            grain: options.grain,
            cutoff: options.grain.show(past.cutoff()),
            timezone: self.timezone.clone(),
            customers: past.len() as u64,
            warnings: Vec::new(),
            members: Vec::new(),
            calibration: None,
        };
        packed(stacked, &mut file)?;
        Ok(file)
    }
}

/// A probabilistic model, in the tempo of the shop where it can follow it and is calibrated.
fn model_of(recipe: Recipe, calibrated: bool, tempos: &Arc<Tempos>) -> Result<Box<dyn Estimator>> {
    if recipe.covariates.is_some() {
        return Err(Error::usage(
            "a model with covariates is not calibrated: leave --horizon out of ltv train and give it to ltv score; leave --calibration out of ltv run",
        ));
    }
    Ok(match calibrated && Paced::takes(&recipe) {
        true => Box::new(Paced::new(recipe, tempos.clone())?),
        false => Box::new(BuyTillYouDie::new(recipe)),
    })
}
