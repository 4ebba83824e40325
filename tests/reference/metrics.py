"""Metrics of a backtest by scikit-learn, SciPy and pandas: metrics_rows.csv (what was predicted, and happened) and metrics.csv.

    python metrics.py

Made with numpy 2.4.6, pandas 3.1.1, scikit-learn 1.9.1, SciPy 1.17.1.
"""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics

LEVELS = [0.5, 0.8, 0.9, 0.95]


def rows(case, seed, n):
    """Poisson forecasts of counts (rounded to be tied), or amounts below 0 among them, that are somewhat wrong."""
    rng = np.random.default_rng(seed)
    mean = rng.gamma(0.7, 2.0, n)
    actual = rng.poisson(mean * rng.gamma(2.0, 0.5, n)).astype(float)
    if case == "tied":
        mean = np.maximum(np.round(mean), 0.5)
    below = stats.poisson.cdf(actual - 1, mean)
    at = stats.poisson.cdf(actual, mean)
    predicted, median = mean, stats.poisson.ppf(0.5, mean)
    if case == "money":
        predicted, median = 10.0 * mean - 2.0, 9.0 * mean
        actual = np.where(actual > 0, actual * rng.lognormal(2.0, 0.8, n), 0.0)
        actual[:7] = -3.5
    p = -np.expm1(-mean)
    return pd.DataFrame(dict(case=case, predicted=predicted, median=median, actual=actual, p=p, below=below, at=at))


def decile_mape(actual, predicted):
    """The mean over the groups of pandas.qcut of |mean predicted - mean actual| / mean actual."""
    group = pd.qcut(predicted, q=10, labels=False)
    means = pd.DataFrame(dict(actual=actual, predicted=predicted)).groupby(group).mean()
    return float(((means.predicted - means.actual).abs() / means.actual).mean()) if means.actual.min() > 0 else None


def gini(actual, predicted):
    """Of predictions without ties."""
    raw = lambda by: 2 * np.mean(np.cumsum(actual[np.argsort(-by)]) / actual.sum()) - 1
    return raw(predicted) / raw(actual)


def stretched(below, at, low, high):
    """The mean part of the stretches from below to at that lies between low and high."""
    held = np.minimum(at, high) - np.maximum(below, low)
    return float(np.mean(np.maximum(held, 0.0) / (at - below)))


def measured(table):
    y, m, a, p = (table[name].to_numpy() for name in ["predicted", "median", "actual", "p"])
    bought = (a > 0).astype(int)
    yield "mae", metrics.mean_absolute_error(a, y)
    yield "mae_median", metrics.mean_absolute_error(a, m)
    yield "rmse", metrics.root_mean_squared_error(a, y)
    yield "rmsle", metrics.root_mean_squared_log_error(np.maximum(a, 0), np.maximum(y, 0))
    yield "spearman", stats.spearmanr(y, a).statistic
    if len(np.unique(y)) == len(y):
        yield "gini", gini(a, y)
        top = np.argsort(-y)[: len(y) // 10]
        yield "capture_10", a[top].sum() / a.sum()
        yield "lift_10", a[top].mean() / a.mean()
        if (error := decile_mape(a, y)) is not None:
            yield "decile_mape", error
    yield "auc", metrics.roc_auc_score(bought, p)
    yield "brier", metrics.brier_score_loss(bought, p)
    yield "log_score", -metrics.log_loss(bought, p)
    below, at = table.below.to_numpy(), table["at"].to_numpy()
    for level in LEVELS:
        outside = (1 - level) / 2
        yield f"pit_coverage_{100 * level:g}", stretched(below, at, outside, 1 - outside)
    for bar in range(10):
        yield f"pit_{bar + 1:02d}", stretched(below, at, bar / 10, (bar + 1) / 10)


def main():
    cases = [rows("plain", 1, 403), rows("tied", 2, 250), rows("money", 3, 310)]
    pd.concat(cases).to_csv("metrics_rows.csv", index=False, float_format="%.17g")
    found = [(table.case.iloc[0], name, value) for table in cases for name, value in measured(table)]
    pd.DataFrame(found, columns=["case", "metric", "value"]).to_csv("metrics.csv", index=False, float_format="%.17g")


main()
