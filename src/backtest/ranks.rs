//! What the metrics of order need beside ranks ([`crate::math::ranks`]): predictions without rounding, and the normalised Gini.
//!
//! Everything here is symmetric in the rows: equal values share their ranks, so no result depends on the order in
//! which the customers happen to stand.

use crate::math::sum::sum;

/// A prediction without its last dozen bits: 1e-12 of it, far above rounding and far below meaning. Rates that are the
/// same fraction (2 purchases in 38 weeks, 1 in 19) differ in the last bit, and such a difference must not rank anybody.
pub(super) fn settled(prediction: f64) -> f64 {
    const BITS: u32 = 12;
    let bits = prediction.to_bits().saturating_add(1 << (BITS - 1));
    let rounded = f64::from_bits(bits >> BITS << BITS);
    if rounded.is_finite() { rounded } else { prediction }
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

/// The area under the ROC curve: Mann & Whitney's U over the number of pairs of a buyer (1) and another (0), with mid-ranks,
///
/// ```text
/// AUC = (Σ ranks of the buyers − n₁ (n₁ + 1) / 2) / (n₁ n₀)
/// ```
///
/// `predicted` are the doubled mid-ranks of the predictions, so that the sum is exact. `None` without a pair, or if the predictions are all the same.
pub(super) fn auc(bought: &[f64], predicted: &[u64]) -> Option<f64> {
    let buyers = bought.iter().filter(|&&bought| bought > 0.0).count() as u128;
    let others = bought.len() as u128 - buyers;
    if buyers == 0 || others == 0 || predicted.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let held = bought.iter().zip(predicted).filter(|(bought, _)| **bought > 0.0);
    let doubled: u128 = held.map(|(_, &rank)| u128::from(rank)).sum();
    Some((doubled - buyers * (buyers + 1)) as f64 / (2 * buyers * others) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::ranks::doubled_mid_ranks;

    fn gini_of(actual: &[f64], predicted: &[f64]) -> Option<f64> {
        gini(actual, &doubled_mid_ranks(actual), &doubled_mid_ranks(predicted))
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

    /// Buyers at .8, .5 and .2, others at .5 and .1: of six pairs four are right and (.5, .5) is half.
    #[test]
    fn auc_by_hand() {
        let ranks = doubled_mid_ranks(&[0.8, 0.5, 0.2, 0.5, 0.1]);
        let auc_of = |bought: &[f64]| auc(bought, &ranks);
        assert_eq!(auc_of(&[1.0, 1.0, 1.0, 0.0, 0.0]), Some(4.5 / 6.0));
        assert_eq!(auc_of(&[0.0; 5]), None);
        assert_eq!(auc_of(&[1.0; 5]), None);
        assert_eq!(auc(&[1.0, 0.0], &[3, 3]), None);
    }

    #[test]
    fn where_there_is_no_order_there_is_no_gini() {
        assert_eq!(gini_of(&[1.0, 2.0], &[1.0, 1.0]), None);
        assert_eq!(gini_of(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(gini_of(&[0.0, 0.0], &[1.0, 2.0]), None);
        assert_eq!(gini_of(&[], &[]), None);
    }
}
