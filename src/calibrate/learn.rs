//! How forecasts at past origins came out: levels, and transforms by groups of customers.

use super::calibration::Target;
use super::when::When;
use super::{Calibration, Evidence, Groups, Level, OriginEvidence, PastRatio, level};
use crate::Result;
use crate::features::{Customers, Holdout};
use crate::math::monotone::Monotone;
use crate::math::parallel;
use crate::predict::{AmountLaw, CountLaw, Laws};
use crate::units::Grain;

/// Into so many equal parts the probability integral transform is counted.
const BINS: usize = 400;
/// Where a map of probabilities has its knots: closer towards the ends, where intervals lie.
const KNOTS: [f64; 29] = [
    0.0, 0.0025, 0.005, 0.01, 0.0175, 0.025, 0.0375, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6,
    0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.9625, 0.975, 0.99, 0.995, 1.0,
];
/// So many customers' worth of belief that a law holds as it is, beside one origin's worth: what was so once need not be so again.
const PRIOR: f64 = 100.0;
/// The standard deviation of the groups' errors beside the shop's, before anything is seen, and of how it changes between origins.
const RELATIVE: f64 = 0.15;
const RELATIVE_DRIFT: f64 = 0.1;

/// Sums of one quantity over a group at an origin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub predicted: f64,
    pub actual: f64,
    squares: f64,
}

impl Sums {
    pub fn add(&mut self, predicted: f64, actual: f64) {
        self.predicted += predicted;
        self.actual += actual;
        self.squares += actual * actual;
    }

    fn and(mut self, other: &Self) -> Self {
        self.predicted += other.predicted;
        self.actual += other.actual;
        self.squares += other.squares;
        self
    }

    /// ln(actual/predicted) and its variance by the customers' luck, with one typical purchase more on either side, so that they exist where
    /// nothing was bought.
    pub fn ln_ratio(&self, one: f64) -> (f64, f64) {
        let actual = self.actual.max(0.0) + one;
        (((actual) / (self.predicted + one)).ln(), (self.squares + one * one) / (actual * actual))
    }
}

/// One quantity at one origin, by groups.
#[derive(Debug, Clone)]
struct AtOrigin {
    groups: Vec<Sums>,
    one: f64,
    /// How the transforms of each group are spread: mass in each of the parts of (0, 1).
    mass: Vec<Vec<f64>>,
}

impl AtOrigin {
    fn new(groups: usize) -> Self {
        Self { groups: vec![Sums::default(); groups], one: 1.0, mass: vec![vec![0.0; BINS]; groups] }
    }

    fn total(&self) -> Sums {
        self.groups.iter().fold(Sums::default(), Sums::and)
    }

    /// ln of the factor that a group's means lacked at this origin: the shop's, and what the group shows beside it.
    fn own(&self, group: usize) -> f64 {
        let (all, _) = self.total().ln_ratio(self.one);
        let (own, noise) = self.groups[group].ln_ratio(self.one);
        all + (own - all) * RELATIVE * RELATIVE / (RELATIVE * RELATIVE + noise)
    }

    /// Spreads a transform evenly between its ends.
    fn spread(&mut self, group: usize, (low, high): (f64, f64)) {
        let (from, to) = (low.clamp(0.0, 1.0) * BINS as f64, high.clamp(0.0, 1.0) * BINS as f64);
        let mass = &mut self.mass[group];
        let first = (from as usize).min(BINS - 1);
        if to - from < 1e-9 {
            mass[first] += 1.0;
            return;
        }
        let last = (to.ceil() as usize).clamp(first + 1, BINS);
        for (at, mass) in mass.iter_mut().enumerate().take(last).skip(first) {
            let held = (to.min(at as f64 + 1.0) - from.max(at as f64)).max(0.0);
            *mass += held / (to - from);
        }
    }
}

