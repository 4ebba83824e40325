//! Probability integral transforms, without drawing anything.
//!
//! Where a law has no atom, the transform of what happened is F(a) and has an even law if the forecast is right. Where it has (counts; amounts at
//! nothing), one draws u evenly between F(a−) and F(a); here every customer is spread evenly over that stretch instead, which is the mean over all draws
//! (Czado, Gneiting & Held 2009, Biometrics 65, 1254–1261, eq. 2).

use super::BARS;

/// The part of a customer's stretch that lies below u: F⁽ᵘ⁾ of eq. 2 there.
fn below(stretch: (f64, f64), u: f64) -> f64 {
    let (from, to) = stretch;
    if u >= to {
        1.0 // also where there is no atom and u is the point
    } else if u <= from {
        0.0
    } else {
        (u - from) / (to - from)
    }
}

/// The part of a customer's stretch that lies in the middle `level` of [0, 1].
pub(super) fn held(stretch: (f64, f64), level: f64) -> f64 {
    let outside = 0.5 * (1.0 - level);
    below(stretch, 1.0 - outside) - below(stretch, outside)
}

/// The shares of ten bars; nothing without transforms. `mean` is the mean over the customers of a function of their row.
pub(super) fn histogram(pit: &[(f64, f64)], mean: impl Fn(&dyn Fn(usize) -> f64) -> Option<f64>) -> Vec<f64> {
    if pit.is_empty() {
        return Vec::new();
    }
    let edge = |bar: usize| bar as f64 / BARS as f64;
    let up_to = |bar: usize, at: usize| match bar {
        0 => 0.0,
        BARS => 1.0,
        bar => below(pit[at], edge(bar)),
    };
    (0..BARS).filter_map(|bar| mean(&|at| up_to(bar + 1, at) - up_to(bar, at))).collect()
}
