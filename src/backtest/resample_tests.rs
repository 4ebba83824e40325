use super::*;
use crate::backtest::ranks::{auc, gini};
use crate::math::ranks::doubled_mid_ranks;

fn rows(n: usize) -> Vec<(f64, f64, u16)> {
    let value = |at: usize, salt: usize, of: usize| ((at * 7919 + salt * 31) % of) as f64;
    (0..n).map(|at| (value(at, 1, 37), value(at, 2, 11), (at * 613 % GROUPS) as u16)).collect()
}

/// The rows of a resample, one by one, as often as they were drawn.
fn copies(rows: &[(f64, f64, u16)], resample: usize) -> (Vec<f64>, Vec<f64>) {
    let of = |&(y, a, group): &(f64, f64, u16)| {
        std::iter::repeat_n((y, a), usize::from(drawn(resample)[usize::from(group)]))
    };
    rows.iter().flat_map(of).unzip()
}

#[test]
fn draws_have_the_law_of_poisson() {
    let counts = DRAWN.iter().fold([0u64; 4], |mut counts, &n| {
        counts[usize::from(n.min(3))] += 1;
        counts
    });
    let all = (RESAMPLES * GROUPS) as f64;
    let none = (-1f64).exp();
    for (found, right) in counts.iter().zip([none, none, none / 2.0, 1.0 - 2.5 * none]) {
        let error = (right * (1.0 - right) / all).sqrt();
        assert!((*found as f64 / all - right).abs() < 4.0 * error, "{counts:?}");
    }
}

#[test]
fn a_resample_is_its_rows_as_often_as_they_were_drawn() {
    let rows = rows(300);
    let sums = Sums::of(rows.iter().map(|&(y, a, group)| (group, [1.0, (y - a).abs()])));
    let means = sums.resampled(|&[n, errors]| errors / n);
    let ginis = Ordered::by(rows.clone()).ginis();
    let truth = Ordered::by(rows.iter().map(|&(_, a, group)| (a, a, group)).collect()).ginis();
    let bought: Vec<_> = rows.iter().map(|&(y, a, group)| (y, f64::from(u8::from(a > 3.0)), group)).collect();
    let areas = Ordered::by(bought.clone()).areas();
    for resample in [0, 1, 500, RESAMPLES - 1] {
        let (y, a) = copies(&rows, resample);
        let mean = y.iter().zip(&a).map(|(y, a)| (y - a).abs()).sum::<f64>() / y.len() as f64;
        assert!((means[resample] - mean).abs() < 1e-12);
        let right = gini(&a, &doubled_mid_ranks(&a), &doubled_mid_ranks(&y)).unwrap();
        let found = ginis[resample].unwrap() / truth[resample].unwrap();
        assert!((found - right).abs() < 1e-12, "{found} {right}");
        let (p, o) = copies(&bought, resample);
        let right = auc(&o, &doubled_mid_ranks(&p)).unwrap();
        assert!((areas[resample].unwrap() - right).abs() < 1e-12);
    }
}

#[test]
fn what_a_resample_lacks_is_missing() {
    let flat: Vec<_> = rows(50).into_iter().map(|(_, a, group)| (1.0, a, group)).collect();
    assert!(Ordered::by(flat.clone()).ginis().iter().all(Option::is_none));
    let nobody = flat.into_iter().map(|(y, _, group)| (y, 0.0, group)).collect();
    assert!(Ordered::by(nobody).areas().iter().all(Option::is_none));
    // One customer is in no resample at all with probability 1/e.
    let alone = Ordered::by(vec![(1.0, 1.0, 3), (2.0, 0.0, 9)]).areas();
    let share = alone.iter().flatten().count() as f64 / RESAMPLES as f64;
    assert!((share - (1.0 - (-1f64).exp()).powi(2)).abs() < 0.06, "{share}");
}

/// The standard error of a mean of many is σ/√n, whether the customers are fewer or more than the groups.
#[test]
fn the_spread_over_resamples_is_the_standard_error() {
    for n in [200usize, 20_000] {
        let value = |at: usize| uniform(mix(at as u64));
        let rows = (0..n).map(|at| (group_of(&format!("c{at}")), [1.0, value(at)]));
        let means = Sums::of(rows).resampled(|&[n, sum]| sum / n);
        let mean = means.iter().sum::<f64>() / RESAMPLES as f64;
        let spread = (means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / RESAMPLES as f64).sqrt();
        let right = (1.0 / 12.0 / n as f64).sqrt();
        assert!((spread / right - 1.0).abs() < 0.15, "{n}: {spread} for {right}");
    }
}
