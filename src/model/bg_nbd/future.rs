//! The law of a living customer's purchases.
//!
//! X(t) = min(N, G): N ~ NB(r, α/(α+t)) purchases if nobody left, and G, independent of it, the purchase after which
//! the customer leaves, with P(G > n) = w_n = (b)_n/(a+b)_n. So P(X > n) = w_n P(N > n): sums of positive terms
//! throughout, and nothing singular at a = 1, where the closed form of the paper (its equation 9) is 0/0.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Exp1};

use super::{BgNbd, softplus};
use crate::math::quadrature::line;
use crate::math::special::{beta_inc, ln_poch};
use crate::model::kernel::Law;
use crate::model::variates::{beta_variate, ln_gamma_variate};

/// Up to about so many terms the moments are summed; beyond, they are integrated over p (some 20 µs).
const MANY_TERMS: f64 = 5_000.0;
/// Values of the scaled NB probabilities are kept below this.
const LARGE: f64 = 1e250;

impl Law for BgNbd {
    fn mean(&self, t: f64) -> f64 {
        self.moments(t).0
    }

    fn variance(&self, t: f64) -> f64 {
        self.mean_and_variance(t).1
    }

    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        let (mean, square) = self.moments(t);
        (mean, (square - mean * mean).max(0.0))
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        self.still_there(n) * nb_beyond(self.r, self.alpha, t, n)
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        if t <= 0.0 {
            out.push(1.0);
            return;
        }
        let start = out.len();
        self.undisturbed(t, tail, out);
        let &Self { r, alpha, a, b } = self;
        // From the last to the first, so that P(N ≥ n) is a sum of positive terms, the smallest first.
        let last = out.len() - start - 1;
        let mut at_least = rest_of_nb(r, alpha, t, last as u64, out[out.len() - 1]);
        let mut stayed = vec![1.0; last + 1];
        for n in 1..=last {
            let j = (n - 1) as f64;
            stayed[n] = stayed[n - 1] * ((b + j) / (a + b + j));
        }
        for n in (0..=last).rev() {
            let exactly = out[start + n];
            at_least += exactly;
            out[start + n] = stayed[n] * exactly;
            if n > 0 {
                let j = (n - 1) as f64;
                out[start + n] += stayed[n - 1] * (a / (a + b + j)) * at_least;
            }
        }
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        let rate = (ln_gamma_variate(self.r, rng) - self.alpha.ln()).exp();
        let leave = beta_variate(self.a, self.b, rng);
        let mut now = 0.0;
        loop {
            let gap: f64 = Exp1.sample(rng);
            now += gap / rate;
            // Not `now > t`: with a rate of 0 the moment may be infinite, never NaN.
            if now.is_nan() || now > t {
                return;
            }
            times.push(now);
            if rng.random::<f64>() < leave {
                return;
            }
        }
    }
}

impl BgNbd {
    /// w_n = P(still there after n purchases) = (b)_n/(a+b)_n.
    fn still_there(&self, n: u64) -> f64 {
        let &Self { a, b, .. } = self;
        if n > 512 {
            // Γ(b+n)/Γ(a+b+n) Γ(a+b)/Γ(b), each a Pochhammer symbol of a: small logs, where those of n are large.
            return (ln_poch(b, a) - ln_poch(b + n as f64, a)).exp();
        }
        (0..n).map(|j| (b + j as f64) / (a + b + j as f64)).product()
    }

    /// E\[X\] and E\[X²\].
    fn moments(&self, t: f64) -> (f64, f64) {
        if t <= 0.0 {
            return (0.0, 0.0);
        }
        let &Self { r, alpha, .. } = self;
        let mean = r * (t / alpha);
        // The NB tail falls like Z^n beyond the mean: 40 factors of e, and ten standard deviations.
        let terms = mean + 40.0 * (1.0 + t / alpha) + 10.0 * (mean * (1.0 + t / alpha)).sqrt();
        if terms <= MANY_TERMS { self.summed_moments(t) } else { integrated_moments(self, t) }
    }

