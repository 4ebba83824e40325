//! Lognormal spend: orders and customers both differ by factors.

mod grid;
mod sums;

use std::cmp::Ordering;
use std::f64::consts::TAU;
use std::sync::Arc;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::kernel::{Coordinate, Derivatives, Likelihood, Parametric, Weighted, all_positive};
use super::prior::Prior;
use super::spend::{SpendLikelihood, SpendModel, Sums};
use crate::features::{Process, Spent};
use crate::{Error, Result};

pub use sums::LogSums;

/// What the likelihood knows of a customer: of the logarithms of their repeat purchases' values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LnSpendRow {
    /// Repeat purchases, x, at least 1.
    pub frequency: u32,
    /// The mean of the logarithms.
    pub mean: f64,
    /// The sum of the squares of their differences from that mean.
    pub squares: f64,
}

/// Lognormal spend: an order's value is lognormal around the customer's own level, and the levels are lognormal too.
///
/// ```text
/// ln z ~ Normal(μ, σ²)     the value of one order
/// μ ~ Normal(m, τ²)        how the customers' levels differ
/// ```
///
/// The one-way random-effects model of analysis of variance on the logarithms (Searle, Casella & McCulloch 1992, "Variance
/// Components", chapter 3; Gelman et al. 2013, "Bayesian Data Analysis", § 5.4): all closed form but the law of a sum of
/// orders, which [`LogSums`] computes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogNormal {
    m: f64,
    sigma: f64,
    tau: f64,
}

impl LogNormal {
    /// Its usual name.
    pub const NAME: &'static str = "Lognormal spend";
    /// Its identifier.
    pub const ID: &'static str = "log-normal";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str = "order values lognormal around each customer's own level";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self { m: 0.0, sigma: 1.0, tau: 1.0 }
    }

    /// The model with these parameters; `m` is the mean logarithm of an order's value in units of money.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are finite and σ and τ positive.
    pub fn new(m: f64, sigma: f64, tau: f64) -> Result<Self> {
        if !m.is_finite() {
            return Err(Error::Parameter { model: Self::NAME, name: "m", value: m, rule: "finite" });
        }
        all_positive(Self::NAME, [("sigma", sigma), ("tau", tau)])?;
        Ok(Self { m, sigma, tau })
    }

    /// The mean logarithm of an order's value over all customers: e^m is the median order.
    #[must_use]
    pub const fn m(&self) -> f64 {
        self.m
    }

    /// How the orders of one customer differ: the standard deviation of their logarithms.
    #[must_use]
    pub const fn sigma(&self) -> f64 {
        self.sigma
    }

    /// How the customers' levels differ: the standard deviation of μ.
    #[must_use]
    pub const fn tau(&self) -> f64 {
        self.tau
    }

    /// The model of the orders to come of a customer of x repeat purchases whose logarithms have this mean: μ is normal with
    ///
    /// ```text
    /// precision 1/τ'² = 1/τ² + x/σ²        mean m' = m + (mean − m) x τ²/(σ² + x τ²)
    /// ```
    ///
    /// (Gelman et al. 2013, equation 2.12). Without a repeat purchase, or with a mean that is not finite, it stays as it is.
    #[must_use]
    pub fn given(&self, frequency: u32, mean_ln_value: Option<f64>) -> Self {
        match mean_ln_value {
            Some(mean) if frequency > 0 && mean.is_finite() => {
                let &Self { m, sigma, tau } = self;
                let x = f64::from(frequency);
                let between = x * tau * tau;
                let m = m + (mean - m) * (between / (sigma * sigma + between));
                Self { m, sigma, tau: posterior_sd(sigma, tau, x) }
            }
            _ => *self,
        }
    }

    /// The mean of an order's value, e^(m + (σ² + τ²)/2). It always exists; `None` where it is beyond the range of numbers.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        finite((self.m + 0.5 * (self.sigma.powi(2) + self.tau.powi(2))).exp())
    }

    /// The variance of the sum of a random number N of orders, independent of their values. With M = e^(μ + σ²/2), the
    /// customer's own mean,
    ///
    /// ```text
    /// E[N] E[M²] (e^σ² − 1) + Var N E[M²] + E[N]² Var M        E[M²] = E[M]² e^τ²,  Var M = E[M]² (e^τ² − 1)
    /// ```
    ///
    /// It always exists; `None` where it is beyond the range of numbers.
    #[must_use]
    pub fn variance_of_sum(&self, mean_orders: f64, variance_of_orders: f64) -> Option<f64> {
        let (within, between) = (self.sigma.powi(2), self.tau.powi(2));
        let relative = (mean_orders * within.exp_m1() + variance_of_orders) * between.exp()
            + mean_orders * mean_orders * between.exp_m1();
        let mean = self.mean()?;
        finite(relative * mean * mean)
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The standard deviation of μ after x orders: στ/√(σ² + xτ²).
pub(super) fn posterior_sd(sigma: f64, tau: f64, x: f64) -> f64 {
    if x > 0.0 { tau * (sigma / sigma.hypot(tau * x.sqrt())) } else { tau }
}

impl SpendModel for LogNormal {
    fn known_from(&self, customer: &Spent) -> u32 {
        if Self::row(customer).is_some() { customer.frequency } else { 0 }
    }

    fn knowing(&self, customer: &Spent) -> Self {
        self.given(customer.frequency, Self::row(customer).map(|row| row.mean))
    }

    fn scale(&self) -> f64 {
        self.m.exp()
    }

    fn sums(&self) -> Sums {
        Sums::LogNormal { tau: self.tau, laws: Arc::new(LogSums::new(self.sigma)) }
    }

    fn mean(&self) -> Option<f64> {
        self.mean()
    }

    fn variance_of_sum(&self, mean_orders: f64, variance_of_orders: f64) -> Option<f64> {
        self.variance_of_sum(mean_orders, variance_of_orders)
    }

    fn no_variance(&self) -> String {
        let &Self { sigma, tau, .. } = self;
        format!(
            "the spend model has sigma = {sigma:.3} and tau = {tau:.3}: with such factors between orders the variance of the \
             total is beyond the range of numbers, and no interval can be told"
        )
    }

    fn needs_logs(&self) -> bool {
        true
    }

    /// Draws μ, the mean of the logarithms of this customer's orders.
    fn sample_customer<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let z: f64 = StandardNormal.sample(rng);
        self.m + self.tau * z
    }

    fn sample_order<R: Rng + ?Sized>(&self, customer: f64, rng: &mut R) -> f64 {
        let z: f64 = StandardNormal.sample(rng);
        (customer + self.sigma * z).exp()
    }
}

