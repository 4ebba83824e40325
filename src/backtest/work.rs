//! The work of a backtest: every model at every origin, side by side, and what was finished before taken up.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::BacktestPlan;
use super::at_origin::{AtOrigin, window};
use super::compared::compared;
use super::contest::Contest;
use super::kept::{Fingerprint, Pieces};
use super::origins::{Possible, after};
use super::piece::Piece;
use super::report::{BacktestReport, OriginReport};
use crate::features::Past;
use crate::predict::Estimator;
use crate::progress::Progress;
use crate::units::Tick;
use crate::{Error, Result};

/// The stack of a worker: that of a main thread.
const STACK: usize = 8 << 20;

/// A finished backtest whose pieces are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptBacktest {
    /// What was found.
    pub report: BacktestReport,
    /// How many pieces (a model at an origin) had been finished by an earlier run.
    pub taken_up: usize,
    /// How many kept pieces were of no use (other data, options or version) and were taken away.
    pub swept: usize,
    /// The origins.
    pub(super) origins: Vec<Tick>,
    /// The names of the pieces, per origin and model.
    pub(super) keys: Vec<Vec<String>>,
}

/// One run: what is asked, of what, and how far it is.
struct Work<'a, 'p> {
    past: &'a Past<'p>,
    plan: &'a BacktestPlan,
    estimators: &'a [Box<dyn Estimator>],
    kept: Option<(&'a Pieces, Vec<Vec<String>>)>,
    origins: Vec<Tick>,
    progress: &'a dyn Progress,
    places: Vec<Place<'p>>,
    next: AtomicUsize,
    stopped: AtomicBool,
    taken_up: AtomicUsize,
}

/// An origin while its models are at work.
struct Place<'p> {
    /// What they share, while any of them needs it.
    shared: Mutex<Option<Arc<AtOrigin<'p>>>>,
    header: Mutex<Option<OriginReport>>,
    pieces: Mutex<Vec<Option<Piece>>>,
    left: AtomicUsize,
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tests how well the estimators would have predicted at each origin, had they been asked then. `past` is everything that is
/// known; each origin sees the part of it up to its own date (of a sliding window: the customers who came in it), and nothing else. A model that cannot be fitted at an
/// origin is reported there in words, and the others go on.
///
/// As many models as rayon has threads are at work at a time; the report does not depend on how many.
///
/// # Errors
/// [`Error::Usage`] for origins that are not possible, with those that are; [`Error::Undefined`] if none is;
/// [`Error::Interrupted`].
pub fn backtest(
    past: &Past<'_>,
    plan: &BacktestPlan,
    estimators: &[Box<dyn Estimator>],
    progress: &dyn Progress,
) -> Result<BacktestReport> {
    Work::new(past, plan, estimators, None, progress)?.run().map(|done| done.report)
}

/// The same, keeping every piece that is finished, and taking up those that an interrupted run has left. The report is the same to the last bit.
///
/// # Errors
/// As [`backtest`]; [`Error::Io`] if a piece cannot be kept.
pub fn backtest_keeping(
    past: &Past<'_>,
    plan: &BacktestPlan,
    estimators: &[Box<dyn Estimator>],
    pieces: &Pieces,
    progress: &dyn Progress,
) -> Result<KeptBacktest> {
    Work::new(past, plan, estimators, Some(pieces), progress)?.run()
}

impl<'a, 'p> Work<'a, 'p> {
    fn new(
        past: &'a Past<'p>,
        plan: &'a BacktestPlan,
        estimators: &'a [Box<dyn Estimator>],
        pieces: Option<&'a Pieces>,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        let origins = Possible::of(past, plan.horizon)?.choose(&plan.origins)?;
        if plan.window.is_some() {
            // Before any work is done at the others.
            origins.iter().try_for_each(|&origin| window(&past.again(origin)?, plan).map(drop))?;
        }
        let kept = pieces.map(|pieces| {
            let of = Fingerprint::of(past, plan);
            let at =
                |&origin: &Tick| estimators.iter().map(|each| pieces.key(&of, origin, each.id())).collect();
            (pieces, origins.iter().map(at).collect())
        });
        let place = |_: &Tick| Place {
            shared: Mutex::new(None),
            header: Mutex::new(None),
            pieces: Mutex::new(vec![None; estimators.len()]),
            left: AtomicUsize::new(estimators.len()),
        };
        let places = origins.iter().map(place).collect();
        let (next, taken_up) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let stopped = AtomicBool::new(false);
        Ok(Self { past, plan, estimators, kept, origins, progress, places, next, stopped, taken_up })
    }

