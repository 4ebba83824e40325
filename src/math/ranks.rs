//! Ranks: equal values share theirs, so that no result depends on the order of the rows.

use std::cmp::Ordering;
use std::ops::Range;

use rayon::slice::ParallelSliceMut;

/// The runs of equal values in a sorted slice.
#[must_use]
pub fn ties<T: PartialEq>(sorted: &[T]) -> Vec<Range<usize>> {
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
#[must_use]
pub fn by_value(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.total_cmp(&right))
}

/// Twice the mid-rank of every value, in the order given: the smallest has rank 1, equal values share the mean of
/// theirs. Doubled, mid-ranks are whole numbers, and sums of them exact.
#[must_use]
pub fn doubled_mid_ranks(values: &[f64]) -> Vec<u64> {
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
#[must_use]
pub fn spearman(left: &[u64], right: &[u64]) -> Option<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_the_mean_of_their_ranks() {
        assert_eq!(doubled_mid_ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [8, 2, 8, 4, 8]);
        assert_eq!(doubled_mid_ranks(&[0.0, -0.0]), [3, 3]);
        assert_eq!(doubled_mid_ranks(&[3.0, 1.0, 3.0, 2.0]), [7, 2, 7, 4]);
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
}
