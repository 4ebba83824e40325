//! Customers whose covariates vary, each under a model of their own.

use std::sync::Arc;

use super::clock::Clock;
use super::future::Staircase;
use super::likelihood::{Even, nodes, steps};
use super::{VaryingHistory, VaryingShop, sides};
use crate::Result;
use crate::features::{CovariatePath, Rfm};
use crate::model::ParetoNbd;
use crate::model::covariates::Effect;
use crate::model::kernel::{Coordinate, Effort, Parametric, PurchaseModel};
use crate::model::population::Population;

/// Customers whose covariates vary with time: a population with a group for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Varying {
    base: ParetoNbd,
    effects: Vec<Effect>,
    coefficients: Vec<f64>,
    shop: Arc<VaryingShop>,
}

/// One of them: what is known of the customer is in it, so that the history it is asked about does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct VaryingCustomer {
    base: ParetoNbd,
    p_alive: f64,
    future: Staircase,
    newcomer: Staircase,
}

impl Varying {
    /// The customers of a shop under a model with effects.
    #[must_use]
    pub fn new(base: ParetoNbd, effects: &[Effect], coefficients: &[f64], shop: Arc<VaryingShop>) -> Self {
        Self { base, effects: effects.to_vec(), coefficients: coefficients.to_vec(), shop }
    }

    /// The customers.
    #[must_use]
    pub fn shop(&self) -> Arc<VaryingShop> {
        Arc::clone(&self.shop)
    }

    /// P(alive at T) and what the clocks show then.
    fn known(&self, h: &VaryingHistory, path: &CovariatePath, clocks: &[Clock<'_>; 2]) -> (f64, [f64; 2]) {
        let (alpha, s, beta) = (self.base.alpha(), self.base.s(), self.base.beta());
        let m = self.base.r() + f64::from(h.frequency);
        let start = path.step(h.first);
        let shown = |k: usize, u: f64| {
            [0, 1].map(|side| clocks[side].value(k, u) - clocks[side].value(start, h.first))
        };
        let end = shown(path.step(h.end), h.end);
        let mut gone = 0.0;
        for (k, from, to) in steps(path, h.last, h.end) {
            let begin = shown(k, from);
            let rates = [clocks[0].rates[k], clocks[1].rates[k]];
            let distances = [(alpha + begin[0]) / rates[0], (beta + begin[1]) / rates[1]];
            let even = Even { distances, from, powers: [m, s + 1.0] };
            nodes(&even, to - from, |u, weight| {
                // The density of leaving at u over the probability of living on to T, silent in both cases.
                let [a, b] = shown(k, u);
                let ln = (s * rates[1] / (beta + b)).ln()
                    + s * ((beta + end[1]) / (beta + b)).ln()
                    + m * ((alpha + end[0]) / (alpha + a)).ln();
                gone += weight * ln.exp();
            });
        }
        (1.0 / (1.0 + gone), end)
    }
}

impl Population for Varying {
    type Model = VaryingCustomer;

    fn member(&self, group: u32) -> VaryingCustomer {
        let parameters = [self.base.r(), self.base.alpha(), self.base.s(), self.base.beta()];
        let Some(h) = self.shop.histories.get(group as usize) else {
            let plain = Staircase::new(parameters, [(0.0, [1.0, 1.0])]);
            return VaryingCustomer { base: self.base, p_alive: 1.0, future: plain.clone(), newcomer: plain };
        };
        let path = &self.shop.paths[h.path as usize];
        let [purchase, dropout] = sides(&self.effects, &self.coefficients);
        let clocks = [Clock::new(path, &purchase, false), Clock::new(path, &dropout, false)];
        let (p_alive, shown) = self.known(h, path, &clocks);
        let begin = path.step(h.end);
        let ahead = (begin..path.starts.len())
            .map(|k| ((path.starts[k] - h.end).max(0.0), [clocks[0].rates[k], clocks[1].rates[k]]));
        let [r, alpha, s, beta] = parameters;
        let updated = [r + f64::from(h.frequency), alpha + shown[0], s, beta + shown[1]];
        VaryingCustomer {
            base: self.base,
            p_alive,
            future: Staircase::new(updated, ahead.clone()),
            newcomer: Staircase::new(parameters, ahead),
        }
    }
}

impl Parametric for VaryingCustomer {
    fn name(&self) -> &'static str {
        ParetoNbd::NAME
    }

    fn id(&self) -> &'static str {
        ParetoNbd::ID
    }

    fn names(&self) -> Vec<String> {
        self.base.names()
    }

    fn parameters(&self) -> Vec<f64> {
        self.base.parameters()
    }

    fn with_parameters(&self, _: &[f64]) -> Result<Self> {
        Err(crate::Error::Undefined(
            "a customer with covariates over time has no parameters to change: change those of all (Varying)"
                .into(),
        ))
    }

    fn coordinates(&self) -> Vec<Coordinate> {
        self.base.coordinates()
    }
}

impl PurchaseModel for VaryingCustomer {
    type Future = Staircase;

    fn p_alive(&self, customer: &Rfm) -> f64 {
        if *customer == Rfm::NEWCOMER { 1.0 } else { self.p_alive }
    }

    fn given_alive(&self, customer: &Rfm) -> Staircase {
        if *customer == Rfm::NEWCOMER { self.newcomer.clone() } else { self.future.clone() }
    }

    fn newcomer(&self) -> Staircase {
        self.newcomer.clone()
    }

    fn effort(&self) -> Effort {
        Effort::Middle
    }
}
