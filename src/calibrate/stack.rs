//! One forecast of several: a linear pool with weights from past origins, and the calibration that past origins teach. Of one forecast
//! alone it is its calibration.

use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::learn::{Learning, When};
use super::{Calibration, Evidence, Groups, weights};
use crate::features::{Customers, Past};
use crate::math::sum::sum;
use crate::predict::{AmountLaw, CountLaw, Estimator, Laws, Predictor, View};
use crate::progress::{Progress, Silent};
use crate::regress::{TrainingWindow, TrainingWindows, WindowOptions, horizon_in_ticks};
use crate::units::{Horizon, Periods, TimeUnit};
use crate::{Error, Result};

/// Past origins at most.
const ORIGINS: usize = 6;
/// Of more rows than this over all origins, fewer origins are looked at.
const ROWS: usize = 2_000_000;
/// ln of the smallest probability that counts in a choice: what one forecast calls impossible does not decide alone.
const IMPOSSIBLE: f64 = -30.0;
/// So many customers are looked at together.
const PART: usize = 1 << 14;

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
    horizon: Horizon,
    combine: Combine,
    calibrated: bool,
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
        Ok(Self { id: id.into(), candidates, horizon, combine: Combine::Pool, calibrated })
    }

    /// The same, combined in another way.
    #[must_use]
    pub fn combined(self, combine: Combine) -> Self {
        Self { combine, ..self }
    }

    /// Learns from a past, telling how far it is.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no candidate can be fitted, with what each says; [`Error::Interrupted`].
    pub fn learn(&self, past: &Past<'_>, customers: &Customers, progress: &dyn Progress) -> Result<Stacked> {
        let mut evidence = Evidence::default();
        let windows = self.windows(past, customers.unit, &mut evidence)?;
        let origins: &[TrainingWindow<'_>] = windows.as_ref().map_or(&[], |windows| &windows.windows);
        let work = (self.candidates.len() * (origins.len() + 1)) as u64;
        progress.begin(&format!("learning from {} past origins", origins.len()), Some(work));
        let mut warnings = Vec::new();
        let (kept, members) = self.fitted(past, customers, &mut warnings, progress)?;
        let mut seen = Vec::new();
        for window in origins {
            seen.push(self.seen(window, &kept, progress)?);
        }
        progress.end();
        let horizon = windows.as_ref().map_or(0, |windows| windows.horizon);
        let stacked =
            Stacked { id: self.id.clone(), warnings, members, standings: Vec::new(), calibration: None };
        stacked.taught((past, customers), (origins, &seen), horizon, self, evidence)
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

    /// The candidates that can be fitted to all that is known.
    fn fitted(
        &self,
        past: &Past<'_>,
        customers: &Customers,
        warnings: &mut Vec<String>,
        progress: &dyn Progress,
    ) -> Result<(Vec<usize>, Vec<Member>)> {
        let (mut kept, mut members, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for (at, candidate) in self.candidates.iter().enumerate() {
            progress.check()?;
            match candidate.fit(past, customers) {
                Ok(predictor) => {
                    kept.push(at);
                    warnings.extend(predictor.warnings().iter().map(|warning| match self.candidates.len() {
                        1 => warning.clone(),
                        _ => format!("{}: {warning}", candidate.id()),
                    }));
                    members.push(Member { predictor, purchases: 0.0, value: 0.0 });
                }
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(error) if self.candidates.len() == 1 => return Err(error),
                Err(error) => failed.push(format!("{}: {error}", candidate.id())),
            }
            progress.advance(1);
        }
        if members.is_empty() {
            return Err(Error::Undefined(format!("no model could be fitted; {}", failed.join("; "))));
        }
        warnings.extend(failed.into_iter().map(|why| format!("left out of the joint forecast: {why}")));
        Ok((kept, members))
    }

    /// What the candidates, fitted at a past origin, said of what then happened.
    fn seen(&self, window: &TrainingWindow<'_>, kept: &[usize], progress: &dyn Progress) -> Result<Seen> {
        let TrainingWindow { past, customers, holdout, .. } = window;
        let horizon = periods(window)?;
        let value = Some(&holdout.value[..]).filter(|_| customers.has_money());
        let mut seen = Seen { predictors: Vec::new() };
        for &at in kept {
            progress.check()?;
            let fitted = self.candidates[at].fit(past, customers).and_then(|predictor| {
                if self.candidates.len() == 1 {
                    return Ok((predictor, Vec::new(), Vec::new()));
                }
                let met = predictor.met(View::of(past, customers), horizon, (&holdout.purchases, value))?;
                Ok((predictor, met.purchases.log_score, met.value.map_or_else(Vec::new, |met| met.log_score)))
            });
            seen.predictors.push(match fitted {
                Ok(fitted) => Some(fitted),
                Err(Error::Interrupted) => return Err(Error::Interrupted),
                Err(_) => None, // too short a past for this one then: its weight is learnt where it stands
            });
            progress.advance(1);
        }
        Ok(seen)
    }
}

/// A fitted candidate with its log scores of purchases and of value.
type Told = (Box<dyn Predictor>, Vec<f64>, Vec<f64>);

/// The candidates at one past origin.
struct Seen {
    predictors: Vec<Option<Told>>,
}

/// The horizon of a window in the unit of its table.
fn periods(window: &TrainingWindow<'_>) -> Result<Periods> {
    let grain = window.past.orders().options.grain;
    let length = grain.between(window.holdout.origin, window.holdout.end, window.customers.unit);
    Periods::new(length)
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
}

/// A member of a joint forecast.
struct Member {
    predictor: Box<dyn Predictor>,
    /// Its weight in the law of purchases.
    purchases: f64,
    /// Its weight in the law of value.
    value: f64,
}

/// How a candidate did at past origins.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its identifier.
    pub id: String,
    /// The mean log score of purchases and value together: the higher the better.
    pub log_score: f64,
    /// How far that is behind the best, and the standard error of this difference (customers are paired).
    pub behind: (f64, f64),
    /// Whether it was taken.
    pub taken: bool,
}

/// A joint forecast, fitted.
pub struct Stacked {
    id: String,
    warnings: Vec<String>,
    members: Vec<Member>,
    standings: Vec<Standing>,
    calibration: Option<Calibration>,
}

impl Stacked {
    /// What was learnt of it; `None` where calibration is switched off.
    #[must_use]
    pub const fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// How the candidates did at past origins, where one of them was taken.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// A fitted joint forecast of members with their weights in the laws of purchases and of value.
    #[must_use]
    pub fn again(
        id: String,
        members: Vec<(Box<dyn Predictor>, f64, f64)>,
        calibration: Option<Calibration>,
        warnings: Vec<String>,
    ) -> Self {
        let member = |(predictor, purchases, value)| Member { predictor, purchases, value };
        let members = members.into_iter().map(member).collect();
        Self { id, warnings, members, standings: Vec::new(), calibration }
    }

    /// The same without what past origins taught of level and shape.
    #[must_use]
    pub fn uncalibrated(self) -> Self {
        Self { calibration: None, ..self }
    }

    /// Its parts: members with their weights, and what was learnt of them.
    #[must_use]
    pub fn into_parts(self) -> (Vec<(Box<dyn Predictor>, f64, f64)>, Option<Calibration>, Vec<String>) {
        let part = |member: Member| (member.predictor, member.purchases, member.value);
        (self.members.into_iter().map(part).collect(), self.calibration, self.warnings)
    }

    /// The members, with their weights in the laws of purchases and of value.
    pub fn members(&self) -> impl Iterator<Item = (&dyn Predictor, f64, f64)> {
        self.members.iter().map(|member| (&*member.predictor, member.purchases, member.value))
    }

    /// Weights, then calibration, from what was seen at past origins.
    fn taught(
        mut self,
        (past, customers): (&Past<'_>, &Customers),
        (windows, seen): (&[TrainingWindow<'_>], &[Seen]),
        horizon: u32,
        stack: &Stack,
        mut evidence: Evidence,
    ) -> Result<Self> {
        match stack.combine {
            Combine::Pool => self.weigh(seen),
            Combine::Best => self.choose(seen),
        }
        if !stack.calibrated {
            self.members.retain(|member| member.purchases > 0.0 || member.value > 0.0);
            return Ok(self);
        }
        let grain = past.orders().options.grain;
        let years = |ticks: f64| ticks / f64::from(grain.ticks_per_day()) / 365.25;
        evidence.horizon_days = f64::from(horizon) / f64::from(grain.ticks_per_day());
        let ahead = horizon_in_ticks(past, stack.horizon)?;
        let now = Periods::new(f64::from(ahead) / grain.ticks_per(customers.unit))?;
        // Who is told apart is told from the present customers.
        let view = View::of(past, customers);
        let mut present = Vec::with_capacity(customers.len());
        for rows in parts(customers.len()) {
            let laws = self.pooled(view, rows.clone(), now)?;
            for (at, law) in rows.zip(&laws.purchases) {
                let place = present.len() % PART;
                let value = laws.value.as_ref().and_then(|value| value[place].mean()).unwrap_or(0.0);
                present.push((customers.frequency[at], law.p_none(), law.mean(), value));
            }
        }
        let kinds: Vec<(u32, f64)> = present.iter().map(|one| (one.0, one.1)).collect();
        let groups = Groups::of(&kinds);
        let mut totals = vec![(0.0, 0.0); groups.len()];
        for (frequency, p_none, mean, value) in present {
            let total = &mut totals[groups.group(frequency, p_none)];
            (total.0, total.1) = (total.0 + mean, total.1 + value);
        }
        let mut learning = Learning::new(groups);
        let first = past.orders().first_tick().unwrap_or(past.cutoff());
        let length = f64::from(past.cutoff().0) - f64::from(first.0);
        for (window, seen) in windows.iter().zip(seen) {
            let Some(pool) = self.at(seen) else { continue };
            let origin = f64::from(window.holdout.origin.0);
            let when = When {
                years_ago: years(f64::from(past.cutoff().0) - origin),
                horizon_years: years(f64::from(horizon)),
                history: ((origin - f64::from(first.0)) / length).clamp(1e-3, 1.0),
            };
            let view = View::of(&window.past, &window.customers);
            let mut laws = Laws { value: window.customers.has_money().then(Vec::new), ..Laws::default() };
            for rows in parts(window.customers.len()) {
                laws.append(pool_laws(&pool, view, rows, periods(window)?)?);
            }
            learning.take_in(when, &window.customers, &laws, &window.holdout, grain);
        }
        let kept = |member: &Member| member.purchases > 0.0 || member.value > 0.0;
        self.members.retain(kept);
        self.calibration = Some(learning.done(years(f64::from(ahead)), &totals, evidence));
        Ok(self)
    }

    /// The weights that past origins teach; even ones where there is none.
    fn weigh(&mut self, seen: &[Seen]) {
        let count = self.members.len();
        let of = |value: bool| -> Vec<f64> {
            let told = |seen: &Seen, at: usize| {
                let scores = seen.predictors[at].as_ref().map(|told| if value { &told.2 } else { &told.1 });
                scores.filter(|scores| !scores.is_empty()).cloned()
            };
            // Those that could be fitted at the newest origin are compared wherever all of them could.
            let able: Vec<usize> = match seen.last() {
                Some(newest) => (0..count).filter(|&at| told(newest, at).is_some()).collect(),
                None => Vec::new(),
            };
            let mut columns: Vec<Vec<f64>> = vec![Vec::new(); able.len()];
            for seen in seen {
                let all: Option<Vec<Vec<f64>>> = able.iter().map(|&at| told(seen, at)).collect();
                columns.iter_mut().zip(all.unwrap_or_default()).for_each(|(to, from)| to.extend(from));
            }
            if able.is_empty() {
                return vec![1.0 / count as f64; count];
            }
            let mut every = vec![0.0; count];
            able.iter().zip(weights(&columns)).for_each(|(&at, weight)| every[at] = weight);
            every
        };
        let (purchases, value) = (of(false), of(true));
        for (at, member) in self.members.iter_mut().enumerate() {
            (member.purchases, member.value) = (purchases[at], value[at]);
        }
    }

    /// Takes the candidate with the best mean log score; the first one where no past origin tells.
    fn choose(&mut self, seen: &[Seen]) {
        let scores = |at: usize| -> Option<Vec<f64>> {
            let mut all = Vec::new();
            for seen in seen {
                let (_, purchases, value) = seen.predictors[at].as_ref()?;
                let value = |row: usize| value.get(row).copied().unwrap_or(0.0);
                all.extend(purchases.iter().enumerate().map(|(row, p)| (p + value(row)).max(IMPOSSIBLE)));
            }
            Some(all).filter(|all| !all.is_empty())
        };
        let columns: Vec<(usize, Vec<f64>)> =
            (0..self.members.len()).filter_map(|at| Some((at, scores(at)?))).collect();
        let mean = |column: &[f64]| sum(column.iter().copied()) / column.len() as f64;
        let best = columns.iter().max_by(|a, b| mean(&a.1).total_cmp(&mean(&b.1)));
        let mut taken = 0;
        if let Some((_, best)) = best {
            let behind = |column: &[f64]| {
                let gaps: Vec<f64> = best.iter().zip(column).map(|(best, own)| best - own).collect();
                let (n, gap) = (gaps.len() as f64, mean(&gaps));
                let variance = sum(gaps.iter().map(|one| (one - gap).powi(2))) / (n - 1.0).max(1.0);
                (gap, (variance / n).sqrt())
            };
            let near = |column: &[f64]| {
                let (gap, error) = behind(column);
                gap <= error
            };
            taken = columns.iter().find(|(_, column)| near(column)).map_or(0, |(at, _)| *at);
            self.standings = columns
                .iter()
                .map(|(at, column)| Standing {
                    id: self.members[*at].predictor.id().to_owned(),
                    log_score: mean(column),
                    behind: behind(column),
                    taken: *at == taken,
                })
                .collect();
        }
        for (at, member) in self.members.iter_mut().enumerate() {
            let weight = f64::from(u8::from(at == taken));
            (member.purchases, member.value) = (weight, weight);
        }
    }

    /// The candidates that could be fitted at a past origin, with their weights; `None` if none of weight could.
    fn at<'s>(&self, seen: &'s Seen) -> Option<Vec<Weighted<'s>>> {
        let able = self.members.iter().zip(&seen.predictors);
        let able = able.filter_map(|(member, told)| {
            told.as_ref().map(|told| (&*told.0, member.purchases, member.value))
        });
        let mut pool: Vec<Weighted<'_>> = able.collect();
        let sums = pool.iter().fold((0.0, 0.0), |sums, one| (sums.0 + one.1, sums.1 + one.2));
        if sums.0 <= 0.0 {
            return None;
        }
        for one in &mut pool {
            one.1 /= sums.0;
            one.2 = if sums.1 > 0.0 { one.2 / sums.1 } else { one.1 };
        }
        Some(pool)
    }

    /// The pool's laws, not calibrated.
    fn pooled(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        pool_laws(&self.members().collect::<Vec<_>>(), view, rows, horizon)
    }
}

impl Predictor for Stacked {
    fn id(&self) -> &str {
        &self.id
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn laws(&self, view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
        let laws = self.pooled(view, rows.clone(), horizon)?;
        Ok(match &self.calibration {
            Some(calibration) => calibration.apply(view.customers, rows, &laws),
            None => laws,
        })
    }
}

/// A forecast with its weights in the laws of purchases and of value.
type Weighted<'p> = (&'p dyn Predictor, f64, f64);

/// Rows in parts.
fn parts(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(PART).map(move |start| start..count.min(start + PART))
}

/// The mixture of several forecasts' laws.
fn pool_laws(pool: &[Weighted<'_>], view: View<'_>, rows: Range<usize>, horizon: Periods) -> Result<Laws> {
    if let [(predictor, ..)] = pool {
        return predictor.laws(view, rows, horizon);
    }
    let told: Vec<Laws> =
        pool.iter().map(|one| one.0.laws(view, rows.clone(), horizon)).collect::<Result<_>>()?;
    let weights: Vec<f64> = pool.iter().map(|one| one.1).collect();
    let mut all = Laws {
        p_alive: (0..rows.len())
            .map(|at| told.iter().zip(&weights).map(|(laws, w)| w * laws.p_alive[at]).sum())
            .collect(),
        purchases: pool_counts(&told, &weights, rows.len()),
        value: None,
    };
    // Who has no law of value is no part of its pool.
    let with: Vec<(&Vec<AmountLaw>, f64)> =
        told.iter().zip(pool).filter_map(|(laws, one)| Some((laws.value.as_ref()?, one.2))).collect();
    let sum: f64 = with.iter().map(|one| one.1).sum();
    if sum > 0.0 {
        let one = |at: usize| {
            let parts: Vec<(f64, &AmountLaw)> =
                with.iter().filter(|one| one.1 > 0.0).map(|one| (one.1 / sum, &one.0[at])).collect();
            AmountLaw::mixture(&parts).unwrap_or_else(AmountLaw::nothing)
        };
        all.value = Some((0..rows.len()).into_par_iter().map(one).collect());
    }
    Ok(all)
}

/// Customers of whom all forecasts say the same share a law.
fn pool_counts(told: &[Laws], weights: &[f64], count: usize) -> Vec<Arc<CountLaw>> {
    let mut index: HashMap<Vec<usize>, usize, FixedState> = HashMap::default();
    let mut first = Vec::new();
    let places: Vec<usize> = (0..count)
        .map(|at| {
            let key = told.iter().map(|laws| Arc::as_ptr(&laws.purchases[at]) as usize).collect();
            *index.entry(key).or_insert_with(|| {
                first.push(at);
                first.len() - 1
            })
        })
        .collect();
    let mixed = |&at: &usize| {
        let parts = told.iter().zip(weights).filter(|(_, w)| **w > 0.0);
        let parts: Vec<(f64, &CountLaw)> = parts.map(|(laws, &w)| (w, &*laws.purchases[at])).collect();
        Arc::new(CountLaw::mixture(&parts).unwrap_or_else(|| CountLaw::negative_binomial(0.0, 1.0)))
    };
    let distinct: Vec<Arc<CountLaw>> = first.par_iter().map(mixed).collect();
    places.into_iter().map(|place| distinct[place].clone()).collect()
}
