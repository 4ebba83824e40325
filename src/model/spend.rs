//! What a model of spend must state, and all of them as one type.

use std::sync::Arc;

use rand::Rng;

use super::covariates::WithCovariates;
use super::forward::parametric_of_any;
use super::gamma_gamma::GammaGamma;
use super::kernel::{Likelihood, Parametric, Weighted};
use super::log_normal::{LogNormal, LogSums};
use crate::features::Spent;
use crate::math::special::IncompleteBeta;
use crate::{Error, Result};

/// A model of what an order is worth, independent of how often a customer buys.
///
/// Conditioning on a customer's own orders only updates the parameters, and money enters the law of orders to come through
/// one number, the customer's scale: all else is told by the number of purchases from which the spend is known. So work is
/// done once for every distinct history of purchases, and multiplied.
pub trait SpendModel: Parametric + Copy + PartialEq + Into<AnySpendModel> {
    /// How many of the customer's own purchases tell of their spend: all repeat purchases, or none, where there is none or the
    /// model cannot speak of their values.
    fn known_from(&self, customer: &Spent) -> u32;

    /// The model of the orders to come of a customer whose spend is known so far.
    #[must_use]
    fn knowing(&self, customer: &Spent) -> Self;

    /// The customer's scale, in units of money.
    fn scale(&self) -> f64;

    /// The law of sums of orders in units of the scale.
    fn sums(&self) -> Sums;

    /// The mean of an order's value; `None` if it does not exist.
    fn mean(&self) -> Option<f64>;

    /// The variance of the sum of a random number of orders, independent of their values, from the mean and the variance of
    /// that number; `None` if it does not exist.
    fn variance_of_sum(&self, mean_orders: f64, variance_of_orders: f64) -> Option<f64>;

    /// Why a variance may not exist, in words.
    fn no_variance(&self) -> String;

    /// Whether it needs the logarithms of the orders' values (`mean_ln_value`, `ss_ln_value`).
    fn needs_logs(&self) -> bool {
        false
    }

    /// One customer, told forward: what is their own in the law of their orders.
    fn sample_customer<R: Rng + ?Sized>(&self, rng: &mut R) -> f64;

    /// The value of one order of a customer drawn by [`SpendModel::sample_customer`].
    fn sample_order<R: Rng + ?Sized>(&self, customer: f64, rng: &mut R) -> f64;
}

/// A model of spend that is fitted by climbing its likelihood.
pub trait SpendLikelihood: SpendModel + Likelihood {
    /// What the likelihood knows of a customer; `None` if it cannot speak of them.
    fn row(customer: &Spent) -> Option<Self::Row>;

    /// The order of rows, by frequency first.
    fn compare(left: &Self::Row, right: &Self::Row) -> std::cmp::Ordering;

    /// The same customer's row in a currency of which one unit is e^`ln_unit` of this one.
    fn in_units_of(row: &Self::Row, ln_unit: f64) -> Self::Row;

    /// A mean of the logarithms of the customer's orders.
    fn ln_value(row: &Self::Row) -> f64;

    /// Of how many values the row's density is: by what power of the unit of money it changes.
    fn values(row: &Self::Row) -> f64;

    /// Parameters to start the climb from, where the mean of [`SpendLikelihood::ln_value`] is 0.
    fn starts(rows: &[Weighted<Self::Row>]) -> Vec<Vec<f64>>;

    /// The same model in a currency of which `factor` units make one of this.
    #[must_use]
    fn rescaled(&self, factor: f64) -> Self;

    /// The ridges on which a fit may lie, in words, where these parameters are near their ends. Asked only where the likelihood
    /// is found to be flat.
    fn ridges(&self, rows: &[Weighted<Self::Row>]) -> Vec<&'static str>;

    /// What a reader must know of these parameters, in words.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Something at one point y = ln(s/scale) of a law of sums.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SumPoint {
    /// The probability of no more than s.
    pub below: f64,
    /// The probability of more.
    pub above: f64,
    /// The density with respect to y.
    pub density: f64,
    /// Its derivative with respect to y.
    pub slope: f64,
}

