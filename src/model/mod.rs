//! 3. What we assume: one file per model, all in the same order inside.
//!
//! A model states a small kernel ([`PurchaseModel`], [`Law`]); what can be derived from it is derived once, in
//! [`crate::predict`]. The one idea that carries it all: conditioning on a history only *updates the parameters*, so
//! the future of a customer is nothing with probability 1 − P(alive), and otherwise the model's unconditional law at
//! updated parameters.

mod kernel;
mod forward;
mod prior;
mod variates;
mod first;
mod ridges;
mod beta_geometric;
mod geometric;
mod bg_nbd;
mod mbg_nbd;
mod bg_cnbd_k;
mod mbg_cnbd_k;
mod until_death;
mod pareto_nbd;
mod ggom_nbd;
mod nbd;
mod bg_bb;
mod pareto_ggg;
mod retention;
mod sbg;
mod bdw;
mod gamma_gamma;
mod log_normal;
mod spend;
mod any;
mod delayed;
mod population;
mod covariates;
mod varying;
mod crowd;

pub use any::{AnyLaw, AnyPurchaseModel, Visitor};
pub use bdw::Bdw;
pub use bg_bb::BgBb;
pub use bg_cnbd_k::{BgCnbdK, RegularFuture};
pub use bg_nbd::BgNbd;
pub(crate) use covariates::takes_none;
pub use covariates::{Effect, Grouped, WithCovariates, effects};
pub use crowd::{AnyFuture, AnyMember, AnyPopulation};
pub use delayed::{Delayed, Later};
pub use gamma_gamma::{GammaGamma, SpendRow};
pub use geometric::MOST_STAGES;
pub use ggom_nbd::{GammaGompertz, GgomNbd};
pub use kernel::{
    Coordinate, Derivatives, Effort, Law, Likelihood, Moments, Parametric, PurchaseLikelihood, PurchaseModel,
    Weighted,
};
pub use log_normal::{LnSpendRow, LogNormal, LogSums};
pub use mbg_cnbd_k::MbgCnbdK;
pub use mbg_nbd::MbgNbd;
pub use nbd::{Forever, Nbd};
pub use pareto_ggg::{ParetoGgg, ParetoGggFuture};
pub use pareto_nbd::{Pareto, ParetoNbd};
pub use population::{Deferred, Population};
pub use prior::Prior;
pub use retention::{AnyRetentionModel, RetentionModel};
pub use sbg::Sbg;
pub(crate) use spend::unit;
pub use spend::{AnySpendModel, SpendLikelihood, SpendModel, SpendVisitor, Spenders, SumPoint, Sums};
pub use until_death::{Lifetime, UntilDeath};
pub use varying::{Staircase, Varying, VaryingCustomer, VaryingHistory, VaryingParetoNbd, VaryingShop};
