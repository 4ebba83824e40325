"""Kaplan-Meier with Greenwood's variance and the interval of ln(-ln S), by lifelines 0.30.3: tests/reference/kaplan_meier.csv.

    python3 -m venv venv && venv/bin/pip install lifelines==0.30.3 && venv/bin/python tests/reference/kaplan_meier.py

Rows: case, level, time, at risk, lost, survival, lower, upper. Case 0 are the 6-MP patients of Freireich et al. (1963); cases 1 to 3 are made by a
small generator (so that the file says itself what is in it)."""

import os

from lifelines import KaplanMeierFitter

LEUKEMIA = ([6, 6, 6, 7, 10, 13, 16, 22, 23] + [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], [1] * 9 + [0] * 12)


def made(seed, n, longest):
    """Whole times 1 to longest, about half of them lost: a linear congruential generator (Numerical Recipes, 7.1)."""
    times, lost, state = [], [], seed
    for _ in range(n):
        state = (1664525 * state + 1013904223) % 2**32
        times.append(1 + state // 65536 % longest)
        state = (1664525 * state + 1013904223) % 2**32
        lost.append(state // 65536 % 2)
    return times, lost


here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "kaplan_meier.csv"), "w") as out:
    out.write("case,level,time,at_risk,lost,survival,lower,upper\n")
    for case, (times, lost) in enumerate([LEUKEMIA, made(1, 30, 12), made(2, 500, 36), made(3, 5, 6)]):
        for level in (0.9, 0.95):
            fitted = KaplanMeierFitter(alpha=1 - level).fit(times, lost)
            bounds = fitted.confidence_interval_survival_function_
            for t in range(1, max(times) + 1):
                at_risk = sum(time >= t for time in times)
                died = sum(time == t and bool(gone) for time, gone in zip(times, lost))
                survival = fitted.survival_function_at_times(t).iloc[0]
                lower, upper = bounds[bounds.index <= t].iloc[-1]
                out.write(f"{case},{level},{t},{at_risk},{died},{float(survival)!r},{float(lower)!r},{float(upper)!r}\n")
