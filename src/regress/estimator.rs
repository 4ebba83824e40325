//! Regressions as forecasts: fitted to what customers of past origins then did, asked of what customers will do now.

use std::any::Any;
use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

use super::base::{Base, BaseModel};
use super::design::{Schema, WindowOptions, horizon_in_ticks};
use super::ground::{Ground, Grounds, ORIGINS};
use super::{
    AmountFamily, AmountSpread, CountShape, Importance, Means, Positive, Regressor, Road, Target, Told,
    TrainingWindows, importance,
};
use crate::features::{Customers, Past, PastKey};
use crate::math::once::Once;
use crate::math::parallel;
use crate::predict::{Estimator, Laws, Predictor, View};
use crate::progress::{Progress, Silent};
use crate::units::{Horizon, Periods, TimeUnit};
use crate::{Error, Result};

/// About so many customers tell what a ratio does to the total of all.
const SETTLING: usize = 20_000;

/// A regression as a way to forecast a horizon, not yet fitted.
#[derive(Debug, Clone)]
pub struct Regression {
    road: Road,
    horizon: Horizon,
    timezone: String,
    grounds: Arc<Grounds>,
}

/// A regression of purchases and, with money, of their value: fitted, and all that is needed to ask it of other orders.
#[derive(Debug)]
pub struct FittedRegression {
    /// What is kept in a file.
    pub kept: KeptRegression,
    base: Option<BaseModel>,
    /// The numbers of the customers of the past that was asked last.
    rows: Once<PastKey, Vec<u32>>,
}

/// What is kept of a regression, beside its base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptRegression {
    /// What is regressed on what.
    pub road: Road,
    /// The horizon that it was trained for, as it was asked.
    pub asked: String,
    /// The same in ticks of the grain.
    pub horizon: u32,
    /// The horizon of the past origins that it learnt from, in ticks: a shorter one where a ratio had none of the horizon; `None` where it
    /// learnt from none.
    pub learnt: Option<u32>,
    /// The unit of time of the base.
    pub unit: TimeUnit,
    /// How many past origins it learnt from, and the oldest and newest of them.
    pub origins: (usize, String, String),
    /// How many rows.
    pub rows: usize,
    /// The columns.
    pub schema: Option<Schema>,
    /// Those of them that the regressions are shown, by their place.
    #[serde(default)]
    pub picked: Vec<usize>,
    /// Of purchases.
    pub purchases: Regressor,
    /// Of their value; `None` without money.
    pub value: Option<Regressor>,
    /// How purchases spread about what is told; `None` where a ratio learnt nothing, and the base's own laws stand.
    pub counts: Option<CountShape>,
    /// How value spreads, of those who buy.
    pub amounts: Option<AmountSpread>,
    /// What should be known, in words.
    pub warnings: Vec<String>,
}

impl Regression {
    /// For a horizon.
    #[must_use]
    pub fn new(road: Road, horizon: Horizon) -> Self {
        let paced = || Grounds::with(Arc::default());
        let grounds = if road.is_paced() { paced() } else { Grounds::default() };
        Self::sharing(road, horizon, Arc::new(grounds))
    }

    /// The same, sharing with others what all regressions of one past stand on.
    #[must_use]
    pub fn sharing(road: Road, horizon: Horizon, grounds: Arc<Grounds>) -> Self {
        Self { road, horizon, timezone: "UTC".to_owned(), grounds }
    }

    /// The same where days were counted in another time zone.
    #[must_use]
    pub fn in_timezone(self, timezone: impl Into<String>) -> Self {
        Self { timezone: timezone.into(), ..self }
    }

    /// Learns from a past.
    ///
    /// # Errors
    /// [`Error::Undefined`] where the history has no past origin of the horizon (a ratio falls back to the longest shorter one, and to its base
    /// itself), nobody bought after any, or the fit does not come to numbers.
    pub fn learn(&self, past: &Past<'_>, customers: &Customers) -> Result<FittedRegression> {
        self.learn_watched(past, customers, &Silent)
    }

