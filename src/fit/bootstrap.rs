//! The bootstrap: the model fitted again and again to customers drawn with replacement.
//!
//! Efron (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1–26.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::climb::{Top, again};
use super::method::Bootstrap;
use super::report::Stop;
use crate::math::parallel;
use crate::model::{Likelihood, Weighted};
use crate::progress::Progress;
use crate::{Error, Result};

/// More refits than this part that do not converge, and the others are no fair picture.
const MOST_FAILED: f64 = 0.05;

/// The refits of a bootstrap.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refits {
    /// Where those ended that converged, in the order of the draws: coordinates.
    pub(super) points: Vec<Vec<f64>>,
    /// How many of them lie on the border of the search: a ridge.
    pub(super) at_border: u64,
    /// How many did not converge, and are not among the points.
    pub(super) failed: u64,
}

/// Fits again to customers drawn with replacement, each time from the coordinates of the fit. A draw depends on the seed and
/// its number alone, so that threads change nothing.
///
/// # Errors
/// [`Error::Undefined`] if more than one in twenty refits does not converge; [`Error::Interrupted`].
pub(super) fn bootstrap<M: Likelihood>(
    template: &M,
    rows: &[Weighted<M::Row>],
    from: &[f64],
    plan: &Bootstrap,
    progress: &dyn Progress,
) -> Result<Refits> {
    let places = places(rows);
    progress.begin("refitting", Some(u64::from(plan.draws)));
    let refit = |draw: usize| {
        progress.check()?;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(plan.seed.rotate_left(32) ^ draw as u64);
        let top = again(template, &drawn(rows, &places, &mut rng), from);
        progress.advance(1);
        Ok(top.filter(Top::is_one))
    };
    let tops = parallel::try_each(plan.draws as usize, &refit)?;
    progress.end();
    let mut refits = Refits { points: Vec::with_capacity(tops.len()), at_border: 0, failed: 0 };
    for top in tops {
        match top {
            Some(top) => {
                refits.at_border += u64::from(top.stop == Stop::Border);
                refits.points.push(top.point);
            }
            None => refits.failed += 1,
        }
    }
    if refits.failed as f64 > MOST_FAILED * f64::from(plan.draws) {
        return Err(Error::Undefined(format!(
            "{} of {} refits of the {} bootstrap did not converge, and the others are no fair picture: the data are too few or \
             too unlike the model; take a longer history, or --method map",
            refits.failed,
            plan.draws,
            template.name()
        )));
    }
    Ok(refits)
}

/// For every customer the place of their row.
fn places<R>(rows: &[Weighted<R>]) -> Vec<u32> {
    let repeated = |(at, row): (usize, &Weighted<R>)| std::iter::repeat_n(at as u32, row.count as usize);
    rows.iter().enumerate().flat_map(repeated).collect()
}

/// As many customers as there are, drawn with replacement: the rows that were drawn, in their order.
fn drawn<R: Copy>(rows: &[Weighted<R>], places: &[u32], rng: &mut Xoshiro256PlusPlus) -> Vec<Weighted<R>> {
    let mut counts = vec![0u32; rows.len()];
    for _ in 0..places.len() {
        counts[places[rng.random_range(0..places.len())] as usize] += 1;
    }
    let kept = rows.iter().zip(&counts).filter(|(_, count)| **count > 0);
    kept.map(|(row, &count)| Weighted { row: row.row, count: f64::from(count) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_customers_are_drawn_as_there_are_each_as_often_as_the_next() {
        let rows: Vec<Weighted<u32>> =
            (0..50).map(|at| Weighted { row: at, count: f64::from(1 + at % 3) }).collect();
        let places = places(&rows);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut sums = [0.0; 50];
        for _ in 0..2000 {
            let drawn = drawn(&rows, &places, &mut rng);
            assert_eq!(drawn.iter().map(|row| row.count).sum::<f64>(), places.len() as f64);
            assert!(drawn.is_sorted_by(|left, right| left.row < right.row));
            drawn.iter().for_each(|row| sums[row.row as usize] += row.count);
        }
        for (row, sum) in rows.iter().zip(sums) {
            let expected = 2000.0 * row.count;
            assert!((sum - expected).abs() < 5.0 * expected.sqrt(), "{row:?}: {sum}");
        }
    }
}
