//! 6. Whether to believe it: origins, metrics, naive baselines, coverage.

mod sums;
mod ranks;
mod groups;
mod metrics;
#[cfg(test)]
mod metrics_tests;

pub use metrics::{Band, Comparison, Coverage, Decile, Metrics, Third, percent};
