//! Ranks, and the two metrics that see nothing but the order: Spearman's correlation and the normalised Gini.
//!
//! Everything here is symmetric in the rows: equal values share their ranks, so no result depends on the order in
//! which the customers happen to stand.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::slice::ParallelSliceMut;

use crate::math::sum::sum;

/// The runs of equal values in a sorted slice.
pub(super) fn ties<T: PartialEq>(sorted: &[T]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 1..=sorted.len() {
        if at == sorted.len() || sorted[at] != sorted[start] {
            runs.push(start..at);
            start = at;
        }
    }
    runs
}

/// The order of two finite numbers; −0 and 0 are the same number.
pub(super) fn by_value(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.total_cmp(&right))
}

/// A prediction without its last dozen bits: 1e-12 of it, far above rounding and far below meaning. Rates that are the
/// same fraction (2 purchases in 38 weeks, 1 in 19) differ in the last bit, and such a difference must not rank anybody.
pub(super) fn settled(prediction: f64) -> f64 {
    const BITS: u32 = 12;
    let bits = prediction.to_bits().saturating_add(1 << (BITS - 1));
    let rounded = f64::from_bits(bits >> BITS << BITS);
    if rounded.is_finite() { rounded } else { prediction }
}

/// Twice the mid-rank of every value, in the order given: the smallest has rank 1, equal values share the mean of
/// theirs. Doubled, mid-ranks are whole numbers, and sums of them exact.
pub(super) fn doubled_mid_ranks(values: &[f64]) -> Vec<u64> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.par_sort_unstable_by(|&i, &j| by_value(values[i as usize], values[j as usize]).then(i.cmp(&j)));
    let sorted: Vec<f64> = order.iter().map(|&at| values[at as usize]).collect();
    let mut ranks = vec![0; values.len()];
    for run in ties(&sorted) {
        // Ranks start + 1 ..= end have the mean (start + 1 + end) / 2.
        let doubled = (run.start + run.end + 1) as u64;
        for &at in &order[run] {
            ranks[at as usize] = doubled;
        }
    }
    ranks
}

/// Spearman's rank correlation: Pearson's correlation of the mid-ranks (Spearman 1904; ties as in Kendall &
/// Gibbons, *Rank Correlation Methods*, ch. 3). Takes doubled mid-ranks; sums are exact whole numbers.
///
/// `None` where one side is constant: there is no order to correlate.
pub(super) fn spearman(left: &[u64], right: &[u64]) -> Option<f64> {
    let mean = left.len() as i128 + 1; // of doubled ranks
    let (mut product, mut left_square, mut right_square) = (0i128, 0i128, 0i128);
    for (&l, &r) in left.iter().zip(right) {
        let (l, r) = (i128::from(l) - mean, i128::from(r) - mean);
        product += l * r;
        left_square += l * l;
        right_square += r * r;
    }
    if left_square == 0 || right_square == 0 {
        return None;
    }
    // One root of the product: it is exact where both sides have the same ranks, or opposite ones.
    Some(product as f64 / (left_square as f64 * right_square as f64).sqrt())
}

