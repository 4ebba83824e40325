//! Whether covariates can be told apart.

use super::groups::CovariateGroups;

/// A column of which a smaller part (of its standard deviation) than this is its own follows from the others.
const OWN: f64 = 1e-7;
/// A weight of at least this (in standard deviations) counts as taking part.
const TAKES_PART: f64 = 1e-6;

/// The first coefficient whose covariate follows from those before it, and from which (none: it is constant).
///
/// Gram–Schmidt on the centred columns, each customer counting once; the weights by which earlier columns enter are carried along.
pub(super) fn dependent(
    coefficients: &[(String, usize)],
    groups: &CovariateGroups,
) -> Option<(String, Vec<String>)> {
    let (moments, counts) = (groups.moments(), groups.counts());
    // Orthonormal columns, and what each is made of.
    let mut basis: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for (at, (name, place)) in coefficients.iter().enumerate() {
        let (mean, spread) = moments[*place];
        if spread <= 1e-12 * mean.abs().max(f64::MIN_POSITIVE) {
            return Some((name.clone(), Vec::new()));
        }
        let n: f64 = counts.iter().sum();
        let dot =
            |a: &[f64], b: &[f64]| a.iter().zip(b).zip(&counts).map(|((a, b), c)| a * b * c / n).sum::<f64>();
        let mut rest: Vec<f64> = groups.values.iter().map(|z| (z[*place] - mean) / spread).collect();
        let mut made_of = vec![0.0; coefficients.len()];
        made_of[at] = 1.0;
        for _ in 0..2 {
            for (column, parts) in &basis {
                let weight = dot(&rest, column);
                rest.iter_mut().zip(column).for_each(|(rest, column)| *rest -= weight * column);
                made_of.iter_mut().zip(parts).for_each(|(made, part)| *made -= weight * part);
            }
        }
        let own = dot(&rest, &rest).sqrt();
        if own < OWN {
            let takes_part = |&k: &usize| k != at && made_of[k].abs() > TAKES_PART;
            let by = (0..coefficients.len()).filter(takes_part).map(|k| format!("`{}`", coefficients[k].0));
            return Some((name.clone(), by.collect()));
        }
        rest.iter_mut().for_each(|rest| *rest /= own);
        made_of.iter_mut().for_each(|made| *made /= own);
        basis.push((rest, made_of));
    }
    None
}