/// What is being learnt, origin by origin.
pub(super) struct Learning {
    groups: Groups,
    origins: Vec<(When, OriginEvidence, AtOrigin, Option<AtOrigin>)>,
}

impl Learning {
    pub(super) const fn new(groups: Groups) -> Self {
        Self { groups, origins: Vec::new() }
    }

    /// Takes in an origin's forecast and what then happened.
    pub(super) fn take_in(
        &mut self,
        when: When,
        customers: &Customers,
        laws: &Laws,
        holdout: &Holdout,
        grain: Grain,
    ) {
        let group = |at: usize| self.groups.group(customers.frequency[at], laws.purchases[at].p_none());
        let groups: Vec<usize> = (0..laws.len()).map(group).collect();
        let mut purchases = AtOrigin::new(self.groups.len());
        for (at, law) in laws.purchases.iter().enumerate() {
            purchases.groups[groups[at]].add(law.mean(), f64::from(holdout.purchases[at]));
        }
        let amounts = laws.value.as_ref().filter(|_| holdout.value.len() == laws.len());
        let mut value = amounts.map(|_| AtOrigin::new(self.groups.len()));
        if let (Some(value), Some(amounts)) = (&mut value, amounts) {
            for (at, law) in amounts.iter().enumerate() {
                if let Some(mean) = law.mean() {
                    value.groups[groups[at]].add(mean, holdout.value[at]);
                }
            }
            let (all, counts) = (value.total(), purchases.total());
            value.one = (all.predicted / counts.predicted.max(1e-9)).max(1e-9);
        }
        self.transform(&groups, laws, holdout, &mut purchases, value.as_mut());
        let total = |at: &AtOrigin| {
            let total = at.total();
            (total.predicted, total.actual)
        };
        let evidence = OriginEvidence {
            origin: grain.show(holdout.origin),
            customers: laws.len() as u64,
            purchases: total(&purchases),
            value: value.as_ref().map(total),
        };
        self.origins.push((when, evidence, purchases, value));
    }

    /// The transforms of what happened under laws at this origin's own level: what they show is the laws' shape.
    fn transform(
        &self,
        groups: &[usize],
        laws: &Laws,
        holdout: &Holdout,
        purchases: &mut AtOrigin,
        mut value: Option<&mut AtOrigin>,
    ) {
        let own = |at: &AtOrigin| (0..self.groups.len()).map(|group| at.own(group)).collect::<Vec<f64>>();
        let target = |at: &AtOrigin| Target {
            level: Level { ln_factor: 0.0, sd: 0.0 },
            relative: own(at),
            shapes: vec![None; self.groups.len()],
        };
        let here = Calibration {
            evidence: Evidence::default(),
            groups: self.groups.clone(),
            purchases: target(purchases),
            value: value.as_deref().map(target),
        };
        let levelled = here.apply_to(groups, laws);
        let counts = parallel::each(groups.len(), &|at| {
            CountLaw::pit(&levelled.purchases[at], u64::from(holdout.purchases[at]))
        });
        counts.into_iter().zip(groups).for_each(|(pit, &group)| purchases.spread(group, pit));
        if let (Some(value), Some(amounts)) = (&mut value, &levelled.value) {
            let pits = parallel::each(groups.len(), &|at| AmountLaw::pit(&amounts[at], holdout.value[at]));
            pits.into_iter().zip(groups).for_each(|(pit, &group)| value.spread(group, pit));
        }
    }