    /// The same, telling how far it is.
    ///
    /// # Errors
    /// As [`Regression::learn`]; [`Error::Interrupted`].
    pub fn learn_watched(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        progress: &dyn Progress,
    ) -> Result<FittedRegression> {
        let (ground, mut warnings) = self.ground(past, customers, progress)?;
        let needs_base = ground.as_ref().is_none_or(|ground| ground.base.is_some());
        let fit = || self.grounds.base(past, customers, &self.timezone);
        let base = needs_base.then(fit).transpose()?;
        if self.road.is_ratio() {
            let of_base = |warning: &String| format!("base: {warning}");
            warnings.extend(base.iter().flat_map(|base| base.trained.warnings.iter().map(of_base)));
        }
        let mut kept = KeptRegression {
            road: self.road,
            asked: self.horizon.to_string(),
            horizon: horizon_in_ticks(past, self.horizon)?,
            learnt: ground.as_ref().map(|ground| ground.learnt),
            unit: customers.unit,
            origins: (0, String::new(), String::new()),
            rows: 0,
            schema: None,
            picked: Vec::new(),
            purchases: Regressor::base_itself(Vec::new()),
            value: customers.has_money().then(|| Regressor::base_itself(Vec::new())),
            counts: None,
            amounts: None,
            warnings,
        };
        if let Some(ground) = &ground {
            self.regress(ground, &mut kept, progress)?;
        }
        let mut fitted = FittedRegression::again(kept, base.as_deref().cloned());
        if self.road.is_ratio() {
            fitted.settle(past)?;
        }
        Ok(fitted)
    }

    /// How much worse customers who were not learnt from are told when the column is shuffled, for purchases and for value: see [`importance`].
    ///
    /// # Errors
    /// As [`Regression::learn`]; empty where nothing was learnt.
    pub fn importance(
        &self,
        past: &Past<'_>,
        customers: &Customers,
    ) -> Result<Vec<(Target, Vec<Importance>)>> {
        let (Some(ground), _) = self.ground(past, customers, &Silent)? else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for target in [Target::Purchases, Target::Value] {
            if let Some(sample) = ground.sample(target)? {
                all.push((target, importance(self.road, target, &sample, ground.base_of(target))?));
            }
        }
        Ok(all)
    }

    /// The rows to learn from; for a ratio those of the longest shorter horizon where there are none of the horizon, or none.
    fn ground(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        progress: &dyn Progress,
    ) -> Result<(Option<Arc<Ground>>, Vec<String>)> {
        let lay = |horizon| self.grounds.of((past, customers.unit), horizon, (&self.timezone, progress));
        let why = match lay(self.horizon) {
            Ok(ground) => return Ok((Some(ground), Vec::new())),
            Err(Error::Undefined(why)) if self.road.is_ratio() => why,
            Err(error) => return Err(error),
        };
        let shorter = TrainingWindows::longest_horizon(past, &WindowOptions::default()).ok().flatten();
        let shorter = shorter.filter(|shorter| {
            let ticks = |horizon| horizon_in_ticks(past, horizon).unwrap_or(0);
            ticks(*shorter) < ticks(self.horizon)
        });
        if let Some(shorter) = shorter
            && let Ok(ground) = lay(shorter)
        {
            let said = format!(
                "the history has no past origin with {} after it: the ratio to the base was learnt over {shorter} instead",
                self.horizon
            );
            return Ok((Some(ground), vec![said]));
        }
        Ok((None, vec![format!("nothing was learnt, and the forecast is the base itself: {why}")]))
    }

