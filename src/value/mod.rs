//! 9. What it is worth: key figures and simple formulas, cohorts, channels, segments, trends, levers and subscriptions.

pub mod metrics;
mod groups;
mod mixture;
mod future;

pub use future::{Future, NOBODY, Path, Windows};
pub use groups::Groups;
