#!/usr/bin/env python3
"""What a careful analyst's LightGBM tells of the same customers as `ltv backtest --models gbm`: the peer of models/cards/gbm.md.

    pip install lightgbm==4.7.0 numpy pandas scikit-learn
    python3 benches/peers/boost_lightgbm.py ORDERS.csv --horizon 183 --origin 2011-06-09 [--end 2011-12-09] [--two-part]

It learns from earlier origins alone: the newest a horizon before ORIGIN, up to seven more in steps of a quarter of a horizon, each with half a
horizon of history before it and at least 50 customers. Columns are what each customer had done by the origin. Purchases are days with an
order. One model each, Poisson of purchases and Tweedie of value, or with --two-part logistic times Poisson (of what goes beyond one) and gamma;
the number of trees by cross-validation in five folds of customers. Tells bias, MAE, RMSE and normalised Gini; with --seeds of the mean of so many fits."""
import argparse

import lightgbm
import numpy
import pandas
from sklearn.model_selection import GroupKFold

SETTINGS = dict(learning_rate=0.03, num_leaves=15, min_child_samples=40, feature_fraction=0.7, bagging_fraction=0.8, bagging_freq=1,
                lambda_l2=1.0, verbose=-1, num_threads=1)


def read(path, end=None):
    """One row a customer and day: customer, day (number), amount."""
    orders = pandas.read_csv(path, dtype=str)
    names = {name.lower(): name for name in orders.columns}
    pick = lambda *known: next((names[name] for name in known if name in names), None)
    customer, date, amount = pick("customer", "customer_id", "cust", "id"), pick("date"), pick("amount", "price")
    days = pandas.DataFrame({
        "customer": orders[customer],
        "day": pandas.to_datetime(orders[date].str[:10]).astype("datetime64[s]").astype("int64") // 86400,
        "amount": orders[amount].astype(float) if amount else 0.0,
    })
    if end is not None:
        days = days[days.day <= end]
    return days.groupby(["customer", "day"], as_index=False).amount.sum(), amount is not None


def columns(days, cut, horizon, windows):
    """What each customer had done by a day."""
    known = days[days.day <= cut].sort_values(["customer", "day"])
    by = known.groupby("customer")
    x = pandas.DataFrame({"first": by.day.min(), "last": by.day.max(), "count": by.size(), "total": by.amount.sum(), "most": by.amount.max(),
                          "least": by.amount.min(), "sd": by.amount.std().fillna(0.0), "first_amount": by.amount.first(),
                          "last_amount": by.amount.last()})
    gaps = known.assign(gap=by.day.diff()).groupby("customer").gap
    x["age"], x["silence"] = cut - x["first"], cut - x["last"]
    x["recency"] = x["last"] - x["first"]
    x["rate"] = x["count"] / (x.age + horizon / 2)
    x["mean"] = x.total / x["count"]
    x["gap"], x["gap_sd"], x["last_gap"] = gaps.mean(), gaps.std(), gaps.last()
    x["overdue"] = x.silence / (x.gap + 1.0)
    for window in windows:
        late = known[known.day > cut - window].groupby("customer")
        x[f"count_{window}"] = late.size().reindex(x.index, fill_value=0)
        x[f"sum_{window}"] = late.amount.sum().reindex(x.index, fill_value=0.0)
    return x.drop(columns=["first", "last"])


def happened(days, cut, horizon, who):
    after = days[(days.day > cut) & (days.day <= cut + horizon)].groupby("customer")
    return after.size().reindex(who, fill_value=0).to_numpy(float), after.amount.sum().reindex(who, fill_value=0.0).to_numpy()


