//! What past origins taught of one forecast, and the forecast that follows from it.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Groups, Level};
use crate::features::Customers;
use crate::math::distinct::distinct;
use crate::math::monotone::Monotone;
use crate::math::parallel;
use crate::predict::{AmountLaw, AmountShape, CountLaw, Laws, Remap};

/// No logarithm of a factor is learnt beyond this: the file was changed.
const FURTHEST: f64 = 20.0;

/// What past origins taught of a forecast of one horizon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// From what it was learnt.
    pub evidence: Evidence,
    /// The kinds of customers that were told apart.
    pub groups: Groups,
    /// Of the number of purchases.
    pub purchases: Target,
    /// Of their value; `None` without money.
    pub value: Option<Target>,
}

/// What was learnt of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// By what the next total will differ from its prediction.
    pub level: Level,
    /// ln of the factors of the groups' means beside it.
    pub relative: Vec<f64>,
    /// The distribution function of the probability integral transform at past origins, of each group; `None` where there was none.
    pub shapes: Vec<Option<Monotone>>,
}

/// From what was learnt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The horizon of the forecasts at the past origins, in days.
    pub horizon_days: f64,
    /// The past origins, the oldest first.
    pub origins: Vec<OriginEvidence>,
    /// What a reader must know of it, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How the forecast made at a past origin came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OriginEvidence {
    /// The origin, as it is written.
    pub origin: String,
    /// Customers by then.
    pub customers: u64,
    /// Purchases in the horizon: predicted, and made.
    pub purchases: (f64, f64),
    /// Their value, likewise; `None` without money.
    pub value: Option<(f64, f64)>,
}

impl Target {
    /// What nothing was learnt of: the level's prior alone.
    pub(super) fn unlearnt(groups: usize, level: Level) -> Self {
        Self { level, relative: vec![0.0; groups], shapes: vec![None; groups] }
    }

    /// By what the means of a group are multiplied.
    #[must_use]
    pub fn factor(&self, group: usize) -> f64 {
        (self.level.ln_factor + self.relative[group]).exp()
    }

    fn shape(&self, group: usize) -> Option<&Monotone> {
        self.shapes.get(group).and_then(Option::as_ref)
    }
}

/// What customers with one law of purchases share.
struct Remapped {
    exponent: f64,
    law: Arc<CountLaw>,
}

impl Calibration {
    /// That nothing was learnt: it bends laws to the means that they are said to have, and leaves them else as they are.
    #[must_use]
    pub fn nothing() -> Self {
        let groups = Groups::default();
        let target = || Target::unlearnt(groups.len(), Level { ln_factor: 0.0, sd: 0.0 });
        let (purchases, value) = (target(), Some(target()));
        Self { evidence: Evidence::default(), purchases, value, groups }
    }

    /// Whether its parts belong together, and its numbers are such as can be learnt: a file may have been changed by hand.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let count = self.groups.len();
        let sound = |target: &Target| {
            let Level { ln_factor, sd } = target.level;
            let finite =
                target.relative.iter().chain([&ln_factor, &sd]).all(|x| x.abs() <= FURTHEST) && sd >= 0.0;
            let maps = target.shapes.iter().flatten().all(Monotone::is_sound);
            finite && maps && target.relative.len() == count && target.shapes.len() == count
        };
        sound(&self.purchases) && self.value.as_ref().is_none_or(sound)
    }

    /// The calibrated laws of some rows of a table.
    ///
    /// Purchases: F becomes G(F^γ), where γ brings the mean to the level, and the mean is said to be the level's. Value: the same exponent, as
    /// P(S = 0) is P(X = 0); what is then missing to the level of value is a factor of money; then its own G.
    #[must_use]
    pub fn apply(&self, customers: &Customers, rows: Range<usize>, laws: &Laws) -> Laws {
        let group = |at: usize| {
            let frequency = customers.frequency[rows.start + at];
            self.groups.group(frequency, laws.purchases[at].p_none())
        };
        let groups: Vec<usize> = (0..laws.len()).map(group).collect();
        self.apply_to(&groups, laws)
    }

    /// The same where the groups are known.
    pub(super) fn apply_to(&self, groups: &[usize], laws: &Laws) -> Laws {
        // Laws that customers share are changed once.
        let pointers = laws.purchases.iter().zip(groups).map(|(law, &group)| (Arc::as_ptr(law), group));
        let (places, first) = distinct(pointers);
        let remapped: Vec<Remapped> =
            parallel::each(first.len(), &|k| self.remapped(&laws.purchases[first[k]], groups[first[k]]));
        let value = laws.value.as_ref().zip(self.value.as_ref()).map(|(amounts, target)| {
            let exponents: Vec<f64> = places.iter().map(|&place| remapped[place].exponent).collect();
            self.values(amounts, target, groups, &exponents)
        });
        let purchases = places.iter().map(|&place| remapped[place].law.clone()).collect();
        Laws { p_alive: laws.p_alive.clone(), purchases, value: value.or_else(|| laws.value.clone()) }
    }

    fn remapped(&self, law: &CountLaw, group: usize) -> Remapped {
        let mean = self.purchases.factor(group) * law.mean();
        let exponent = law.exponent_for(mean);
        let remap = Remap { exponent, shape: self.purchases.shape(group) };
        Remapped { exponent, law: Arc::new(law.remapped(&remap).with_mean(mean)) }
    }

    fn values(
        &self,
        amounts: &[AmountLaw],
        target: &Target,
        groups: &[usize],
        exponents: &[f64],
    ) -> Vec<AmountLaw> {
        let pointers = amounts.iter().zip(groups).map(|(law, &group)| (Arc::as_ptr(law.shape()), group));
        let (places, first) = distinct(pointers);
        let changed = |&at: &usize| {
            let (shape, group) = (amounts[at].shape(), groups[at]);
            let tilted = shape.remapped(&Remap { exponent: exponents[at], shape: None });
            let ratio = tilted.mean() / shape.mean();
            let missing = target.factor(group) / if ratio > 0.0 { ratio } else { 1.0 };
            let shaped = tilted.remapped(&Remap { exponent: 1.0, shape: target.shape(group) });
            (Arc::new(shaped), missing)
        };
        let changed: Vec<(Arc<AmountShape>, f64)> = first.par_iter().map(changed).collect();
        let one = |(at, &place): (usize, &usize)| {
            let (shape, missing) = &changed[place];
            amounts[at].changed(shape.clone(), *missing, target.factor(groups[at]))
        };
        places.iter().enumerate().map(one).collect()
    }
}
