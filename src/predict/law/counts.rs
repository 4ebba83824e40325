//! The law of a number of purchases, as its probabilities.

use super::Remap;
use crate::math::sum::{Sum, sum};
use crate::model::Law;
use crate::predict::Purchases;
use crate::units::Share;

/// What may be left beyond the last probability that is kept.
const REST: f64 = 1e-13;
/// So many probabilities are kept at most: half a megabyte. A customer of more purchases than that has their rest in the last one.
const MOST: usize = 1 << 16;
/// P(X = 0), P(X = 1), … until nothing that matters is left.
#[derive(Debug, Clone, PartialEq)]
pub struct CountLaw {
    terms: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl CountLaw {
    /// From P(X = 0), P(X = 1), …: divided by their sum, and their mean and variance taken. `None` if they are negative, not finite, or sum to
    /// nothing.
    #[must_use]
    pub fn new(mut terms: Vec<f64>) -> Option<Self> {
        let total = sum(terms.iter().copied());
        if !(total > 0.0 && total.is_finite()) || terms.iter().any(|p| *p < 0.0) {
            return None;
        }
        terms.iter_mut().for_each(|p| *p /= total);
        Some(Self::of_terms(terms))
    }

    fn of_terms(terms: Vec<f64>) -> Self {
        let moment = |power: i32| sum(terms.iter().enumerate().map(|(n, p)| (n as f64).powi(power) * p));
        let mean = moment(1);
        let variance = sum(terms.iter().enumerate().map(|(n, p)| (n as f64 - mean).powi(2) * p));
        Self { terms, mean, variance }
    }

    /// Of a customer under a probabilistic model; mean and variance are the model's own.
    #[must_use]
    pub fn of<L: Law>(purchases: &Purchases<L>) -> Self {
        let mut terms = Vec::with_capacity(64);
        let mut left = 1.0;
        for n in 0..MOST as u64 {
            let p = purchases.pmf(n);
            terms.push(p);
            left -= p;
            if left < REST || (n > 8 && p == 0.0) {
                break;
            }
        }
        Self { terms, mean: purchases.mean(), variance: purchases.variance() }
    }

    /// The negative binomial law with a mean and a shape: variance mean + mean²/shape. An infinite shape is the Poisson law, a mean of 0
    /// certainty of nothing.
    #[must_use]
    pub fn negative_binomial(mean: f64, shape: f64) -> Self {
        let mut terms = Vec::with_capacity(32);
        let poisson = !shape.is_finite();
        // P(0) = (1 + m/k)^−k, P(n) = P(n−1) (k + n − 1)/n · m/(k + m)
        let ln_none = if poisson { -mean } else { -shape * (mean / shape).ln_1p() };
        let ratio = if poisson { mean } else { mean / (shape + mean) };
        let (mut ln_p, mut below) = (ln_none, 0.0);
        for n in 0..MOST {
            let p = ln_p.exp();
            terms.push(p);
            below += p;
            if (1.0 - below < REST && n as f64 >= mean) || mean == 0.0 {
                break;
            }
            let next = n as f64;
            ln_p += (if poisson { ratio } else { (shape + next) * ratio } / (next + 1.0)).ln();
        }
        let variance = if poisson { mean } else { mean + mean * mean / shape };
        Self { terms, mean, variance }
    }

    /// The same with P(X > 0) set to `some`, in (0, 1]: the other probabilities keep their proportions.
    #[must_use]
    pub fn zero_modified(mut self, some: f64) -> Self {
        let now = self.p_some();
        if now > 0.0 && self.terms.len() > 1 {
            self.terms[0] = 1.0 - some;
            self.terms.iter_mut().skip(1).for_each(|p| *p *= some / now);
            return Self::of_terms(self.terms);
        }
        self
    }

    /// The same law with a mean that is known from elsewhere: a point forecast beside a distribution that was learnt apart.
    #[must_use]
    pub const fn with_mean(mut self, mean: f64) -> Self {
        self.mean = mean;
        self
    }

    /// E\[X\].
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Var X.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.variance
    }

    /// P(X = 0).
    #[must_use]
    pub fn p_none(&self) -> f64 {
        self.terms[0]
    }

    /// P(X > 0), by a sum where 1 − P(X = 0) would lose digits.
    #[must_use]
    pub fn p_some(&self) -> f64 {
        if self.terms[0] > 0.5 { self.terms.iter().skip(1).rev().sum() } else { 1.0 - self.terms[0] }
    }

    /// P(X = 0), P(X = 1), … as they are kept.
    #[must_use]
    pub fn terms(&self) -> &[f64] {
        &self.terms
    }

