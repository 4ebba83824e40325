//! What is tested: the plan, and the models by their names.

use std::sync::Arc;

use super::baselines::{NaiveMean, NaiveRate};
use super::joint::{is_joint, joint_of};
use super::origins::Origins;
use crate::fit::{Covariates, Recipe};
use crate::model::{AnyPurchaseModel, AnySpendModel};
use crate::predict::{BuyTillYouDie, Estimator, Paced, TEMPO, Tempos};
use crate::regress::{Grounds, Regression, Road};
use crate::units::{Horizon, Share, TimeUnit};
use crate::{Error, Result};

/// What to test.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestPlan {
    /// How far ahead to look from each origin.
    pub horizon: Horizon,
    /// From where.
    pub origins: Origins,
    /// The unit of time of the models.
    pub unit: TimeUnit,
    /// The levels of the intervals, each below 1.
    pub levels: Vec<Share>,
    /// How much of the past each origin is trained on; `None` for all of it (an expanding window).
    ///
    /// A sliding window holds the customers who made their first purchase in it, with all they bought since: cut in any other way, old customers would seem to be
    /// new ones. The others are not trained on, and are forecast all the same, from their whole histories, as part of every metric.
    pub window: Option<Horizon>,
}

impl BacktestPlan {
    /// The newest origin, with intervals at 50, 80, 90 and 95 %, trained on all of the past.
    ///
    /// # Errors
    /// [`Error::Usage`] only if these levels were none.
    pub fn new(horizon: Horizon, unit: TimeUnit) -> Result<Self> {
        let levels = [0.5, 0.8, 0.9, 0.95].into_iter().map(Share::new).collect::<Result<_>>()?;
        Ok(Self { horizon, origins: Origins::default(), unit, levels, window: None })
    }
}

/// The identifiers of all that can be tested, in the order in which they are shown: the models, the regressions, then the naive rules.
#[must_use]
pub fn testable() -> Vec<&'static str> {
    let models = AnyPurchaseModel::ALL.iter().map(|(id, ..)| *id);
    models.chain(Road::ALL.iter().map(|(_, id, _)| *id)).chain([NaiveRate::ID, NaiveMean::ID]).collect()
}

/// The identifiers with the naive rules among them, so that whatever is tested stands beside what a spreadsheet would have said. Of no identifiers, none: they stand for
/// all.
#[must_use]
pub fn with_baselines<S: AsRef<str>>(ids: &[S]) -> Vec<String> {
    let mut all: Vec<String> = ids.iter().map(|id| id.as_ref().trim().to_owned()).collect();
    for naive in [NaiveRate::ID, NaiveMean::ID] {
        if !all.is_empty() && !all.iter().any(|id| id == naive) {
            all.push(naive.to_owned());
        }
    }
    all
}

/// The estimators with these identifiers, each once, in the order of [`testable`]; all of them if none is named. A model of
/// purchases goes with `spend`, or with the model of spend that is named with it: `bg-nbd+log-normal`, `bg-nbd+none`.
///
/// # Errors
/// [`Error::Usage`] for a name that is not [`testable`], or a model of spend that does not exist.
pub fn estimators<S: AsRef<str>>(ids: &[S], spend: Option<AnySpendModel>) -> Result<Vec<Box<dyn Estimator>>> {
    estimators_with(ids, spend, None)
}

/// The same with covariates: every model of purchases then stands there twice, without and with them (`pareto-nbd+season` with a season
/// alone).
///
/// # Errors
/// As [`estimators`].
pub fn estimators_with<S: AsRef<str>>(
    ids: &[S],
    spend: Option<AnySpendModel>,
    covariates: Option<&Arc<Covariates>>,
) -> Result<Vec<Box<dyn Estimator>>> {
    estimators_ahead(ids, spend, covariates, None)
}

/// The same with regressions, which are trained for one horizon. If none is named, regressions are among all only with a horizon.
///
/// # Errors
/// As [`estimators`]; [`Error::Usage`] for a regression without a horizon.
pub fn estimators_ahead<S: AsRef<str>>(
    ids: &[S],
    spend: Option<AnySpendModel>,
    covariates: Option<&Arc<Covariates>>,
    horizon: Option<Horizon>,
) -> Result<Vec<Box<dyn Estimator>>> {
    estimators_in(ids, spend, covariates, horizon, &Arc::default())
}

/// The same, learning the tempo of a shop where others do.
pub(super) fn estimators_in<S: AsRef<str>>(
    ids: &[S],
    spend: Option<AnySpendModel>,
    covariates: Option<&Arc<Covariates>>,
    horizon: Option<Horizon>,
    tempos: &Arc<Tempos>,
) -> Result<Vec<Box<dyn Estimator>>> {
    let (joint, mut single): (Vec<&str>, Vec<&str>) =
        ids.iter().map(|id| id.as_ref().trim()).partition(|name| is_joint(name));
    if ids.is_empty() {
        single = testable().into_iter().filter(|id| horizon.is_some() || Road::named(id).is_none()).collect();
    }
    let grounds = [Arc::default(), Arc::new(Grounds::with(tempos.clone()))];
    let mut all = Vec::new();
    for Chosen { id, own, paced, .. } in chosen(&single)? {
        if paced {
            all.push(in_tempo(id, own, spend, tempos)?);
            continue;
        }
        if let Some(road) = Road::named(id) {
            all.push(regression(road, own, horizon, &grounds[usize::from(road.is_paced())])?);
            continue;
        }
        all.push(estimator(id, own, spend, None)?);
        if covariates.is_some() && ![NaiveRate::ID, NaiveMean::ID].contains(&id) {
            all.push(estimator(id, own, spend, covariates.cloned())?);
        }
    }
    for name in joint {
        all.push(joint_of(name, spend, covariates, horizon, tempos)?);
    }
    Ok(all)
}

