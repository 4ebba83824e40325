//! Roots of increasing functions.

/// The root of an increasing function between `low` and `high`, by Chandrupatla's method (1997, Advances in Engineering
/// Software 28, 145–149): inverse quadratic interpolation through the last three points where that is safe, else bisection.
///
/// Ends when the root is known to `tolerance`, or f is 0. Where f(low) ≥ 0 the answer is `low`, where f(high) ≤ 0 it is `high`.
#[must_use]
pub fn increasing_root(f: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut at_a, mut at_b) = (f(a), f(b));
    if at_a >= 0.0 {
        return low;
    }
    if at_b <= 0.0 {
        return high;
    }
    let mut part = 0.5;
    for _ in 0..200 {
        let next = a + part * (b - a);
        let here = f(next);
        let (c, at_c) = if (here < 0.0) == (at_a < 0.0) { (a, at_a) } else { (b, at_b) };
        if c != a {
            (b, at_b) = (a, at_a);
        }
        (a, at_a) = (next, here);
        let (best, value) = if at_a.abs() < at_b.abs() { (a, at_a) } else { (b, at_b) };
        let least = (0.5 * tolerance + f64::EPSILON * best.abs()) / (b - a).abs();
        if value == 0.0 || least > 0.5 {
            return best;
        }
        let (xi, phi) = ((a - b) / (c - b), (at_a - at_b) / (at_c - at_b));
        part = if phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi {
            let chord = at_a / (at_b - at_a) * (at_c / (at_b - at_c));
            chord + (c - a) / (b - a) * (at_a / (at_c - at_a)) * (at_b / (at_c - at_b))
        } else {
            0.5
        };
        part = part.clamp(least, 1.0 - least);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_root_is_found_in_few_steps() {
        let calls = std::cell::Cell::new(0);
        let square = |x: f64| {
            calls.set(calls.get() + 1);
            x * x - 2.0
        };
        let root = increasing_root(square, 0.0, 2.0, 1e-15);
        assert!((root - std::f64::consts::SQRT_2).abs() < 1e-15);
        assert!(calls.get() < 30, "{}", calls.get());
    }

    #[test]
    fn a_jump_is_found_too() {
        let root = increasing_root(|x| if x < 0.1 { -1.0 } else { 1e9 }, 0.0, 5.0, 1e-14);
        assert!((root - 0.1).abs() < 1e-13, "{root}");
    }

    #[test]
    fn outside_its_range_the_nearer_end_is_the_answer() {
        assert_eq!(increasing_root(|x| x + 1.0, 0.0, 1.0, 1e-15), 0.0);
        assert_eq!(increasing_root(|x| x - 2.0, 0.0, 1.0, 1e-15), 1.0);
    }
}
