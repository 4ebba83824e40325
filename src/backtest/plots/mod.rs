//! The charts of a backtest: each is made from plain numbers, and says in words why it cannot be drawn where it cannot.

mod scene;
mod deciles;
mod gain;
mod held;
mod means;
mod totals;
mod weeks;
mod alive;
mod story;
mod chosen;
mod draw;

pub use alive::{AliveGrid, alive};
pub use deciles::{DecilePoint, calibration};
pub use draw::{Chart, charts};
pub use gain::{GainCurve, gain};
pub use held::{HeldAt, coverage, pit};
pub use means::{ClassMeans, Classes, by_class, frequencies};
pub use scene::{Drawn, Scene, Series, Target};
pub use story::Cohort;
pub use totals::{OriginTotals, over_origins};
pub use weeks::{Tracking, cumulative, incremental};
