//! The forecast: columns per customer, whatever made them.

use crate::units::Share;

/// What is expected of each customer in the horizon; every column has one entry per customer, in their order.
///
/// Every number is finite. A mean or variance that does not exist is `None`, never a made-up number.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// P(alive) at the cut-off.
    pub p_alive: Vec<f64>,
    /// E\[X\]: expected purchases in the horizon.
    pub expected_purchases: Vec<f64>,
    /// Var X.
    pub purchases_variance: Vec<f64>,
    /// P(X = 0).
    pub p_no_purchase: Vec<f64>,
    /// Median of X: the best point in absolute error.
    pub purchases_median: Vec<f64>,
    /// Intervals of X, one per level.
    pub purchases: Vec<Interval>,
    /// What they will spend; `None` where money is not modelled.
    pub value: Option<ValueForecast>,
}

/// The part of a [`Forecast`] that is about money: margin applied, and with a discount rate in present value.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueForecast {
    /// Expected value of one order; before margin and discount. `None` where the mean does not exist (Gamma-Gamma: q' ≤ 1).
    pub expected_order_value: Vec<Option<f64>>,
    /// Expected value of the horizon. `None` where the mean does not exist (Gamma-Gamma: q' ≤ 1).
    pub expected: Vec<Option<f64>>,
    /// Variance of the value. `None` where it does not exist (Gamma-Gamma: q' ≤ 2).
    pub variance: Vec<Option<f64>>,
    /// Median of the value.
    pub median: Vec<f64>,
    /// Intervals of the value, one per level.
    pub intervals: Vec<Interval>,
}

/// Central predictive intervals: what will really happen lies in them with the probability of their level or more.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// The level, for instance 0.9.
    pub level: Share,
    /// The quantiles at (1 − level)/2.
    pub lower: Vec<f64>,
    /// The quantiles at 1 − (1 − level)/2.
    pub upper: Vec<f64>,
}

impl Forecast {
    /// An empty forecast with room for `count` customers.
    #[must_use]
    pub fn with_capacity(levels: &[Share], money: bool, count: usize) -> Self {
        let column = || Vec::with_capacity(count);
        Self {
            p_alive: column(),
            expected_purchases: column(),
            purchases_variance: column(),
            p_no_purchase: column(),
            purchases_median: column(),
            purchases: Interval::columns(levels, count),
            value: money.then(|| ValueForecast {
                expected_order_value: Vec::with_capacity(count),
                expected: Vec::with_capacity(count),
                variance: Vec::with_capacity(count),
                median: column(),
                intervals: Interval::columns(levels, count),
            }),
        }
    }

    /// Appends the forecasts of other customers, made in the same way.
    pub(crate) fn append(&mut self, other: Self) {
        self.p_alive.extend(other.p_alive);
        self.expected_purchases.extend(other.expected_purchases);
        self.purchases_variance.extend(other.purchases_variance);
        self.p_no_purchase.extend(other.p_no_purchase);
        self.purchases_median.extend(other.purchases_median);
        Interval::append(&mut self.purchases, other.purchases);
        if let (Some(to), Some(from)) = (&mut self.value, other.value) {
            to.expected_order_value.extend(from.expected_order_value);
            to.expected.extend(from.expected);
            to.variance.extend(from.variance);
            to.median.extend(from.median);
            Interval::append(&mut to.intervals, from.intervals);
        }
    }

    /// How many customers it is for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.p_alive.len()
    }

    /// Whether it is for none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.p_alive.is_empty()
    }
}

impl Interval {
    fn append(all: &mut [Self], other: Vec<Self>) {
        for (to, from) in all.iter_mut().zip(other) {
            to.lower.extend(from.lower);
            to.upper.extend(from.upper);
        }
    }

    fn columns(levels: &[Share], count: usize) -> Vec<Self> {
        levels
            .iter()
            .map(|&level| Self { level, lower: Vec::with_capacity(count), upper: Vec::with_capacity(count) })
            .collect()
    }
}
