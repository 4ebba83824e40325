//! Many purchases: their moments by blocks of counts.

use super::count::Count;
use super::law::Leaving;

/// Nodes of the rule on each block.
const NODES: usize = 12;
/// Blocks of at most so many counts are summed one by one.
const SHORT: f64 = 24.0;
/// A block is split until its halves change its moments by less than this part of all.
const AGREE: f64 = 1e-14;
/// How often a block may be split.
const SPLITS: u32 = 40;

/// E\[X\] = Σ P(X > n) and E\[X²\] = Σ (2n + 1) P(X > n), over blocks 2^i ≤ n < 2^(i+1): P(X > n) is as smooth in n as its law is
/// wide, so that each block needs few of its counts, by a rule that is exact for polynomials ([`gram_rule`]).
pub(super) fn summed_moments<N: Count>(leaving: &Leaving<N>, t: f64) -> (f64, f64) {
    let beyond = |n: f64| leaving.still_there(n) * leaving.count.beyond(n, t);
    let reach = leaving.count.reach(t);
    let (mut first, mut width) = (0.0, SHORT);
    let mut sums = [0.0; 2];
    loop {
        let block = one_by_one_or_rule(&beyond, first, width);
        let block = refined(&beyond, first, width, block, &sums, 0);
        sums = [sums[0] + block[0], sums[1] + block[1]];
        (first, width) = (first + width, if first == 0.0 { width } else { 2.0 * width });
        if first > reach && block[1] <= f64::EPSILON * 1e-3 * sums[1] {
            return sums.into();
        }
    }
}

/// A block by its two halves, and these by theirs, until nothing changes.
fn refined(
    beyond: &impl Fn(f64) -> f64,
    first: f64,
    width: f64,
    whole: [f64; 2],
    before: &[f64; 2],
    splits: u32,
) -> [f64; 2] {
    if width <= SHORT || splits == SPLITS {
        return whole;
    }
    let half = (0.5 * width).floor();
    let left = one_by_one_or_rule(beyond, first, half);
    let right = one_by_one_or_rule(beyond, first + half, width - half);
    let both = [left[0] + right[0], left[1] + right[1]];
    let still = (0..2).all(|i| (both[i] - whole[i]).abs() <= AGREE * (before[i] + both[i]));
    if still {
        return both;
    }
    let left = refined(beyond, first, half, left, before, splits + 1);
    let right = refined(beyond, first + half, width - half, right, before, splits + 1);
    [left[0] + right[0], left[1] + right[1]]
}

/// Σ f(n) (1, 2n + 1) over `width` counts from `first` on.
fn one_by_one_or_rule(f: &impl Fn(f64) -> f64, first: f64, width: f64) -> [f64; 2] {
    let mut sums = [0.0; 2];
    let mut add = |n: f64, weight: f64| {
        let term = weight * f(n);
        sums[0] += term;
        sums[1] += (2.0 * n + 1.0) * term;
    };
    if width <= SHORT {
        (0..width as u32).for_each(|i| add(first + f64::from(i), 1.0));
    } else {
        gram_rule(width).into_iter().for_each(|(node, weight)| add(first + node, weight));
    }
    sums
}

/// Σ_{i<n} f(i) = Σ_l w_l f(x_l), exact for polynomials of degree below 2 [`NODES`]: Gauss's rule for the sum over n equidistant
/// points. Its polynomials are Gram's (the discrete Chebyshev polynomials, DLMF 18.19, Hahn with α = β = 0), with the recurrence
/// p_{l+1} = x p_l − β_l p_{l−1}, β_l = l² (n² − l²)/(4 (4l² − 1)), x counted from the middle (Gautschi 2004, Table 1.2).
fn gram_rule(n: f64) -> [(f64, f64); NODES] {
    let beta = |l: usize| {
        let l = l as f64;
        l * l * (1.0 - (l / n).powi(2)) / (4.0 * l * l - 1.0) // in units of n/2
    };
    std::array::from_fn(|i| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (NODES as f64 + 0.5)).cos();
        let mut norms = 1.0;
        for _ in 0..10 {
            // Orthonormal polynomials and their slopes, scaled so that the zeroth is 1.
            let (mut before, mut here, mut slope_before, mut slope) = (0.0, 1.0, 0.0, 0.0);
            norms = 0.0;
            for l in 0..NODES {
                norms += here * here;
                let (b0, b1) = (beta(l).max(0.0).sqrt(), beta(l + 1).sqrt());
                let next = (x * here - b0 * before) / b1;
                let slope_next = (here + x * slope - b0 * slope_before) / b1;
                (before, here, slope_before, slope) = (here, next, slope, slope_next);
            }
            x -= here / slope;
        }
        (0.5 * n * x + 0.5 * (n - 1.0), n / norms)
    })
}

#[cfg(test)]
mod tests {
    use super::super::count::{Poisson, Stages};
    use super::super::integral::integrated_moments;
    use super::*;

    #[test]
    fn the_rule_for_sums_is_exact_for_polynomials() {
        for n in [25.0, 48.0, 1000.0, 1e6] {
            for degree in [0, 1, 2, 3, 10, 2 * NODES as i32 - 1] {
                let f = |i: f64| ((i + 1.0) / n).powi(degree);
                let right: f64 = (0..n as u32).map(|i| f(f64::from(i))).sum();
                let found: f64 = gram_rule(n).iter().map(|&(x, w)| w * f(x)).sum();
                assert!((found / right - 1.0).abs() < 2e-13, "{n} {degree}: {found} {right}");
            }
        }
    }

    fn agree(found: (f64, f64), right: (f64, f64), what: &str) {
        let (first, second) = (found.0 / right.0 - 1.0, found.1 / right.1 - 1.0);
        assert!(first.abs() < 1e-12 && second.abs() < 1e-11, "{what}: {first:e} {second:e}");
    }

    #[test]
    fn blocks_and_the_integral_agree_where_purchases_are_poisson() {
        for (count, a, b, t) in [
            (Poisson { r: 0.243, alpha: 4.414 }, 0.793, 2.426, 3650.0),
            (Poisson { r: 0.05, alpha: 0.008 }, 0.7, 3.0, 200.0),
            (Poisson { r: 40.0, alpha: 1e3 }, 0.5, 1e6, 3e6),
            (Poisson { r: 3000.0, alpha: 1500.0 }, 0.02, 3.0, 1e5),
        ] {
            let leaving = Leaving { count, a, b };
            agree(summed_moments(&leaving, t), integrated_moments(&leaving, t), &format!("{count:?} {t}"));
        }
    }

    #[test]
    fn blocks_and_single_terms_agree_where_waiting_times_are_regular() {
        for (k, shape, rate, silence, a, b, t) in [
            (2, 1.3, 2.8, 0.0, 0.42, 0.79, 39.0),
            (2, 7.3, 42.8, 30.0, 0.42, 3.79, 2000.0),
            (5, 0.2, 4.0, 1.0, 1.0, 2.4, 600.0),
            (12, 600.0, 400.0, 390.0, 0.1, 50.0, 5000.0),
        ] {
            let leaving = Leaving { count: Stages::new(k, shape, rate, silence), a, b };
            agree(summed_moments(&leaving, t), leaving.summed_moments(t), &format!("{leaving:?} {t}"));
        }
    }
}
