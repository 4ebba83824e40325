//! Many Poisson purchases: their moments as integrals over the chance of leaving.

use super::count::Poisson;
use super::law::Leaving;
use crate::math::quadrature::line;

/// E\[X\] and E\[X²\] by their means given p, integrated over Beta(a, b):
///
/// ```text
/// E[X | p]      = (1 − φ)/p                         φ = (1 + y)^−r,  y = pt/α
/// E[X² | p]     = (1 − φ)/p + 2(1−p)/p² (1 − (1 + (r+1)y)(1+y)^−(r+1))
/// ```
///
/// p = logistic(centre + width sinh τ), the trapezoidal rule in τ, halved until it stands still.
pub(super) fn integrated_moments(leaving: &Leaving<Poisson>, t: f64) -> (f64, f64) {
    let &Leaving { count: Poisson { r, alpha }, a, b } = leaving;
    let (centre, width) = ((a / b).ln(), (1.0 / a + 1.0 / b).sqrt().min(1.0));
    let ln_kernel = |y: f64| ln_beta_kernel(a, b, y);
    let top = ln_kernel(centre);
    let integrand = |tau: f64| -> [f64; 3] {
        let y = centre + width * tau.sinh();
        let weight = (ln_kernel(y) - top).exp() * tau.cosh();
        if weight == 0.0 {
            return [0.0; 3];
        }
        let p = (-softplus(-y)).exp();
        let ln_pt = -softplus(-y) + (t / alpha).ln();
        let pt = ln_pt.exp();
        if p < 1e-100 || pt < 1e-100 {
            let n = r * (t / alpha); // nobody leaves: E[X²] = n + n²(1 + 1/r); below, p² would underflow
            return [weight, weight * n, weight * (n + n * n * (1.0 + 1.0 / r))];
        }
        let first = -(-r * pt.ln_1p()).exp_m1() / p;
        let second = first + 2.0 * (-softplus(y)).exp() / p * (two_or_more(r + 1.0, pt) / p);
        [weight, weight * first, weight * second]
    };
    // Towards p = 0 the kernel falls like e^(a y), towards p = 1 like e^(−b y): e^−45 of it is nothing. Large shapes are
    // Gaussian around the centre, and sinh 4 is 27 of their deviations.
    let reach = (45.0 / (width * a.min(b))).asinh().ceil().max(4.0);
    let [mass, first, second] = line(integrand, reach as i32);
    (first / mass, second / mass)
}

/// 1 − (1+y)^−s (1+sy), without cancellation for small y.
fn two_or_more(s: f64, y: f64) -> f64 {
    let exponent = if s * y < 0.05 {
        // ln(1+sy) − s ln(1+y) = Σ_{k≥2} (−1)^(k+1) (s^k − s) y^k/k
        let (mut sum, mut sk, mut yk) = (0.0, s, y);
        for k in 2..14 {
            sk *= s;
            yk *= -y;
            sum += (sk - s) * yk / f64::from(k);
        }
        sum
    } else {
        (s * y).ln_1p() - s * y.ln_1p()
    };
    -exponent.exp_m1()
}

/// a ln p + b ln(1−p) at p = logistic(y): the beta density in y, up to its constant.
pub(super) fn ln_beta_kernel(a: f64, b: f64, y: f64) -> f64 {
    -a * softplus(-y) - b * softplus(y)
}

/// ln(1 + e^d), without overflow.
pub(super) fn softplus(d: f64) -> f64 {
    d.max(0.0) + (-d.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_and_the_integral_agree() {
        for (parameters, t) in [
            ([0.243, 4.414, 0.793, 2.426], 39.0),
            ([0.243, 4.414, 1.0, 2.426], 400.0),
            ([5.0, 10.0, 0.02, 3.0], 600.0),
            ([60.0, 300.0, 2.0, 500.0], 9000.0),
            ([3000.0, 1500.0, 0.8, 3002.5], 1000.0),
            ([2.5, 30.0, 3.0, 0.2], 3.0),
            ([40.0, 1e5, 0.5, 1e6], 3650.0),
            ([0.05, 0.008, 0.7, 3.0], 2.0),
        ] {
            let [r, alpha, a, b] = parameters;
            let model = Leaving { count: Poisson { r, alpha }, a, b };
            let (sum, integral) = (model.summed_moments(t), integrated_moments(&model, t));
            let (first, second) = (integral.0 / sum.0 - 1.0, integral.1 / sum.1 - 1.0);
            assert!(first.abs() < 1e-12 && second.abs() < 1e-10, "{parameters:?} {t}: {first:e} {second:e}");
        }
    }
}
