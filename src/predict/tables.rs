//! Quantiles of future spend for many customers: the same laws of n orders, tabulated once for every frequency.
//!
//! What a customer with x repeat purchases spends is, in units of their scale, a mixture of the laws of sums of n orders.
//! These depend on x alone ([`Sums::known_from`]); the histories only mix them differently. So P(S_n ≤ s) is computed once on a
//! grid of y = ln(s/scale), and a mixture's distribution function at a grid point is a sum of products. Every number is a
//! function of its place in the grid, so that it does not matter who computes it.
//!
//! Between grid points: for Gamma-Gamma the density, which is a power series in u^p and cheap, is integrated from the nearer
//! one: the result is exact, the grid only saves work. For lognormal orders the quintic through both is the answer; the grid is
//! so fine that it is right to 1e-7 of the law's width.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use crate::math::quadrature::legendre_node;
use crate::math::special::IncompleteBeta;
use crate::model::{Law, Sums, unit};

use super::purchases::Purchases;
use super::window::Window;

/// Frequencies below this have a table.
const FREQUENCIES: usize = 512;
/// Numbers of orders are tabulated in blocks that double: 1–16, 17–48, 49–112, 113–240, 241–496.
const BLOCKS: usize = 5;
const FIRST_BLOCK: usize = 16;
/// Mixtures with more terms than this are left to the general road.
const MOST_ORDERS: usize = FIRST_BLOCK * ((1 << BLOCKS) - 1);
/// All tables together hold at most so many terms (of 16 bytes): 128 MB.
const MOST_STORED: usize = 8 << 20;
/// The step of the grid in units of 1/√q', the width of the narrowest law.
const STEP: f64 = 0.5;
/// The same for laws between whose grid points a quintic is drawn, in units of about their narrowest width.
const FINE_STEP: f64 = 0.25;
/// A grid of more points than this is not laid; laws so narrow go the general road.
const MOST_POINTS: f64 = 65_536.0;
/// Rows with less of a law than this on one side are not told.
const SEEN: f64 = 1e-8;
/// About so many rows tell of a law.
const MOST_SEEN: usize = 128;
/// Nodes of the rule that integrates the density from a grid point, over at most half a step.
const NODES: usize = 6;

/// The tables of one spend model.
pub(super) struct Tables {
    sums: Sums,
    slots: Box<[OnceLock<Table>]>,
    stored: AtomicUsize,
    rule: [(f64, f64); NODES],
}

/// The laws of n = 1, 2, … orders for one frequency.
struct Table {
    sums: Sums,
    /// y of the first row, and the step.
    start: f64,
    step: f64,
    rows: Box<[Row]>,
}

/// At one grid point.
#[derive(Default)]
struct Row([OnceLock<Block>; BLOCKS]);

/// For some neighbouring numbers of orders.
struct Block {
    terms: Box<[Term]>,
    /// The slopes of the densities, where they do not follow from these.
    slopes: Box<[f64]>,
}

/// Of one number of orders.
#[derive(Clone, Copy)]
struct Term {
    /// P(S_n ≤ s).
    below: f64,
    /// Its derivative with respect to y.
    density: f64,
}

/// A mixture at a grid point: distribution, density and the density's slope, all with respect to y.
#[derive(Clone, Copy)]
struct Knot {
    at: usize,
    below: f64,
    density: f64,
    slope: f64,
}

/// The tables that somebody uses. Forecasts under one model of spend share theirs, whatever model of purchases is beside it: candidates of a joint forecast
/// are all fitted to the same amounts.
static IN_USE: Mutex<Vec<(Key, Weak<Tables>)>> = Mutex::new(Vec::new());

/// The kind and the two numbers of [`Sums`], to the last bit.
type Key = (bool, u64, u64);