    fn run(self) -> Result<KeptBacktest> {
        let tasks = self.origins.len() * self.estimators.len();
        self.progress.begin("backtest", Some(tasks as u64));
        // Threads of their own, which wait while rayon's do the work inside a model: were they rayon's, one could begin
        // another model while it waits, and more would be held at a time than there are threads.
        let workers = rayon::current_num_threads().clamp(1, tasks.max(1));
        let failure: Mutex<Option<Error>> = Mutex::new(None);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let worker = || {
                    if let Err(error) = self.work() {
                        self.stopped.store(true, Ordering::Relaxed);
                        held(&failure).get_or_insert(error);
                    }
                };
                let started = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
                if let Err(error) = started {
                    self.stopped.store(true, Ordering::Relaxed);
                    held(&failure)
                        .get_or_insert(Error::Undefined(format!("a thread cannot be started: {error}")));
                }
            }
        });
        self.progress.end();
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        self.report()
    }

    /// One worker: takes the next piece until none is left.
    fn work(&self) -> Result<()> {
        let models = self.estimators.len();
        loop {
            let task = self.next.fetch_add(1, Ordering::Relaxed);
            if task >= self.origins.len() * models || self.stopped.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.progress.check()?;
            let (origin, model) = (task / models, task % models);
            let piece = self.piece(origin, model)?;
            let place = &self.places[origin];
            held(&place.pieces)[model] = Some(piece);
            if place.left.fetch_sub(1, Ordering::AcqRel) == 1 {
                *held(&place.shared) = None;
            }
            self.progress.advance(1);
        }
    }

    fn piece(&self, origin: usize, model: usize) -> Result<Piece> {
        let keep = self.kept.as_ref().map(|(pieces, keys)| (*pieces, &keys[origin][model]));
        if let Some(piece) = keep.and_then(|(pieces, key)| pieces.take_up(key)) {
            self.taken_up.fetch_add(1, Ordering::Relaxed);
            return Ok(piece);
        }
        let shared = self.shared(origin)?;
        let (piece, forecast) = shared.tried(&*self.estimators[model], self.plan)?;
        if let Some((pieces, key)) = keep {
            pieces.keep(key, &piece, forecast.as_ref())?;
        }
        Ok(piece)
    }

    /// What the models of an origin share, made by the first that needs it.
    fn shared(&self, origin: usize) -> Result<Arc<AtOrigin<'p>>> {
        let place = &self.places[origin];
        let mut shared = held(&place.shared);
        if let Some(shared) = &*shared {
            return Ok(Arc::clone(shared));
        }
        let logs = self.estimators.iter().any(|estimator| estimator.needs_logs());
        let made = Arc::new(AtOrigin::of(self.past, self.plan, self.origins[origin], logs)?);
        *held(&place.header) = Some(made.header());
        *shared = Some(Arc::clone(&made));
        Ok(made)
    }

    fn report(self) -> Result<KeptBacktest> {
        let (mut origins, mut resampled) = (Vec::new(), Vec::new());
        for (place, &origin) in self.places.iter().zip(&self.origins) {
            let header = held(&place.header).take();
            let mut report = match header {
                Some(header) => header,
                // All of its pieces were there already.
                None => AtOrigin::of(self.past, self.plan, origin, false)?.header(),
            };
            let mut redrawn = Vec::new();
            for piece in held(&place.pieces).drain(..).flatten() {
                report.models.push(piece.report);
                redrawn.push(piece.resampled);
            }
            origins.push(report);
            resampled.push(redrawn);
        }
        let comparison = self.compared(&origins, &resampled)?;
        let report = BacktestReport {
            horizon: self.plan.horizon.to_string(),
            window: self.plan.window.map(|window| window.to_string()),
            levels: self.plan.levels.iter().map(|level| level.get()).collect(),
            origins,
            comparison,
        };
        let taken_up = self.taken_up.into_inner();
        let (mut swept, mut keys) = (0, Vec::new());
        if let Some((pieces, all)) = self.kept {
            swept = pieces.sweep(&all.concat())?;
            keys = all;
        }
        Ok(KeptBacktest { report, taken_up, swept, origins: self.origins, keys })
    }

    fn compared(
        &self,
        origins: &[OriginReport],
        resampled: &[Vec<Vec<super::resample::Resampled>>],
    ) -> Result<Vec<Contest>> {
        let grain = self.past.orders().options.grain;
        let ends: Vec<Tick> = (self.origins.iter())
            .map(|&origin| after(origin, self.plan.horizon, grain, self.past.period()))
            .collect::<Result<_>>()?;
        // Each holdout with those that begin before it is over.
        let overlap = self
            .origins
            .iter()
            .enumerate()
            .zip(&ends)
            .map(|((at, _), end)| self.origins[at..].iter().filter(|origin| *origin < end).count());
        Ok(compared(origins, resampled, overlap.max().unwrap_or(1)))
    }
}
