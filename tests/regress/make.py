"""Fixtures for tests/regressions.rs: simulated rows, and what statsmodels and scikit-learn make of them.

python3 -m venv venv && venv/bin/pip install numpy==2.* statsmodels scikit-learn && venv/bin/python make.py

Writes rows.csv and fits.json beside itself. Versions are told in fits.json.
"""
import json
import pathlib

import numpy as np
import sklearn
import sklearn.linear_model as lm
import statsmodels.api as sm
import statsmodels

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(20260511)
n = 400
names = ["a", "b", "c", "d"]
# One column correlates with another, one has a large mean, one is skewed.
a = rng.normal(size=n)
b = 0.8 * a + 0.6 * rng.normal(size=n)
c = 1000 + 5 * rng.normal(size=n)
d = rng.exponential(3.0, size=n)
X = np.column_stack([a, b, c, d])
z = (X - X.mean(0)) / X.std(0)
eta = 0.4 + z @ np.array([0.5, -0.3, 0.2, 0.1])
exposure = np.exp(rng.normal(scale=0.4, size=n))
weight = np.round(rng.uniform(0.5, 3.0, size=n) * 8) / 8  # exact in single precision
mu = np.exp(eta)
gauss = eta + rng.normal(size=n)
count = rng.poisson(mu * exposure).astype(float)
gamma = rng.gamma(2.0, mu / 2.0)
k = rng.poisson(mu)
tweedie = np.array([rng.gamma(1.5, 1.0, size=i).sum() for i in k])
buys = (rng.uniform(size=n) < 1 / (1 + np.exp(-(eta - 1.2)))).astype(float)
columns = names + ["exposure", "weight", "gauss", "count", "gamma", "tweedie", "buys"]
rows = np.column_stack([X, exposure, weight, gauss, count, gamma, tweedie, buys])
np.savetxt(here / "rows.csv", rows, delimiter=",", header=",".join(columns), comments="", fmt="%.17g")

C = sm.add_constant(X)


def told(fit, aic=True):
    out = dict(coefficients=list(fit.params), errors=list(fit.bse))
    for name in ["deviance", "null_deviance", "scale", "rsquared"]:
        if hasattr(fit, name):
            out[name] = float(getattr(fit, name))
    if aic:
        out["aic"] = float(fit.aic)
    return out


def glm(y, family, aic=True, **more):
    return told(sm.GLM(y, C, family=family, **more).fit(tol=1e-14, maxiter=200, tol_criterion="params"), aic)


log = sm.families.links.Log()
tw = sm.families.Tweedie(link=log, var_power=1.5)
ga = sm.families.Gamma(link=log)
fits = {
    "ols": told(sm.OLS(gauss, C).fit(), aic=False),
    "wls": told(sm.WLS(gauss, C, weights=weight).fit(), aic=False),
    "poisson_offset": glm(count, sm.families.Poisson(), offset=np.log(exposure)),
    "poisson_weighted": glm(count, sm.families.Poisson(), freq_weights=weight, aic=False),
    "gamma": glm(gamma, ga),
    "tweedie": glm(tweedie, tw, aic=False),
    "tweedie_weighted": glm(tweedie, tw, aic=False, var_weights=weight),
    "logistic": glm(buys, sm.families.Binomial()),
}
# The same objective as ours: mean deviance / 2 + alpha / 2 * sum of squares, on standardised columns.
ridge = lm.TweedieRegressor(power=1.5, alpha=0.05, link="log", tol=1e-13, max_iter=10_000, solver="newton-cholesky").fit(z, tweedie)
fits["tweedie_ridge"] = dict(coefficients=[float(ridge.intercept_)] + list(ridge.coef_))
ridge = lm.PoissonRegressor(alpha=0.05, tol=1e-13, max_iter=10_000, solver="newton-cholesky").fit(z, count)
fits["poisson_ridge"] = dict(coefficients=[float(ridge.intercept_)] + list(ridge.coef_))
for name, alpha, l1 in [("elastic_net", 0.1, 0.5), ("lasso", 0.15, 1.0), ("elastic_net_small", 0.003, 0.5)]:
    net = lm.ElasticNet(alpha=alpha, l1_ratio=l1, tol=1e-14, max_iter=1_000_000).fit(z, gauss)
    fits[name] = dict(coefficients=[float(net.intercept_)] + list(net.coef_), alpha=alpha, l1_ratio=l1)
fits["versions"] = dict(numpy=np.__version__, statsmodels=statsmodels.__version__, sklearn=sklearn.__version__)
(here / "fits.json").write_text(json.dumps(fits, indent=1) + "\n")
