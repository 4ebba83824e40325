//! The normal law, for intervals of sums.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2, TAU};

use statrs::function::erf::erfc_inv;

/// Φ(z) = ½ erfc(−z/√2), DLMF 7.2.2 and 7.18.1, by `libm::erfc`: the lower tail keeps its digits.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The z with Φ(z) = p, for 0 < p < 1; −∞ at 0, ∞ at 1, NaN outside \[0, 1\].
///
/// The inverse of erfc from `statrs`, polished by one step of Halley's method on ln Φ. Above ½ by symmetry, where 1 − p
/// has the digits that p has left.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.5 {
        return 0.0;
    }
    let start = -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p);
    if !start.is_finite() {
        return start;
    }
    // f = ln Φ(z) − ln p, f' = φ/Φ =: h, f'' = −h (z + h).
    let below = normal_cdf(start);
    if below <= 0.0 {
        return start;
    }
    let hazard = (-0.5 * (start * start + TAU.ln()) - below.ln()).exp();
    let newton = (below / p).ln() / hazard;
    start - newton / (1.0 + 0.5 * newton * (start + hazard))
}

/// ln(1 − e^u) for u ≤ 0, by the branch that keeps its digits (Mächler 2012, "Accurately Computing log(1 − exp(−|a|))").
#[must_use]
pub fn ln_1m_exp(u: f64) -> f64 {
    if u > -LN_2 { (-u.exp_m1()).ln() } else { (-u.exp()).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_quantiles_are_those_of_the_books() {
        for (p, z) in [
            (0.025, -1.959_963_984_540_054_2),
            (0.05, -1.644_853_626_951_472_7),
            (0.005, -2.575_829_303_548_901),
            (1e-20, -9.262_340_089_798_408),
        ] {
            assert!((normal_quantile(p) - z).abs() < 4e-16 * z.abs(), "{p}: {}", normal_quantile(p));
        }
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.5).is_nan());
    }

    #[test]
    fn cdf_and_quantile_undo_each_other() {
        for p in [1e-300, 1e-10, 0.01, 0.4, 0.5, 0.7] {
            assert!((normal_cdf(normal_quantile(p)) / p - 1.0).abs() < 1e-12, "{p}");
        }
    }
}
