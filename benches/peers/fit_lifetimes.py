#!/usr/bin/env python3
"""The same fit of BG/NBD or Pareto/NBD as `ltv train`, by lifetimes 0.11.3, from a table that `ltv features` wrote. The fit alone is timed.

    pip install lifetimes==0.11.3 numpy==1.23.5 scipy==1.10.1 pandas==1.5.3 autograd==1.5     (Python 3.11)
    python3 benches/peers/fit_lifetimes.py customers.csv [bg-nbd|pareto-nbd]
"""
import sys
import time

import pandas
from lifetimes import BetaGeoFitter, ParetoNBDFitter

table = pandas.read_csv(sys.argv[1])
model = {"bg-nbd": BetaGeoFitter, "pareto-nbd": ParetoNBDFitter}[sys.argv[2] if len(sys.argv) > 2 else "bg-nbd"]
started = time.perf_counter()
fitter = model().fit(table["frequency"], table["recency"], table["age"])
print(f"{time.perf_counter() - started:.2f} s", dict(fitter.params_))
