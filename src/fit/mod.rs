//! 4. What the data say: maximum likelihood and other ways of fitting, their reports and uncertainty, and the model file.

mod bootstrap;
mod choose;
mod climb;
mod covariance;
mod covariates;
mod degenerate;
pub mod diagnostics;
mod drawn;
mod estimate;
mod file;
mod independence;
mod method;
mod metropolis;
mod mle;
mod nuts;
mod penalised;
mod report;
mod retention;
mod spend;
mod standard;
mod strength;
mod unique;
mod varying;

pub use covariance::Uncertainty;
pub use covariates::{CovariateFit, fit_any_purchases_with, fit_purchases_with, fit_purchases_with_by};
pub use drawn::{ChainsReport, DrawsReport, KEPT, ParameterDrawn, RefitsReport};
pub(crate) use file::compact_rows;
pub use file::{
    CovariatePart, Covariates, Crowd, FORMAT_VERSION, PurchaseFit, Recipe, SpendFit, TrainedModel,
};
pub use independence::{RankCorrelation, spend_and_frequency};
pub use method::{Bootstrap, Mcmc, Method, MethodId, Nuts};
pub use mle::{Fit, fit_any_purchases, fit_purchases, fit_purchases_by};
pub use report::{FitReport, NotConverged, Stop, Tried};
pub use retention::{CohortFit, TrainedRetention, fit_retention};
pub(crate) use spend::needs_logs;
pub use spend::{
    fit_any_spend, fit_any_spend_with, fit_spend, fit_spend_by, fit_spend_with, fit_spend_with_by,
};
pub use strength::{CrossValidation, Regularisation};
pub use unique::{unique_histories, unique_purchases, unique_spend};
pub use varying::{SEASON_STRENGTH, fit_varying};
