//! Design matrices: what customers did up to an origin, as numbers, and what they did in the horizon after it.

mod attributes;
mod matrix;
mod origins;
mod schema;
mod windows;

pub use attributes::AttributeCoding;
pub use matrix::{BaseForecast, Design};
pub use origins::horizon_in_ticks;
pub use schema::{DesignColumn, Schema};
pub use windows::{TrainingWindow, TrainingWindows, WindowOptions};

#[cfg(test)]
mod tests;
