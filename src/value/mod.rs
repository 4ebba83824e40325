//! 9. What it is worth: key figures and simple formulas, cohorts, channels, segments, trends, levers and subscriptions.

mod groups;
mod mixture;
mod future;
pub mod subscription;
pub mod metrics;
pub mod export;
pub mod cohorts;
mod outlook;
mod worth;
pub mod segments;
pub mod explain;
mod costs;
pub mod acquisition;
pub mod trend;
pub mod levers;

pub use costs::{Cost, Costs};
pub use future::{Future, NOBODY, Path, Pulled, Windows};
pub use groups::Groups;
pub use outlook::{Ahead, Outlook};
pub use worth::{Grouped, Worth};
