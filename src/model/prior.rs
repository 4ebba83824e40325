//! What is believed of a model before any data: weakly, and whatever the units.

use super::kernel::Derivatives;

/// A weakly informative prior: independent normal beliefs about linear combinations of a model's coordinates.
///
/// It is stated on the scale of the fit, where the mean age of the customers is 1 and the geometric mean of their order
/// values is 1. A rate is therefore compared with the shop's own age, an amount with the shop's own amounts: days instead of
/// weeks, or cents instead of euros, change nothing.
///
/// The centres are those of shops whose fits are published (CDNOW, a grocer, a clothes shop, donations); the spreads are
/// wide: two standard deviations are a factor of 7 either way for a shape, of 20 to 50 for a rate or for odds. Some hundred
/// customers already outweigh them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prior {
    beliefs: Vec<Belief>,
}

/// Σ w_i η_i ~ Normal(mean, sd²), η the coordinates.
#[derive(Debug, Clone, PartialEq)]
struct Belief {
    weights: Vec<(usize, f64)>,
    mean: f64,
    sd: f64,
}

impl Prior {
    /// Nothing is believed.
    #[must_use]
    pub const fn flat() -> Self {
        Self { beliefs: Vec::new() }
    }

    /// For a model that says nothing of its own: each of so many coordinates is normal around 0 with standard deviation 2
    /// (a factor of e^±4, 55 either way, for a logarithm).
    #[must_use]
    pub fn vague(coordinates: usize) -> Self {
        (0..coordinates).fold(Self::flat(), |prior, at| prior.believe(&[(at, 1.0)], 0.0, 2.0))
    }

    /// Believes that Σ w_i η_i is normal; `weights` are pairs of a coordinate's place and its weight.
    #[must_use]
    pub fn believe(mut self, weights: &[(usize, f64)], mean: f64, sd: f64) -> Self {
        self.beliefs.push(Belief { weights: weights.to_vec(), mean, sd });
        self
    }

    /// A positive number, known by its logarithm: about `middle`, within two standard deviations a factor of e^(2 `spread`).
    #[must_use]
    pub fn about(self, at: usize, middle: f64, spread: f64) -> Self {
        self.believe(&[(at, 1.0)], middle.ln(), spread)
    }

    /// The ratio of two positive numbers, likewise: rates of a gamma law, odds of a beta law.
    #[must_use]
    pub fn ratio_about(self, over: usize, under: usize, middle: f64, spread: f64) -> Self {
        self.believe(&[(over, 1.0), (under, -1.0)], middle.ln(), spread)
    }

    /// λ ~ Gamma(r, α), purchases in the mean age: shape about 0.6, mean r/α about 1.5; `stages` times that where a purchase is so
    /// many events of rate λ.
    #[must_use]
    pub fn purchase_rates(self, r: usize, alpha: usize, stages: f64) -> Self {
        self.about(r, 0.6, 1.0).ratio_about(r, alpha, 1.5 * stages, 2.0)
    }

    /// p ~ Beta(a, b), the chance of leaving after a purchase: a about 0.8, odds a/b about 1 to 4.
    #[must_use]
    pub fn chances_of_leaving(self, a: usize, b: usize) -> Self {
        self.about(a, 0.8, 1.0).ratio_about(a, b, 0.25, 1.5)
    }

    /// μ ~ Gamma(s, β), the rate of leaving: shape about 0.6, mean s/β about 1.5 in the mean age.
    #[must_use]
    pub fn rates_of_leaving(self, s: usize, beta: usize) -> Self {
        self.about(s, 0.6, 1.0).ratio_about(s, beta, 1.5, 1.5)
    }

    /// ln density at these coordinates, up to its constant.
    #[must_use]
    pub fn ln_density(&self, coordinates: &[f64]) -> f64 {
        self.beliefs.iter().map(|belief| -0.5 * belief.distance(coordinates).powi(2)).sum()
    }

    /// Adds ln density, its gradient and its Hessian to derivatives of ln L in the coordinates.
    pub fn add_to(&self, coordinates: &[f64], sum: &mut Derivatives) {
        sum.value += self.ln_density(coordinates);
        self.add_gradient_to(coordinates, &mut sum.gradient);
        for belief in &self.beliefs {
            for &(i, v) in &belief.weights {
                for &(j, w) in &belief.weights {
                    sum.hessian[i][j] -= v * w / (belief.sd * belief.sd);
                }
            }
        }
    }

    /// Adds the gradient of ln density alone.
    pub fn add_gradient_to(&self, coordinates: &[f64], gradient: &mut [f64]) {
        for belief in &self.beliefs {
            let pull = belief.distance(coordinates) / belief.sd;
            for &(i, w) in &belief.weights {
                gradient[i] -= w * pull;
            }
        }
    }
}

impl Belief {
    /// How many standard deviations the coordinates are off.
    fn distance(&self, coordinates: &[f64]) -> f64 {
        (self.weights.iter().map(|&(i, w)| w * coordinates[i]).sum::<f64>() - self.mean) / self.sd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_derivatives_of_a_prior_are_difference_quotients() {
        let prior = Prior::flat().purchase_rates(0, 1, 1.0).chances_of_leaving(2, 3);
        let at = [0.3, -1.2, 0.7, 2.0];
        let zero = || Derivatives::zero(4);
        let mut here = zero();
        prior.add_to(&at, &mut here);
        for i in 0..4 {
            let h = 1e-5;
            let (mut left, mut right) = (at, at);
            (left[i], right[i]) = (at[i] - h, at[i] + h);
            let slope = (prior.ln_density(&right) - prior.ln_density(&left)) / (2.0 * h);
            assert!((slope - here.gradient[i]).abs() < 1e-8, "{i}: {slope} {}", here.gradient[i]);
            let (mut below, mut above) = (zero(), zero());
            prior.add_to(&left, &mut below);
            prior.add_to(&right, &mut above);
            for j in 0..4 {
                let bend = (above.gradient[j] - below.gradient[j]) / (2.0 * h);
                assert!((bend - here.hessian[i][j]).abs() < 1e-8, "{i} {j}: {bend} {}", here.hessian[i][j]);
            }
        }
    }
}