    /// Both targets, and how they spread.
    fn regress(&self, ground: &Ground, kept: &mut KeptRegression, progress: &dyn Progress) -> Result<()> {
        kept.warnings.extend(ground.notes.iter().cloned());
        kept.origins = ground.span.clone();
        kept.rows = ground.purchases.len();
        kept.schema = Some(ground.schema.clone());
        kept.picked.clone_from(&ground.picked);
        let fit = |target: Target| -> Result<Option<(Regressor, Means)>> {
            progress.check()?;
            let Some(sample) = ground.sample(target)? else { return Ok(None) };
            progress.doing(if target == Target::Purchases { "purchases" } else { "value" });
            self.road.fit(target, &sample, ground.base_of(target)).map(Some)
        };
        let Some((purchases, counts)) = (match fit(Target::Purchases) {
            // A ratio to something that is there is the base itself where nothing can be learnt.
            Err(Error::Undefined(why)) if self.road.is_ratio() && ground.base.is_some() => {
                kept.warnings.push(format!("the forecast is the base itself: {why}"));
                kept.schema = None;
                kept.learnt = None;
                return Ok(());
            }
            fitted => fitted?,
        }) else {
            return Ok(());
        };
        let told: Vec<Told> = (0..counts.mean.len())
            .map(|row| Told { mean: counts.mean[row], any: counts.any.as_ref().map(|any| any[row]) })
            .collect();
        progress.advance(1);
        progress.doing("how purchases spread");
        let shape = CountShape::fit(&told, &ground.purchases);
        progress.advance(1);
        kept.purchases = purchases;
        kept.value = None;
        match fit(Target::Value) {
            Ok(None) => {}
            Ok(Some((value, means))) => {
                progress.advance(1);
                progress.doing("how value spreads");
                let spent = ground.value.as_deref().unwrap_or_default();
                let positive: Vec<Positive> = told
                    .iter()
                    .zip(&means.mean)
                    .map(|(told, value)| Positive::of(*value, told.mean, shape.some(*told)))
                    .collect();
                let family = (self.road == Road::Ziln).then_some(AmountFamily::LogNormal);
                kept.amounts = Some(AmountSpread::fit(&positive, spent, family));
                kept.value = Some(value);
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(why) => {
                kept.warnings.push(format!("purchases alone are forecast, because value cannot be: {why}"))
            }
        }
        kept.counts = Some(shape);
        Ok(())
    }
}

impl Estimator for Regression {
    fn id(&self) -> &str {
        self.road.id()
    }

    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(self.learn(past, customers)?))
    }

    fn fit_watched(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        progress: &dyn Progress,
    ) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(self.learn_watched(past, customers, progress)?))
    }

    /// The base at each origin, and both targets, each with its spread.
    fn steps(&self) -> u64 {
        ORIGINS + 4
    }

    fn forget(&self, past: &Past<'_>) {
        self.grounds.forget(past);
    }
}

impl FittedRegression {
    /// What is kept in a file, with the base.
    pub(super) fn again(kept: KeptRegression, base: Option<BaseModel>) -> Self {
        Self { kept, base, rows: Once::keeping(1) }
    }

    /// The base, where it has one.
    pub(super) const fn base(&self) -> Option<&BaseModel> {
        self.base.as_ref()
    }

    /// The numbers of the customers of a past, in the order of its table.
    fn numbers(&self, past: &Past<'_>) -> Result<Arc<Vec<u32>>> {
        self.rows.get(past.key(), &|| Ok(past.indices(0..past.orders().len())))
    }

    /// Checks that it was trained for what is asked.
    fn check(&self, past: &Past<'_>, horizon: Periods, unit: TimeUnit) -> Result<()> {
        let kept = &self.kept;
        let ticks = horizon.get() * past.orders().options.grain.ticks_per(unit);
        // Calendar months are of different lengths: a year may have a day more.
        let near = (ticks - f64::from(kept.horizon)).abs() <= 0.012 * f64::from(kept.horizon) + 1e-6;
        if near || kept.road.is_ratio() {
            return Ok(());
        }
        Err(Error::usage(format!(
            "this {} was trained for a horizon of {}, and a regression tells of no other: score with --horizon {}, or train it again for \
             the horizon that is wanted",
            kept.road.id(),
            kept.asked,
            kept.asked
        )))
    }

    /// The laws of some rows of a past's table whose numbers in the orders are `who`.
    ///
    /// # Errors
    /// As [`Predictor::laws`].
    pub fn laws_of(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        (rows, who): (Range<usize>, &[u32]),
        horizon: Periods,
    ) -> Result<Laws> {
        self.check(past, horizon, customers.unit)?;
        let (Some(counts), Some(schema)) = (self.kept.counts, &self.kept.schema) else {
            return self.laws_of_base(customers, rows, horizon);
        };
        let (x, base) = self.rows_of(past, customers, (rows, who), (schema, horizon))?;
        let x = x.view();
        let purchases = self.kept.purchases.predict(&x, base.as_ref().map(|base| &base.purchases[..]))?;
        let told: Vec<Told> = (0..who.len())
            .map(|row| Told { mean: purchases.mean[row], any: purchases.any.as_ref().map(|any| any[row]) })
            .collect();
        let laws = parallel::each(told.len(), &|row| Arc::new(counts.law(told[row])));
        let value = match (&self.kept.value, self.kept.amounts) {
            (Some(regressor), Some(spread)) => {
                let base = base.as_ref().and_then(|base| base.value.as_deref());
                let means = regressor.predict(&x, base)?.mean;
                let one = |row: usize| {
                    let none = laws[row].p_none();
                    spread.law(none, Positive::of(means[row], told[row].mean, 1.0 - none))
                };
                Some(parallel::each(who.len(), &one))
            }
            _ => None,
        };
        let p_alive = match base {
            Some(base) => base.p_alive,
            None => laws.iter().map(|law| law.p_some()).collect(),
        };
        Ok(Laws { p_alive, purchases: laws, value })
    }

