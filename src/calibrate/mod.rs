//! 7. What past origins teach of every road alike: levels of totals, laws that hold, weights of a joint forecast.

mod level;
mod when;
mod groups;
mod calibration;
mod weights;
mod learn;
mod few;
mod levelled;
mod fits;
mod stack;
mod pool;
mod stacked;
mod led;
mod weigh;
mod teach;
mod file;

pub use calibration::{Calibration, Evidence, OriginEvidence, Target};
pub use file::{opened, packed};
pub use groups::Groups;
pub use level::{Level, PastRatio, level};
pub use stack::{Combine, Stack};
pub use stacked::{Stacked, Standing, WeightedForecast};
pub use weights::{weights, weights_of_means};
