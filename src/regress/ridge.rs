//! How strong a ridge should be: as strong as serves customers who were not learnt from, at a later origin.

use super::glm::Path;
use super::{Family, FittedGlm, Folds, Glm, Sample};
use crate::Result;
use crate::math::parallel;
use crate::math::sum::sum;

/// No more rows than about these are used to choose.
const CHOOSING: usize = 20_000;

/// The ridge α that counts as much as `share` rows' knowledge of each standardised coefficient does among all, whatever the unit of the
/// target: `share` times the mean of Fisher's weights where everyone has the mean (with an offset: their own).
#[must_use]
pub fn relative_ridge(family: Family, sample: &Sample, share: f64) -> f64 {
    let information = if sample.has_offset() {
        let one = |row: usize| sample.weight(row) * family.information(family.mean(sample.offset(row)));
        sum((0..sample.rows()).map(one)) / sample.total_weight()
    } else {
        family.information(sample.mean_target())
    };
    share * information
}

/// The model with such a ridge; columns that say nothing new are left out.
///
/// # Errors
/// As [`Glm::fit_sample`].
pub(super) fn ridged(family: Family, sample: &Sample, share: f64) -> Result<FittedGlm> {
    Glm::new(family).ridge(relative_ridge(family, sample, share)).forgiving().fit_sample(sample)
}

/// Of some shares, the largest first, the one with the least deviance, ahead in time, of customers held out; `None` where all do worse than
/// `alone`, the means without any column.
pub(super) fn best_share(
    family: Family,
    sample: &Sample,
    shares: &[f64],
    alone: Option<fn(&Sample, usize) -> f64>,
) -> Option<f64> {
    let few = thinned(sample);
    let folds = Folds::of(&few, FOLDS);
    let fold = |at: usize| Held::of(family, &few, folds.ahead(at as u8), shares, alone);
    let held: Vec<Held> = parallel::each(usize::from(folds.count()), &fold).into_iter().flatten().collect();
    let all = |of: &dyn Fn(&Held) -> Option<f64>| held.iter().map(of).sum::<Option<f64>>();
    let mut best = (f64::INFINITY, None);
    for (at, &share) in shares.iter().enumerate() {
        // A share with which some fold cannot be fitted is none.
        let Some(found) = all(&|held| held.told[at]) else { continue };
        if best.0 == f64::INFINITY {
            best.0 = all(&|held| held.alone).unwrap_or(f64::INFINITY);
        }
        if found < best.0 {
            best = (found, Some(share));
        }
    }
    best.1
}

/// So many parts customers are dealt into.
const FOLDS: u8 = 5;

/// Deviances of the customers of a fold: with each of the shares, where it could be fitted to the others, and without any column, where that is to be
/// known.
struct Held {
    told: Vec<Option<f64>>,
    alone: Option<f64>,
}

impl Held {
    /// Of the rows to learn from and those to be told; `None` if there are none.
    fn of(
        family: Family,
        few: &Sample,
        (inside, outside): (Vec<usize>, Vec<usize>),
        shares: &[f64],
        alone: Option<fn(&Sample, usize) -> f64>,
    ) -> Option<Self> {
        if inside.is_empty() || outside.is_empty() {
            return None;
        }
        let (inside, held) = (few.picked(&inside), few.picked(&outside));
        let deviance = |mean: &dyn Fn(usize) -> f64| {
            let one = |row: usize| held.weight(row) * family.deviance(held.y()[row], mean(row));
            sum((0..held.rows()).map(one))
        };
        let mut path = Path::new(family, &inside).ok();
        let told = |share: &f64| {
            let (constant, slopes) = path.as_mut()?.fit(relative_ridge(family, &inside, *share))?;
            let eta = held.x().dot(&slopes);
            Some(deviance(&|row| family.mean(constant + eta[row] + held.offset(row))))
        };
        let told = shares.iter().map(told).collect();
        Some(Self { told, alone: alone.map(|alone| deviance(&|row| alone(&held, row))) })
    }
}

/// Some of the customers, where there are many.
fn thinned(sample: &Sample) -> Sample {
    if sample.rows() <= CHOOSING {
        return sample.clone();
    }
    let parts = sample.rows().div_ceil(CHOOSING).min(250) as u8;
    sample.picked(&Folds::exactly(sample, parts).split(0).1)
}
