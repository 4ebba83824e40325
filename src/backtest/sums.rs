//! Sums that keep their digits.

/// The compensated sum (Neumaier 1974, ZAMM 54, eq. 2.IV): its error is that of rounding the exact sum, plus
/// n² ε² Σ|x|.
pub(super) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_plain_sum_loses_is_kept() {
        assert_eq!(super::sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(super::sum([]), 0.0);
    }
}
