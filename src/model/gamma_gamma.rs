//! Gamma-Gamma: what an order is worth.

use std::cmp::Ordering;

use rand::Rng;
use rand_distr::{Distribution, Gamma};
use rayon::prelude::*;

use super::kernel::{Derivatives, Likelihood, Parametric, Weighted, all_positive};
use super::prior::Prior;
use super::spend::{SpendLikelihood, SpendModel, Sums};
use crate::features::{Process, Spent};
use crate::math::special::{digamma_diff, ln_beta, trigamma, trigamma_diff};
use crate::{Error, Result};

/// What the spend likelihood knows of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendRow {
    /// Repeat purchases, x, at least 1.
    pub frequency: u32,
    /// Their mean value, positive.
    pub monetary_value: f64,
}

/// Gamma-Gamma: an order's value is gamma distributed around the customer's own mean, independent of how often they buy.
///
/// ```text
/// z ~ Gamma(shape p, rate ν)     the value of one order
/// ν ~ Gamma(shape q, rate v)     how the customers' scales differ
/// ```
///
/// Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", note 025.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

impl GammaGamma {
    /// Its usual name.
    pub const NAME: &'static str = "Gamma-Gamma";
    /// Its identifier.
    pub const ID: &'static str = "gamma-gamma";
    /// What it assumes, in one line.
    pub const ABOUT: &'static str = "order values gamma distributed around each customer's own mean";

    /// A model to start from: what a fit is asked for, not what it finds.
    #[must_use]
    pub const fn template() -> Self {
        Self { p: 1.0, q: 2.0, v: 1.0 }
    }

    /// The model with these parameters; `v` is in units of money.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all are positive and finite.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self> {
        all_positive(Self::NAME, [("p", p), ("q", q), ("v", v)])?;
        Ok(Self { p, q, v })
    }

    /// The shape of one customer's orders.
    #[must_use]
    pub const fn p(&self) -> f64 {
        self.p
    }

    /// The shape of ν across customers: the smaller, the heavier the tail; a mean exists for q > 1 only.
    #[must_use]
    pub const fn q(&self) -> f64 {
        self.q
    }

    /// The rate of ν's gamma law, in units of money.
    #[must_use]
    pub const fn v(&self) -> f64 {
        self.v
    }

    /// The model of the orders to come of a customer with x repeat purchases of mean value m: q + px and v + mx. Without
    /// a history of spend (no repeat purchase, or a mean that is not positive, which the model cannot speak of) it stays
    /// as it is.
    #[must_use]
    pub fn given(&self, frequency: u32, monetary_value: Option<f64>) -> Self {
        match monetary_value {
            Some(m) if frequency > 0 && m > 0.0 && m.is_finite() => {
                let x = f64::from(frequency);
                Self { p: self.p, q: self.q + self.p * x, v: self.v + m * x }
            }
            _ => *self,
        }
    }

    /// The mean of an order's value, pv/(q−1); it exists for q > 1 only.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let &Self { p, q, v } = self;
        (q > 1.0).then(|| p * v / (q - 1.0))
    }

    /// E\[μ²\] of the customer's own mean μ = p/ν: p²v²/((q−1)(q−2)); it exists for q > 2 only.
    #[must_use]
    pub fn mean_square_of_mean(&self) -> Option<f64> {
        let &Self { p, q, v } = self;
        (q > 2.0).then(|| (p * v / (q - 1.0)) * (p * v / (q - 2.0)))
    }

    /// The variance of ONE order's value, E\[μ²\](1 + 1/p) − E\[μ\]²; it exists for q > 2 only.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let &Self { p, q, v } = self;
        // (p+1)pv²/((q−1)(q−2)) − p²v²/(q−1)² = pv²(p+q−1)/((q−1)²(q−2))
        (q > 2.0).then(|| p * v * v * (p + q - 1.0) / ((q - 1.0) * (q - 1.0) * (q - 2.0)))
    }

    /// The variance of the sum of a random number N of orders, independent of their values, from E\[N\] and E\[N²\]:
    /// E\[N\] E\[μ²\]/p + E\[N²\] E\[μ²\] − (E\[N\] E\[μ\])²; it exists for q > 2 only.
    #[must_use]
    pub fn variance_of_sum(&self, mean_orders: f64, variance_of_orders: f64) -> Option<f64> {
        let (mean, square) = (self.mean()?, self.mean_square_of_mean()?);
        let spread = mean * mean / (self.q - 2.0); // Var[μ]
        Some(mean_orders * square / self.p + variance_of_orders * square + mean_orders * mean_orders * spread)
    }

    /// The mean value of the next order of a customer with x repeat purchases of mean value m: p v'/(q'−1). It exists
    /// only if q' = q + px > 1.
    #[must_use]
    pub fn expected_order_value(&self, frequency: u32, monetary_value: Option<f64>) -> Option<f64> {
        self.given(frequency, monetary_value).mean()
    }

    /// The law of the sum S of n orders: S/v ~ BetaPrime(pn, q), hence P(S ≤ s) = I_{s/(s+v)}(pn, q). The two shapes.
    #[must_use]
    pub fn sum_shapes(&self, orders: u64) -> (f64, f64) {
        (self.p * orders as f64, self.q)
    }

    /// One customer, told forward: draws ν, the rate of the gamma law of this customer's orders.
    pub fn sample_rate<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        Gamma::new(self.q, 1.0 / self.v)
            .map_or(f64::MIN_POSITIVE, |law| law.sample(rng))
            .max(f64::MIN_POSITIVE)
    }

    /// The value of one order of a customer whose rate is ν.
    pub fn sample_order<R: Rng + ?Sized>(&self, rate: f64, rng: &mut R) -> f64 {
        Gamma::new(self.p, 1.0 / rate).map_or(0.0, |law| law.sample(rng))
    }
}

