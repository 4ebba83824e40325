//! Any customers: in groups that stand still, or with covariates over time.

use rand::Rng;

use super::any::{AnyLaw, AnyPurchaseModel};
use super::covariates::WithCovariates;
use super::forward::parametric_of_any;
use super::kernel::{Effort, Law, PurchaseModel};
use super::population::Population;
use super::varying::{Staircase, Varying, VaryingCustomer};
use crate::features::Rfm;

/// Any population that a trained model speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyPopulation {
    /// Groups of customers, each under a plain model (one group, without covariates).
    Groups(WithCovariates<AnyPurchaseModel>),
    /// Customers whose covariates vary, each a group.
    Varying(Varying),
}

/// A customer's model in any population.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // as in `AnyPopulation`
pub enum AnyMember {
    Plain(AnyPurchaseModel),
    Varying(VaryingCustomer),
}

/// The law of a living customer's purchases in any population.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum AnyFuture {
    Plain(AnyLaw),
    Varying(Staircase),
}

impl Population for AnyPopulation {
    type Model = AnyMember;

    fn member(&self, group: u32) -> AnyMember {
        match self {
            Self::Groups(groups) => AnyMember::Plain(groups.member(group)),
            Self::Varying(varying) => AnyMember::Varying(varying.member(group)),
        }
    }
}

/// The same expression on whichever is inside.
macro_rules! inside {
    ($any:expr, $inner:ident => $run:expr) => {
        match $any {
            Self::Plain($inner) => $run,
            Self::Varying($inner) => $run,
        }
    };
}

parametric_of_any!(AnyMember { Plain, Varying });

impl PurchaseModel for AnyMember {
    type Future = AnyFuture;

    fn p_alive(&self, customer: &Rfm) -> f64 {
        inside!(self, model => model.p_alive(customer))
    }

    fn given_alive(&self, customer: &Rfm) -> AnyFuture {
        match self {
            Self::Plain(model) => AnyFuture::Plain(model.given_alive(customer)),
            Self::Varying(model) => AnyFuture::Varying(model.given_alive(customer)),
        }
    }

    fn newcomer(&self) -> AnyFuture {
        match self {
            Self::Plain(model) => AnyFuture::Plain(model.newcomer()),
            Self::Varying(model) => AnyFuture::Varying(model.newcomer()),
        }
    }

    fn sample_newcomer<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        inside!(self, model => model.sample_newcomer(t, rng, times));
    }

    fn uses_gaps(&self) -> bool {
        inside!(self, model => model.uses_gaps())
    }

    fn effort(&self) -> Effort {
        inside!(self, model => model.effort())
    }

    fn refuses(&self, customer: &Rfm) -> Option<&'static str> {
        inside!(self, model => model.refuses(customer))
    }
}

impl Law for AnyFuture {
    fn mean(&self, t: f64) -> f64 {
        inside!(self, law => law.mean(t))
    }

    fn variance(&self, t: f64) -> f64 {
        inside!(self, law => law.variance(t))
    }

    fn mean_and_variance(&self, t: f64) -> (f64, f64) {
        inside!(self, law => law.mean_and_variance(t))
    }

    fn survival(&self, n: u64, t: f64) -> f64 {
        inside!(self, law => law.survival(n, t))
    }

    fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
        inside!(self, law => law.pmf(t, tail, out));
    }

    fn ever(&self) -> f64 {
        inside!(self, law => law.ever())
    }

    fn first_purchase(&self, probability: f64) -> Option<f64> {
        inside!(self, law => law.first_purchase(probability))
    }

    fn later(&self, u: f64) -> Vec<(f64, Self)> {
        match self {
            Self::Plain(law) => law.later(u).into_iter().map(|(w, law)| (w, Self::Plain(law))).collect(),
            Self::Varying(law) => law.later(u).into_iter().map(|(w, law)| (w, Self::Varying(law))).collect(),
        }
    }

    fn discounted(&self, t: f64, rate: f64) -> Option<f64> {
        inside!(self, law => law.discounted(t, rate))
    }

    fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
        inside!(self, law => law.sample(t, rng, times));
    }
}
