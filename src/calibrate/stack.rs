//! One forecast of several: a linear pool with weights from past origins, and the calibration that past origins teach. Of one forecast
//! alone it is its calibration.

use std::sync::Arc;

use super::few::{Known, few};
use super::fits::{Fits, Fitted, Seen};
use super::stacked::Member;
use super::{Evidence, Stacked};
use crate::features::{Customers, Past};
use crate::predict::{Estimator, Predictor, Tempos};
use crate::progress::{Progress, Silent};
use crate::regress::{TrainingWindow, TrainingWindows, Weight, WindowOptions, horizon_in_ticks};
use crate::units::{Horizon, TimeUnit};
use crate::{Error, Result};

/// Past origins at most.
const ORIGINS: usize = 6;
/// Of more rows than this over all origins, fewer origins are looked at.
const ROWS: usize = 2_000_000;

/// How several forecasts become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// Their mixture, with the weights of the best log score at past origins.
    Pool,
    /// The one with the best mean log score at past origins; of those within one (paired) standard error of it the one that comes first among
    /// the candidates.
    Best,
}

/// How a joint forecast is made.
pub struct Stack {
    id: String,
    candidates: Vec<Box<dyn Estimator>>,
    pub(super) horizon: Horizon,
    pub(super) combine: Combine,
    pub(super) calibrated: bool,
    pub(super) tempos: Arc<Tempos>,
}

impl Stack {
    /// Of these forecasts, over a horizon: the weights, the levels and the laws are learnt from forecasts of that horizon (a shorter one where
    /// the history has none) made at past origins. With `calibrated` false the pool stands as it is.
    ///
    /// # Errors
    /// [`Error::Usage`] without candidates.
    pub fn new(
        id: impl Into<String>,
        candidates: Vec<Box<dyn Estimator>>,
        horizon: Horizon,
        calibrated: bool,
    ) -> Result<Self> {
        if candidates.is_empty() {
            return Err(Error::usage("a joint forecast needs at least one model"));
        }
        let tempos = Arc::default();
        Ok(Self { id: id.into(), candidates, horizon, combine: Combine::Pool, calibrated, tempos })
    }

    /// The same, combined in another way.
    #[must_use]
    pub fn combined(self, combine: Combine) -> Self {
        Self { combine, ..self }
    }

    /// The same, learning how little is known of a shop's tempo from those that its candidates count in.
    #[must_use]
    pub fn sharing(self, tempos: Arc<Tempos>) -> Self {
        Self { tempos, ..self }
    }

