"""Log-normal spend on CDNOW by another road: every customer's orders as one multivariate normal vector of logarithms, by scipy.

python log_normal_fit.py ../../data/cdnow_sample.csv
"""

import csv
import datetime
import sys
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

CUT = datetime.date(1997, 9, 30)


def repeats(path):
    """The logarithms of each customer's repeat purchases (all of a day are one), without customers who paid nothing once."""
    spent = defaultdict(lambda: defaultdict(float))
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for customer, date, _, amount in rows:
            day = datetime.date.fromisoformat(date)
            if day <= CUT:
                spent[customer][day] += float(amount)
    later = [[days[day] for day in sorted(days)[1:]] for days in spent.values()]
    return [np.log(values) for values in later if values and min(values) > 0]


def main(path):
    logs = repeats(path)

    def minus_ln_likelihood(point):
        m, sigma, tau = point[0], np.exp(point[1]), np.exp(point[2])
        total = 0.0
        for x in logs:
            covariance = sigma**2 * np.eye(len(x)) + tau**2
            total += multivariate_normal.logpdf(x, np.full(len(x), m), covariance) - x.sum()
        return -total

    options = {"xatol": 1e-8, "fatol": 1e-8, "maxiter": 5000}
    best = minimize(minus_ln_likelihood, [3.0, -0.5, -0.5], method="Nelder-Mead", options=options)
    print("customers", len(logs))
    print("m, sigma, tau", best.x[0], *np.exp(best.x[1:]))
    print("ln L", -best.fun)


if __name__ == "__main__":
    main(sys.argv[1])
