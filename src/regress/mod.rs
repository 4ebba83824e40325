//! 6. The second road: regressions on what each customer did by earlier origins and what they then did.

mod design;
mod sample;
mod folds;
mod standard;
mod family;
mod ols;
mod glm;
mod elastic_net;
mod trees;
mod growth;
mod boost;
mod means;
mod floor;
mod ridge;
mod power;
mod two_part;
mod ratio;
mod road;
mod pattern;
mod shapes;
mod base;
mod ground;
mod importance;
mod estimator;
mod file;

pub use boost::{Boosted, Boosting, OutOfFold};
pub use design::{
    AttributeCoding, BaseForecast, Design, DesignColumn, Schema, TrainingWindow, TrainingWindows,
    WindowOptions, horizon_in_ticks,
};
pub use elastic_net::{ElasticNet, FittedElasticNet};
pub use estimator::{FittedRegression, KeptRegression, Regression};
pub use family::Family;
pub use file::{ForecastFile, ForecastMember, MemberForecast, Weight};
pub use floor::Floor;
pub use folds::Folds;
pub use glm::{FittedGlm, Glm};
pub use ground::Grounds;
pub use importance::{Importance, importance};
pub use means::Means;
pub use ols::{FittedLeastSquares, LeastSquares};
pub use ratio::{Ratio, RatioBy, Shape};
pub use ridge::relative_ridge;
pub use road::{AnyRegression, Regressor, Road, Target};
pub use sample::Sample;
pub use shapes::{AmountFamily, AmountSpread, CountShape, Positive, Told};
pub use standard::{Coefficient, Standard};
pub use trees::Tree;
pub use two_part::{Much, Part, Positives, Shares, TwoPart, ziln_cdf, ziln_quantile};
