//! 7. What past origins teach of every road alike: levels of totals, laws that hold, weights of a joint forecast.

mod level;
mod groups;
mod calibration;
mod weights;
mod learn;
mod stack;

pub use calibration::{Calibration, Evidence, OriginEvidence};
pub use groups::Groups;
pub use level::{Level, PastRatio, level};
pub use stack::Stack;
pub use weights::weights;
