//! How long somebody stays who may leave at every step, with a chance of their own: the lifetimes of BG/BB and of sBG.

use crate::math::special::ln_poch;

/// A whole number of steps J before leaving: θ ~ Beta(γ, δ), P(J ≥ j) = s_j = B(γ, δ+j)/B(γ, δ) = (δ)_j/(γ+δ)_j.
///
/// All that is asked for is a sum of positive terms, whose ratios are known: nothing cancels, and nothing is singular at γ = 1,
/// where the closed form of the mean is 0/0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BetaGeometric {
    pub(super) gamma: f64,
    pub(super) delta: f64,
}

impl BetaGeometric {
    /// s_j.
    pub(super) fn survival(self, j: f64) -> f64 {
        self.ln_survival(j).exp()
    }

    /// ln s_j = ln (δ)_j/(γ+δ)_j = ln (δ)_γ/(δ+j)_γ: by the Pochhammer symbols of the smaller of j and γ, whose logarithms are
    /// small. By those of j = 1e9 it would be right to 9 digits.
    pub(super) fn ln_survival(self, j: f64) -> f64 {
        let Self { gamma, delta } = self;
        if j < gamma {
            ln_poch(delta, j) - ln_poch(gamma + delta, j)
        } else {
            ln_poch(delta, gamma) - ln_poch(delta + j, gamma)
        }
    }

    /// s_{j+1}/s_j: the chance to stay after j steps.
    pub(super) fn stay(self, j: f64) -> f64 {
        (self.delta + j) / (self.gamma + self.delta + j)
    }

    /// The mean and the mean square of min(J, n): Σ_{j=1}^n s_j and Σ_{j=1}^n (2j−1) s_j.
    pub(super) fn moments(self, n: f64) -> (f64, f64) {
        let (mut there, mut first, mut second, mut j) = (1.0, 0.0, 0.0, 0.0);
        while j < n {
            there *= self.stay(j);
            first += there;
            second += (2.0 * j + 1.0) * there;
            j += 1.0;
            if there * (n - j) <= 1e-17 * first && there * (n - j) * 2.0 * n <= 1e-17 * second {
                break;
            }
        }
        (first, second)
    }

    /// Σ_k s_k e^(−rate k), k from 1 to `n`: to an end a sum; without one (`n` infinite, a positive rate), with z = e^(−rate) and
    /// d = 1/z − 1,
    ///
    /// ```text
    /// δ/(γ+δ) z ₂F₁(1, δ+1; γ+δ+1; z) = δ/(γ+δ) 1/d ₂F₁(1, γ; γ+δ+1; −1/d)
    /// ```
    ///
    /// (DLMF 15.8.1), by Gauss's continued fraction (DLMF 15.7.5), all of whose terms are positive.
    pub(super) fn discounted(self, n: f64, rate: f64) -> f64 {
        if n == f64::INFINITY && rate > 0.0 {
            let d = rate.exp_m1();
            return self.stay(0.0) / d * self.fraction(1.0 / d);
        }
        let z = (-rate).exp();
        let (mut there, mut sum, mut j) = (1.0, 0.0, 0.0);
        while j < n {
            there *= z * self.stay(j);
            sum += there;
            j += 1.0;
            if there * (n - j) <= 1e-17 * sum {
                break;
            }
        }
        sum
    }

    /// ₂F₁(1, γ; γ+δ+1; −y), y > 0: 1/(1 + c_1 y/(1 + c_2 y/(1 + …))) by Lentz's method, with
    ///
    /// ```text
    /// c_{2k+1} = (γ+k)(γ+δ+k)/((γ+δ+2k)(γ+δ+2k+1)),   c_{2k} = k (δ+k)/((γ+δ+2k−1)(γ+δ+2k))
    /// ```
    ///
    /// The values after odd and after even numbers of terms enclose the limit; about 18 √y terms are needed.
    fn fraction(self, y: f64) -> f64 {
        const TERMS: u32 = 20_000_000; // enough for a rate of 1e-12 a step
        let (gamma, delta, both) = (self.gamma, self.delta, self.gamma + self.delta);
        let (mut numerator, mut denominator, mut value) = (1.0, 0.0, 1.0);
        for m in 1..TERMS {
            let k = f64::from(m / 2);
            let c = if m % 2 == 1 {
                (gamma + k) / (both + 2.0 * k) * ((both + k) / (both + 2.0 * k + 1.0))
            } else {
                k / (both + 2.0 * k - 1.0) * ((delta + k) / (both + 2.0 * k))
            };
            numerator = 1.0 + c * y / numerator;
            denominator = 1.0 / (1.0 + c * y * denominator);
            let step = numerator * denominator;
            value *= step;
            if (step - 1.0).abs() < 1e-15 {
                break;
            }
        }
        1.0 / value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_and_the_continued_fraction_agree() {
        for (gamma, delta) in [(0.66, 2.78), (1.0, 1.0), (1e-3, 5.0), (30.0, 2.0), (2.0, 4e4)] {
            for rate in [0.7, 0.1, 0.003] {
                let life = BetaGeometric { gamma, delta };
                let (sum, whole) = (life.discounted(1e5, rate), life.discounted(f64::INFINITY, rate));
                assert!((sum / whole - 1.0).abs() < 1e-12, "{gamma} {delta} {rate}: {sum} {whole}");
            }
        }
    }
}