impl SpendModel for GammaGamma {
    fn known_from(&self, customer: &Spent) -> u32 {
        if Self::row(customer).is_some() { customer.frequency } else { 0 }
    }

    fn knowing(&self, customer: &Spent) -> Self {
        self.given(customer.frequency, customer.monetary_value)
    }

    fn scale(&self) -> f64 {
        self.v
    }

    /// S/v ~ BetaPrime(pn, q).
    fn sums(&self) -> Sums {
        Sums::BetaPrime { p: self.p, q: self.q }
    }

    fn mean(&self) -> Option<f64> {
        self.mean()
    }

    fn variance_of_sum(&self, mean_orders: f64, variance_of_orders: f64) -> Option<f64> {
        self.variance_of_sum(mean_orders, variance_of_orders)
    }

    fn no_variance(&self) -> String {
        let q = self.q;
        format!(
            "the spend model has q = {q:.3}: for q ≤ 2 a few orders may be worth more than all others together, the variance \
             of the total does not exist, and no interval can be told"
        )
    }

    fn sample_customer<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        self.sample_rate(rng)
    }

    fn sample_order<R: Rng + ?Sized>(&self, customer: f64, rng: &mut R) -> f64 {
        self.sample_order(customer, rng)
    }
}

/// A shape beyond this says: as good as no spread (a coefficient of variation below 3 %).
const NO_SPREAD: f64 = 1_000.0;

impl SpendLikelihood for GammaGamma {
    fn row(customer: &Spent) -> Option<SpendRow> {
        let &Spent { frequency, monetary_value, .. } = customer;
        let monetary_value = monetary_value.filter(|value| *value > 0.0 && value.is_finite())?;
        (frequency > 0).then_some(SpendRow { frequency, monetary_value })
    }

    fn compare(left: &SpendRow, right: &SpendRow) -> Ordering {
        let by_value = || left.monetary_value.total_cmp(&right.monetary_value);
        left.frequency.cmp(&right.frequency).then_with(by_value)
    }

    fn in_units_of(row: &SpendRow, ln_unit: f64) -> SpendRow {
        SpendRow { monetary_value: row.monetary_value / ln_unit.exp(), ..*row }
    }

    fn ln_value(row: &SpendRow) -> f64 {
        row.monetary_value.ln()
    }

    fn values(_: &SpendRow) -> f64 {
        1.0
    }

    /// The spread of the logs split between orders and customers, and two plain guesses.
    fn starts(rows: &[Weighted<SpendRow>]) -> Vec<Vec<f64>> {
        let buyers: f64 = rows.iter().map(|row| row.count).sum();
        let spread: f64 =
            rows.iter().map(|row| row.count * row.row.monetary_value.ln().powi(2)).sum::<f64>() / buyers;
        let shape = (2.0 / spread.max(1e-4)).clamp(0.5, 1e3) + 1.0;
        vec![vec![shape, shape, 1.0], vec![6.0, 4.0, 0.5], vec![1.0, 2.0, 1.0]]
    }

    fn rescaled(&self, factor: f64) -> Self {
        Self { v: self.v * factor, ..*self }
    }

