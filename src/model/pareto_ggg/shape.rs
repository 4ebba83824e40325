//! Integrals over the regularity k of a customer.

/// How far the mode is sought: steps of this width in v, outwards for as long as the density rises.
const STEP: f64 = 0.75;
/// Where the search begins: k = 3e-26 to 7e4.
const FROM: f64 = -4.0;
const COARSE: usize = 21;
/// No node lies to the left of this: k = e^−608 there, and beyond soon no number. Whoever is that irregular buys at once or never:
/// under any history with a purchase or a silence what lies beyond is nothing.
const LEFT: f64 = -6.4;
/// How steeply the search is led back from beyond.
const BACK: f64 = 1e3;

/// A point of the integral over k.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    pub(super) k: f64,
    pub(super) ln_k: f64,
    /// ln of (density of ln k × the share of the axis that the node stands for).
    pub(super) ln_weight: f64,
}

/// Nodes of ∫ f(ln k) d ln k by the trapezoidal rule in v, with ln k = v − e^(−v), from a density of ln k given by its logarithm.
///
/// The map makes the left tail, k^t for a gamma law of small shape t, die as fast as the right one, e^(−γk); the integrand then
/// is analytic and dies double exponentially on both sides, where the trapezoidal rule converges geometrically (Takahasi &
/// Mori 1974, Publ. RIMS 9, 721–741). The nodes cover what is above e^(−`drop`) of the top.
pub(super) fn nodes(ln_density: impl Fn(f64, f64) -> f64, drop: f64, count: usize, offset: f64) -> Vec<Node> {
    let at = |v: f64| {
        let (ln_k, slope) = place(v.max(LEFT));
        ln_density(ln_k.exp(), ln_k) + slope.ln() - BACK * (LEFT - v).max(0.0).powi(2)
    };
    let (low, high) = support(&at, drop);
    let low = low.max(LEFT);
    let step = (high - low) / (count - 1) as f64;
    (0..count)
        .map(|i| {
            let v = low + step * (i as f64 + offset);
            let ln_k = place(v).0;
            Node { k: ln_k.exp(), ln_k, ln_weight: at(v) + step.ln() }
        })
        .collect()
}

/// ln k and d ln k / dv.
fn place(v: f64) -> (f64, f64) {
    let left = (-v).exp();
    (v - left, 1.0 + left)
}

/// A part of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Support {
    pub(super) low: f64,
    /// The highest point.
    pub(super) top: f64,
    pub(super) high: f64,
}

/// Where a log-concave function, sought from a place near its top, is above its top less `drop`, as far as `end` lies to the right
/// of that; or, where the end cuts it before the top, above its value at the end less `drop`. `None` where it is 0 for a double.
pub(super) fn support_below(at: &impl Fn(f64) -> f64, near: f64, end: f64, drop: f64) -> Option<Support> {
    let (top, width) = climb(at, near.min(end), 0.5);
    let (top, width) = if top > end { (end, width.max(1e-3)) } else { (top, width) };
    let height = at(top);
    if height < -750.0 {
        return None;
    }
    let floor = height - drop;
    let left = top - reach(|far| at(top - far), floor, width, drop);
    let right =
        if at(end.min(1e3)) > floor { end } else { top + reach(|far| at(top + far), floor, width, drop) };
    Some(Support { low: left, top, high: right.min(end) })
}

/// How far a falling function stays above a floor, and not much farther.
fn reach(at: impl Fn(f64) -> f64, floor: f64, width: f64, drop: f64) -> f64 {
    let mut far = width * (2.0 * drop).sqrt();
    while at(far) > floor && far < 1e3 {
        far *= 1.3;
    }
    while at(0.85 * far) < floor && far > 1e-9 {
        far *= 0.85;
    }
    far
}

/// Where a log-density is above its top less `drop`.
fn support(at: &impl Fn(f64) -> f64, drop: f64) -> (f64, f64) {
    let (top, width) = mode(at);
    let floor = at(top) - drop;
    let low = top - reach(|far| at(top - far), floor, width, drop);
    (low, top + reach(|far| at(top + far), floor, width, drop))
}

/// The highest point of a log-density, sought everywhere, and its width there.
fn mode(at: &impl Fn(f64) -> f64) -> (f64, f64) {
    let mut best = (FROM, f64::NEG_INFINITY);
    for i in 0..COARSE {
        let v = FROM + STEP * i as f64;
        let here = at(v);
        if here > best.1 {
            best = (v, here);
        }
    }
    climb(at, best.0, STEP)
}

/// The highest point of a log-density near a place, and its width there, σ = 1/√(−second derivative): parabolas through three
/// points that come closer to each other.
fn climb(at: &impl Fn(f64) -> f64, from: f64, step: f64) -> (f64, f64) {
    let (mut v, mut here) = (from, at(from));
    let (mut step, mut width) = (step, step);
    for _ in 0..200 {
        let (left, right) = (at(v - step), at(v + step));
        let (slope, curve) = ((right - left) / (2.0 * step), (right - 2.0 * here + left) / (step * step));
        let newton =
            if curve < 0.0 { (-slope / curve).clamp(-2.0 * step, 2.0 * step) } else { step.copysign(slope) };
        if curve < 0.0 {
            width = (-curve).sqrt().recip();
        }
        let there = at(v + newton);
        let moved = there > here;
        if moved {
            (v, here) = (v + newton, there);
        }
        if step <= width && newton.abs() < 0.3 * width {
            break;
        }
        if !moved || newton.abs() < 0.5 * step {
            step *= 0.3;
        } else if newton.abs() > 1.5 * step {
            step *= 2.0;
        }
    }
    (v, width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::special::ln_gamma;

    #[test]
    fn a_gamma_law_has_mass_one_and_its_mean() {
        for (t, gamma) in [(0.05, 0.1), (0.3, 4.0), (1.7, 0.37), (40.0, 3.0), (1e4, 1e4), (1e8, 1e8)] {
            let density = |k: f64, ln_k: f64| t * f64::ln(gamma * k) - gamma * k - ln_gamma(t) + 0.0 * ln_k;
            let nodes = nodes(density, 32.0, 28, 0.0);
            let mass: f64 = nodes.iter().map(|node| node.ln_weight.exp()).sum();
            let mean: f64 = nodes.iter().map(|node| node.k * node.ln_weight.exp()).sum();
            // At t = 1e8 the density's own logarithm has lost eight digits.
            // With t near 0 it falls so slowly to the left that what is cut off at e^−32 still weighs.
            let tolerance = if t > 1e6 {
                1e-6
            } else if t < 0.1 {
                1e-7
            } else {
                1e-10
            };
            assert!((mass - 1.0).abs() < tolerance, "{t} {gamma}: {mass}");
            assert!((mean * gamma / t - 1.0).abs() < tolerance, "{t} {gamma}: {mean}");
        }
    }
}
