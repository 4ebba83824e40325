//! 4. What the data say: maximum likelihood, its report and its uncertainty, and the model file.

mod climb;
mod covariance;
mod degenerate;
mod file;
mod independence;
mod matrix;
mod mle;
mod report;
mod unique;

pub use covariance::Uncertainty;
pub use file::{FORMAT_VERSION, PurchaseFit, Recipe, SpendFit, TrainedModel};
pub use independence::{RankCorrelation, spend_and_frequency};
pub use mle::{Fit, fit_any_purchases, fit_purchases, fit_spend};
pub use report::{FitReport, NotConverged, Stop};
pub use unique::{unique_purchases, unique_spend};
