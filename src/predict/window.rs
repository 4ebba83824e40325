//! The part of a law of counts that matters, kept as probabilities of n or, where there are too many, of blocks.

use crate::model::Law;

/// What is left out: P(X > n) beyond the window, given alive.
const TAIL: f64 = 1e-13;

/// Up to so many terms are kept one by one (2 MB). More only happens for the busiest customers over decades.
const MOST_TERMS: u64 = 1 << 18;

/// Beyond [`MOST_TERMS`] counts are taken together in blocks of this relative width.
const BLOCK: f64 = 1.0 / 512.0;

/// The probabilities of the number of purchases of a living customer.
#[derive(Debug, Clone)]
pub(super) enum Window {
    /// P(X = 0), P(X = 1), … until less than [`TAIL`] is left.
    Terms(Vec<f64>),
    /// Too many to be kept one by one: the middles of blocks of counts, and their probabilities; P(X > 0).
    ///
    /// An expectation of a function that varies over a relative width σ is right to about (`BLOCK`/σ)²/24.
    Blocks { middles: Vec<f64>, weights: Vec<f64>, some: f64 },
}

impl Window {
    /// The window of a law over a horizon.
    pub(super) fn of<L: Law>(law: &L, horizon: f64) -> Self {
        if horizon > 0.0 && law.survival(MOST_TERMS, horizon) > TAIL {
            return Self::blocks(law, horizon);
        }
        let mut terms = Vec::with_capacity(64);
        law.pmf(horizon, TAIL, &mut terms);
        Self::Terms(terms)
    }

    fn blocks<L: Law>(law: &L, horizon: f64) -> Self {
        let some = law.survival(0, horizon);
        let (mut middles, mut weights) = (Vec::new(), Vec::new());
        let (mut first, mut left) = (1_u64, some);
        while left > TAIL {
            let width = ((first as f64 * BLOCK) as u64).max(1);
            let last = first + width - 1;
            let after = law.survival(last, horizon);
            middles.push(0.5 * (first as f64 + last as f64));
            weights.push((left - after).max(0.0));
            (first, left) = (last + 1, after);
        }
        Self::Blocks { middles, weights, some }
    }

    /// P(X = 0 | alive).
    pub(super) fn none(&self) -> f64 {
        match self {
            Self::Terms(terms) => terms.first().copied().unwrap_or(1.0),
            Self::Blocks { some, .. } => 1.0 - some,
        }
    }

    /// P(X > 0 | alive); a sum where 1 − P(X = 0) would lose digits.
    pub(super) fn some(&self) -> f64 {
        match self {
            Self::Terms(terms) if self.none() > 0.5 => terms.iter().skip(1).rev().sum(),
            Self::Terms(_) => 1.0 - self.none(),
            Self::Blocks { some, .. } => *some,
        }
    }

    /// P(X > n | alive) for the last kept n, told from the ratio of the last two terms; for the far tails of spend.
    pub(super) fn beyond(&self) -> Option<f64> {
        let Self::Terms(terms) = self else { return None };
        let [.., before, last] = terms[..] else { return None };
        let ratio = last / before;
        (ratio < 1.0).then(|| last * ratio / (1.0 - ratio))
    }

    /// P(X = n | alive), if it is kept.
    pub(super) fn term(&self, n: u64) -> Option<f64> {
        match self {
            Self::Terms(terms) => terms.get(usize::try_from(n).ok()?).copied(),
            Self::Blocks { .. } => None,
        }
    }

    /// The smallest n with P(X > n | alive) ≤ `tail`; `None` where a sum of the kept terms cannot tell.
    pub(super) fn upper_quantile(&self, tail: f64) -> Option<u64> {
        let Self::Terms(terms) = self else { return None };
        if tail < 1e4 * TAIL {
            return None;
        }
        let mut beyond = 0.0;
        for (n, &p) in terms.iter().enumerate().rev() {
            // `beyond` is P(X > n)
            if beyond + p > tail {
                return Some(n as u64);
            }
            beyond += p;
        }
        Some(0)
    }
}
