//! Purchases discounted to today.

use std::sync::OnceLock;

use crate::model::Law;
use crate::{Error, Result};

/// Nodes of the Gauss–Legendre rule on each piece.
const NODES: usize = 16;
/// Two refinements that agree to this are the answer.
const AGREE: f64 = 1e-12;
/// How often the piece nearest to now is split.
const SPLITS: usize = 40;
/// Each split leaves this part of the piece nearest to now.
const SHRINK: f64 = 0.125;

/// Discounted expected transactions of a living customer over (0, h], at a continuously compounded rate δ per unit of
/// time:
///
/// ```text
/// ∫_0^h e^(−δu) dE[X(u)] = e^(−δh) E[X(h)] + δ ∫_0^h e^(−δu) E[X(u)] du
/// ```
///
/// The integral is taken by Gauss–Legendre on pieces that grow with u, because E\[X(u)\] bends at u = 0 most. Multiply by
/// P(alive). Relative error below 1e-11.
#[must_use]
pub fn discounted_purchases<L: Law>(law: &L, horizon: f64, delta: f64) -> f64 {
    if horizon <= 0.0 {
        return 0.0;
    }
    let whole = (-delta * horizon).exp() * law.mean(horizon);
    if delta <= 0.0 {
        return whole;
    }
    let inner = |u: f64| (-delta * u).exp() * law.mean(u);
    whole + delta * graded(inner, horizon, 30.0 / delta)
}

/// Discounted expected residual transactions of a living customer, over the whole future:
///
/// ```text
/// DERT = ∫_0^∞ e^(−δu) dE[X(u)] = δ ∫_0^∞ e^(−δu) E[X(u)] du
/// ```
///
/// Multiply by P(alive). Relative error below 1e-11.
///
/// # Errors
/// [`Error::Usage`] unless δ is positive: without discounting the sum may be infinite.
pub fn residual_purchases<L: Law>(law: &L, delta: f64) -> Result<f64> {
    if !(delta > 0.0 && delta.is_finite()) {
        return Err(Error::usage(format!(
            "the discount rate is {delta} per unit of time, but must be positive for a value over the whole future"
        )));
    }
    // e^(−44) = 1e-19: nothing beyond counts, E[X(u)] grows at most like u.
    Ok(delta * graded(|u| (-delta * u).exp() * law.mean(u), 44.0 / delta, 11.0 / delta))
}

/// ∫_0^end f, in pieces no longer than `longest`, the first of them split towards 0 until the result stands still.
fn graded(f: impl Fn(f64) -> f64, end: f64, longest: f64) -> f64 {
    let pieces = (end / longest).ceil().max(1.0);
    let width = end / pieces;
    let far: f64 = (1..pieces as usize).map(|k| gauss(&f, k as f64 * width, (k + 1) as f64 * width)).sum();
    let (mut far, mut near_end) = (far, width);
    let mut last = far + gauss(&f, 0.0, near_end);
    for _ in 0..SPLITS {
        let split = SHRINK * near_end;
        far += gauss(&f, split, near_end);
        let now = far + gauss(&f, 0.0, split);
        if (now - last).abs() <= AGREE * now.abs() {
            return now;
        }
        (last, near_end) = (now, split);
    }
    last
}

/// ∫_from^to f by Gauss–Legendre.
fn gauss(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    half * rule().iter().map(|&(t, w)| w * f(middle + half * t)).sum::<f64>()
}

/// Nodes and weights on (−1, 1), by Newton's iteration on the Legendre polynomial.
fn rule() -> &'static [(f64, f64); NODES] {
    static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    RULE.get_or_init(|| std::array::from_fn(|i| legendre(NODES, i)))
}

/// The i-th root of P_n, counted from the right, and its weight 2/((1−t²) P_n'(t)²).
pub(super) fn legendre(n: usize, i: usize) -> (f64, f64) {
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