    /// What was learnt, for the totals of a horizon from now; `means` are the present ones of purchases and of value by group.
    ///
    /// # Errors
    /// As [`level`].
    pub(super) fn done(self, now: When, means: &[(f64, f64)], mut evidence: Evidence) -> Result<Calibration> {
        let Self { groups, mut origins } = self;
        if origins.is_empty() && evidence.notes.is_empty() {
            evidence.notes.push("no forecast could be made at a past origin: nothing was learnt".to_owned());
        }
        origins.sort_by(|a, b| b.0.years_ago.total_cmp(&a.0.years_ago));
        let whens: Vec<When> = origins.iter().map(|one| one.0).collect();
        let purchases: Vec<&AtOrigin> = origins.iter().map(|one| &one.2).collect();
        let counts: Vec<f64> = means.iter().map(|one| one.0).collect();
        let purchases = target((&whens, &purchases), now, &counts)?;
        let value: Option<Vec<&AtOrigin>> = origins.iter().map(|one| one.3.as_ref()).collect();
        let amounts: Vec<f64> = means.iter().map(|one| one.1).collect();
        let value = value.filter(|_| amounts.iter().any(|mean| *mean > 0.0));
        let value = value.map(|value| target((&whens, &value), now, &amounts)).transpose()?;
        evidence.origins = origins.into_iter().map(|one| one.1).collect();
        Ok(Calibration { evidence, groups, purchases, value })
    }
}

fn target((when, origins): (&[When], &[&AtOrigin]), now: When, means: &[f64]) -> Result<Target> {
    let past: Vec<PastRatio> = when
        .iter()
        .zip(origins)
        .map(|(when, at)| {
            let (ln_ratio, noise) = at.total().ln_ratio(at.one);
            PastRatio {
                years_ago: when.years_ago,
                horizon: when.horizon_years,
                ln_ratio,
                noise,
                history: when.history,
                doubt: when.doubt,
            }
        })
        .collect();
    let level = level(&past, now.horizon_years, now.doubt)?;
    let mut target = Target::unlearnt(means.len(), level);
    if origins.is_empty() {
        return Ok(target);
    }
    for group in 0..means.len() {
        target.relative[group] = relative(origins, group);
        target.shapes[group] = shape(origins, group);
    }
    // Beside the shop's level: the total of the present customers is the level's.
    let (plain, moved) = means
        .iter()
        .zip(&target.relative)
        .fold((0.0, 0.0), |(plain, moved), (mean, ln)| (plain + mean, moved + mean * ln.exp()));
    if plain > 0.0 && moved > 0.0 {
        target.relative.iter_mut().for_each(|ln| *ln -= (moved / plain).ln());
    }
    Ok(target)
}

/// ln of a group's factor beside the shop's, shrunk to 0.
fn relative(origins: &[&AtOrigin], group: usize) -> f64 {
    let (mut precision, mut sum) = (0.0, 0.0);
    for at in origins {
        let (all, _) = at.total().ln_ratio(at.one);
        let (own, noise) = at.groups[group].ln_ratio(at.one);
        let weight = 1.0 / (noise + RELATIVE_DRIFT * RELATIVE_DRIFT);
        precision += weight;
        sum += weight * (own - all);
    }
    sum / (precision + 1.0 / (RELATIVE * RELATIVE))
}

/// The distribution function of a group's transforms over all origins, drawn towards the straight line by a little belief.
fn shape(origins: &[&AtOrigin], group: usize) -> Option<Monotone> {
    let seen: f64 = origins.iter().flat_map(|at| &at.mass[group]).sum();
    let belief = PRIOR + seen / origins.len() as f64;
    let mut mass = vec![belief / BINS as f64; BINS];
    for at in origins {
        mass.iter_mut().zip(&at.mass[group]).for_each(|(sum, own)| *sum += own);
    }
    let total: f64 = mass.iter().sum();
    let mut below = vec![0.0; BINS + 1];
    for (at, own) in mass.iter().enumerate() {
        below[at + 1] = below[at] + own / total;
    }
    let at = |u: f64| {
        let place = u * BINS as f64;
        let left = (place as usize).min(BINS - 1);
        below[left] + (below[left + 1] - below[left]) * (place - left as f64)
    };
    let y: Vec<f64> = KNOTS.iter().map(|&u| at(u).min(1.0)).collect();
    Monotone::through(KNOTS.to_vec(), y)
}