impl SumPoint {
    /// Adds a part of a mixture.
    pub(crate) fn add(&mut self, weight: f64, term: &Self) {
        self.below += weight * term.below;
        self.above += weight * term.above;
        self.density += weight * term.density;
        self.slope += weight * term.slope;
    }
}

/// The law of the sum of n orders in units of the customer's scale, for every n.
#[derive(Debug, Clone)]
pub enum Sums {
    /// BetaPrime(pn, q): orders gamma distributed with shape p, their rates with shape q.
    BetaPrime {
        /// The shape of an order.
        p: f64,
        /// The shape of the rates.
        q: f64,
    },
    /// Sums of lognormal orders, σ in the laws, whose mean of logarithms is normal with standard deviation τ.
    LogNormal {
        /// How unsure the mean of logarithms is.
        tau: f64,
        /// The laws given that mean.
        laws: Arc<LogSums>,
    },
}

impl Sums {
    /// The law for customers whose spend is known from so many purchases, this one being for those of whom nothing is known.
    #[must_use]
    pub fn known_from(&self, purchases: u32) -> Self {
        let x = f64::from(purchases);
        match self {
            Self::BetaPrime { p, q } => Self::BetaPrime { p: *p, q: q + p * x },
            Self::LogNormal { tau, laws } => Self::LogNormal {
                tau: super::log_normal::posterior_sd(laws.sigma(), *tau, x),
                laws: Arc::clone(laws),
            },
        }
    }

    /// The law of the sum of n orders at y = ln(s/scale). A number of orders that is not whole stands between its neighbours
    /// where the law tells of such; see [`Sums::only_whole`].
    #[must_use]
    pub fn at(&self, orders: f64, y: f64) -> SumPoint {
        match self {
            Self::BetaPrime { p, q } => beta_prime(p * orders, *q, y),
            Self::LogNormal { tau, laws } => laws.at(orders, *tau, y),
        }
    }

    /// Whether only whole numbers of orders have a law.
    #[must_use]
    pub const fn only_whole(&self) -> bool {
        matches!(self, Self::LogNormal { .. })
    }

    /// y near the middle of the law of n orders; it rises with n.
    #[must_use]
    pub fn centre(&self, orders: f64) -> f64 {
        match self {
            Self::BetaPrime { p, q } => (p * orders / q).ln(),
            Self::LogNormal { laws, .. } => orders.ln() + laws.sigma().powi(2).min(2.0 * orders.ln()) / 2.0,
        }
    }

    /// How wide the law of n orders is, in y: about a standard deviation.
    #[must_use]
    pub fn width(&self, orders: f64) -> f64 {
        match self {
            Self::BetaPrime { p, q } => (1.0 / q + 1.0 / (p * orders)).sqrt(),
            Self::LogNormal { tau, laws } => tau.hypot(laws.scale(orders)),
        }
    }
}

/// u = s/(s + v') and 1 − u from y = ln(s/v'), neither by subtraction.
pub(crate) fn unit(y: f64) -> (f64, f64) {
    let small = (-y.abs()).exp();
    let (large, small) = (1.0 / (1.0 + small), small / (1.0 + small));
    if y < 0.0 { (small, large) } else { (large, small) }
}

/// BetaPrime(a, q) at y: I_u(a, q) with u = s/(s + v').
fn beta_prime(a: f64, q: f64, y: f64) -> SumPoint {
    let (u, rest) = unit(y);
    let law = IncompleteBeta::new(a, q);
    let tails = law.tails(u, rest);
    let density = law.ln_logit_density(u, rest).exp();
    SumPoint { below: tails.lower, above: tails.upper, density, slope: density * (a * rest - q * u) }
}

/// Customers under their models of spend: all under one, or with covariates in groups, each under a model of its own. Effects act on the
/// scale alone ([`Parametric::shifted_by`]), so that [`SpendModel::sums`] is the same for all.
pub type Spenders = WithCovariates<AnySpendModel>;

impl Spenders {
    /// The model of spend of a group.
    #[must_use]
    pub fn spender(&self, group: u32) -> AnySpendModel {
        // In range: every construction is checked.
        self.of_group(group).unwrap_or(*self.base())
    }
}

