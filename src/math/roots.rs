//! Roots of increasing functions.

/// The root of an increasing function between `low` and `high`, by Newton's method kept inside a shrinking bracket.
///
/// `f` gives the value and the slope. A step that leaves the bracket, or that does not halve the last one, is replaced by
/// bisection, so the root is found even where the slope is 0, infinite or NaN, in at most some 110 evaluations (typically 5).
/// Ends when a step changes the point by less than `tolerance` times its size, or the bracket is down to two neighbours.
///
/// Where f(low) ≥ 0 the answer is `low`, and where f(high) ≤ 0 it is `high`. `start` is taken into the bracket.
#[must_use]
pub fn increasing_root(
    f: impl Fn(f64) -> (f64, f64),
    low: f64,
    high: f64,
    start: f64,
    tolerance: f64,
) -> f64 {
    let (mut low, mut high) = (low, high);
    let mut at = if start > low && start < high { start } else { 0.5 * (low + high) };
    let mut last = high - low;
    for _ in 0..200 {
        let (value, slope) = f(at);
        match value.partial_cmp(&0.0) {
            Some(std::cmp::Ordering::Less) => low = at,
            Some(std::cmp::Ordering::Greater) => high = at,
            _ => return at,
        }
        let newton = at - value / slope;
        let safe = newton > low && newton < high && (newton - at).abs() <= 0.5 * last;
        let next = if safe { newton } else { low + 0.5 * (high - low) };
        last = (next - at).abs();
        if last <= tolerance * next.abs() || next == at {
            return next;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_root_is_found() {
        let root = increasing_root(|x| (x * x - 2.0, 2.0 * x), 0.0, 2.0, 1.0, 1e-15);
        assert!((root - std::f64::consts::SQRT_2).abs() < 3e-16);
    }

    #[test]
    fn a_useless_slope_does_no_harm() {
        for slope in [0.0, f64::NAN, f64::INFINITY, -1.0] {
            let root = increasing_root(|x| (x.powi(3) - 0.001, slope), 0.0, 5.0, 4.0, 1e-14);
            assert!((root - 0.1).abs() < 1e-13, "{slope}: {root}");
        }
    }

    #[test]
    fn outside_its_range_the_nearer_end_is_the_answer() {
        assert!(increasing_root(|x| (x + 1.0, 1.0), 0.0, 1.0, 0.5, 1e-15) < 1e-15);
        assert!((increasing_root(|x| (x - 2.0, 1.0), 0.0, 1.0, 0.5, 1e-15) - 1.0).abs() < 1e-15);
    }
}
