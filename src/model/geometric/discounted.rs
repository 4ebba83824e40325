//! Purchases of the whole future, discounted: DERT of a living customer.

use super::count::Count;
use super::integral::{ln_beta_kernel, softplus};
use super::law::Leaving;
use crate::math::quadrature::line;

/// Two rules for Beta(a, b), one with twice the nodes of the other, that agree to this are fine enough.
const AGREE: f64 = 1e-13;
/// How often the nodes are doubled.
const LEVELS: u32 = 6;
/// Weights below this part of the largest are nothing.
const NOTHING: f64 = 1e-18;

/// How a customer waits for the next purchase: λ ~ Gamma(shape, rate) is the rate of stages, of which so many are left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::model) struct Wait {
    /// Probability of this kind.
    pub(super) weight: f64,
    pub(super) shape: f64,
    pub(super) rate: f64,
    /// Stages until the next purchase.
    pub(super) left: u32,
}

impl<N: Count> Leaving<N> {
    /// ∫_0^∞ e^(−δu) dE\[X(u)\], δ > 0.
    ///
    /// Given λ a stage is discounted by ψ = λ/(λ+δ), so the n-th purchase of a customer with l stages left until the first, and
    /// k between two, by ψ^(l + k(n−1)); given p it is made with probability (1−p)^(n−1). The sum over n is geometric:
    ///
    /// ```text
    /// E[ ψ^l / (1 − (1−p) ψ^k) ]        λ ~ Gamma(m, α′),  p ~ Beta(a, b)
    /// ```
    ///
    /// All terms are positive, and nothing is singular at a = 1.
    pub(in crate::model) fn residual(&self, delta: f64) -> f64 {
        let waits = self.count.waits();
        let nearest = waits.iter().map(|wait| delta * wait.rate / (wait.shape + 40.0)).fold(1.0, f64::min);
        let leaving = Beta::rule(self.a, self.b, nearest);
        let k = f64::from(self.count.stages());
        waits.iter().map(|wait| wait.weight * wait.discounted(delta, k, &leaving)).sum()
    }
}

impl Wait {
    /// The expectation over λ: x = λ α′ = exp(centre + width sinh τ), the trapezoidal rule in τ.
    fn discounted(&self, delta: f64, k: f64, leaving: &Beta) -> f64 {
        let (m, scaled, left) = (self.shape, delta * self.rate, f64::from(self.left));
        let (centre, width) = (m.ln(), (1.0 / m).sqrt().min(1.0));
        let integrand = |tau: f64| -> [f64; 2] {
            let y = width * tau.sinh();
            // x^m e^(−x) over its value at x = m.
            let weight = (m * (y - y.exp_m1())).exp() * tau.cosh();
            if weight <= NOTHING {
                return [0.0; 2];
            }
            let ln_psi = -(scaled * (-(centre + y)).exp()).ln_1p();
            let (stays, passes) = ((k * ln_psi).exp(), -(k * ln_psi).exp_m1());
            [weight, weight * (left * ln_psi).exp() * leaving.mean(stays, passes)]
        };
        let reach = (45.0 / (width * m)).asinh().ceil().max(4.0);
        let [mass, value] = line(integrand, reach as i32);
        value / mass
    }
}

/// A rule for expectations over p ~ Beta(a, b): values of p and their weights, which sum to 1.
struct Beta(Vec<(f64, f64)>);

impl Beta {
    /// Fine enough for 1/(d + p (1−d)) from d = `nearest` up: p = logistic(centre + width sinh τ).
    fn rule(a: f64, b: f64, nearest: f64) -> Self {
        let probes = [nearest, nearest.sqrt(), 0.5];
        let told = |rule: &Self| probes.map(|d| rule.mean(1.0 - d, d));
        let mut rule = Self::of(a, b, 0.25);
        let mut last = told(&rule);
        for level in 1..=LEVELS {
            rule = Self::of(a, b, 0.25 * 0.5f64.powi(level as i32));
            let now = told(&rule);
            if now.iter().zip(&last).all(|(now, last)| (now - last).abs() <= AGREE * now) {
                break;
            }
            last = now;
        }
        rule
    }

    fn of(a: f64, b: f64, step: f64) -> Self {
        let (centre, width) = ((a / b).ln(), (1.0 / a + 1.0 / b).sqrt().min(1.0));
        let top = ln_beta_kernel(a, b, centre);
        let reach = (45.0 / (width * a.min(b))).asinh().max(4.0);
        let count = (reach / step).ceil() as i32;
        let mut nodes: Vec<(f64, f64)> = (-count..=count)
            .map(|k| f64::from(k) * step)
            .map(|tau| (centre + width * tau.sinh(), tau.cosh()))
            .map(|(y, slope)| ((-softplus(-y)).exp(), (ln_beta_kernel(a, b, y) - top).exp() * slope))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        let mass: f64 = nodes.iter().map(|(_, weight)| weight).sum();
        nodes.iter_mut().for_each(|(_, weight)| *weight /= mass);
        Self(nodes)
    }

    /// E\[1/(d + p z)\], z = 1 − d.
    fn mean(&self, z: f64, d: f64) -> f64 {
        self.0.iter().map(|(p, weight)| weight / (d + p * z)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometric::count::{Poisson, Stages};

    /// δ ∫ e^(−δu) E\[X(u)\] du by trapezoidal sums in ln u.
    fn integrated<N: Count>(law: &Leaving<N>, delta: f64) -> f64 {
        let [value] = line(
            |tau| {
                let u = (0.5 * std::f64::consts::PI * tau.sinh()).exp() / delta;
                let weight = (-delta * u).exp() * u * delta * 0.5 * std::f64::consts::PI * tau.cosh();
                [if weight > 1e-18 { weight * law.mean(u) } else { 0.0 }]
            },
            4,
        );
        value
    }

    #[test]
    fn the_sum_over_purchases_is_the_integral_over_time() {
        for (a, b) in [(0.79, 2.43), (1.0, 1.0), (0.05, 3.0), (3.0, 40.0)] {
            for delta in [0.5, 0.05] {
                let plain = Leaving { count: Poisson { r: 0.243, alpha: 4.414 }, a, b };
                let often = Leaving { count: Poisson { r: 30.0, alpha: 43.0 }, a, b: b + 30.0 };
                let regular = Leaving { count: Stages::new(3, 4.2, 30.0, 5.0), a, b };
                for (found, right) in [
                    (plain.residual(delta), integrated(&plain, delta)),
                    (often.residual(delta), integrated(&often, delta)),
                    (regular.residual(delta), integrated(&regular, delta)),
                ] {
                    assert!((found / right - 1.0).abs() < 1e-11, "{a} {b} {delta}: {found} {right}");
                }
            }
        }
    }
}
