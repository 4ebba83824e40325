//! What all regressions of one past stand on: its windows, the base at each origin, the design. Made once, shared by all.

use std::sync::Arc;

use ndarray::{Array1, Array2, Axis};

use super::base::{Base, BaseModel};
use super::design::{Schema, TrainingWindow, TrainingWindows, WindowOptions, horizon_in_ticks};
use super::{Sample, Target};
use crate::features::{Customers, Past, PastKey};
use crate::math::once::Once;
use crate::predict::Tempos;
use crate::progress::Progress;
use crate::units::{Horizon, Periods, TimeUnit};
use crate::{Error, Result};

/// No more rows than these are learnt from.
const ROWS: usize = 200_000;

/// So many origins a ground has at most.
pub(super) const ORIGINS: u64 = 8;

/// So many grounds are kept: origins are worked on side by side.
const KEPT: usize = 8;
/// So many bases are: neighbouring pasts have most of their origins in common.
const KEPT_BASES: usize = 64;

/// The rows that regressions of one past learn from.
#[derive(Debug)]
pub(super) struct Ground {
    /// How far the windows look, in ticks.
    pub learnt: u32,
    pub schema: Schema,
    /// The columns that are learnt from, by their place among those of the schema.
    pub picked: Vec<usize>,
    x: Array2<f64>,
    names: Vec<String>,
    who: Vec<u32>,
    origins: Vec<u32>,
    pub purchases: Vec<f64>,
    pub value: Option<Vec<f64>>,
    /// What the base told of each row at its origin; `None` where it could not be fitted.
    pub base: Option<Base>,
    /// How many origins there are, and the dates of the oldest and the newest.
    pub span: (usize, String, String),
    pub notes: Vec<String>,
}

impl Ground {
    /// Of a past and a horizon.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is no past origin of the horizon; as [`TrainingWindows::of`] and [`Schema::learn`].
    pub fn lay(
        past: &Past<'_>,
        horizon: Horizon,
        unit: TimeUnit,
        (bases, progress): (&Bases<'_>, &dyn Progress),
    ) -> Result<Self> {
        let ticks = horizon_in_ticks(past, horizon)?;
        let options = WindowOptions { most_rows: ROWS, ..WindowOptions::default() };
        progress.doing("past origins");
        let windows = TrainingWindows::of(past, ticks, unit, &options)?;
        let mut notes = windows.notes.clone();
        let told_at = |window: &TrainingWindow<'_>| {
            progress.check()?;
            progress.doing("a model at each past origin");
            let told = bases.told_at(window)?;
            progress.advance(1);
            Ok(told)
        };
        let told = windows.windows.iter().map(told_at).collect::<Result<Vec<Base>>>();
        let told = match told {
            Ok(told) => Some(told),
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(why) => {
                notes.push(format!("no probabilistic forecast is among the columns, as it cannot be made at a past origin: {why}"));
                None
            }
        };
        progress.doing("what each customer did");
        let columns: Vec<_> = told.iter().flatten().map(Base::columns).collect();
        let (schema, design) = Schema::learn(&windows, &columns)?;
        let base = told.map(|told| {
            told.into_iter().fold(Base::default(), |mut all, part| {
                all.append(part);
                all
            })
        });
        let grain = past.orders().options.grain;
        let date = |window: Option<&TrainingWindow<'_>>| {
            window.map_or_else(String::new, |w| grain.show(w.past.cutoff()))
        };
        let picked = lasting(&windows, &design.names);
        Ok(Self {
            learnt: ticks,
            x: design.matrix.select(Axis(1), &picked),
            names: picked.iter().map(|&at| design.names[at].clone()).collect(),
            picked,
            who: windows.who(),
            origins: windows.origins(),
            purchases: windows.purchases(),
            value: windows.value(),
            span: (windows.windows.len(), date(windows.windows.first()), date(windows.newest())),
            schema,
            base,
            notes,
        })
    }

    /// The rows with one target; `None` without money.
    ///
    /// # Errors
    /// [`Error::Undefined`] for numbers that are not finite.
    pub fn sample(&self, target: Target) -> Result<Option<Sample>> {
        let y = match target {
            Target::Purchases => &self.purchases,
            Target::Value => match &self.value {
                Some(value) => value,
                None => return Ok(None),
            },
        };
        let sample = Sample::new(self.x.clone(), Array1::from(y.clone()), &self.names)?;
        sample.grouped(self.who.clone())?.of_origins(self.origins.clone()).map(Some)
    }

    /// What the base told of the target, row by row.
    pub fn base_of(&self, target: Target) -> Option<&[f64]> {
        let base = self.base.as_ref()?;
        match target {
            Target::Purchases => Some(&base.purchases),
            Target::Value => base.value.as_deref(),
        }
    }
}