    /// ln P(X = n); −∞ for what cannot be. Beyond what is kept the last two probabilities tell how it goes on.
    #[must_use]
    pub fn ln_pmf(&self, n: u64) -> f64 {
        let kept = usize::try_from(n).ok().and_then(|n| self.terms.get(n));
        if let Some(p) = kept {
            return p.ln();
        }
        let [.., before, last] = self.terms[..] else { return f64::NEG_INFINITY };
        let beyond = n as f64 - (self.terms.len() - 1) as f64;
        let ln = last.ln() + beyond * (last / before).ln().min(0.0);
        if ln.is_nan() { f64::NEG_INFINITY } else { ln }
    }

    /// P(X ≤ n).
    #[must_use]
    pub fn below(&self, n: u64) -> f64 {
        let kept = usize::try_from(n).map_or(usize::MAX, |n| n.saturating_add(1)).min(self.terms.len());
        sum(self.terms[..kept].iter().copied()).min(1.0)
    }

    /// The smallest n with P(X ≤ n) ≥ p.
    #[must_use]
    pub fn quantile(&self, p: f64) -> u64 {
        let mut below = Sum::default();
        for (n, term) in self.terms.iter().enumerate() {
            below.add(*term);
            if below.value() >= p - 1e-12 {
                return n as u64;
            }
        }
        self.terms.len() as u64 - 1
    }

    /// The central interval: the quantiles at (1 − level)/2 and 1 − (1 − level)/2.
    #[must_use]
    pub fn interval(&self, level: Share) -> (u64, u64) {
        let tail = 0.5 * (1.0 - level.get());
        (self.quantile(tail), self.quantile(1.0 - tail))
    }

    /// The continuous ranked probability score of s purchases worth `each`, whole or not, as [`CountLaw::crps`].
    #[must_use]
    pub(crate) fn crps_of_multiple(&self, each: f64, s: f64) -> f64 {
        if each == 0.0 {
            return s.abs();
        }
        let (sign, units) = (each.signum(), s / each);
        let (mut below, mut score) = (0.0, Sum::default());
        score.add((-units).max(0.0));
        for (k, p) in self.terms.iter().enumerate() {
            below += p;
            // Of the step from k to k + 1 the part left of what happened.
            let left = (units - k as f64).clamp(0.0, 1.0);
            score.add(left * below * below + (1.0 - left) * (1.0 - below) * (1.0 - below));
        }
        score.add((units - self.terms.len() as f64).max(0.0));
        sign * each * score.value()
    }

    /// The continuous ranked probability score of n, Σ_k (P(X ≤ k) − 1{n ≤ k})² (Gneiting & Raftery 2007, eq. 20, for counts): the lower the
    /// better, in purchases; for a certain forecast it is the absolute error.
    #[must_use]
    pub fn crps(&self, n: u64) -> f64 {
        let (mut below, mut score) = (0.0, Sum::default());
        for (k, p) in self.terms.iter().enumerate() {
            below += p;
            let gap = if n <= k as u64 { (1.0 - below).max(0.0) } else { below };
            score.add(gap * gap);
        }
        score.value() + n.saturating_sub(self.terms.len() as u64) as f64
    }

    /// P(X < n) and P(X ≤ n): between them lies the probability integral transform of n.
    #[must_use]
    pub fn pit(&self, n: u64) -> (f64, f64) {
        let before = if n == 0 { 0.0 } else { self.below(n - 1) };
        (before, self.below(n).max(before))
    }

    /// The mixture of laws with weights that sum to 1. `None` without laws.
    #[must_use]
    pub fn mixture(parts: &[(f64, &Self)]) -> Option<Self> {
        let longest = parts.iter().map(|(_, law)| law.terms.len()).max()?;
        let mut terms = vec![0.0; longest];
        for (weight, law) in parts {
            terms.iter_mut().zip(&law.terms).for_each(|(sum, p)| *sum += weight * p);
        }
        let mean = parts.iter().map(|(w, law)| w * law.mean).sum::<f64>();
        let variance = parts.iter().map(|(w, law)| w * (law.variance + (law.mean - mean).powi(2))).sum();
        Some(Self { terms, mean, variance })
    }

