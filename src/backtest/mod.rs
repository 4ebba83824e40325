//! 6. Whether to believe it: origins, metrics, naive baselines, coverage.
