//! Random numbers that the models' stories are told with.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Gamma};

/// ln of a Gamma(shape, 1) variate, also where the variate itself would underflow.
pub(super) fn ln_gamma_variate<R: Rng + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    // Marsaglia & Tsang (2000): Gamma(shape) = Gamma(shape+1) U^(1/shape).
    let (boosted, scale) = if shape < 1.0 { (shape + 1.0, 1.0 / shape) } else { (shape, 0.0) };
    let Ok(law) = Gamma::new(boosted, 1.0) else { return f64::NEG_INFINITY };
    let ln_gamma = law.sample(rng).ln();
    if scale == 0.0 {
        return ln_gamma;
    }
    ln_gamma + (1.0 - rng.random::<f64>()).ln() * scale
}

/// A Beta(a, b) variate.
pub(super) fn beta_variate<R: Rng + ?Sized>(a: f64, b: f64, rng: &mut R) -> f64 {
    // In logs, as both gamma variates may be too small to be numbers.
    let ln_odds_against = ln_gamma_variate(b, rng) - ln_gamma_variate(a, rng);
    1.0 / (1.0 + ln_odds_against.exp())
}