impl Parametric for LogNormal {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["m", "sigma", "tau"].map(str::to_owned).to_vec()
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.m, self.sigma, self.tau]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [m, sigma, tau] => Self::new(m, sigma, tau),
            _ => Err(Error::Undefined(format!(
                "{} has three parameters, not {}",
                Self::NAME,
                parameters.len()
            ))),
        }
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        vec![Coordinate::Plain, Coordinate::Log, Coordinate::Log]
    }

    /// m_i = m + γ'z: e^γ is the factor on what an order is worth for one unit of z more.
    fn shifted_by(&self, process: Process) -> Option<Vec<f64>> {
        (process == Process::Spend).then(|| vec![1.0, 0.0, 0.0])
    }
}

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 1 << 14;

impl Likelihood for LogNormal {
    type Row = LnSpendRow;

    /// The density of all the customer's orders, μ integrated out (Searle, Casella & McCulloch 1992, § 3.7, equation 85, for
    /// one class), times the Jacobian Π 1/z. With D = σ² + xτ² and W the squares within,
    ///
    /// ```text
    /// −(x/2) ln 2π − (x−1) ln σ − ½ ln D − W/2σ² − x (mean − m)²/2D − x mean
    /// ```
    fn ln_likelihood(&self, row: &LnSpendRow) -> f64 {
        let &Self { m, sigma, tau } = self;
        let x = f64::from(row.frequency);
        let d = sigma * sigma + x * tau * tau;
        let off = row.mean - m;
        -0.5 * (x * TAU.ln() + d.ln() + row.squares / (sigma * sigma) + x * off * off / d)
            - (x - 1.0) * sigma.ln()
            - x * row.mean
    }

    /// The middle customer spends what customers spend on average (0, within a factor of 7); both spreads are about a half.
    fn prior(&self) -> Prior {
        Prior::flat().believe(&[(0, 1.0)], 0.0, 1.0).about(1, 0.5, 1.0).about(2, 0.5, 1.0)
    }

    fn derivatives(&self, rows: &[Weighted<LnSpendRow>]) -> Derivatives {
        let parts: Vec<[f64; 10]> = rows
            .par_chunks(CHUNK)
            .map(|chunk| {
                let mut sums = [0.0; 10];
                for run in chunk.chunk_by(|left, right| left.row.frequency == right.row.frequency) {
                    self.add_run(run, &mut sums);
                }
                sums
            })
            .collect();
        let mut t = [0.0; 10];
        for part in &parts {
            for (sum, value) in t.iter_mut().zip(part) {
                *sum += value;
            }
        }
        Derivatives {
            value: t[0],
            gradient: vec![t[1], t[2], t[3]],
            hessian: vec![vec![t[4], t[5], t[6]], vec![t[5], t[7], t[8]], vec![t[6], t[8], t[9]]],
        }
    }
}

