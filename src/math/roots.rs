//! Roots of increasing functions.

/// The root of an increasing function between `low` and `high` by regula falsi, in the form of Illinois (Dowell & Jarratt
/// 1971, BIT 11, 168–174): the end that stays has its value halved, so that both close in, faster than linearly. A step that
/// hardly shrinks the bracket is followed by a bisection, so that a jump does no harm.
///
/// Ends when the bracket is smaller than `tolerance`, or f is 0. Where f(low) ≥ 0 the answer is `low`, where f(high) ≤ 0
/// it is `high`.
#[must_use]
pub fn increasing_root(f: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let (mut below, mut above) = (f(low), f(high));
    if below >= 0.0 {
        return low;
    }
    if above <= 0.0 {
        return high;
    }
    let mut bisect = false;
    for _ in 0..200 {
        let width = high - low;
        if width <= tolerance {
            break;
        }
        let chord = high - above * (width / (above - below));
        let inside = chord > low && chord < high;
        let at = if inside && !bisect { chord } else { 0.5 * (low + high) };
        let value = f(at);
        if value < 0.0 {
            (low, below) = (at, value);
            above *= 0.5;
        } else if value > 0.0 {
            (high, above) = (at, value);
            below *= 0.5;
        } else {
            return at;
        }
        bisect = high - low > 0.5 * width && !bisect;
    }
    0.5 * (low + high)
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
        let root = increasing_root(|x| if x < 0.1 { -1e-9 } else { 1e9 }, 0.0, 5.0, 1e-14);
        assert!((root - 0.1).abs() < 1e-13, "{root}");
    }

    #[test]
    fn outside_its_range_the_nearer_end_is_the_answer() {
        assert_eq!(increasing_root(|x| x + 1.0, 0.0, 1.0, 1e-15), 0.0);
        assert_eq!(increasing_root(|x| x - 2.0, 0.0, 1.0, 1e-15), 1.0);
    }
}