    /// The exponent γ with which Σ_n (1 − P(X ≤ n)^γ), the mean of the terms, is `mean`, by bisection on ln γ; held to 1/100 … 100.
    #[must_use]
    pub fn exponent_for(&self, mean: f64) -> f64 {
        if mean.is_nan() || mean <= 0.0 {
            return 1.0;
        }
        let mut rest = vec![0.0; self.terms.len()]; // P(X > n)
        let mut above = 0.0;
        for (n, p) in self.terms.iter().enumerate().rev() {
            rest[n] = above;
            above += p;
        }
        let logs: Vec<f64> = rest.iter().map(|rest| (-rest).ln_1p()).filter(|ln| *ln < 0.0).collect();
        let of = |exponent: f64| -> f64 {
            logs.iter().map(|ln| if ln.is_finite() { -(exponent * ln).exp_m1() } else { 1.0 }).sum()
        };
        let own = of(1.0); // the mean of the terms, whatever it is said to be
        if own == 0.0 || (own - mean).abs() <= 1e-10 * mean {
            return 1.0;
        }
        // Started from the proportion, which is the answer where purchases are rare.
        let (mut low, mut high) = (0.01, 100.0);
        let mut exponent = (mean / own).clamp(low, high);
        for _ in 0..60 {
            let gap = of(exponent) - mean;
            if gap.abs() <= 1e-10 * mean {
                break;
            }
            if gap > 0.0 {
                high = exponent
            } else {
                low = exponent
            }
            let slope: f64 =
                logs.iter().filter(|ln| ln.is_finite()).map(|ln| -ln * (exponent * ln).exp()).sum();
            let next = exponent - gap / slope;
            exponent = if next > low && next < high { next } else { (low * high).sqrt() };
            if high / low < 1.0 + 1e-12 {
                break;
            }
        }
        exponent
    }

    /// The law after a change of its distribution function. Its mean and variance are its own.
    #[must_use]
    pub fn remapped(&self, remap: &Remap<'_>) -> Self {
        let (mut below, mut before) = (0.0, 0.0);
        let mut terms = Vec::with_capacity(self.terms.len());
        for p in &self.terms {
            below += p;
            let (now, slope) = remap.at(below);
            // A difference of two numbers near 1 has no digits for a small probability; the slope does.
            terms.push(if *p > 1e-7 { (now - before).max(0.0) } else { slope * p });
            before = now;
        }
        Self::new(terms).unwrap_or_else(|| self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::monotone::Monotone;

    #[test]
    fn the_negative_binomial_law_has_its_mean_variance_and_probabilities() {
        let law = CountLaw::negative_binomial(1.5, 0.5);
        let again = CountLaw::new(law.terms().to_vec()).unwrap();
        assert!((again.mean() - 1.5).abs() < 1e-10 && (again.variance() - 6.0).abs() < 1e-8);
        // P(0) = (1 + 3)^(−1/2), P(1) = P(0) · ½ · ¾
        assert!((law.p_none() - 0.5).abs() < 1e-15 && (law.terms()[1] - 0.1875).abs() < 1e-15);
        let poisson = CountLaw::negative_binomial(2.0, f64::INFINITY);
        assert!((poisson.terms()[3] - 2.0_f64.powi(3) / 6.0 * (-2.0_f64).exp()).abs() < 1e-15);
        assert_eq!(CountLaw::negative_binomial(0.0, 1.0).quantile(0.99), 0);
    }

    #[test]
    fn scores_of_a_fair_coin_by_hand() {
        let coin = CountLaw::new(vec![1.0, 1.0]).unwrap();
        assert_eq!((coin.crps(0), coin.crps(1), coin.crps(3)), (0.25, 0.25, 2.25 - 1.0 + 1.0));
        assert_eq!(coin.pit(1), (0.5, 1.0));
        assert_eq!(coin.ln_pmf(0), 0.5_f64.ln());
        assert_eq!(coin.interval(Share::new(0.9).unwrap()), (0, 1));
    }

    #[test]
    fn a_tilt_reaches_the_mean_that_is_asked_for() {
        for (mean, shape) in [(0.01, 0.3), (1.5, 0.5), (40.0, 8.0)] {
            let law = CountLaw::negative_binomial(mean, shape);
            for factor in [0.6, 0.95, 1.0, 1.3] {
                let exponent = law.exponent_for(factor * mean);
                let tilted = law.remapped(&Remap { exponent, shape: None });
                assert!(
                    (tilted.mean() / (factor * mean) - 1.0).abs() < 1e-8,
                    "{mean} {factor} {}",
                    tilted.mean()
                );
            }
        }
    }

    #[test]
    fn a_map_of_probabilities_moves_the_quantiles() {
        let law = CountLaw::negative_binomial(3.0, 2.0);
        let map = Monotone::through(vec![0.0, 0.5, 1.0], vec![0.0, 0.3, 1.0]).unwrap();
        let remap = Remap { exponent: 1.0, shape: Some(&map) };
        let moved = law.remapped(&remap);
        for n in 0..20 {
            assert!((moved.below(n) - map.at(law.below(n)).0).abs() < 1e-12);
        }
        assert_eq!(moved.quantile(0.9), law.quantile(remap.inverse(0.9)));
    }
}