    /// Learns from a past, telling how far it is. Of a large shop, past origins are looked at with the eyes of some of its customers, drawn by
    /// their places in the orders.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no candidate can be fitted, with what each says; [`Error::Interrupted`].
    pub fn learn(&self, past: &Past<'_>, customers: &Customers, progress: &dyn Progress) -> Result<Stacked> {
        let mut evidence = Evidence::default();
        let drawn = few(past);
        let known = Known::of(past, drawn.as_ref(), customers.unit)?;
        if let Some(drawn) = &drawn {
            let (some, all) = (drawn.len(), past.len());
            evidence.notes.push(format!(
                "at past origins {some} customers stand for all {all}, drawn by their places in the orders"
            ));
        }
        let windows = self.windows(&known.past, customers.unit, &mut evidence)?;
        let origins: &[TrainingWindow<'_>] = windows.as_ref().map_or(&[], |windows| &windows.windows);
        let fits = Fits { candidates: &self.candidates, now: (past, customers), windows: origins, progress };
        let what = format!("learning from {} past origins", origins.len());
        progress.begin(&what, Some(fits.steps() + Stacked::steps(self, origins)));
        let Fitted { now, seen } = fits.all()?;
        let mut warnings = Vec::new();
        let (kept, members) = self.kept(now, &mut warnings)?;
        let seen: Vec<Seen> = seen.into_iter().map(|seen| seen.only(&kept)).collect();
        let horizon = windows.as_ref().map_or(0, |windows| windows.horizon);
        let stacked = Stacked::untaught(self.id.clone(), members, warnings);
        evidence.horizon_days = f64::from(horizon) / f64::from(past.orders().options.grain.ticks_per_day());
        let now = (&known.past, known.table(customers));
        let taught = stacked.taught(self, now, (origins, &seen), (evidence, progress))?;
        progress.end();
        Ok(taught)
    }

    /// The past origins, of the horizon or of the longest shorter one; `None` where there is none.
    fn windows<'a>(
        &self,
        past: &Past<'a>,
        unit: TimeUnit,
        evidence: &mut Evidence,
    ) -> Result<Option<TrainingWindows<'a>>> {
        let most = (ROWS / past.len().max(1)).clamp(1, ORIGINS);
        let options = WindowOptions { most, most_rows: usize::MAX, ..WindowOptions::default() };
        let of =
            |horizon: Horizon| TrainingWindows::of(past, horizon_in_ticks(past, horizon)?, unit, &options);
        let why = match of(self.horizon) {
            Ok(windows) => return Ok(Some(windows)),
            Err(Error::Undefined(why)) => why,
            Err(error) => return Err(error),
        };
        let shorter = TrainingWindows::longest_horizon(past, &options).ok().flatten();
        if let Some(Ok(windows)) = shorter.map(of) {
            let days = shorter.map(|shorter| shorter.to_string()).unwrap_or_default();
            evidence.notes.push(format!(
                "the history has no past origin with {} after it: weights, levels and laws were learnt over {days} instead",
                self.horizon
            ));
            return Ok(Some(windows));
        }
        evidence.notes.push(format!("nothing was learnt from past origins: {why}"));
        Ok(None)
    }

    /// The candidates that could be fitted to all that is known.
    fn kept(
        &self,
        fitted: Vec<Result<Box<dyn Predictor>>>,
        warnings: &mut Vec<String>,
    ) -> Result<(Vec<usize>, Vec<Member>)> {
        let (mut kept, mut members) = (Vec::new(), Vec::new());
        let (mut failed, mut said) = (Sayings::default(), Sayings::default());
        let alone = self.candidates.len() == 1;
        for (at, (candidate, fitted)) in self.candidates.iter().zip(fitted).enumerate() {
            match fitted {
                Ok(predictor) => {
                    kept.push(at);
                    predictor.warnings().iter().for_each(|warning| said.add(warning, candidate.id()));
                    let leads = candidate.follows_tempo();
                    members.push(Member { predictor, purchases: Weight::NONE, value: Weight::NONE, leads });
                }
                Err(error) if alone => return Err(error),
                // What to do about it is said of each alone, and not here.
                Err(error) => {
                    failed.add(error.to_string().lines().next().unwrap_or_default(), candidate.id());
                }
            }
        }
        if members.is_empty() {
            let why: Vec<String> = failed.told().collect();
            return Err(Error::Undefined(format!("no model could be fitted\n  {}", why.join("\n  "))));
        }
        match alone {
            true => warnings.extend(said.0.into_iter().map(|(text, _)| text)),
            false => warnings.extend(said.told()),
        }
        warnings.extend(failed.told().map(|why| format!("left out of the joint forecast: {why}")));
        Ok((kept, members))
    }
}

/// Texts, each once, with all who say it.
#[derive(Default)]
struct Sayings<'a>(Vec<(String, Vec<&'a str>)>);

impl<'a> Sayings<'a> {
    fn add(&mut self, text: &str, who: &'a str) {
        match self.0.iter_mut().find(|(known, _)| known == text) {
            Some((_, all)) => all.push(who),
            None => self.0.push((text.to_owned(), vec![who])),
        }
    }

    fn told(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(text, who)| format!("{}: {text}", who.join(", ")))
    }
}

impl Estimator for Stack {
    fn id(&self) -> &str {
        &self.id
    }

    fn needs_logs(&self) -> bool {
        self.candidates.iter().any(|candidate| candidate.needs_logs())
    }

    fn fit(&self, past: &Past<'_>, customers: &Customers) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(self.learn(past, customers, &Silent)?))
    }

    fn fit_watched(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        progress: &dyn Progress,
    ) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(self.learn(past, customers, progress)?))
    }
}
