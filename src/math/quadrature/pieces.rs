//! Integrals of smooth, steep functions over (from, to) ⊂ (0, ∞), in pieces and by rules that are chosen beforehand.
//!
//! The functions are products of powers (γ+u)^−m and of exponentials: analytic but for singularities to the left of 0,
//! the nearest at −γ, and perhaps some beside the real line. In y = ln(γ+u) a singularity on the real line to the
//! left of −γ lies at a distance of π, wherever u is, so that few nodes give all digits over ranges of many powers of ten.
//! How few is a matter of two numbers: half the length of the piece in y, and the change of ln f over it.

use std::sync::OnceLock;

use super::legendre_node;

/// What is known of an integrand before it is evaluated.
pub trait Shape {
    /// γ: the singularity nearest to 0 on the real line is at −γ, or further to the left.
    fn origin(&self) -> f64;

    /// d ln f/du, roughly: it decides how finely f is looked at.
    fn slope(&self, u: f64) -> f64;

    /// The distance of the singularities beside the real line from \[from, to\].
    fn clearance(&self, _from: f64, _to: f64) -> f64 {
        f64::INFINITY
    }
}

/// A rule good for pieces up to half a length in y, up to a change of ln f over this half, and for bells no narrower than
/// that part of it.
struct Rule {
    nodes: usize,
    half: f64,
    steepness: f64,
    bell: f64,
}

const fn rule(nodes: usize, half: f64, steepness: f64, bell: f64) -> Rule {
    Rule { nodes, half, steepness, bell }
}

/// The first two limits were measured with e^(−cy) (e^y + d)^−m, d from 0 to 1e6, c < 0 included: inside them each rule has a
/// relative error below 2e-14, about halfway 1e-16. (For e^(cx) alone the error of n nodes is about 2^(2n+1) n!⁴ c^(2n+1) /
/// ((2n+1) (2n)!³): DLMF 3.5.20.) A bell e^(−x²/2) on (−h, h) is integrated to 3e-15 up to the h of the last column.
const RULES: [Rule; 9] = [
    rule(4, 0.02, 0.02, 0.02),
    rule(6, 0.2, 0.2, 0.2),
    rule(8, 0.5, 0.6, 0.6),
    rule(10, 0.8, 1.5, 1.0),
    rule(12, 1.1, 3.0, 1.5),
    rule(16, 1.2, 9.0, 2.5),
    rule(20, 1.2, 13.0, 3.3),
    rule(24, 1.2, 17.0, 4.2),
    rule(32, 1.3, 26.0, 6.0),
];
const LARGEST: &Rule = &RULES[RULES.len() - 1];

/// A piece may be as long as the distance of a singularity beside it: it then lies outside an ellipse of ρ = 2 + √5, and 16 nodes
/// leave ρ^−32 = 8e-21 of the function's size on it.
const BESIDE: f64 = 1.0;
/// The first rule of so many nodes.
const SIXTEEN: usize = 5;
/// Shorter pieces in y are as good in u, without an exponential.
const STRAIGHT: f64 = 0.2;

/// Below this length in y nothing is left to gain.
const SHORTEST: f64 = 1e-13;

/// What makes a piece hard, on the scale of the rules' limits.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hardness {
    /// Half of its length in y.
    pub half: f64,
    /// How much the logarithm of a function changes over this half.
    pub steepness: f64,
    /// Half of its length in widths of the narrowest bell.
    pub bell: f64,
    /// Its length in u over the distance of singularities beside it.
    pub beside: f64,
}

impl Hardness {
    /// By how much the piece is too long: at most 1 where a rule will do.
    #[must_use]
    pub fn excess(&self) -> f64 {
        let &Self { half, steepness, bell, beside } = self;
        (half / LARGEST.half).max(steepness / LARGEST.steepness).max(bell / LARGEST.bell).max(beside / BESIDE)
    }

    /// The shortest rule that will do.
    fn rule(&self) -> usize {
        let &Self { half, steepness, bell, beside } = self;
        let fits = |rule: &Rule| half <= rule.half && steepness <= rule.steepness && bell <= rule.bell;
        let first = RULES.iter().position(fits).unwrap_or(RULES.len() - 1);
        if beside > 0.1 { first.max(SIXTEEN) } else { first }
    }
}

/// A piece of an integral: u = from + (γ+from)(e^y − 1), 0 < y < length, by one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    scale: f64,
    length: f64,
    rule: usize,
}

impl Piece {
    /// The longest piece from `from` towards `to` > `from` on which a rule is right.
    pub fn first(shape: &impl Shape, from: f64, to: f64) -> Self {
        let scale = shape.origin() + from;
        let whole = ((to - from) / scale).ln_1p();
        let mut length = whole;
        loop {
            let end = if length == whole { to } else { from + scale * length.exp_m1() };
            let half = 0.5 * length;
            let beside = (end - from) / shape.clearance(from, end);
            let hardness = Hardness { half, steepness: half * steepest(shape, from, end), bell: 0.0, beside };
            let excess = hardness.excess();
            if excess <= 1.0 || length < SHORTEST {
                return Self { from, to: end, scale, length, rule: hardness.rule() };
            }
            // Not less than a tenth at once: slopes at a far end say little of the near one.
            length *= (0.95 / excess).max(0.1);
        }
    }