impl LogNormal {
    /// Adds customers of equal frequency: value, gradient, Hessian (mm, ms, mt, ss, st, tt) in m, s = ln σ, t = ln τ.
    fn add_run(&self, rows: &[Weighted<LnSpendRow>], sums: &mut [f64; 10]) {
        let &Self { m, sigma, tau } = self;
        let x = rows.first().map_or(0.0, |first| f64::from(first.row.frequency));
        let (within, between) = (sigma * sigma, x * tau * tau);
        let d = within + between;
        // Σ c, Σ c (mean − m), its square, Σ c W, Σ c mean.
        let (mut c, mut off, mut square, mut w, mut ln_z) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &Weighted { row, count } in rows {
            let here = row.mean - m;
            c += count;
            off += count * here;
            square += count * here * here;
            w += count * row.squares;
            ln_z += count * row.mean;
        }
        // First and second derivatives of −½ ln D − x (mean − m)²/2D with respect to ln D.
        let fit = x * square / d;
        let (first, second) = (0.5 * (fit - c), -0.5 * fit);
        let (a, b) = (within / d, between / d);
        sums[0] +=
            -0.5 * (c * (x * TAU.ln() + d.ln()) + w / within + fit) - c * (x - 1.0) * sigma.ln() - x * ln_z;
        sums[1] += x * off / d;
        sums[2] += w / within - c * (x - 1.0) + 2.0 * a * first;
        sums[3] += 2.0 * b * first;
        sums[4] -= x * c / d;
        sums[5] -= 2.0 * a * x * off / d;
        sums[6] -= 2.0 * b * x * off / d;
        // ln D has the derivatives 2a, 2b in s, t; and ∂a/∂s = 2ab = −∂a/∂t.
        sums[7] += -2.0 * w / within + 4.0 * (a * b * first + a * a * second);
        sums[8] += 4.0 * a * b * (second - first);
        sums[9] += 4.0 * (a * b * first + b * b * second);
    }
}

/// A standard deviation of logarithms below this says: as good as none.
const NO_SPREAD: f64 = 1e-3;

impl SpendLikelihood for LogNormal {
    fn row(customer: &Spent) -> Option<LnSpendRow> {
        let logs = customer.logs.filter(|logs| logs.mean.is_finite() && logs.squares.is_finite())?;
        let row = LnSpendRow { frequency: customer.frequency, mean: logs.mean, squares: logs.squares };
        (row.frequency > 0).then_some(row)
    }

    fn compare(left: &LnSpendRow, right: &LnSpendRow) -> Ordering {
        let by_mean = || left.mean.total_cmp(&right.mean);
        left.frequency.cmp(&right.frequency).then_with(by_mean).then(left.squares.total_cmp(&right.squares))
    }

    fn in_units_of(row: &LnSpendRow, ln_unit: f64) -> LnSpendRow {
        LnSpendRow { mean: row.mean - ln_unit, ..*row }
    }

    fn ln_value(row: &LnSpendRow) -> f64 {
        row.mean
    }

    fn values(row: &LnSpendRow) -> f64 {
        f64::from(row.frequency)
    }

    /// The moments of analysis of variance, and two plain guesses.
    fn starts(rows: &[Weighted<LnSpendRow>]) -> Vec<Vec<f64>> {
        let sum = |term: &dyn Fn(&LnSpendRow) -> f64| {
            rows.iter().map(|weighted| weighted.count * term(&weighted.row)).sum::<f64>()
        };
        let customers = sum(&|_| 1.0);
        let m = sum(&|row| row.mean) / customers;
        let spread = sum(&|row| (row.mean - m).powi(2)) / customers;
        let freedom = sum(&|row| f64::from(row.frequency - 1));
        let within = if freedom > 0.0 { sum(&|row| row.squares) / freedom } else { 0.5 * spread };
        let share = sum(&|row| 1.0 / f64::from(row.frequency)) / customers;
        let between = (spread - within * share).max(0.05 * spread);
        let sd = |variance: f64| variance.sqrt().clamp(1e-3, 20.0);
        vec![vec![m, sd(within), sd(between)], vec![m, 0.5, 0.5], vec![m, 1.0, 0.2]]
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { m: self.m + factor.ln(), ..*self }
    }

    fn ridges(&self, rows: &[Weighted<LnSpendRow>]) -> Vec<&'static str> {
        if rows.iter().all(|weighted| weighted.row.frequency < 2) {
            return vec![
                "nobody has two repeat purchases: how the orders of one customer differ cannot be told from how customers \
                 differ, only sigma² + tau² is determined. Take a longer history",
            ];
        }
        let mut named = Vec::new();
        if self.sigma < NO_SPREAD {
            named.push("the orders of one customer all cost the same, as far as these data go: sigma is at the border");
        }
        if self.tau < 0.05 * self.sigma {
            named.push(
                "customers do not differ in what they spend, as far as these data go: tau is at the border",
            );
        }
        named
    }
}
