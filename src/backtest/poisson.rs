//! Quantiles of the Poisson law, for the intervals a naive rate claims.

/// Weights below this part of the largest are left out: together they are below 1e-25 of the whole.
const NEGLIGIBLE: f64 = 1e-30;

/// The Poisson law with a mean, as weights around its mode: P(X = n) ∝ w(n), w(mode) = 1, by the ratios
/// w(n+1) = w(n) μ/(n+1). No special function and no underflow; the work is of the order of √μ.
pub(super) struct Poisson {
    first: u64,
    /// Σ w up to and with each count from `first` on.
    cumulative: Vec<f64>,
}

impl Poisson {
    /// The law with mean μ, finite and not negative.
    pub(super) fn new(mean: f64) -> Self {
        let mode = mean.floor();
        let mut below = Vec::new();
        let (mut n, mut weight) = (mode, 1.0);
        while n > 0.0 && weight > NEGLIGIBLE {
            weight *= n / mean; // P(n − 1) / P(n)
            n -= 1.0;
            below.push(weight);
        }
        let mut weights: Vec<f64> = below.into_iter().rev().collect();
        let first = n as u64;
        let (mut n, mut weight) = (mode, 1.0);
        while weight > NEGLIGIBLE {
            weights.push(weight);
            n += 1.0;
            weight *= mean / n;
        }
        let mut total = 0.0;
        let cumulative = weights.iter().map(|weight| {
            total += weight;
            total
        });
        Self { first, cumulative: cumulative.collect() }
    }

    /// The smallest n with P(X ≤ n) ≥ `probability`, which is below 1.
    pub(super) fn quantile(&self, probability: f64) -> u64 {
        let whole = self.cumulative.last().copied().unwrap_or(1.0);
        self.first + self.cumulative.partition_point(|&below| below < probability * whole) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(X ≤ n) at μ = 2: .1353, .4060, .6767, .8571, .9473, .9834.
    #[test]
    fn quantiles_by_hand() {
        let law = Poisson::new(2.0);
        let at = [0.1, 0.13, 0.14, 0.5, 0.85, 0.9, 0.95, 0.98].map(|level| law.quantile(level));
        assert_eq!(at, [0, 0, 1, 2, 3, 4, 5, 5]);
        let nothing = Poisson::new(0.0);
        assert_eq!((nothing.quantile(0.01), nothing.quantile(0.99)), (0, 0));
        let rare = Poisson::new(1e-300);
        assert_eq!(rare.quantile(0.999), 0);
    }

    #[test]
    fn quantiles_agree_with_statrs_from_small_to_large_means() {
        use statrs::distribution::{DiscreteCDF, Poisson as Reference};
        for mean in [0.01, 0.3, 1.0, 7.7, 60.0, 1234.5, 98_765.4] {
            let (law, reference) = (Poisson::new(mean), Reference::new(mean).unwrap());
            for probability in [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975] {
                assert_eq!(
                    law.quantile(probability),
                    reference.inverse_cdf(probability),
                    "{mean} {probability}"
                );
            }
        }
    }
}
