//! 8. Whether to believe it: origins, metrics, naive baselines, coverage.

mod joint;
mod ranks;
mod groups;
mod metrics;
mod poisson;
mod baselines;
mod origins;
mod contest;
mod fitted;
mod diebold_mariano;
mod resample;
mod redrawn;
mod report;
mod standings;
mod compared;
mod piece;
mod columns;
mod kept;
mod run;
mod at_origin;
mod work;
mod predictions;
mod retention;
mod choose;
pub mod plots;

pub use baselines::{NaiveMean, NaiveRate};
pub use choose::{Candidate, Choice, Evidence, LikelihoodRatio, choose};
pub use contest::{Better, Contest, DieboldMariano, Standing, Verdict};
pub use fitted::FittedModel;
pub use joint::{AUTO, CALIBRATED, CANDIDATES, STACK, joint};
pub use kept::Pieces;
pub use metrics::{
    Band, Bin, Buys, Columns, Comparison, Coverage, Decile, Gain, MetColumns, Metrics, Third, TotalHeld,
    buys, percent,
};
pub(crate) use origins::before;
pub use origins::{FEWEST_CUSTOMERS, Origins};
pub use report::{
    AcquiredReport, BacktestReport, ContestTable, LongRow, LongTable, ModelReport, OriginReport, TargetReport,
};
pub use retention::{
    CONSTANT_CHURN, RetentionBacktest, RetentionModelReport, RetentionTable, backtest_retention,
};
pub(crate) use run::horizon_of;
pub use run::{BacktestPlan, estimators, estimators_ahead, estimators_with, testable, with_baselines};
pub use work::{KeptBacktest, backtest, backtest_keeping};