/// The columns that mean at most origins what they will mean later. A trailing window (`ln_purchases_365d`) that is longer than the history was at
/// most origins has seen all there was, and tells nothing beside the whole history; now it no longer does. Of two years of Online Retail
/// totals came out 40 % low by it.
fn lasting(windows: &TrainingWindows<'_>, names: &[String]) -> Vec<usize> {
    let days = |window: &TrainingWindow<'_>| {
        let orders = window.past.orders();
        let first = orders.first_tick().map_or(0.0, |first| f64::from(first.0));
        (f64::from(window.past.cutoff().0) - first) / f64::from(orders.options.grain.ticks_per_day())
    };
    let history = windows.windows.get(windows.windows.len() / 2).map_or(f64::INFINITY, days);
    let length = |name: &str| -> Option<f64> { name.rsplit_once('_')?.1.strip_suffix('d')?.parse().ok() };
    (0..names.len()).filter(|&at| length(&names[at]).is_none_or(|length| length <= history)).collect()
}

/// Grounds and bases, kept while they are shared: several regressions of one past need the same, and pasts a few weeks apart look back on the
/// same origins.
#[derive(Debug)]
pub struct Grounds {
    grounds: Once<(PastKey, TimeUnit, Horizon), Ground>,
    /// By the time zone in which days were counted, too, which is kept in a base.
    bases: Once<(PastKey, TimeUnit, String), BaseModel>,
    /// The tempos in which bases count; `None` if they take no notice of them.
    tempos: Option<Arc<Tempos>>,
}

/// Bases as a ground asks for them.
pub(super) struct Bases<'a> {
    shared: &'a Grounds,
    timezone: &'a str,
}

impl Default for Grounds {
    fn default() -> Self {
        Self { grounds: Once::keeping(KEPT), bases: Once::keeping(KEPT_BASES), tempos: None }
    }
}

impl Grounds {
    /// Of bases in the tempo of the shop, which others share as well.
    #[must_use]
    pub fn with(tempos: Arc<Tempos>) -> Self {
        Self { tempos: Some(tempos), ..Self::default() }
    }

    /// The ground of a past, its base counting in a unit: laid, or known from before.
    ///
    /// # Errors
    /// As [`Ground::lay`].
    pub(super) fn of(
        &self,
        (past, unit): (&Past<'_>, TimeUnit),
        horizon: Horizon,
        (timezone, progress): (&str, &dyn Progress),
    ) -> Result<Arc<Ground>> {
        let bases = Bases { shared: self, timezone };
        self.grounds
            .get((past.key(), unit, horizon), &|| Ground::lay(past, horizon, unit, (&bases, progress)))
    }

    /// The base fitted to all that is known at a past, of everybody: `customers` is the table of all or of some, and that of all is made only where it is
    /// needed.
    ///
    /// # Errors
    /// As [`BaseModel::fit`].
    pub(super) fn base(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        timezone: &str,
    ) -> Result<Arc<BaseModel>> {
        self.bases.get((past.key(), customers.unit, timezone.to_owned()), &|| {
            let everyone = (customers.len() < past.len()).then(|| past.customers(customers.unit));
            let customers = everyone.as_ref().unwrap_or(customers);
            BaseModel::fit((past, customers), timezone, self.tempos.as_deref())
        })
    }

    /// What was laid of a past may go.
    pub(super) fn forget(&self, past: &Past<'_>) {
        let past = past.key();
        self.grounds.forget(&|(key, ..)| *key == past);
    }
}

impl Bases<'_> {
    /// What the base, fitted at the origin of a window to all customers of then, tells of the rows of the window.
    fn told_at(&self, window: &TrainingWindow<'_>) -> Result<Base> {
        let TrainingWindow { past, customers, holdout, .. } = window;
        let base = self.shared.base(past, customers, self.timezone)?;
        let grain = past.orders().options.grain;
        let horizon = Periods::new(grain.between(holdout.origin, holdout.end, customers.unit))?;
        base.tell(customers, 0..customers.len(), horizon)
    }
}
