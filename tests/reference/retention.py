"""The fits of sBG and beta-discrete-Weibull to the published survival of two cohorts, by the papers' formulas and an independent
optimiser: mpmath's root finder on the gradient of the log-likelihood, beta functions at 60 digits."""

import mpmath as mp

from common import ln_beta, write

#: Fader & Hardie (2007), table 1: how many of 1,000 customers survive 0 to 12 years.
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)


def survival(alpha, beta, c, t):
    """S(t) = B(alpha, beta + t^c)/B(alpha, beta)."""
    return mp.exp(ln_beta(alpha, beta + mp.mpf(t) ** c) - ln_beta(alpha, beta)) if t else mp.mpf(1)


def fit(active, with_c):
    """The maximum of the likelihood of one cohort: where the gradient vanishes."""
    def total(*logs):
        alpha, beta, c = (mp.exp(v) for v in (*logs, mp.mpf(0))[:3])
        lost = mp.fsum((active[t - 1] - active[t]) * mp.log(survival(alpha, beta, c, t - 1) - survival(alpha, beta, c, t)) for t in range(1, len(active)))
        return lost + active[-1] * mp.log(survival(alpha, beta, c, len(active) - 1))

    with mp.workdps(40):
        n = 3 if with_c else 2
        gradient = [lambda *v, i=i: mp.diff(total, v, tuple(1 if j == i else 0 for j in range(n))) for i in range(n)]
        found = []
        for start in (("0.5", "2", "1.3"), ("0.25", "1.6", "1.6")):
            logs = [mp.log(mp.mpf(v)) for v in start[:n]]
            found.append(mp.findroot(lambda *v: [g(*v) for g in gradient], logs, tol=1e-25, maxsteps=80))
        logs = max(found, key=lambda logs: total(*logs))
        theta = [mp.exp(v) for v in logs]
        return (*theta, *([mp.mpf(1)] if n == 2 else [])), total(*logs)


def make():
    """The table of this file."""
    fits = []
    for cohort, active in enumerate((REGULAR, HIGH_END)):
        for years in (5, 7, 12):
            for with_c in (False, True):
                theta, value = fit(active[: years + 1], with_c)
                fits.append((cohort, years, int(with_c), *theta, value))
                print(fits[-1][:3], [mp.nstr(v, 8) for v in fits[-1][3:]], flush=True)
    write("retention_fits", ("cohort", "years", "with_c", "alpha", "beta", "c", "ln_likelihood"), fits)


if __name__ == "__main__":
    make()