impl Tables {
    /// For the law of sums of customers of whose spend nothing is known: those that somebody else uses already, or new ones.
    pub(super) fn of(sums: Sums) -> Arc<Self> {
        let key = match &sums {
            Sums::BetaPrime { p, q } => (false, p.to_bits(), q.to_bits()),
            Sums::LogNormal { tau, laws } => (true, tau.to_bits(), laws.sigma().to_bits()),
        };
        let mut all = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, tables)| tables.strong_count() > 0);
        let known = all.iter().filter(|(known, _)| *known == key).find_map(|(_, tables)| tables.upgrade());
        known.unwrap_or_else(|| {
            let tables = Arc::new(Self::new(sums));
            all.push((key, Arc::downgrade(&tables)));
            tables
        })
    }

    fn new(sums: Sums) -> Self {
        Self {
            sums,
            slots: std::iter::repeat_with(OnceLock::new).take(FREQUENCIES).collect(),
            stored: AtomicUsize::new(0),
            rule: std::array::from_fn(|i| legendre_node(NODES, i)),
        }
    }

    /// The law of sums of a customer whose spend is known from so many purchases.
    pub(super) fn sums(&self, known_from: u32) -> Sums {
        self.sums.known_from(known_from)
    }

    /// s/scale with P(0 < S ≤ s) = `below` for a customer whose spend is known from `frequency` purchases; `weights` are
    /// P(X = 1), P(X = 2), …. `None` where the tables do not reach: a rare case, for the general road.
    pub(super) fn ratio_quantile(&self, frequency: u32, weights: &[f64], below: f64) -> Option<f64> {
        if weights.len() > MOST_ORDERS {
            return None;
        }
        let slot = self.slots.get(frequency as usize)?;
        let table = slot.get_or_init(|| Table::new(self.sums(frequency)));
        let (left, right) = self.bracket(table, weights, below)?;
        let guess = between(&left, &right, table.step, below);
        let Sums::BetaPrime { p, q } = table.sums else { return Some((table.y(left.at) + guess).exp()) };
        let base = if guess < 0.5 * table.step { left } else { right };
        let offset = guess - (base.at - left.at) as f64 * table.step;
        Some(self.refine(table, (p, q), weights, (below, base, offset))?.exp())
    }

    /// Points (y, P(0 < S ≤ s), density with respect to y) of a mixture at the grid's rows, as far out as there is something to see. `None`
    /// where the tables do not reach.
    pub(super) fn points<L: Law>(
        &self,
        frequency: u32,
        purchases: &Purchases<L>,
    ) -> Option<Vec<(f64, f64, f64)>> {
        let Window::Terms(terms) = purchases.window() else { return None };
        let weights: Vec<f64> = terms.iter().skip(1).map(|p| purchases.p_alive() * p).collect();
        if weights.len() > MOST_ORDERS {
            return None;
        }
        let table = self.slots.get(frequency as usize)?.get_or_init(|| Table::new(self.sums(frequency)));
        let (some, last) = (purchases.p_some(), table.rows.len().checked_sub(1)?);
        // The first row with more than a little below it, and the first with next to nothing above.
        let first_with = |share: f64| {
            let (mut low, mut high) = (0, last);
            while low < high {
                let middle = usize::midpoint(low, high);
                if self.below(table, middle, &weights) > share * some {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            low
        };
        let (from, to) = (first_with(SEEN), first_with(1.0 - SEEN));
        // Fine tables have more rows than a law needs.
        let every = ((to.saturating_sub(from)) / MOST_SEEN).max(1);
        let rows = (from..=to).step_by(every);
        let seen = rows
            .map(|at| self.knot(table, at, &weights))
            .map(|knot| (table.y(knot.at), knot.below, knot.density));
        Some(seen.collect())
    }

    /// The two neighbouring grid points between which the quantile lies.
    fn bracket(&self, table: &Table, weights: &[f64], below: f64) -> Option<(Knot, Knot)> {
        let (mut low, mut high) = (0, table.rows.len().checked_sub(1)?);
        if self.below(table, low, weights) > below || self.below(table, high, weights) <= below {
            return None;
        }
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if self.below(table, middle, weights) <= below {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some((self.knot(table, low, weights), self.knot(table, high, weights)))
    }

    /// P(0 < S ≤ s) at a grid point.
    fn below(&self, table: &Table, at: usize, weights: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.each_block(table, at, weights, |_, weights, Block { terms, .. }| {
            sum += weights.iter().zip(terms).map(|(w, term)| w * term.below).sum::<f64>();
        });
        sum
    }

    fn knot(&self, table: &Table, at: usize, weights: &[f64]) -> Knot {
        let (mut below, mut density, mut moment, mut slope) = (0.0, 0.0, 0.0, 0.0);
        self.each_block(table, at, weights, |first, weights, Block { terms, slopes }| {
            for (i, (w, term)) in weights.iter().zip(terms).enumerate() {
                below += w * term.below;
                density += w * term.density;
                moment += w * term.density * (first + i + 1) as f64;
            }
            slope += weights.iter().zip(slopes).map(|(w, slope)| w * slope).sum::<f64>();
        });
        if let Sums::BetaPrime { p, q } = table.sums {
            let u = unit(table.y(at)).0;
            slope = p * (1.0 - u) * moment - q * u * density;
        }
        Knot { at, below, density, slope }
    }

    /// The blocks of a row that the weights reach: the number of orders before each, its weights and itself.
    fn each_block<'w>(
        &self,
        table: &Table,
        at: usize,
        weights: &'w [f64],
        mut each: impl FnMut(usize, &'w [f64], &Block),
    ) {
        let (mut first, mut size) = (0, FIRST_BLOCK);
        for block in &table.rows[at].0 {
            if first >= weights.len() {
                return;
            }
            let full = block.get().is_none() && self.stored.load(Ordering::Relaxed) >= MOST_STORED;
            let computed;
            let terms = if full {
                computed = table.block(at, first, size); // the same numbers, not kept
                &computed
            } else {
                block.get_or_init(|| {
                    self.stored.fetch_add(size, Ordering::Relaxed);
                    table.block(at, first, size)
                })
            };
            let end = weights.len().min(first + size);
            each(first, &weights[first..end], terms);
            (first, size) = (first + size, 2 * size);
        }
    }

    /// One step of Halley's iteration (two, if the first was not small) from base + offset; the distribution function
    /// there is that of the grid point plus the density's integral.
    fn refine(
        &self,
        table: &Table,
        (p, q): (f64, f64),
        weights: &[f64],
        (below, base, offset): (f64, Knot, f64),
    ) -> Option<f64> {
        let origin = table.y(base.at);
        let u0 = unit(origin).0;
        let mut scaled = Vec::with_capacity(weights.len());
        self.each_block(table, base.at, weights, |_, weights, Block { terms, .. }| {
            scaled.extend(weights.iter().zip(terms).map(|(w, term)| w * term.density));
        });
        let density = |offset: f64| {
            // u/u0 and (1−u)/(1−u0) at y = origin + offset
            let ln_rest = -(u0 * offset.exp_m1()).ln_1p();
            let ratio = (p * (offset + ln_rest)).exp();
            (ratio, (q * ln_rest).exp(), ln_rest)
        };
        let mut offset = offset;
        for _ in 0..4 {
            let half = 0.5 * offset;
            let integral: f64 = self
                .rule
                .iter()
                .map(|&(t, w)| {
                    let (ratio, rest, _) = density(half + half * t);
                    w * rest * series(&scaled, ratio)
                })
                .sum();
            let (ratio, rest, ln_rest) = density(offset);
            let (value, moment) = series_and_moment(&scaled, ratio);
            let (f, moment) = (rest * value, rest * moment);
            let one_less_u = (1.0 - u0) * ln_rest.exp();
            let slope = p * one_less_u * moment - q * (1.0 - one_less_u) * f;
            let newton = (below - base.below - half * integral) / f;
            let step = newton / (1.0 + 0.5 * newton * slope / f);
            offset += step;
            if offset.is_nan() || offset.abs() > table.step {
                return None; // not seen; the general road would find it
            }
            // Halley's error is about step³/width².
            if step.abs() <= 1e-4 * table.step {
                return Some(origin + offset);
            }
        }
        None
    }
}

impl Table {
    fn new(sums: Sums) -> Self {
        // From far below one order to far above the most.
        let most = MOST_ORDERS as f64;
        let (step, start, end) = match &sums {
            &Sums::BetaPrime { p, q } => {
                let width = (1.0 / p + 1.0 / q).sqrt();
                let end = (p * most / q).ln() + 12.0 / q.sqrt().min(q);
                (STEP / q.max(4.0).sqrt(), (p / q).ln() - 12.0 * width, end)
            }
            Sums::LogNormal { tau, laws } => {
                let (one, many) = (tau.hypot(laws.sigma()), tau.hypot(laws.sigma() / most.sqrt()));
                (FINE_STEP * many, -12.0 * one, sums.centre(most) + 12.0 * one)
            }
        };
        let count = ((end - start) / step).ceil() + 1.0;
        let fine = matches!(sums, Sums::LogNormal { .. });
        let count = if fine && count > MOST_POINTS { 0 } else { count as usize };
        Self { sums, start, step, rows: std::iter::repeat_with(Row::default).take(count).collect() }
    }

    fn y(&self, at: usize) -> f64 {
        self.start + at as f64 * self.step
    }

    fn block(&self, at: usize, first: usize, size: usize) -> Block {
        let y = self.y(at);
        let orders = first + 1..=first + size;
        match self.sums {
            Sums::BetaPrime { p, q } => {
                let (u, rest) = unit(y);
                let term = |n: usize| {
                    let law = IncompleteBeta::new(p * n as f64, q);
                    Term { below: law.tails(u, rest).lower, density: law.ln_logit_density(u, rest).exp() }
                };
                Block { terms: orders.map(term).collect(), slopes: Box::default() }
            }
            Sums::LogNormal { .. } => {
                let points = orders.map(|n| self.sums.at(n as f64, y));
                let (terms, slopes): (Vec<_>, Vec<_>) = points
                    .map(|point| (Term { below: point.below, density: point.density }, point.slope))
                    .unzip();
                Block { terms: terms.into(), slopes: slopes.into() }
            }
        }
    }
}

/// Σ c_n ρ^n, n from 1.
fn series(c: &[f64], rho: f64) -> f64 {
    rho * c.iter().rev().fold(0.0, |sum, c| sum * rho + c)
}

/// Σ c_n ρ^n and Σ n c_n ρ^n, n from 1.
fn series_and_moment(c: &[f64], rho: f64) -> (f64, f64) {
    let (mut sum, mut derivative) = (0.0, 0.0);
    for c in c.iter().rev() {
        derivative = derivative * rho + sum;
        sum = sum * rho + c;
    }
    // P = ρ Q(ρ) with Q = `sum`, Q' = `derivative`: ρ P' = ρ Q + ρ² Q'
    (rho * sum, rho * (sum + rho * derivative))
}

/// Where between two grid points the distribution function is `below`: the root of the quintic that has its value,
/// slope and curvature at both, as an offset from the left one.
fn between(left: &Knot, right: &Knot, step: f64, below: f64) -> f64 {
    let (f0, f1) = (left.below - below, right.below - below);
    let (d0, d1) = (step * left.density, step * right.density);
    let (c0, c1) = (0.5 * step * step * left.slope, 0.5 * step * step * right.slope);
    // f0 + d0 t + c0 t² + t³ (k3 + k4 t + k5 t²)
    let rise = f1 - f0 - d0 - c0;
    let bend = d1 - d0 - 2.0 * c0;
    let turn = c1 - c0;
    let k3 = 10.0 * rise - 4.0 * bend + turn;
    let k4 = -15.0 * rise + 7.0 * bend - 2.0 * turn;
    let k5 = 6.0 * rise - 3.0 * bend + turn;
    let mut t = (-f0 / (f1 - f0)).clamp(0.0, 1.0);
    for _ in 0..6 {
        let value = f0 + t * (d0 + t * (c0 + t * (k3 + t * (k4 + t * k5))));
        let slope = d0 + t * (2.0 * c0 + t * (3.0 * k3 + t * (4.0 * k4 + t * 5.0 * k5)));
        let next = (t - value / slope).clamp(0.0, 1.0);
        if !next.is_finite() {
            break;
        }
        let moved = (next - t).abs();
        t = next;
        if moved < 1e-6 {
            break;
        }
    }
    t * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_law_of_sums_has_one_set_of_tables_as_long_as_somebody_uses_it() {
        let tables = |p: f64| Tables::of(Sums::BetaPrime { p, q: 3.0625 });
        let (one, same, other) = (tables(6.25), tables(6.25), tables(6.5));
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        drop(other);
        let known = || IN_USE.lock().unwrap().iter().map(|(key, _)| key.1).collect::<Vec<_>>();
        assert!(known().contains(&6.5f64.to_bits()));
        assert!(Arc::ptr_eq(&one, &tables(6.25))); // whoever is gone is forgotten as others ask
        assert!(known().contains(&6.25f64.to_bits()) && !known().contains(&6.5f64.to_bits()));
    }
}
