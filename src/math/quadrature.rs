//! Integrals.

use std::f64::consts::PI;

use super::sum::Sum;

/// The Gauss–Legendre rule with n nodes: exact for polynomials of degree 2n − 1.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussLegendre {
    /// Node in (0, 1) of the right half, and its weight on \[−1, 1\]; the left half mirrors it.
    half: Vec<(f64, f64)>,
    /// The weight at 0, for an odd number of nodes.
    middle: Option<f64>,
}

impl GaussLegendre {
    /// The rule with n ≥ 1 nodes: zeros of P_n by Newton's method, weights 2/((1 − x²) P_n′(x)²) (DLMF 3.5.19, Table 3.5.1).
    #[must_use]
    pub fn new(n: usize) -> Self {
        let n = n.max(1);
        let rule = |x: f64| {
            let slope = legendre(n, x).1;
            2.0 / ((1.0 - x * x) * slope * slope)
        };
        let half = (0..n / 2)
            .map(|k| {
                let mut x = (PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
                for _ in 0..6 {
                    let (value, slope) = legendre(n, x);
                    x -= value / slope;
                }
                (x, rule(x))
            })
            .collect();
        Self { half, middle: (n % 2 == 1).then(|| rule(0.0)) }
    }

    /// ∫_from^to f.
    #[must_use]
    pub fn integrate(&self, from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
        let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
        let mut sum = Sum::default();
        if let Some(weight) = self.middle {
            sum.add(weight * f(centre));
        }
        for &(x, weight) in &self.half {
            sum.add(weight * (f(centre - half * x) + f(centre + half * x)));
        }
        half * sum.value()
    }

    /// ∫_from^to f in equal pieces, one rule on each.
    #[must_use]
    pub fn composite(&self, from: f64, to: f64, pieces: usize, f: impl Fn(f64) -> f64) -> f64 {
        let width = (to - from) / pieces as f64;
        (0..pieces)
            .map(|k| self.integrate(from + k as f64 * width, from + (k + 1) as f64 * width, &f))
            .collect::<Sum>()
            .value()
    }
}

/// P_n(x) and its derivative, by the recurrence DLMF 18.9.1 and 18.9.17.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut here) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, here) = (here, ((2.0 * k - 1.0) * x * here - (k - 1.0) * before) / k);
    }
    (here, n as f64 * (x * here - before) / (x * x - 1.0))
}

/// An integral, and how far the last two refinements were apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// The integral.
    pub value: f64,
    /// The absolute change that the last refinement made: far above the true error where the integrand is smooth.
    pub change: f64,
}

/// ∫_0^1 f(x, 1 − x) dx by the double-exponential rule x = 1/(1 + e^(−π sinh τ)) (Takahasi & Mori 1974, Publ. RIMS 9, 721–741).
///
/// The trapezoidal sum in τ is refined until it moves by less than `tolerance` relatively, at most eight times; compare
/// [`Integral::change`] with what you need. f is given both x and 1 − x, so that singular ends (x^(a−1) with a ≥ 0.06) keep their
/// digits; it is never asked at the ends themselves.
#[must_use]
pub fn double_exponential(f: impl Fn(f64, f64) -> f64, tolerance: f64) -> Integral {
    // |τ| ≤ 6.1: π sinh τ = 700, the end of the doubles.
    const REACH: f64 = 6.1;
    let term = |tau: f64| {
        let u = PI * tau.sinh();
        let small = 1.0 / (1.0 + u.abs().exp());
        let (x, y) = if u < 0.0 { (small, 1.0 - small) } else { (1.0 - small, small) };
        let weight = PI * tau.cosh() * x * y;
        if weight > 0.0 { weight * f(x, y) } else { 0.0 }
    };
    let mut step = 0.5;
    let mut sum = Sum::default();
    let mut count = (REACH / step) as i32;
    sum.extend((-count..=count).map(|k| term(f64::from(k) * step)));
    let mut last = Integral { value: sum.value() * step, change: f64::INFINITY };
    for _ in 0..8 {
        sum.extend((-count..count).map(|k| term((f64::from(k) + 0.5) * step)));
        step *= 0.5;
        count *= 2;
        let value = sum.value() * step;
        last = Integral { value, change: (value - last.value).abs() };
        if last.change <= tolerance * value.abs() {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::special::ln_beta;

    #[test]
    fn gauss_legendre_is_exact_for_polynomials() {
        for n in [1, 2, 5, 16, 33, 64] {
            let rule = GaussLegendre::new(n);
            let degree = 2 * n as i32 - 1;
            let right = 1.0 / f64::from(degree + 1);
            let found = rule.integrate(0.0, 1.0, |x| x.powi(degree));
            assert!((found - right).abs() < 2e-14 * right, "{n}: {found} {right}");
            assert!((rule.composite(-1.0, 3.0, 7, |_| 1.0) - 4.0).abs() < 1e-13);
        }
    }

    #[test]
    fn the_beta_function_is_integrated_through_both_singular_ends() {
        for (a, b) in [(0.06, 0.08), (0.793, 2.426), (1.0, 1.0), (40.0, 3.0)] {
            let law = |x: f64, y: f64| ((a - 1.0) * x.ln() + (b - 1.0) * y.ln() - ln_beta(a, b)).exp();
            let found = double_exponential(law, 1e-13);
            assert!((found.value - 1.0).abs() < 1e-12, "{a} {b}: {found:?}");
        }
    }
}
