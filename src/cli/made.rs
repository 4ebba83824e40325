//! What `ltv run` fits: a model of purchases with one of spend, or a forecast that is learnt for one horizon.

use std::path::Path;
use std::sync::Arc;

use super::args::{self, OnArg};
use super::choosing::settled;
use super::plan::Plan;
use super::scoring::{Asked, LISTED, Scored, score_past};
use super::tell::wrap;
use super::voice::Voice;
use super::{forecasts, joint};
use crate::backtest::STACK;
use crate::calibrate::{Calibration, Stacked};
use crate::features::Past;
use crate::fit::{Covariates, Recipe, TrainedModel};
use crate::model::Parametric;
use crate::predict::{Estimator, Predictor};
use crate::progress::Progress;
use crate::regress::Road;
use crate::units::{Share, TimeUnit};
use crate::{Error, Result};

/// What is to be fitted.
pub enum Planned<'a> {
    /// Models of purchases and of spend.
    Model(&'a args::Run, Box<Recipe>),
    /// A forecast of one horizon.
    Forecast(Box<Plan>),
}

/// What was fitted.
pub enum Made {
    /// Models of purchases and of spend.
    Model(Box<TrainedModel>, Box<Recipe>),
    /// A forecast of one horizon, with the name that a backtest knows it by.
    Forecast(Box<Plan>, Box<Stacked>, String),
}

impl<'a> Planned<'a> {
    /// What the command line asks for.
    ///
    /// # Errors
    /// [`Error::Usage`] for a model that there is not, or flags that it does not take.
    pub fn of(args: &'a args::Run) -> Result<Self> {
        let (id, unit) = (args.model.id(), args.counting.unit());
        let one_horizon = id == STACK || Road::named(id).is_some();
        let calibrated = args.calibration.map_or(one_horizon, |on| on == OnArg::On);
        if !one_horizon && !calibrated {
            let recipe = args.model.recipe_for(&args.orders.reading, unit)?;
            return Ok(Self::Model(args, Box::new(recipe)));
        }
        if id == STACK && !calibrated {
            return Err(Error::usage(
                "stack is calibrated here, so that the check on the past is of what is forecast: leave --calibration off out",
            ));
        }
        if args.worth.discount.is_some() {
            return Err(Error::usage(
                "a calibrated forecast tells of its horizon as a whole, and not of when in it: leave --discount out, or --calibration",
            ));
        }
        let plan = Plan::new((&args.model, &args.orders), unit, args.horizon, calibrated)?;
        Ok(Self::Forecast(Box::new(plan)))
    }

    /// Whether logarithms of amounts are looked at.
    #[must_use]
    pub fn needs_logs(&self) -> bool {
        match self {
            Self::Model(_, recipe) => recipe.needs_logs(),
            Self::Forecast(plan) => plan.stack.needs_logs(),
        }
    }

    /// Fits it.
    ///
    /// # Errors
    /// As the fit.
    pub fn make(self, past: &Past<'_>, voice: &Voice, progress: &dyn Progress) -> Result<Made> {
        let (args, recipe) = match self {
            Self::Model(args, recipe) => (args, *recipe),
            Self::Forecast(plan) => {
                let stacked = plan.stack.learn(past, &past.customers(plan.unit), progress)?;
                voice.say(&joint::made_of(&stacked))?;
                let name = plan.name(stacked.calibration().is_some());
                return Ok(Made::Forecast(plan, Box::new(stacked), name));
            }
        };
        progress.begin("fitting", None);
        let unit = args.counting.unit();
        let customers = past.customers(unit);
        let (recipe, told) = settled(recipe, &args.model, (&customers, Some(past)), unit, progress)?;
        told.map_or(Ok(()), |told| voice.say(&told))?;
        let times = recipe.needs_times().then(|| past.purchase_times());
        let timezone = args.orders.reading.options()?.timezone;
        let trained =
            TrainedModel::train_with_times(&recipe, (&customers, times.as_ref()), &timezone, progress)?;
        progress.end();
        Ok(Made::Model(Box::new(trained), Box::new(recipe)))
    }
}

impl Made {
    /// Scores all customers into `scores.csv`.
    ///
    /// # Errors
    /// Whatever forecasting or writing says.
    pub fn score(&self, args: &args::Run, past: &Past<'_>, progress: &dyn Progress) -> Result<Scored> {
        let cutoff = Some((past.orders().options.grain, past.cutoff()));
        let scores = args.output.join("scores.csv");
        match self {
            Self::Model(trained, recipe) => {
                let asked = Asked::new(trained, args.horizon, &args.worth, cutoff)?;
                score_past((trained, recipe.covariates.as_deref()), asked, past, &scores, progress)
            }
            Self::Forecast(plan, stacked, _) => {
                let asked = forecasts::Asked {
                    unit: plan.unit,
                    horizon: args.horizon.in_units(plan.unit, cutoff)?,
                    level: args.worth.level,
                    margin: args.worth.margin.map_or(1.0, Share::get),
                };
                forecasts::score_past(stacked, past, &asked, (&scores, LISTED), progress)
            }
        }
    }

    /// The name that a backtest knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Model(_, recipe) => recipe.purchase.id(),
            Self::Forecast(_, _, name) => name,
        }
    }

    /// The covariates it was fitted with.
    #[must_use]
    pub fn covariates(&self) -> Option<&Arc<Covariates>> {
        match self {
            Self::Model(_, recipe) => recipe.covariates.as_ref(),
            Self::Forecast(..) => None,
        }
    }

    /// The unit of time.
    #[must_use]
    pub fn unit(&self) -> TimeUnit {
        match self {
            Self::Model(trained, _) => trained.unit,
            Self::Forecast(plan, ..) => plan.unit,
        }
    }

    /// What must be known before its numbers are used.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::Model(trained, _) => &trained.warnings,
            Self::Forecast(_, stacked, _) => stacked.warnings(),
        }
    }

    /// What past origins taught of it.
    #[must_use]
    pub fn calibration(&self) -> Option<&Calibration> {
        match self {
            Self::Model(..) => None,
            Self::Forecast(_, stacked, _) => stacked.calibration(),
        }
    }

    /// What its intervals know and what not.
    #[must_use]
    pub fn limits(&self) -> String {
        match (self, self.calibration()) {
            (_, Some(calibration)) => joint::used(calibration),
            // Said beside the totals.
            (Self::Forecast(..), None) => String::new(),
            (Self::Model(trained, _), None) => {
                let season = trained.covariates.as_ref().is_some_and(|part| part.schema.season().is_some());
                let what = if season { "trend" } else { "trend and season" };
                let calibrate = "; --calibration on learns from past errors";
                wrap(&format!(
                    "The intervals know luck and how sure the parameters are, not {what}: see the bias in the check below{}.",
                    if trained.covariates.is_none() { calibrate } else { "" }
                ))
            }
        }
    }

    /// Writes its file.
    ///
    /// # Errors
    /// [`Error::Io`]; as [`Plan::file`].
    pub fn write(self, path: &Path, past: &Past<'_>) -> Result<()> {
        match self {
            Self::Model(trained, _) => trained.write(path),
            Self::Forecast(plan, stacked, _) => plan.file(*stacked, past)?.write(path),
        }
    }
}
