//! When the first purchase comes.

use crate::math::roots::increasing_root;

/// Quantiles are right to this, relative, where the probabilities are.
const CLOSE: f64 = 1e-12;
/// Logarithms of times that are numbers.
const SOONEST: f64 = -700.0;
const LATEST: f64 = 709.0;

/// A time, if it is one.
pub(super) fn finite(t: f64) -> Option<f64> {
    (t < f64::INFINITY).then_some(t)
}

/// The t with 1 − (1 + t/rate)^−shape = `probability`: purchases are Poisson with λ ~ Gamma(shape, rate). ∞ beyond all numbers.
pub(super) fn poisson(shape: f64, rate: f64, probability: f64) -> f64 {
    rate * (-(-probability).ln_1p() / shape).exp_m1()
}

/// The t at which an increasing F(t) = `within`(t) with F(∞) = `ever` reaches `probability`, sought from `near` on. `None` if it
/// never does, or at no time that is a number; 0 if it has before any that is one.
///
/// F begins like a power of t, and ever − F ends like one: the logit of F/ever is nearly a straight line over ln t at both ends,
/// and a few steps find where it crosses that of the probability, wherever that is and in whatever unit time is told.
pub(super) fn crossing(within: impl Fn(f64) -> f64, ever: f64, probability: f64, near: f64) -> Option<f64> {
    if probability <= 0.0 {
        return Some(0.0);
    }
    let target = (probability / (ever - probability)).ln();
    if probability >= ever || target.is_nan() {
        return None;
    }
    let gap = |ln_t: f64| {
        let reached = within(ln_t.exp());
        if reached < ever { (reached / (ever - reached)).ln() - target } else { f64::INFINITY }
    };
    let (low, high) = bracket(&gap, near.ln().clamp(SOONEST, LATEST))?;
    let root = increasing_root(gap, low, high, CLOSE);
    Some(if root > SOONEST { root.exp() } else { 0.0 })
}

/// Two places between which an increasing function crosses 0; the first at the earliest time there is, if it crosses before.
fn bracket(gap: &impl Fn(f64) -> f64, start: f64) -> Option<(f64, f64)> {
    let (mut at, here) = (start, gap(start));
    let later = here < 0.0;
    // With a slope of 1 this is enough; otherwise it is doubled until it is.
    let mut step = (1.1 * here.abs()).clamp(1e-3, 8.0);
    loop {
        let next = if later { (at + step).min(LATEST) } else { (at - step).max(SOONEST) };
        let crossed = (gap(next) < 0.0) != later;
        if crossed || next == SOONEST {
            return Some((at.min(next), at.max(next)));
        }
        if next == LATEST {
            return None;
        }
        (at, step) = (next, 2.0 * step);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_crossing_takes_few_looks_wherever_it_is() {
        for (shape, rate) in [(0.02, 3.0), (0.25, 4.4), (1.0, 1e-9), (30.0, 1e12)] {
            for ever in [0.3, 1.0] {
                for p in [1e-12, 0.05, 0.5, 0.95] {
                    let looks = Cell::new(0);
                    let within = |t: f64| {
                        looks.set(looks.get() + 1);
                        -ever * (-shape * (t / rate).ln_1p()).exp_m1()
                    };
                    let right = poisson(shape, rate, p);
                    let found = crossing(within, ever, p * ever, rate).unwrap();
                    assert!((found / right - 1.0).abs() < 1e-9, "{shape} {rate} {p}: {found} {right}");
                    assert!(looks.get() < 30, "{shape} {rate} {ever} {p}: {} looks", looks.get());
                }
            }
        }
    }

    #[test]
    fn what_never_comes_has_no_time() {
        let within = |t: f64| 0.4 * t / (1.0 + t);
        assert_eq!(crossing(within, 0.4, 0.4, 1.0), None);
        assert_eq!(crossing(within, 0.4, 0.7, 1.0), None);
        assert_eq!(crossing(within, 0.4, 0.0, 1.0), Some(0.0));
        assert_eq!(crossing(|_| 0.0, 1.0, 0.5, 1.0), None);
        assert_eq!(crossing(|_| 1.0, 1.0, 0.5, 1.0), Some(0.0));
    }
}
