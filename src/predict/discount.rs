//! Purchases discounted to today.

use std::sync::OnceLock;

use crate::math::quadrature::{gauss_legendre, legendre_node};
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
    if delta <= 0.0 {
        return law.mean(horizon);
    }
    if let Some(discounted) = law.discounted(horizon, delta) {
        return discounted;
    }
    let whole = (-delta * horizon).exp() * law.mean(horizon);
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
    if let Some(discounted) = law.discounted(f64::INFINITY, delta) {
        return Ok(discounted);
    }
    // e^(−44) = 1e-19: nothing beyond counts, E[X(u)] grows at most like u.
    Ok(delta * graded(|u| (-delta * u).exp() * law.mean(u), 44.0 / delta, 11.0 / delta))
}

/// ∫_0^end f, in pieces no longer than `longest`, the first of them split towards 0 until the result stands still.
fn graded(f: impl Fn(f64) -> f64, end: f64, longest: f64) -> f64 {
    let pieces = (end / longest).ceil().max(1.0);
    let width = end / pieces;
    let far: f64 = (1..pieces as usize)
        .map(|k| gauss_legendre(rule(), &f, k as f64 * width, (k + 1) as f64 * width))
        .sum();
    let (mut far, mut near_end) = (far, width);
    let mut last = far + gauss_legendre(rule(), &f, 0.0, near_end);
    for _ in 0..SPLITS {
        let split = SHRINK * near_end;
        far += gauss_legendre(rule(), &f, split, near_end);
        let now = far + gauss_legendre(rule(), &f, 0.0, split);
        if (now - last).abs() <= AGREE * now.abs() {
            return now;
        }
        (last, near_end) = (now, split);
    }
    last
}

/// Nodes and weights on (−1, 1), by Newton's iteration on the Legendre polynomial.
fn rule() -> &'static [(f64, f64); NODES] {
    static RULE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    RULE.get_or_init(|| std::array::from_fn(|i| legendre_node(NODES, i)))
}