def rows_of(days, origin, horizon, most=8):
    """The training rows, and those to be told."""
    first = days.day.min()
    enough = days.groupby("customer").day.min().sort_values().iloc[49]
    step, earliest = max(1, round(horizon / 4)), max(first + horizon / 2, enough)
    cuts = [cut for cut in (origin - horizon - at * step for at in range(most)) if cut >= earliest]
    if not cuts:
        raise SystemExit("no past origin of the horizon")
    history = cuts[len(cuts) // 2] - first
    windows = sorted({round(w) for w in (horizon / 4, horizon / 2, horizon, 2 * horizon, 30, 90, 180, 365) if w < history})
    parts = []
    for cut in cuts:
        x = columns(days[days.day <= origin], cut, horizon, windows)
        parts.append((x, *happened(days[days.day <= origin], cut, horizon, x.index)))
    x = pandas.concat([x for x, *_ in parts])
    told = columns(days, origin, horizon, windows)
    return (x, numpy.concatenate([p[1] for p in parts]), numpy.concatenate([p[2] for p in parts])), (told, *happened(days, origin, horizon, told.index))


def boosted(x, y, groups, told, objective, seed, **more):
    """Trees, as many as serve customers held out best."""
    settings = dict(SETTINGS, objective=objective, seed=seed, **more)
    folds = list(GroupKFold(5).split(x, y, groups))
    data = lightgbm.Dataset(x, y, free_raw_data=False)
    cv = lightgbm.cv(settings, data, 2000, folds=folds, callbacks=[lightgbm.early_stopping(50, verbose=False)])
    rounds = len(next(iter(cv.values())))
    return lightgbm.train(settings, data, rounds).predict(told)


def direct(x, y, groups, told, counts, seed):
    if counts:
        return boosted(x, y, groups, told, "poisson", seed)
    return boosted(x, numpy.maximum(y, 0.0), groups, told, "tweedie", seed, tweedie_variance_power=1.5)


def two_part(x, y, groups, told, counts, seed):
    some = y > 0
    any_ = boosted(x, some.astype(float), groups, told, "binary", seed)
    if counts:
        return any_ * (1.0 + boosted(x[some], y[some] - 1.0, groups[some], told, "poisson", seed))
    return any_ * boosted(x[some], y[some], groups[some], told, "gamma", seed)


def gini(actual, told):
    """Ties at their middle rank, as docs/metrics.md."""
    def raw(by):
        ranks = pandas.Series(by).rank().to_numpy()
        return 2.0 * (actual * ranks).sum() / (len(actual) * actual.sum()) - 1.0 - 1.0 / len(actual)
    return raw(told) / raw(actual)


def judged(actual, told):
    off = told - actual
    return dict(bias=off.sum() / actual.sum(), mae=abs(off).mean(), rmse=(off**2).mean() ** 0.5, gini=gini(actual, told))


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("orders")
    args.add_argument("--horizon", type=int, required=True, help="in days")
    args.add_argument("--origin", required=True)
    args.add_argument("--end")
    args.add_argument("--two-part", action="store_true")
    args.add_argument("--seeds", type=int, default=1)
    asked = args.parse_args()
    day = lambda date: int(pandas.Timestamp(date).timestamp()) // 86400
    days, has_money = read(asked.orders, day(asked.end) if asked.end else None)
    (x, y, value), (told, actual, actual_value) = rows_of(days, day(asked.origin), asked.horizon)
    if not has_money:
        of_money = ("sum", "amount", "total", "most", "least", "mean")
        kept = [name for name in x if name != "sd" and not any(word in name for word in of_money)]
        x, told = x[kept], told[kept]
    groups, fit = x.index.to_numpy(), two_part if asked.two_part else direct
    for name, target, truth in (("purchases", y, actual), ("value", value, actual_value)):
        if name == "purchases" or has_money:
            means = numpy.mean([fit(x, target, groups, told, name == "purchases", seed) for seed in range(1, asked.seeds + 1)], axis=0)
            of_each = judged(truth, means)
            print(name, len(x), "rows", " ".join(f"{metric} {value:.4f}" for metric, value in of_each.items()))


if __name__ == "__main__":
    main()