    /// The columns that are read of some rows, and what the base tells of them in the horizon.
    fn rows_of(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        (rows, who): (Range<usize>, &[u32]),
        (schema, horizon): (&Schema, Periods),
    ) -> Result<(Array2<f64>, Option<Base>)> {
        let base = self.base.as_ref().map(|base| base.tell(customers, rows.clone(), horizon)).transpose()?;
        // The columns look as far as what was learnt from did.
        let per_unit = past.orders().options.grain.ticks_per(customers.unit);
        let learnt = f64::from(schema.horizon()) / per_unit;
        let apart = (learnt - horizon.get()).abs() > 1e-9 * learnt;
        let shorter = self.base.as_ref().filter(|_| apart && schema.needs_base());
        let shorter = shorter.map(|base| base.tell(customers, rows, Periods::new(learnt)?)).transpose()?;
        let columns = shorter.as_ref().or(base.as_ref()).filter(|_| schema.needs_base()).map(Base::columns);
        let design = schema.design(past, who, columns.as_ref())?;
        Ok((design.matrix.select(Axis(1), &self.kept.picked), base))
    }

    /// Leaves the totals of a ratio where base and level put them ([`super::Ratio::settle`]), by the customers of the end of the fit: some of them where they are
    /// many.
    fn settle(&mut self, past: &Past<'_>) -> Result<()> {
        let Some(schema) = &self.kept.schema else { return Ok(()) };
        let all = past.indices(0..past.orders().len());
        let who: Vec<u32> = all.iter().copied().step_by(all.len().div_ceil(SETTLING).max(1)).collect();
        let customers = past.customers_of(self.kept.unit, &who);
        let per_unit = past.orders().options.grain.ticks_per(customers.unit);
        let horizon = Periods::new(f64::from(self.kept.horizon) / per_unit)?;
        let (x, base) = self.rows_of(past, &customers, (0..who.len(), &who), (schema, horizon))?;
        let Some(base) = base else { return Ok(()) };
        self.kept.purchases.settle(&x.view(), &base.purchases)?;
        if let (Some(regressor), Some(value)) = (&mut self.kept.value, &base.value) {
            regressor.settle(&x.view(), value)?;
        }
        Ok(())
    }

    /// The laws of the base, where nothing was learnt beside it.
    fn laws_of_base(&self, customers: &Customers, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let base = self.base.as_ref().ok_or_else(|| {
            Error::Undefined(format!("this {} has neither learnt anything nor a base", self.kept.road.id()))
        })?;
        base.laws(customers, rows, horizon)
    }
}

impl Predictor for FittedRegression {
    fn id(&self) -> &str {
        self.kept.road.id()
    }

    fn warnings(&self) -> &[String] {
        &self.kept.warnings
    }

    fn kept(&self) -> Option<&dyn Any> {
        Some(self)
    }

    fn into_kept(self: Box<Self>) -> Option<Box<dyn Any>> {
        Some(self)
    }

    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let Some(past) = view.past else {
            return Err(Error::usage(format!(
                "{} looks at the orders of each customer, which a table of customers does not tell; give it the orders",
                self.kept.road.id()
            )));
        };
        if let Some(who) = view.who {
            return self.laws_of(past, view.customers, (rows.clone(), &who[rows]), horizon);
        }
        if view.customers.len() != past.len() {
            return Err(Error::usage(format!(
                "the table has {} customers, and the orders it is to be of have {}",
                view.customers.len(),
                past.len()
            )));
        }
        let who = self.numbers(past)?;
        self.laws_of(past, view.customers, (rows.clone(), &who[rows]), horizon)
    }
}