    fn ridges(&self, _: &[Weighted<SpendRow>]) -> Vec<&'static str> {
        let mut named = Vec::new();
        if self.p > NO_SPREAD {
            named.push(
                "the orders of one customer all cost the same, as far as these data go: p is at the border",
            );
        }
        if self.q > NO_SPREAD {
            named.push("customers do not differ in what they spend, as far as these data go: q and v are at the border");
        }
        named
    }

    fn remarks(&self) -> Vec<String> {
        let q = self.q;
        if q <= 1.0 {
            vec![format!(
                "q is {q:.3}: spend is so heavy-tailed that the mean value of an order does not exist for new customers; \
                 theirs is left empty. Look for wholesale or test orders, try log-normal spend (--spend log-normal), or \
                 model purchases alone (--spend none)"
            )]
        } else if q <= 2.0 {
            vec![format!(
                "q is {q:.3}: spend is so heavy-tailed that its variance does not exist for new customers; intervals of \
                 totals leave that spread out"
            )]
        } else {
            Vec::new()
        }
    }
}

/// Rows of one piece of work. Fixed, so that sums are taken in the same order whatever the number of threads.
const CHUNK: usize = 1 << 14;

impl Parametric for GammaGamma {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn id(&self) -> &'static str {
        Self::ID
    }

    fn names(&self) -> Vec<String> {
        ["p", "q", "v"].map(str::to_owned).to_vec()
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.p, self.q, self.v]
    }

    fn with_parameters(&self, parameters: &[f64]) -> Result<Self> {
        match *parameters {
            [p, q, v] => Self::new(p, q, v),
            _ => Err(Error::Undefined(format!("Gamma-Gamma has three parameters, not {}", parameters.len()))),
        }
    }

    /// v_i = v e^{γ'z}: e^γ is the factor on what an order is worth for one unit of z more.
    fn shifted_by(&self, process: Process) -> Option<Vec<f64>> {
        (process == Process::Spend).then(|| vec![0.0, 0.0, 1.0])
    }
}

impl Likelihood for GammaGamma {
    type Row = SpendRow;

    /// Fader & Hardie (2013), equation 1a, with s = px and y = mx:
    ///
    /// ```text
    /// s ln(y/(v+y)) + q ln(v/(v+y)) − ln B(s, q) − ln m
    /// ```
    fn ln_likelihood(&self, row: &SpendRow) -> f64 {
        let &Self { p, q, v } = self;
        let x = f64::from(row.frequency);
        let (s, y) = (p * x, row.monetary_value * x);
        -s * (v / y).ln_1p() - q * (y / v).ln_1p() - ln_beta(s, q) - row.monetary_value.ln()
    }

    /// Both shapes about 4; the customers' middle p v/q, where the geometric mean of their spend is 1, about 1.
    fn prior(&self) -> Prior {
        let middle = [(0, 1.0), (2, 1.0), (1, -1.0)];
        Prior::flat().about(0, 4.0, 1.0).about(1, 4.0, 0.7).believe(&middle, 0.0, 1.0)
    }

    fn derivatives(&self, rows: &[Weighted<SpendRow>]) -> Derivatives {
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

impl GammaGamma {
    /// Adds customers of equal frequency: value, gradient (p, q, v), Hessian (pp, pq, pv, qq, qv, vv) in ln-parameters.
    fn add_run(&self, rows: &[Weighted<SpendRow>], sums: &mut [f64; 10]) {
        let &Self { p, q, v } = self;
        let x = rows.first().map_or(0.0, |first| f64::from(first.row.frequency));
        // With w = v/(v+y): Σ c, Σ c ln(y/(v+y)), Σ c ln w, Σ c w, Σ c w(1−w), Σ c ln m.
        let (mut c, mut ln_y, mut ln_w, mut w_sum, mut ww_sum, mut ln_m) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for &Weighted { row, count } in rows {
            let ratio = row.monetary_value * x / v;
            let (w, ln_ratio) = (1.0 / (1.0 + ratio), ratio.ln());
            // ln(1 + y/v) or ln(1 + v/y), whichever is the smaller: neither may come from a difference of large logs.
            let small = ratio.min(1.0 / ratio).ln_1p();
            c += count;
            ln_y += count * (ln_ratio.min(0.0) - small);
            ln_w -= count * (ln_ratio.max(0.0) + small);
            w_sum += count * w;
            ww_sum += count * w * (1.0 - w);
            ln_m += count * row.monetary_value.ln();
        }
        let s = p * x;
        let by_p = s * (c * digamma_diff(s, q) + ln_y);
        let by_q = q * (c * digamma_diff(q, s) + ln_w);
        sums[0] += s * ln_y + q * ln_w - c * ln_beta(s, q) - ln_m;
        sums[1] += by_p;
        sums[2] += by_q;
        sums[3] += q * c - (s + q) * w_sum;
        sums[4] += by_p + c * s * s * trigamma_diff(s, q);
        sums[5] += c * s * q * trigamma(s + q);
        sums[6] -= s * w_sum;
        sums[7] += by_q + c * q * q * trigamma_diff(q, s);
        sums[8] += q * (c - w_sum);
        sums[9] -= (s + q) * ww_sum;
    }
}
