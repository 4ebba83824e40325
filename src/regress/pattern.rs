//! The lowest point of a function of two numbers that is cheap and need not be smooth.

/// Steps get smaller until this.
const FINE: f64 = 1e-3;

/// The lowest point within a box, by pattern search (Hooke & Jeeves 1961, J. ACM 8, 212–229): from the best point so far steps along the axes and
/// diagonals, halved when none leads down. Values that are not finite are walls.
pub(super) fn lowest(
    f: impl Fn(&[f64; 2]) -> f64,
    start: [f64; 2],
    (low, high): ([f64; 2], [f64; 2]),
) -> [f64; 2] {
    const WAYS: [[f64; 2]; 8] = [
        [1.0, 0.0],
        [-1.0, 0.0],
        [0.0, 1.0],
        [0.0, -1.0],
        [1.0, 1.0],
        [-1.0, -1.0],
        [1.0, -1.0],
        [-1.0, 1.0],
    ];
    // A step forward and one aside lead where one aside and one forward did.
    let mut known: Vec<([f64; 2], f64)> = Vec::new();
    let mut value = |at: &[f64; 2]| {
        if let Some((_, value)) = known.iter().find(|(known, _)| known == at) {
            return *value;
        }
        let value = Some(f(at)).filter(|value| value.is_finite()).unwrap_or(f64::MAX);
        known.push((*at, value));
        value
    };
    let (mut at, mut best, mut step) = (start, value(&start), 1.0);
    while step > FINE {
        let next = WAYS
            .iter()
            .map(|way| {
                let to = |axis: usize| (at[axis] + step * way[axis]).clamp(low[axis], high[axis]);
                let to = [to(0), to(1)];
                (to, value(&to))
            })
            .find(|(_, value)| *value < best);
        match next {
            Some((to, value)) => (at, best) = (to, value),
            None => step *= 0.5,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_bottom_of_a_narrow_valley_and_keeps_to_its_box() {
        let valley = |at: &[f64; 2]| (at[0] - 1.2).powi(2) + 25.0 * (at[1] - 0.5 * at[0]).powi(2);
        let found = lowest(valley, [-3.0, 2.0], ([-5.0; 2], [5.0; 2]));
        assert!((found[0] - 1.2).abs() < 0.03 && (found[1] - 0.6).abs() < 0.02, "{found:?}");
        let edge = lowest(|at| at[0] + at[1], [0.0; 2], ([-1.0; 2], [1.0; 2]));
        assert_eq!(edge, [-1.0, -1.0]);
        assert_eq!(lowest(|_| f64::NAN, [0.5, 0.5], ([0.0; 2], [1.0; 2])), [0.5, 0.5]);
    }

    #[test]
    fn no_point_is_looked_at_twice() {
        let seen = std::cell::RefCell::new(Vec::new());
        let bowl = |at: &[f64; 2]| {
            seen.borrow_mut().push(*at);
            (at[0] + 2.3).powi(2) + (at[1] - 1.1).powi(2)
        };
        lowest(bowl, [0.0; 2], ([-5.0; 2], [5.0; 2]));
        let seen = seen.into_inner();
        assert!(seen.iter().enumerate().all(|(at, point)| !seen[..at].contains(point)));
    }
}
