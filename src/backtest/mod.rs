//! 8. Whether to believe it: origins, metrics, naive baselines, coverage.

mod ranks;
mod groups;
mod metrics;
#[cfg(test)]
mod metrics_tests;
mod poisson;
mod baselines;
mod origins;
mod report;
mod retention;
mod run;
mod choose;

pub use baselines::{NaiveMean, NaiveRate};
pub use choose::{Candidate, Choice, Evidence, LikelihoodRatio, choose};
pub use metrics::{Band, Comparison, Coverage, Decile, Metrics, Third, percent};
pub use origins::{FEWEST_CUSTOMERS, Origins};
pub use report::{AcquiredReport, BacktestReport, LongTable, ModelReport, OriginReport, TargetReport};
pub use retention::{
    CONSTANT_CHURN, RetentionBacktest, RetentionModelReport, RetentionTable, backtest_retention,
};
pub use run::{BacktestPlan, backtest, estimators, estimators_with, testable};
