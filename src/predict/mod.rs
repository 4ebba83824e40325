//! 5. What comes next: predictive distributions of purchases and spend, forecasts and totals.

mod simulate;

pub use simulate::{Simulated, Simulation, simulate};