    /// E\[X\] = Σ_j P(N=j) Σ_{n<j} w_n and E\[X²\] = Σ_j P(N=j) Σ_{n<j} (2n+1) w_n; NB probabilities by their ratios,
    /// on a scale of their own that the division by their sum takes out.
    fn summed_moments(&self, t: f64) -> (f64, f64) {
        let &Self { r, alpha, a, b } = self;
        let z = t / (alpha + t);
        let (mut nb, mut total, mut first, mut second) = (1.0f64, 1.0f64, 0.0f64, 0.0f64);
        let (mut w, mut w_sum, mut w_sum2, mut j) = (1.0, 0.0, 0.0, 0.0);
        loop {
            w_sum += w;
            w_sum2 += (2.0 * j + 1.0) * w;
            w *= (b + j) / (a + b + j);
            let ratio = z * ((r + j) / (j + 1.0));
            nb *= ratio;
            j += 1.0;
            total += nb;
            first += nb * w_sum;
            second += nb * w_sum2;
            // What is left is at most a geometric series; w_sum2 grows no faster than j².
            if ratio < 1.0 && nb * w_sum2 * (1.0 + 3.0 / j) < 1e-17 * second * (1.0 - z.max(ratio)) {
                return (first / total, second / total);
            }
            if nb > LARGE {
                for value in [&mut nb, &mut total, &mut first, &mut second] {
                    *value /= LARGE;
                }
            }
        }
    }

    /// Appends P(N = n) of the NB count without drop-out, as far as P(X > n) ≥ `tail` demands.
    fn undisturbed(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        let &Self { r, alpha, a, b } = self;
        let z = t / (alpha + t);
        let ln_none = -r * (t / alpha).ln_1p();
        // Probabilities are scaled by e^−shift while the first ones would underflow.
        let mut shift = ln_none.min(-600.0) + 600.0;
        let mut nb = (ln_none - shift).exp();
        let (mut n, mut w) = (0.0, 1.0);
        loop {
            out.push(if shift == 0.0 { nb } else { nb * shift.exp() });
            let ratio = z * ((r + n) / (n + 1.0));
            let next = nb * ratio;
            let bound = z.max(z * ((r + n + 1.0) / (n + 2.0)));
            let beyond = if bound < 1.0 && shift == 0.0 { (next / (1.0 - bound)).min(1.0) } else { 1.0 };
            if w * beyond < tail {
                return;
            }
            w *= (b + n) / (a + b + n);
            nb = next;
            n += 1.0;
            if shift < 0.0 && nb > 1.0 {
                let step = (-shift).min(600.0);
                nb *= (-step).exp();
                shift += step;
            }
        }
    }
}

/// P(N > n), given P(N = n): by the ratios of the NB law while they fall fast enough, else by the incomplete beta.
fn rest_of_nb(r: f64, alpha: f64, t: f64, n: u64, at_n: f64) -> f64 {
    let z = t / (alpha + t);
    if at_n < 1e-250 {
        return nb_beyond(r, alpha, t, n); // its ratios have too few digits to start from, or none
    }
    let (mut term, mut sum, mut j) = (at_n, 0.0, n as f64);
    for _ in 0..2_000 {
        let ratio = z * ((r + j) / (j + 1.0));
        term *= ratio;
        sum += term;
        j += 1.0;
        if ratio < 1.0 && term <= 1e-17 * sum * (1.0 - z.max(ratio)) {
            return sum;
        }
    }
    nb_beyond(r, alpha, t, n)
}

/// P(N > n) of the NB law: I_{t/(α+t)}(n+1, r).
fn nb_beyond(r: f64, alpha: f64, t: f64, n: u64) -> f64 {
    beta_inc(n as f64 + 1.0, r, t / (alpha + t), alpha / (alpha + t)).0
}

/// E\[X\] and E\[X²\] by their means given p, integrated over Beta(a, b):
///
/// ```text
/// E[X | p]      = (1 − φ)/p                         φ = (1 + y)^−r,  y = pt/α
/// E[X² | p]     = (1 − φ)/p + 2(1−p)/p² (1 − (1 + (r+1)y)(1+y)^−(r+1))
/// ```
///
/// p = logistic(centre + width sinh τ), the trapezoidal rule in τ, halved until it stands still.
fn integrated_moments(model: &BgNbd, t: f64) -> (f64, f64) {
    let &BgNbd { r, alpha, a, b } = model;
    let (centre, width) = ((a / b).ln(), (1.0 / a + 1.0 / b).sqrt().min(1.0));
    let ln_kernel = |y: f64| -a * softplus(-y) - b * softplus(y);
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
            let model = BgNbd { r, alpha, a, b };
            let (sum, integral) = (model.summed_moments(t), integrated_moments(&model, t));
            let (first, second) = (integral.0 / sum.0 - 1.0, integral.1 / sum.1 - 1.0);
            assert!(first.abs() < 1e-12 && second.abs() < 1e-10, "{parameters:?} {t}: {first:e} {second:e}");
        }
    }
}
