//! What the likelihoods need of the gamma function, until [`crate::math`] offers it.

use spec_math::Gamma as _;

/// ln Γ(z+n) − ln Γ(z) without subtraction: products of up to sixteen factors to z ≥ 16, then Stirling's difference.
pub(super) fn ln_poch(z: f64, n: u64) -> f64 {
    let (mut z, mut n, mut sum) = (z, n, 0.0);
    while n > 0 && (z < 16.0 || n <= 16) {
        let mut product = 1.0f64;
        for _ in 0..n.min(8) {
            product *= z;
            z += 1.0;
        }
        n -= n.min(8);
        sum += product.ln();
    }
    if n == 0 {
        return sum;
    }
    let n = n as f64;
    let w = z + n;
    sum + (z - 0.5) * (n / z).ln_1p() + n * w.ln() - n + (stirling(w) - stirling(z))
}

fn stirling(z: f64) -> f64 {
    let i = 1.0 / z;
    let s = i * i;
    i * (1.0 / 12.0 - s * (1.0 / 360.0 - s * (1.0 / 1260.0 - s * (1.0 / 1680.0 - s * (1.0 / 1188.0)))))
}

/// ψ(z+n) − ψ(z).
pub(super) fn digamma_diff(z: f64, n: u64) -> f64 {
    if n <= 64 {
        return (0..n).map(|k| 1.0 / (z + k as f64)).sum();
    }
    (z + n as f64).digamma() - z.digamma()
}

/// ψ′(z+n) − ψ′(z).
pub(super) fn trigamma_diff(z: f64, n: u64) -> f64 {
    if n <= 64 {
        return -(0..n).map(|k| (z + k as f64).powi(-2)).sum::<f64>();
    }
    trigamma(z + n as f64) - trigamma(z)
}

pub(super) fn digamma(z: f64) -> f64 {
    z.digamma()
}

/// ψ′(z): shift to z ≥ 12, then eight terms.
pub(super) fn trigamma(mut z: f64) -> f64 {
    let mut sum = 0.0;
    while z < 12.0 {
        sum += 1.0 / (z * z);
        z += 1.0;
    }
    let i = 1.0 / z;
    let s = i * i;
    let series = 1.0 / 6.0
        - s * (1.0 / 30.0
            - s * (1.0 / 42.0
                - s * (1.0 / 30.0 - s * (5.0 / 66.0 - s * (691.0 / 2730.0 - s * (7.0 / 6.0))))));
    sum + i + 0.5 * s + i * s * series
}

/// ln B(a, b).
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// I_z(a, b).
pub(super) fn beta_inc(a: f64, b: f64, z: f64) -> f64 {
    spec_math::cephes64::incbet(a, b, z)
}
