//! How a law is changed by what past forecasts have taught.

use crate::math::monotone::Monotone;

/// F becomes G(F^γ): the level by the exponent, the shape by a rising map of probabilities onto themselves.
///
/// Of a number of events F(0)^γ is what γ times as much exposure makes of the probability of none; far out 1 − F^γ is γ (1 − F).
/// The map G is the distribution function of the probability integral transform of earlier forecasts (Dawid 1984; Kuleshov, Fenner & Ermon
/// 2018, ICML, algorithm 1): where they were right it is the identity.
#[derive(Debug, Clone, Copy)]
pub struct Remap<'a> {
    /// γ, positive and finite; 1 changes nothing.
    pub exponent: f64,
    /// G; `None` is the identity.
    pub shape: Option<&'a Monotone>,
}

impl Remap<'_> {
    /// G(F^γ) at the probability F, and its slope there.
    #[must_use]
    pub fn at(&self, below: f64) -> (f64, f64) {
        let below = below.clamp(0.0, 1.0);
        let tilted = if self.exponent == 1.0 { below } else { below.powf(self.exponent) };
        let slope = if below > 0.0 { self.exponent * tilted / below } else { 0.0 };
        match self.shape {
            None => (tilted, slope),
            Some(shape) => {
                let (value, bend) = shape.at(tilted);
                (value, bend * slope)
            }
        }
    }

    /// The probability F at which it is p: where the quantile at p of the changed law lies in the unchanged one.
    #[must_use]
    pub fn inverse(&self, p: f64) -> f64 {
        let tilted = self.shape.map_or(p, |shape| shape.inverse(p));
        if self.exponent == 1.0 { tilted } else { tilted.powf(1.0 / self.exponent) }
    }
}
