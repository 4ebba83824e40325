//! The test of Diebold and Mariano over a handful of origins.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::contest::DieboldMariano;
use crate::math::sum::sum;

/// Tests whether the mean of some differences of losses is 0:
///
/// ```text
/// S = d̄ / √(V/n),   V = γ₀ + 2 Σ_{k=1}^{h−1} γ_k,   γ_k = Σ (d_t − d̄)(d_{t−k} − d̄) / n          (Diebold & Mariano 1995, § 1.1)
/// S* = S √((n + 1 − 2h + h(h − 1)/n) / n), against Student's t with n − 1 degrees of freedom     (Harvey, Leybourne & Newbold 1997, eq. 9)
/// ```
///
/// Diebold & Mariano, J. Bus. Econ. Stat. 13, 253–263; Harvey, Leybourne & Newbold, Int. J. Forecast. 13, 281–291. h holdouts overlap, so that a difference is
/// correlated with those of the h − 1 origins before. Where V is not positive, which that sum may be, the weights 1 − k/h of Newey & West (1987) stand
/// before the γ_k. `None` if all differences are the same, or h is not below n.
pub(super) fn diebold_mariano(differences: &[f64], h: usize) -> Option<DieboldMariano> {
    let n = differences.len();
    if n < 2 || h == 0 || h >= n {
        return None;
    }
    let mean = sum(differences.iter().copied()) / n as f64;
    let off: Vec<f64> = differences.iter().map(|d| d - mean).collect();
    let covariance = |k: usize| sum(off[k..].iter().zip(&off).map(|(d, before)| d * before)) / n as f64;
    let variance =
        |weight: &dyn Fn(usize) -> f64| covariance(0) + 2.0 * sum((1..h).map(|k| weight(k) * covariance(k)));
    let scale = differences.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
    // What rounding leaves of differences that are all the same is no variance.
    let enough = |variance: f64| Some(variance).filter(|v| *v > (1e-12 * scale).powi(2));
    enough(covariance(0))?;
    let variance = enough(variance(&|_| 1.0)).or_else(|| enough(variance(&|k| 1.0 - k as f64 / h as f64)))?;
    let (n, h) = (n as f64, h as f64);
    let correction = ((n + 1.0 - 2.0 * h + h * (h - 1.0) / n) / n).sqrt();
    let statistic = mean / (variance / n).sqrt() * correction;
    let law = StudentsT::new(0.0, 1.0, n - 1.0).ok()?;
    Some(DieboldMariano { statistic, p_value: 2.0 * law.cdf(-statistic.abs()), lags: h as usize - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: [f64; 10] = [0.031, 0.012, -0.008, 0.027, 0.041, 0.019, -0.004, 0.022, 0.035, 0.006];

    fn tested(differences: &[f64], h: usize, statistic: f64, p_value: f64) {
        let found = diebold_mariano(differences, h).unwrap();
        assert!((found.statistic / statistic - 1.0).abs() < 1e-12, "{found:?}");
        assert!((found.p_value / p_value - 1.0).abs() < 1e-10, "{found:?}");
        assert_eq!(found.lags, h - 1);
    }

    /// statsmodels 0.15.0: the t value of a constant, `cov_type="HAC"` with the kernel `uniform` and h − 1 lags, times the correction; SciPy's t law.
    #[test]
    fn the_statistic_is_that_of_statsmodels() {
        tested(&TEN, 1, 3.4870077517471585, 0.006862401893610968);
        tested(&TEN, 2, 3.3668309051814873, 0.008298634337972191);
    }

    /// γ₀ + 2γ₁ is −.72 in the second case: the kernel `bartlett`.
    #[test]
    fn where_the_plain_variance_is_negative_weights_make_it_positive() {
        tested(&TEN, 3, 4.450440588377652, 0.0015991783309538348);
        tested(&[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -0.5], 2, 0.4790701375804084, 0.6464923925578091);
    }

    #[test]
    fn where_there_is_no_variance_there_is_no_test() {
        assert_eq!(diebold_mariano(&[0.1; 9], 1), None);
        assert_eq!(diebold_mariano(&[0.0; 9], 3), None);
        assert_eq!(diebold_mariano(&TEN, 10), None);
        assert_eq!(diebold_mariano(&TEN[..1], 1), None);
    }
}