/// Who can do something with any model of spend that a fit can climb.
pub trait SpendVisitor {
    /// What comes of it.
    type Answer;

    /// Does it with this model.
    fn see<S: SpendLikelihood>(self, model: &S) -> Self::Answer;
}

/// Makes [`AnySpendModel`] out of one list of models.
macro_rules! spend_models {
    ($($Model:ident),+ $(,)?) => {
        /// Any model of spend. What holds a model without knowing which one holds this; it answers as the model does.
        #[derive(Debug, Clone, Copy, PartialEq)]
        #[allow(missing_docs)] // the variants are the models
        pub enum AnySpendModel {
            $($Model($Model)),+
        }

        $(impl From<$Model> for Spenders {
            fn from(model: $Model) -> Self {
                AnySpendModel::from(model).into()
            }
        })+

        $(impl From<$Model> for AnySpendModel {
            fn from(model: $Model) -> Self {
                Self::$Model(model)
            }
        })+

        impl AnySpendModel {
            /// Identifier, usual name and one line of each model, in the order in which they are shown.
            pub const ALL: &'static [(&'static str, &'static str, &'static str)] =
                &[$(($Model::ID, $Model::NAME, $Model::ABOUT)),+];

            /// The model to start from that has this identifier.
            ///
            /// # Errors
            /// [`Error::Usage`] with the identifiers that there are.
            pub fn template(id: &str) -> Result<Self> {
                $(if id == $Model::ID {
                    return Ok($Model::template().into());
                })+
                Err(unknown(id))
            }

            /// Shows the model inside to a visitor who can do with any model.
            pub fn visit<V: SpendVisitor>(&self, visitor: V) -> V::Answer {
                match self {
                    $(Self::$Model(model) => visitor.see(model)),+
                }
            }
        }

        impl SpendModel for AnySpendModel {
            fn known_from(&self, customer: &Spent) -> u32 {
                match self {
                    $(Self::$Model(model) => model.known_from(customer)),+
                }
            }

            fn knowing(&self, customer: &Spent) -> Self {
                match self {
                    $(Self::$Model(model) => Self::$Model(model.knowing(customer))),+
                }
            }

            fn scale(&self) -> f64 {
                match self {
                    $(Self::$Model(model) => model.scale()),+
                }
            }

            fn sums(&self) -> Sums {
                match self {
                    $(Self::$Model(model) => model.sums()),+
                }
            }

            fn mean(&self) -> Option<f64> {
                match self {
                    $(Self::$Model(model) => SpendModel::mean(model)),+
                }
            }

            fn variance_of_sum(&self, mean_orders: f64, variance_of_orders: f64) -> Option<f64> {
                match self {
                    $(Self::$Model(model) => {
                        SpendModel::variance_of_sum(model, mean_orders, variance_of_orders)
                    }),+
                }
            }

            fn no_variance(&self) -> String {
                match self {
                    $(Self::$Model(model) => model.no_variance()),+
                }
            }

            fn needs_logs(&self) -> bool {
                match self {
                    $(Self::$Model(model) => model.needs_logs()),+
                }
            }

            fn sample_customer<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
                match self {
                    $(Self::$Model(model) => model.sample_customer(rng)),+
                }
            }

            fn sample_order<R: Rng + ?Sized>(&self, customer: f64, rng: &mut R) -> f64 {
                match self {
                    $(Self::$Model(model) => SpendModel::sample_order(model, customer, rng)),+
                }
            }
        }

        parametric_of_any!(AnySpendModel { $($Model),+ });
    };
}

// One line a model, in the order in which they are shown.
spend_models! {
    GammaGamma,
    LogNormal,
}

impl Default for AnySpendModel {
    fn default() -> Self {
        GammaGamma::template().into()
    }
}

fn unknown(id: &str) -> Error {
    let known: Vec<&str> = AnySpendModel::ALL.iter().map(|(id, ..)| *id).collect();
    Error::usage(format!("`{id}` is not a model of spend; there are {}, and none", known.join(", ")))
}
