//! Every purchase model as one type: what the command line, the model file and the forecasts speak of.

use rand::Rng;

use super::forward::parametric_of_any;
use super::kernel::{Effort, Law, PurchaseLikelihood, PurchaseModel};
use super::{BgBb, BgCnbdK, BgNbd, GgomNbd, MbgCnbdK, MbgNbd, Nbd, ParetoGgg, ParetoNbd};
use crate::features::Rfm;
use crate::{Error, Result};

/// Who can do something with any purchase model that a fit can climb.
pub trait Visitor {
    /// What comes of it.
    type Answer;

    /// Does it with this model.
    fn see<M: PurchaseLikelihood + Into<AnyPurchaseModel>>(self, model: &M) -> Self::Answer;
}

/// Makes [`AnyPurchaseModel`], [`AnyLaw`] and the list of identifiers out of one list of models.
macro_rules! purchase_models {
    ($($Model:ident),+ $(,)?) => {
        /// Any model of purchases. What holds a model without knowing which one holds this; it answers as the model does.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(missing_docs)] // the variants are the models
        pub enum AnyPurchaseModel {
            $($Model($Model)),+
        }

        /// The law of a living customer's purchases under any model.
        #[derive(Debug, Clone)]
        #[allow(missing_docs)]
        pub enum AnyLaw {
            $($Model(<$Model as PurchaseModel>::Future)),+
        }

        $(impl From<$Model> for AnyPurchaseModel {
            fn from(model: $Model) -> Self {
                Self::$Model(model)
            }
        })+

        impl AnyPurchaseModel {
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
        }

        impl AnyPurchaseModel {
            /// Whether time comes in whole opportunities to buy ([`PurchaseLikelihood::DISCRETE`]).
            #[must_use]
            pub const fn is_discrete(&self) -> bool {
                match self {
                    $(Self::$Model(_) => <$Model as PurchaseLikelihood>::DISCRETE),+
                }
            }

            /// Shows the model inside to a visitor who can do with any model.
            pub fn visit<V: Visitor>(&self, visitor: V) -> V::Answer {
                match self {
                    $(Self::$Model(model) => visitor.see(model)),+
                }
            }
        }

        impl PurchaseModel for AnyPurchaseModel {
            type Future = AnyLaw;

            fn p_alive(&self, customer: &Rfm) -> f64 {
                match self {
                    $(Self::$Model(model) => model.p_alive(customer)),+
                }
            }

            fn given_alive(&self, customer: &Rfm) -> AnyLaw {
                match self {
                    $(Self::$Model(model) => AnyLaw::$Model(model.given_alive(customer))),+
                }
            }

            fn effort(&self) -> Effort {
                match self {
                    $(Self::$Model(model) => model.effort()),+
                }
            }

            fn uses_gaps(&self) -> bool {
                match self {
                    $(Self::$Model(model) => model.uses_gaps()),+
                }
            }

            fn refuses(&self, customer: &Rfm) -> Option<&'static str> {
                match self {
                    $(Self::$Model(model) => model.refuses(customer)),+
                }
            }
        }

        impl Law for AnyLaw {
            fn mean(&self, t: f64) -> f64 {
                match self {
                    $(Self::$Model(law) => law.mean(t)),+
                }
            }

            fn variance(&self, t: f64) -> f64 {
                match self {
                    $(Self::$Model(law) => law.variance(t)),+
                }
            }

            fn mean_and_variance(&self, t: f64) -> (f64, f64) {
                match self {
                    $(Self::$Model(law) => law.mean_and_variance(t)),+
                }
            }

            fn survival(&self, n: u64, t: f64) -> f64 {
                match self {
                    $(Self::$Model(law) => law.survival(n, t)),+
                }
            }

            fn pmf(&self, t: f64, tail: f64, out: &mut Vec<f64>) {
                match self {
                    $(Self::$Model(law) => law.pmf(t, tail, out)),+
                }
            }

            fn ever(&self) -> f64 {
                match self {
                    $(Self::$Model(law) => law.ever()),+
                }
            }

            fn first_purchase(&self, probability: f64) -> Option<f64> {
                match self {
                    $(Self::$Model(law) => law.first_purchase(probability)),+
                }
            }

            fn later(&self, u: f64) -> Vec<(f64, Self)> {
                match self {
                    $(Self::$Model(law) => {
                        law.later(u).into_iter().map(|(weight, law)| (weight, Self::$Model(law))).collect()
                    }),+
                }
            }

            fn with_rates(&self, buying: f64, leaving: f64) -> Option<Self> {
                match self {
                    $(Self::$Model(law) => law.with_rates(buying, leaving).map(Self::$Model)),+
                }
            }

            fn sample<R: Rng + ?Sized>(&self, t: f64, rng: &mut R, times: &mut Vec<f64>) {
                match self {
                    $(Self::$Model(law) => law.sample(t, rng, times)),+
                }
            }

            fn discounted(&self, t: f64, rate: f64) -> Option<f64> {
                match self {
                    $(Self::$Model(law) => law.discounted(t, rate)),+
                }
            }
        }

        parametric_of_any!(AnyPurchaseModel { $($Model),+ });
    };
}

// One line a model, in the order in which they are shown.
purchase_models! {
    BgNbd,
    MbgNbd,
    ParetoNbd,
    GgomNbd,
    Nbd,
    BgCnbdK,
    MbgCnbdK,
    BgBb,
    ParetoGgg,
}

impl Default for AnyPurchaseModel {
    fn default() -> Self {
        BgNbd::template().into()
    }
}

fn unknown(id: &str) -> Error {
    let known: Vec<&str> = AnyPurchaseModel::ALL.iter().map(|(id, ..)| *id).collect();
    let contracts: Vec<&str> = super::AnyRetentionModel::ALL.iter().map(|(id, ..)| *id).collect();
    Error::usage(format!(
        "`{id}` is not a model of purchases; there are {}; and for subscriptions {}",
        known.join(", "),
        contracts.join(" and ")
    ))
}
