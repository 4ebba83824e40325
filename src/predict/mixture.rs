//! A mixture of laws of sums of orders: future spend in units of the customer's scale.

use crate::model::{SumPoint, Sums};

use super::window::Window;

/// Counts up to this far apart, relative to the width of a term's law, are taken together.
const BLOCK: f64 = 0.5;
/// Chebyshev nodes per block: with blocks of half a width their interpolation is right to 1e-12 of the block's weight.
const NODES: usize = 10;
/// Blocks at least so long have that many whole numbers near the Chebyshev points.
const FEWEST_WHOLE: usize = 4 * NODES;
/// Terms whose share of a sum is below this are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// P(X = n) for n ≥ 1 as weights on numbers of orders: one by one, or, where many neighbouring counts have nearly the
/// same law of spend, at the Chebyshev nodes of blocks of counts, with weights that integrate their probabilities.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    /// The law of a sum of orders after the update.
    sums: Sums,
    /// Numbers of orders, rising.
    orders: Vec<f64>,
    /// Their weights; they sum to P(X > 0).
    weights: Vec<f64>,
    /// Sum of the weights before each, and of all at the end.
    before: Vec<f64>,
}

impl Mixture {
    /// From a window of counts given alive, P(alive), and the law of sums of orders.
    pub(super) fn new(window: &Window, p_alive: f64, sums: Sums) -> Self {
        let (mut orders, mut weights) = (Vec::new(), Vec::new());
        match window {
            Window::Terms(terms) => compress(terms, p_alive, &sums, &mut orders, &mut weights),
            Window::Blocks { middles, weights: shares, .. } => {
                orders.extend_from_slice(middles);
                weights.extend(shares.iter().map(|w| p_alive * w));
            }
        }
        if let Some(beyond) = window.beyond() {
            orders.push(orders.last().copied().unwrap_or(0.0) + 1.0);
            weights.push(p_alive * beyond);
        }
        let mut before = Vec::with_capacity(weights.len() + 1);
        let mut sum = 0.0;
        for w in &weights {
            before.push(sum);
            sum += w;
        }
        before.push(sum);
        Self { sums, orders, weights, before }
    }

    /// P(X > 0).
    pub(super) fn total(&self) -> f64 {
        self.before.last().copied().unwrap_or(0.0)
    }

    /// A first guess of y with P(0 < S ≤ s) = `below`: the middle of the law of that many orders which leaves `below`
    /// to its left.
    pub(super) fn start(&self, below: f64) -> f64 {
        let at = self.before.partition_point(|&before| before < below).saturating_sub(1);
        self.sums.centre(self.orders.get(at).copied().unwrap_or(1.0))
    }

    /// The mixture at y = ln(s/scale).
    ///
    /// P(S_n ≤ s) falls with n, so the terms are summed outwards from the one whose middle is nearest to s, and those
    /// beyond the first negligible one are known to be 0 or 1.
    pub(super) fn at(&self, y: f64) -> SumPoint {
        let here = self.orders.partition_point(|&n| self.sums.centre(n) < y);
        let mut point = SumPoint::default();
        for i in here..self.orders.len() {
            let rest = self.total() - self.before[i];
            let term = self.sums.at(self.orders[i], y);
            point.add(self.weights[i], &term);
            if term.below < NEGLIGIBLE {
                point.above += rest - self.weights[i];
                break;
            }
        }
        for i in (0..here).rev() {
            let term = self.sums.at(self.orders[i], y);
            point.add(self.weights[i], &term);
            if term.above < NEGLIGIBLE {
                point.below += self.before[i];
                break;
            }
        }
        point
    }
}

/// Puts the probabilities of 1, 2, … orders on fewer numbers of orders where their laws of spend hardly differ.
fn compress(terms: &[f64], p_alive: f64, sums: &Sums, orders: &mut Vec<f64>, weights: &mut Vec<f64>) {
    let mut first = 1;
    while first < terms.len() {
        let n = first as f64;
        let width = BLOCK * n * sums.width(n);
        let last = (first + width as usize).min(terms.len());
        let fewest = if sums.only_whole() { FEWEST_WHOLE } else { NODES };
        if last - first <= fewest {
            orders.push(n);
            weights.push(p_alive * terms[first]);
            first += 1;
            continue;
        }
        let terms = &terms[first..last];
        let (nodes, shares) = if sums.only_whole() { whole(first, terms) } else { chebyshev(first, terms) };
        orders.extend(nodes);
        weights.extend(shares.map(|share| p_alive * share));
        first = last;
    }
}

/// Σ_n P(n) φ(n) over a block ≈ Σ_i W_i φ(n_i), exact for polynomials of degree below [`NODES`]: W_i = Σ_n P(n) ℓ_i(n)
/// with the Lagrange polynomials of the Chebyshev points, in barycentric form (Berrut & Trefethen 2004, eq. 4.2, 5.3).
fn chebyshev(first: usize, terms: &[f64]) -> ([f64; NODES], [f64; NODES]) {
    let half = 0.5 * (terms.len() - 1) as f64;
    let middle = first as f64 + half;
    let angle = |i: usize| (i as f64 + 0.5) * std::f64::consts::PI / NODES as f64;
    let points: [f64; NODES] = std::array::from_fn(|i| -angle(i).cos());
    let factors: [f64; NODES] =
        std::array::from_fn(|i| if i % 2 == 0 { angle(i).sin() } else { -angle(i).sin() });
    let mut shares = [0.0; NODES];
    for (k, &p) in terms.iter().enumerate() {
        let t = (first as f64 + k as f64 - middle) / half;
        if let Some(hit) = points.iter().position(|&point| point == t) {
            shares[hit] += p;
            continue;
        }
        let parts: [f64; NODES] = std::array::from_fn(|i| factors[i] / (t - points[i]));
        let sum: f64 = parts.iter().sum();
        for (share, part) in shares.iter_mut().zip(parts) {
            *share += p * part / sum;
        }
    }
    (points.map(|t| middle + half * t), shares)
}

/// The same at the whole numbers nearest to the Chebyshev points, for laws that know no others.
fn whole(first: usize, terms: &[f64]) -> ([f64; NODES], [f64; NODES]) {
    let half = 0.5 * (terms.len() - 1) as f64;
    let angle = |i: usize| (i as f64 + 0.5) * std::f64::consts::PI / NODES as f64;
    let points: [f64; NODES] = std::array::from_fn(|i| (half * (1.0 - angle(i).cos())).round());
    let apart = |i: usize, t: f64| -> f64 {
        (0..NODES).filter(|j| *j != i).map(|j| (t - points[j]) / (points[i] - points[j])).product()
    };
    let share = |i| terms.iter().enumerate().map(|(k, p)| p * apart(i, k as f64)).sum();
    (points.map(|t| first as f64 + t), std::array::from_fn(share))
}
