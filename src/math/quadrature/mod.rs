//! Integrals.

mod pieces;

pub use pieces::{Hardness, Piece, Shape, distance, pieces, pieces_from_right};

/// ∫_from^to f by a Gauss–Legendre rule of [`legendre_node`]s: exact for polynomials of degree 2n − 1.
#[must_use]
pub fn gauss_legendre(rule: &[(f64, f64)], f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    half * rule.iter().map(|&(t, w)| w * f(middle + half * t)).sum::<f64>()
}

/// The i-th node of the Gauss–Legendre rule with n nodes on (−1, 1), counted from the right, and its weight: the root of P_n by
/// Newton's method, and 2/((1−t²) P_n′(t)²) (DLMF 3.5.19, Table 3.5.1; P_n by 18.9.1, its derivative by 18.9.17).
#[must_use]
pub fn legendre_node(n: usize, i: usize) -> (f64, f64) {
    let mut t = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
    let mut slope = 1.0;
    for _ in 0..8 {
        let (mut before, mut value) = (1.0, t);
        for k in 2..=n {
            let k = k as f64;
            (before, value) = (value, ((2.0 * k - 1.0) * t * value - (k - 1.0) * before) / k);
        }
        slope = n as f64 * (t * value - before) / (t * t - 1.0);
        t -= value / slope;
    }
    (t, 2.0 / ((1.0 - t * t) * slope * slope))
}

/// ∫ f over the line for an f that falls double exponentially: trapezoidal sums, halved until they agree to 1e−14.
/// The range is −reach to reach.
pub fn line<const N: usize>(f: impl Fn(f64) -> [f64; N], reach: i32) -> [f64; N] {
    let mut sums = [0.0; N];
    let mut last = [0.0; N];
    let mut step = 0.125;
    let add = |sums: &mut [f64; N], tau: f64| {
        for (sum, value) in sums.iter_mut().zip(f(tau)) {
            *sum += value;
        }
    };
    let count = reach * 8;
    for k in -count..=count {
        add(&mut sums, f64::from(k) * step);
    }
    for level in 0..7 {
        let now = sums.map(|sum| sum * step);
        let still = now.iter().zip(&last).all(|(now, last)| (now - last).abs() <= 1e-14 * now.abs());
        if level > 1 && still {
            return now;
        }
        last = now;
        let half = count << level;
        for k in -half..half {
            add(&mut sums, (f64::from(k) + 0.5) * step);
        }
        step *= 0.5;
    }
    sums.map(|sum| sum * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauss_legendre_is_exact_for_polynomials() {
        for n in [1, 2, 5, 16, 33, 64] {
            let rule: Vec<_> = (0..n).map(|i| legendre_node(n, i)).collect();
            let degree = 2 * n as i32 - 1;
            let right = 1.0 / f64::from(degree + 1);
            let found = gauss_legendre(&rule, |x| x.powi(degree), 0.0, 1.0);
            assert!((found - right).abs() < 2e-14 * right, "{n}: {found} {right}");
        }
    }
}
