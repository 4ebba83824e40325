//! Which columns matter: by what is lost when one is shuffled.

use super::{Family, Folds, Road, Sample, Target};
use crate::Result;
use crate::math::hash::nth;
use crate::math::sum::sum;

/// No more customers than about these are told again for each column.
const ROWS: usize = 20_000;

/// No mean is taken to be below this part of the overall mean, in comparing deviances.
const LEAST: f64 = 1e-3;

/// What a column is worth to a regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// The column.
    pub column: String,
    /// By what part of the deviance of telling everyone the mean the deviance of held-out customers grows when the column is shuffled among
    /// them: near 0 (of either sign) where it is of no use.
    pub lost: f64,
}

/// Permutation importance (Breiman 2001, Machine Learning 45, 5–32, § 10), out of fold: the regression is fitted to four fifths of the
/// customers, and the others are told with one column at a time shuffled among them (the same way every time). Deviances are those of Poisson for
/// purchases and Tweedie of power 1.5 for value. Columns that tell the same stand in for each other, and then neither looks important. The
/// most important first.
///
/// # Errors
/// As [`Road::fit`].
pub fn importance(
    road: Road,
    target: Target,
    sample: &Sample,
    base: Option<&[f64]>,
) -> Result<Vec<Importance>> {
    let parts = (sample.rows().div_ceil(ROWS)).clamp(5, 250) as u8;
    let folds = Folds::exactly(sample, parts);
    let (inside, outside) = folds.split(0);
    if inside.is_empty() || outside.is_empty() {
        return Ok(Vec::new());
    }
    let pick = |rows: &[usize]| base.map(|base| rows.iter().map(|&row| base[row]).collect::<Vec<f64>>());
    let (base_inside, base_outside) = (pick(&inside), pick(&outside));
    let (fitted, _) = road.fit(target, &sample.picked(&inside), base_inside.as_deref())?;
    let held = sample.picked(&outside);
    let family = if target == Target::Purchases { Family::Poisson } else { Family::Tweedie(1.5) };
    let least = (LEAST * held.mean_target()).max(f64::MIN_POSITIVE);
    let deviance = |means: &dyn Fn(usize) -> f64| {
        sum((0..held.rows()).map(|row| family.deviance(held.y()[row].max(0.0), means(row).max(least))))
    };
    let alone = deviance(&|_| held.mean_target());
    let told = fitted.predict(&held.x().view(), base_outside.as_deref())?.mean;
    let as_it_is = deviance(&|row| told[row]);
    if alone <= 0.0 {
        return Ok(Vec::new());
    }
    let order = shuffled(held.rows());
    let mut x = held.x().to_owned();
    let mut all = Vec::with_capacity(held.columns());
    for (at, column) in held.names().iter().enumerate() {
        for (row, &from) in order.iter().enumerate() {
            x[(row, at)] = held.x()[(from, at)];
        }
        let told = fitted.predict(&x.view(), base_outside.as_deref())?.mean;
        let lost = (deviance(&|row| told[row]) - as_it_is) / alone;
        all.push(Importance { column: column.clone(), lost });
        x.column_mut(at).assign(&held.x().column(at));
    }
    all.sort_by(|left, right| right.lost.total_cmp(&left.lost));
    Ok(all)
}

/// The rows in an order that looks drawn, the same every time.
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&row| nth(!(row as u64), 0));
    order
}
