//! All fits of a joint forecast: its candidates, to all that is known and to what was known at each past origin, side by side.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::levelled::{Levelled, levelled};
use crate::features::{Customers, Past};
use crate::math::parallel;
use crate::predict::{Estimator, Predictor};
use crate::progress::Progress;
use crate::regress::TrainingWindow;
use crate::units::Periods;
use crate::{Error, Result};

/// Fits to no more rows than these are under way at a time (a row is a customer at one of the origins that a regression learns from): boosting
/// takes four kilobytes for each.
const ROWS: usize = 400_000;
/// About so many rows a customer.
const ROWS_EACH: usize = 8;

/// A fitted candidate with how it met what happened: nothing where there is nothing to compare, or nothing that happened.
pub(super) type Told = (Box<dyn Predictor>, Levelled);

/// The candidates at one past origin; `None` where the past was too short for one then.
pub(super) struct Seen {
    pub(super) predictors: Vec<Option<Told>>,
}

impl Seen {
    /// With some of the candidates alone, by their places.
    pub fn only(self, kept: &[usize]) -> Self {
        let mut all = self.predictors;
        Self { predictors: kept.iter().map(|&at| all.get_mut(at).and_then(Option::take)).collect() }
    }
}

/// What is to be fitted to what.
pub(super) struct Fits<'a> {
    pub candidates: &'a [Box<dyn Estimator>],
    /// All that is known.
    pub now: (&'a Past<'a>, &'a Customers),
    pub windows: &'a [TrainingWindow<'a>],
    pub progress: &'a dyn Progress,
}

/// All that was fitted.
pub(super) struct Fitted {
    /// The candidates, fitted to all that is known, or why they cannot be.
    pub now: Vec<Result<Box<dyn Predictor>>>,
    /// The candidates at each past origin.
    pub seen: Vec<Seen>,
}

impl Fits<'_> {
    /// How many steps they are told in.
    pub fn steps(&self) -> u64 {
        let fits: u64 = self.candidates.iter().map(|candidate| candidate.steps()).sum();
        fits * (self.windows.len() as u64 + 1) + (self.windows.len() * self.candidates.len()) as u64
    }

    /// Fits them. The answer does not depend on how many are under way at a time.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn all(&self) -> Result<Fitted> {
        let (each, places) = (self.candidates.len(), self.windows.len() + 1);
        let left: Vec<AtomicUsize> = (0..places).map(|_| AtomicUsize::new(each)).collect();
        let work = |task: usize| -> Result<Result<Told>> {
            let (place, at) = (task / each, task % each);
            let told = match self.told(place, at) {
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                told => told,
            };
            if left[place].fetch_sub(1, Ordering::AcqRel) == 1 {
                let past = self.place(place).0;
                self.candidates.iter().for_each(|candidate| candidate.forget(past));
            }
            Ok(told)
        };
        let rows = (ROWS_EACH * self.now.1.len()).clamp(1, ROWS);
        let side = rayon::current_num_threads().min(ROWS / rows + 1);
        let mut told = parallel::side_by_side(each * places, side, &work)?.into_iter();
        let now = told.by_ref().take(each).map(|told| told.map(|(predictor, _)| predictor)).collect();
        let mut told = told.map(Result::ok);
        let seen = self.windows.iter().map(|_| Seen { predictors: told.by_ref().take(each).collect() });
        Ok(Fitted { now, seen: seen.collect() })
    }

    /// What is known at a place: the first is the present.
    fn place(&self, place: usize) -> (&Past<'_>, &Customers) {
        let window = place.checked_sub(1).and_then(|at| self.windows.get(at));
        window.map_or(self.now, |window| (&window.past, &window.customers))
    }

    fn told(&self, place: usize, at: usize) -> Result<Told> {
        let candidate = &self.candidates[at];
        let (past, customers) = self.place(place);
        let whole =
            if place == 0 { "now".to_owned() } else { past.orders().options.grain.show(past.cutoff()) };
        let steps = Steps {
            progress: self.progress,
            of: format!("{whole}: {}", candidate.id()),
            left: AtomicU64::new(candidate.steps()),
        };
        steps.doing("");
        let fitted = candidate.fit_watched(past, customers, &steps);
        steps.rest();
        let window = place.checked_sub(1).and_then(|at| self.windows.get(at));
        let Some(window) = window else { return Ok((fitted?, Levelled::default())) };
        let told = fitted.and_then(|predictor| Ok((self.scores(&*predictor, window)?, predictor)));
        self.progress.advance(1);
        told.map(|(scores, predictor)| (predictor, scores))
    }

    /// How probable a candidate thought what then happened; of a candidate alone it is not asked.
    fn scores(&self, predictor: &dyn Predictor, window: &TrainingWindow<'_>) -> Result<Levelled> {
        if self.candidates.len() == 1 {
            return Ok(Levelled::default());
        }
        levelled(predictor, window, periods(window)?)
    }
}

/// The horizon of a window in the unit of its table.
pub(super) fn periods(window: &TrainingWindow<'_>) -> Result<Periods> {
    let grain = window.past.orders().options.grain;
    let length = grain.between(window.holdout.origin, window.holdout.end, window.customers.unit);
    Periods::new(length)
}

/// The steps of one fit among many: as many as were announced, whatever it tells itself.
struct Steps<'a> {
    progress: &'a dyn Progress,
    of: String,
    left: AtomicU64,
}

impl Steps<'_> {
    /// What it has not told.
    fn rest(&self) {
        self.progress.advance(self.left.swap(0, Ordering::Relaxed));
    }
}

impl Progress for Steps<'_> {
    fn begin(&self, what: &str, _total: Option<u64>) {
        self.doing(what);
    }

    fn advance(&self, done: u64) {
        let take = |left: u64| Some(left - done.min(left));
        let before = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).unwrap_or(0);
        self.progress.advance(done.min(before));
    }

    fn doing(&self, what: &str) {
        let gap = if what.is_empty() { "" } else { ", " };
        self.progress.doing(&format!("{}{gap}{what}", self.of));
    }

    fn interrupted(&self) -> bool {
        self.progress.interrupted()
    }
}
