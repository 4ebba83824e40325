//! How strong a ridge should be: as strong as serves customers who were not learnt from, at a later origin.

use super::means::ahead;
use super::{Family, FittedGlm, Folds, Glm, Means, Sample};
use crate::Result;
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

/// Of some shares the one with the least deviance, ahead in time, of customers held out; `None` where all do worse than `alone`, the means
/// without any column.
pub(super) fn best_share(
    family: Family,
    sample: &Sample,
    shares: &[f64],
    alone: Option<fn(&Sample, usize) -> f64>,
) -> Option<f64> {
    let few = thinned(sample);
    let mut best = (f64::INFINITY, None);
    let deviance = |means: &dyn Fn(usize) -> f64, rows: &[usize]| {
        sum(rows.iter().map(|&row| few.weight(row) * family.deviance(few.y()[row], means(row))))
    };
    for &share in shares {
        let tell = |fitted: &FittedGlm, held: &Sample| {
            let offset = (0..held.rows()).map(|row| held.offset(row)).collect();
            Ok(Means::alone(fitted.means(&held.x().view(), Some(&offset))))
        };
        let Ok((told, rows)) = ahead(&few, |inside| ridged(family, inside, share), tell) else { continue };
        if let (Some(alone), true) = (alone, best.0 == f64::INFINITY) {
            best.0 = deviance(&|row| alone(&few, row), &rows);
        }
        let found = deviance(&|row| told.mean[row], &rows);
        if found < best.0 {
            best = (found, Some(share));
        }
    }
    best.1
}

/// Some of the customers, where there are many.
fn thinned(sample: &Sample) -> Sample {
    if sample.rows() <= CHOOSING {
        return sample.clone();
    }
    let parts = sample.rows().div_ceil(CHOOSING).min(250) as u8;
    sample.picked(&Folds::exactly(sample, parts).split(0).1)
}
