//! How many purchases: P(X(t) = n).
//!
//! It is a mixture over the moment until which the customer buys: t itself, with probability S(t), and every u before with
//! density f(u). All n share the nodes: NB_n(u) = (r)_n/n! z^n (1−z)^r with z = u/(α+u), so that a term follows from the
//! one before by a factor for each node.

use super::{Lifetime, UntilDeath};
use crate::math::quadrature::{Hardness, Piece, pieces_from_right};
use crate::math::special::IncompleteBeta;

/// Terms e^−40 of others are not looked at closely: 4e-18.
const NOTHING: f64 = 40.0;
/// A term that is this part of the sum is nothing.
const NEGLIGIBLE: f64 = 1e-19;
/// Lifetimes that are e^−this of the least probability asked for are cut short.
const LATE: f64 = 60.0;
/// Below e^−this a node's term is left out until the nodes are drawn up again.
const ASLEEP: f64 = 700.0;
/// In the meantime it may grow by e^this, to e^−600 and no more.
const SLEEP: f64 = 100.0;

/// From here on, and then at every n a quarter larger, the tail itself is looked at.
const LOOK: f64 = 64.0;

/// A node of the mixture at one n, z = u/(α+u) and weight · NB_n(u), from the right to the left.
struct Nodes {
    z: Vec<f64>,
    term: Vec<f64>,
    /// Up to this n they are right.
    until: f64,
}

impl Nodes {
    /// The sum of the terms. The last have the smallest z: once they are nothing they stay so, and are let go.
    fn sum(&mut self) -> f64 {
        let mut lanes = [0.0; 4];
        let (fours, rest) = self.term.as_chunks::<4>();
        for four in fours {
            lanes.iter_mut().zip(four).for_each(|(lane, term)| *lane += term);
        }
        let sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + rest.iter().sum::<f64>();
        while self.term.last().is_some_and(|&last| last <= NEGLIGIBLE * sum) {
            self.term.pop();
        }
        sum
    }

    /// From n to n + 1: each term by its z and a factor that they share.
    fn step(&mut self, factor: f64) {
        self.term.iter_mut().zip(&self.z).for_each(|(term, z)| *term *= z * factor);
    }
}

impl<L: Lifetime> UntilDeath<L> {
    /// Appends P(X(t) = n) from n = 0 until P(X(t) > n) < `tail`.
    pub(super) fn counts(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        // Who lives longer than this is too rare for any count that is told.
        let rare = LATE - tail.max(f64::MIN_POSITIVE).ln();
        let t = t.min(self.lifetime.outlived_with(-rare));
        let z = t / (self.alpha + t);
        // Far beyond the mean the terms fall by a factor of z each.
        let mut most = (self.r * (t / self.alpha) + 30.0 / -z.ln()).ceil().max(4.0);
        let (mut n, mut nodes, mut look) = (0.0, self.nodes(t, 0.0, most), LOOK);
        loop {
            let here = nodes.sum();
            out.push(here);
            // No node's ratio is larger than that at t, from here on at most its larger of now and of n → ∞.
            let ratio = z.max(z * ((self.r + n) / (n + 1.0)));
            if ratio < 1.0 && here * ratio < tail * (1.0 - ratio) {
                return;
            }
            // Of customers who are as good as certainly gone the ratio would have to wait until the living have had enough.
            if n >= look {
                if self.more_than(n as u64, t) < tail {
                    return;
                }
                look *= 1.25;
            }
            let factor = (self.r + n) / (n + 1.0);
            n += 1.0;
            if n <= nodes.until {
                nodes.step(factor);
            } else {
                if n > most {
                    most *= 2.0;
                }
                nodes = self.nodes(t, n, most);
            }
        }
    }

    /// The nodes from n on, good up to `most`.
    fn nodes(&self, t: f64, n: f64, most: f64) -> Nodes {
        let &Self { r, alpha, lifetime } = self;
        let mut nodes = Nodes { z: Vec::with_capacity(64), term: Vec::with_capacity(64), until: most };
        // For n > 0, n NB_n is the density of the logit of a Beta(n, r) variate at z: its parts are not large where their sum is small.
        let moment = IncompleteBeta::new(n.max(1.0), r);
        let mut asleep = false;
        let mut add = |u: f64, factor: f64| {
            let z = u / (alpha + u);
            let ln_survival = lifetime.ln_survival(u);
            let ln_count = if n > 0.0 {
                moment.ln_logit_density(z, alpha / (alpha + u)) - n.ln()
            } else {
                -r * (u / alpha).ln_1p()
            };
            let ln_term = ln_count + ln_survival;
            asleep |= ln_term < -ASLEEP && ln_survival > -ASLEEP;
            nodes.z.push(z);
            nodes.term.push(if ln_term < -ASLEEP { 0.0 } else { factor * ln_term.exp() });
        };
        add(t, 1.0);
        if L::ENDS {
            for piece in self.pieces(t, most) {
                piece.nodes().rev().for_each(|(u, weight)| add(u, weight * lifetime.hazard(u)));
            }
        }
        if asleep && r > 1.0 {
            let growth = ((r + n) / (n + 1.0)).ln().max(1e-9);
            nodes.until = most.min(n + (SLEEP / growth).floor().max(1.0));
        }
        nodes
    }

    /// The pieces of (0, t) on which NB_n(u) f(u) is integrated for all n up to `most`.
    ///
    /// In φ = 2 √r arsinh √(u/α) every NB_n is a bell of width about 1. At the right end u^n is the steeper the larger n; further
    /// to the left, where NB_n(u) is e^−40 of what it is at t, a large n does not count any more.
    pub(super) fn pieces(&self, t: f64, most: f64) -> impl Iterator<Item = Piece> {
        let &Self { r, alpha, lifetime } = self;
        let origin = alpha.min(lifetime.pole()).min(t.max(alpha));
        let ln_z = move |u: f64| -(alpha / u).ln_1p();
        let phi = move |u: f64| 2.0 * r.sqrt() * (u / alpha).sqrt().asinh();
        pieces_from_right(origin, t, move |from, to, half| {
            let fallen = ln_z(t) - ln_z(to);
            let n = if fallen > 0.0 { most.min(NOTHING / fallen) } else { most };
            let stretch = origin + to;
            let power = n * alpha / (to * (alpha + to)) * stretch;
            let ends = |u: f64| (lifetime.density_slope(u) * (origin + u) + 1.0).abs();
            Hardness {
                half,
                steepness: half * power.max(ends(from)).max(ends(to)),
                bell: 0.5 * (phi(to) - phi(from)),
                beside: (to - from) / lifetime.clearance(from, to),
            }
        })
    }
}