/// What a name stands for.
#[derive(PartialEq)]
struct Chosen<'n> {
    /// Its place among all that is [`testable`].
    place: usize,
    id: &'n str,
    /// The model of spend that is named with it.
    own: Option<&'n str>,
    /// Whether it follows the tempo of the shop.
    paced: bool,
}

/// What names stand for, each once, in the order of [`testable`].
fn chosen<'n>(names: &[&'n str]) -> Result<Vec<Chosen<'n>>> {
    let all = testable();
    let mut chosen: Vec<Chosen<'n>> = Vec::new();
    for name in names {
        let (name, paced) = name.strip_suffix(TEMPO).map_or((*name, false), |name| (name, true));
        let (id, own) = name.split_once('+').map_or((name, None), |(id, own)| (id.trim(), Some(own.trim())));
        let Some(place) = all.iter().position(|known| *known == id) else {
            return Err(Error::usage(format!(
                "`{id}` is not a model; there are {}, models also as NAME+tempo, and with a horizon stack, auto and any of them as NAME+calibrated",
                all.join(", ")
            )));
        };
        let one = Chosen { place, id, own, paced };
        if !chosen.contains(&one) {
            chosen.push(one);
        }
    }
    chosen.sort_by_key(|one| (one.place, one.paced));
    Ok(chosen)
}

/// The horizon that something of a name is trained for.
///
/// # Errors
/// [`Error::Usage`] if there is none.
pub(crate) fn horizon_of(name: &str, horizon: Option<Horizon>) -> Result<Horizon> {
    horizon.ok_or_else(|| {
        Error::usage(format!("{name} is trained for one horizon; say which, for instance --horizon 52w"))
    })
}

/// A regression for a horizon; they all share what they stand on.
fn regression(
    road: Road,
    own: Option<&str>,
    horizon: Option<Horizon>,
    grounds: &Arc<Grounds>,
) -> Result<Box<dyn Estimator>> {
    let id = road.id();
    if let Some(own) = own {
        return Err(Error::usage(format!("{id} takes no model of spend; leave +{own} out")));
    }
    Ok(Box::new(Regression::sharing(road, horizon_of(id, horizon)?, grounds.clone())))
}

/// A model in the tempo of the shop, which all of them share.
fn in_tempo(
    id: &str,
    own: Option<&str>,
    spend: Option<AnySpendModel>,
    tempos: &Arc<Tempos>,
) -> Result<Box<dyn Estimator>> {
    if !AnyPurchaseModel::ALL.iter().any(|(known, ..)| *known == id) {
        return Err(Error::usage(format!(
            "{id} is no model of purchases that could follow the tempo of the shop; leave {TEMPO} out"
        )));
    }
    let (recipe, name) = recipe(id, own, spend)?;
    Ok(Box::new(Paced::new(recipe, tempos.clone())?.named(format!("{name}{TEMPO}"))))
}

/// A model of purchases with the model of spend that is named with it, or the one for all; and what they are called together.
fn recipe(id: &str, own: Option<&str>, spend: Option<AnySpendModel>) -> Result<(Recipe, String)> {
    let (spend, name) = match own {
        None => (spend, id.to_owned()),
        Some("none") => (None, format!("{id}+none")),
        Some(own) => (Some(AnySpendModel::template(own)?), format!("{id}+{own}")),
    };
    Ok((Recipe { purchase: AnyPurchaseModel::template(id)?, spend, ..Recipe::default() }, name))
}

fn estimator(
    id: &str,
    own: Option<&str>,
    spend: Option<AnySpendModel>,
    covariates: Option<Arc<Covariates>>,
) -> Result<Box<dyn Estimator>> {
    let naive: Option<Box<dyn Estimator>> = match id {
        NaiveRate::ID => Some(Box::new(NaiveRate)),
        NaiveMean::ID => Some(Box::new(NaiveMean)),
        _ => None,
    };
    match (naive, own) {
        (Some(naive), None) => Ok(naive),
        (Some(_), Some(own)) => Err(Error::usage(format!("{id} takes no model of spend; leave +{own} out"))),
        (None, own) => {
            let (recipe, name) = recipe(id, own, spend)?;
            let with = match &covariates {
                None => "",
                Some(covariates) if covariates.table.is_none() => "+season",
                Some(_) => "+covariates",
            };
            let model = BuyTillYouDie::new(Recipe { covariates, ..recipe });
            Ok(Box::new(model.named(format!("{name}{with}"))))
        }
    }
}