/// The normalised Gini coefficient of Google's `lifetime_value` (Wang, Liu & Miao 2019): customers stand in the order
/// of their prediction, highest first; gain_i is the share of the actual total that the first i of n hold;
///
/// ```text
/// raw(order)  = 2 · mean(gain) − 1          normalised = raw(by prediction) / raw(by actual)
/// ```
///
/// As Σ gain_i = Σ a_i (n + 1 − place_i) / A, and n + 1 − place is the rank from below, raw = 2 Σ a_i rank_i / (n A) − 1.
/// With mid-ranks this is the mean over all orders of tied predictions; the original leaves ties in the order of the
/// rows, which on sparse data moves the second digit. (A random order has a raw value of 1/n, as in the original, not 0.)
///
/// `actual` and its doubled mid-ranks `truth`; `predicted` are the doubled mid-ranks of the predictions. `None` unless
/// the total is positive and the actual values differ and the predictions differ.
pub(super) fn gini(actual: &[f64], truth: &[u64], predicted: &[u64]) -> Option<f64> {
    let constant = |ranks: &[u64]| ranks.windows(2).all(|pair| pair[0] == pair[1]);
    let total = sum(actual.iter().copied());
    if total <= 0.0 || constant(truth) || constant(predicted) {
        return None;
    }
    let raw = |ranks: &[u64]| {
        let weighted = sum(actual.iter().zip(ranks).map(|(&a, &rank)| a * rank as f64));
        weighted / (actual.len() as f64 * total) - 1.0
    };
    Some(raw(predicted) / raw(truth)).filter(|gini| gini.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gini_of(actual: &[f64], predicted: &[f64]) -> Option<f64> {
        gini(actual, &doubled_mid_ranks(actual), &doubled_mid_ranks(predicted))
    }

    #[test]
    fn equal_values_share_the_mean_of_their_ranks() {
        assert_eq!(doubled_mid_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [8, 2, 8, 4, 8]);
        assert_eq!(doubled_mid_ranks(&[0.0, -0.0]), [3, 3]);
        assert_eq!(doubled_mid_ranks(&[]), [0u64; 0]);
    }

    /// Ranks 1.5, 1.5, 3 against 1, 3, 2: products of deviations −.5·−1 + −.5·1 + 1·0 = 0.
    #[test]
    fn spearman_by_hand() {
        let rank = |values: &[f64]| doubled_mid_ranks(values);
        assert_eq!(spearman(&rank(&[1.0, 1.0, 2.0]), &rank(&[1.0, 3.0, 2.0])), Some(0.0));
        assert_eq!(spearman(&rank(&[1.0, 2.0, 3.0]), &rank(&[9.0, 5.0, 1.0])), Some(-1.0));
        // Ranks 1, 2, 3, 4 against 2, 1, 3, 4: 1 − 6 · 2 / (4 · 15) = 0.8.
        let four = spearman(&rank(&[1.0, 2.0, 3.0, 4.0]), &rank(&[2.0, 1.0, 3.0, 4.0])).unwrap();
        assert!((four - 0.8).abs() < 1e-15);
        assert_eq!(spearman(&rank(&[1.0, 1.0]), &rank(&[1.0, 2.0])), None);
    }

    /// Actual 4, 1, 3, 0 in the order of the prediction: gains .5, .625, 1, 1, mean .78125, raw .5625; in their own order
    /// 4, 3, 1, 0: gains .5, .875, 1, 1, mean .84375, raw .6875.
    #[test]
    fn gini_by_hand() {
        let gini = gini_of(&[1.0, 0.0, 4.0, 3.0], &[8.0, 1.0, 9.0, 5.0]).unwrap();
        assert!((gini - 0.5625 / 0.6875).abs() < 1e-15);
    }

    /// Two tied: the mean of the two orders. Orders 4, 1, 3, 0 (raw .5625) and 4, 3, 1, 0 (raw .6875).
    #[test]
    fn gini_with_ties_is_the_mean_over_their_orders() {
        let gini = gini_of(&[1.0, 0.0, 4.0, 3.0], &[5.0, 1.0, 9.0, 5.0]).unwrap();
        assert!((gini - 0.625 / 0.6875).abs() < 1e-15);
    }

    #[test]
    fn a_difference_in_the_last_bits_is_none() {
        let (left, right) = (2.0 / (266.0 / 7.0) * 39.0, 3.0 / (399.0 / 7.0) * 39.0);
        assert_eq!(settled(left), settled(right));
        assert_eq!(settled(-left), -settled(left));
        assert!((settled(0.1) / 0.1 - 1.0).abs() < 1e-12 && settled(0.1) < settled(0.1 + 1e-11));
        assert_eq!((settled(0.0), settled(3.0), settled(f64::MAX)), (0.0, 3.0, f64::MAX));
    }

    #[test]
    fn where_there_is_no_order_there_is_no_gini() {
        assert_eq!(gini_of(&[1.0, 2.0], &[1.0, 1.0]), None);
        assert_eq!(gini_of(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(gini_of(&[0.0, 0.0], &[1.0, 2.0]), None);
        assert_eq!(gini_of(&[], &[]), None);
    }
}