    /// The longest piece that ends at `to` and begins at 0 or later, as long as `hardness` (of a piece from, to and half its
    /// length in y = ln(origin+u)) is not too much for any rule.
    pub fn last(origin: f64, to: f64, hardness: impl Fn(f64, f64, f64) -> Hardness) -> Self {
        let whole = (to / origin).ln_1p();
        let mut length = whole;
        loop {
            let from = if length == whole { 0.0 } else { (to + (origin + to) * (-length).exp_m1()).max(0.0) };
            let found = hardness(from, to, 0.5 * length);
            let excess = found.excess();
            if excess <= 1.0 || length < SHORTEST {
                return Self { from, to, scale: origin + from, length, rule: found.rule() };
            }
            length *= (0.95 / excess).max(0.1);
        }
    }

    /// The nodes in increasing order, each with its weight for an integral over u.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + use<> {
        let &Self { from, to, scale, length, rule } = self;
        let (half, straight) = (0.5 * length, length <= STRAIGHT);
        let width = 0.5 * (to - from);
        rules()[rule].iter().map(move |&(t, weight)| {
            if straight {
                return (from + width * (1.0 + t), width * weight);
            }
            let growth = (half * (1.0 + t)).exp_m1();
            (from + scale * growth, half * weight * scale * (1.0 + growth))
        })
    }
}

/// The largest |d ln(f du/dy)/dy| at the two ends: for the functions here it is nowhere much larger between them.
fn steepest(shape: &impl Shape, from: f64, to: f64) -> f64 {
    let at = |u: f64| (shape.slope(u) * (shape.origin() + u) + 1.0).abs();
    at(from).max(at(to))
}

/// The pieces of (from, to), from the left. Leave off where what lies beyond does not count.
pub fn pieces(shape: &impl Shape, from: f64, to: f64) -> impl Iterator<Item = Piece> {
    let mut at = from;
    std::iter::from_fn(move || {
        let piece = (at < to).then(|| Piece::first(shape, at, to))?;
        at = if piece.to > at { piece.to } else { to }; // no double between
        Some(piece)
    })
}

/// The pieces of (0, to), from the right; `hardness` as in [`Piece::last`].
pub fn pieces_from_right(
    origin: f64,
    to: f64,
    hardness: impl Fn(f64, f64, f64) -> Hardness,
) -> impl Iterator<Item = Piece> {
    let mut at = to;
    std::iter::from_fn(move || {
        let piece = (at > 0.0).then(|| Piece::last(origin, at, &hardness))?;
        at = if piece.from < at { piece.from } else { 0.0 };
        Some(piece)
    })
}

/// The distance of the points c ± iw from \[from, to\].
#[must_use]
pub fn distance(c: f64, w: f64, from: f64, to: f64) -> f64 {
    (c - c.clamp(from, to)).hypot(w)
}

fn rules() -> &'static [Vec<(f64, f64)>; RULES.len()] {
    static TABLE: OnceLock<[Vec<(f64, f64)>; RULES.len()]> = OnceLock::new();
    TABLE.get_or_init(|| {
        std::array::from_fn(|i| {
            let n = RULES[i].nodes;
            (0..n).rev().map(|k| legendre_node(n, k)).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// e^(−cu) (γ+u)^−m
    struct Power {
        gamma: f64,
        m: f64,
        c: f64,
    }

    impl Shape for Power {
        fn origin(&self) -> f64 {
            self.gamma
        }

        fn slope(&self, u: f64) -> f64 {
            -self.c - self.m / (self.gamma + u)
        }
    }

    #[test]
    fn powers_are_integrated_over_many_powers_of_ten() {
        for gamma in [1e-9, 1e-3, 1.0, 1e6] {
            for m in [0.2, 1.5, 3.0, 40.0, 1000.0] {
                let shape = Power { gamma, m, c: 0.0 };
                let (from, to) = (0.0, 100.0);
                let mut sum = 0.0;
                for piece in pieces(&shape, from, to) {
                    sum += piece.nodes().map(|(u, w)| w * (-m * (u / gamma).ln_1p()).exp()).sum::<f64>();
                }
                let right = gamma * ((1.0 - m) * (to / gamma).ln_1p()).exp_m1() / (1.0 - m);
                assert!((sum / right - 1.0).abs() < 1e-13, "{gamma} {m}: {sum} {right}");
            }
        }
    }

    #[test]
    fn exponentials_are_integrated_and_few_nodes_do() {
        for (c, most) in [(0.01, 16), (0.5, 40), (40.0, 120)] {
            let shape = Power { gamma: 30.0, m: 0.0, c };
            let (mut sum, mut nodes) = (0.0, 0);
            for piece in pieces(&shape, 5.0, 25.0) {
                for (u, w) in piece.nodes() {
                    sum += w * (-c * (u - 5.0)).exp();
                    nodes += 1;
                }
                if (-c * (piece.to - 5.0)).exp() < 1e-18 {
                    break;
                }
            }
            let right = -(-c * 20.0f64).exp_m1() / c;
            assert!((sum / right - 1.0).abs() < 1e-14 && nodes <= most, "{c}: {sum} {right} {nodes}");
        }
    }

    #[test]
    fn pieces_from_the_right_cover_everything_once() {
        let hardness = |from: f64, to: f64, half: f64| Hardness {
            half,
            steepness: 30.0 * half * (2.0 + to) / to,
            beside: to - from,
            ..Hardness::default()
        };
        let all: Vec<Piece> = pieces_from_right(2.0, 9.0, hardness).collect();
        assert_eq!((all[0].to, all[all.len() - 1].from), (9.0, 0.0));
        assert!(all.windows(2).all(|pair| pair[0].from == pair[1].to));
        let length: f64 = all.iter().flat_map(Piece::nodes).map(|(_, w)| w).sum();
        assert!((length / 9.0 - 1.0).abs() < 1e-14);
    }
}
