//! Quantiles of future spend in units of the customer's scale.

use std::cell::OnceCell;

use crate::model::{Law, SumPoint};

use super::mixture::Mixture;
use super::purchases::Purchases;
use super::tables::Tables;
use super::window::Window;

/// A Newton step below this is the last: what is then left is its square.
const CLOSE: f64 = 1e-8;

/// s/scale with P(0 < S ≤ s) = `below` and P(S > s) = `above`; 0 if there is nothing to be below.
///
/// Newton's iteration on the logarithm of the smaller of the two probabilities, as a function of y = ln(s/scale): both are
/// nearly straight or parabolas in their tails, so that it converges from afar; a bracket guards it.
pub(super) fn ratio_quantile(mixture: &Mixture, below: f64, above: f64) -> f64 {
    if below <= 0.0 {
        return 0.0;
    }
    quantile_from(mixture.start(below), below, above, |y| mixture.at(y))
}

/// e^y with P(0 < S ≤ s) = `below` > 0 and P(S > s) = `above` for any law of y = ln s, from a first guess of y.
pub(super) fn quantile_from(start: f64, below: f64, above: f64, at: impl Fn(f64) -> SumPoint) -> f64 {
    let from_below = below < above;
    let (mut low, mut high) = (-750.0, 700.0); // e^±700: the range of numbers
    let mut y = start;
    for _ in 0..200 {
        let point = at(y);
        let (here, goal, sign) =
            if from_below { (point.below, below, 1.0) } else { (point.above, above, -1.0) };
        let gap = sign * (here - goal);
        if gap > 0.0 {
            high = y;
        } else {
            low = y;
        }
        let newton = sign * (goal / here).ln() * here / point.density;
        let next = y + newton;
        if (next - y).abs() <= CLOSE || gap == 0.0 {
            return next.exp();
        }
        // Comparisons with a NaN are false: a step from where nothing is left to see is a bisection.
        y = if next > low && next < high { next } else { 0.5 * (low + high) };
        if high - low <= 1e-15 * y.abs() {
            break;
        }
    }
    y.exp()
}

/// Levels further out than this go the general road, which works with the logarithm of the tail.
const FAR: f64 = 1e-3;

/// Quantiles of s/scale for one history: by the tables where they reach, else one by one.
pub(super) struct Ratios<'t> {
    tables: &'t Tables,
    window: &'t Window,
    known_from: u32,
    p_alive: f64,
    p_none: f64,
    /// P(X = n) for n ≥ 1, where the counts are kept one by one.
    weights: Vec<f64>,
    mixture: OnceCell<Mixture>,
}

impl<'t> Ratios<'t> {
    /// For a customer whose spend is known from `known_from` purchases.
    pub(super) fn new<L: Law>(purchases: &'t Purchases<L>, tables: &'t Tables, known_from: u32) -> Self {
        let (window, p_alive) = (purchases.window(), purchases.p_alive());
        let weights = match window {
            Window::Terms(terms) => terms.iter().skip(1).map(|p| p_alive * p).collect(),
            Window::Blocks { .. } => Vec::new(),
        };
        let p_none = purchases.p_none();
        Self { tables, window, known_from, p_alive, p_none, weights, mixture: OnceCell::new() }
    }

    /// The quantile at `probability`; `tail` is 1 − `probability`.
    pub(super) fn quantile(&self, probability: f64, tail: f64) -> f64 {
        let below = probability - self.p_none;
        if below <= 0.0 {
            return 0.0;
        }
        let quick = below > FAR && tail > FAR && !self.weights.is_empty();
        let tabulated =
            if quick { self.tables.ratio_quantile(self.known_from, &self.weights, below) } else { None };
        tabulated.unwrap_or_else(|| {
            let mixture = self
                .mixture
                .get_or_init(|| Mixture::new(self.window, self.p_alive, self.tables.sums(self.known_from)));
            ratio_quantile(mixture, below, tail)
        })
    }
}
