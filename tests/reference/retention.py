"""sBG and beta-discrete-Weibull: survival, retention, likelihood and residual lifetime by their definitions, and the fits of sBG and beta-discrete-Weibull to the published survival of two cohorts, by the papers' formulas and an independent
optimiser: mpmath's root finder on the gradient of the log-likelihood, beta functions at 60 digits."""

import mpmath as mp

from common import exact, ln_beta, log_uniform, rng, write

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


def renewal(alpha, beta, c, t):
    """S(t+1)/S(t)."""
    return survival(alpha, beta, c, t + 1) / survival(alpha, beta, c, t)


def laws():
    """S(t), S(t+1)/S(t), ln (S(t) - S(t+1)), and DERL: sum of S(t+k)/S(t) e^(-rate (k-1)) over k >= 1."""
    r = rng("retention")
    points = [(alpha, beta, c, t, 0.1) for alpha, beta in ((0.704077, 1.182043), (0.668088, 3.806094), (3.8, 15.2), (0.067, 0.267), (1.0, 1.0), (1e-3, 2e-3), (40.0, 3e4)) for c in (1.0, 0.5, 1.6) for t in (0, 1, 7, 60)]
    for k in range(400):
        c = 1.0 if k % 2 else log_uniform(r, 0.2, 4)
        points.append((log_uniform(r, 1e-3, 1e3), log_uniform(r, 1e-3, 1e5), c, r.choice((0, 1, 2, 12, int(log_uniform(r, 1, 2000)))), log_uniform(r, 0.01, 1)))
    rows = []
    for alpha, beta, c, t, rate in points:
        with mp.workdps(80):
            za, zb, zc, zrate = (exact(v) for v in (alpha, beta, c, rate))
            there, then = survival(za, zb, zc, t), survival(za, zb, zc, t + 1)
            derl, term, k = mp.mpf(0), mp.exp(zrate), 0
            while k == 0 or term > derl * (1 - mp.exp(-zrate)) * mp.mpf(10) ** -24:  # what is left is at most a geometric series
                now = mp.mpf(t + k)
                stay = (zb + now) / (za + zb + now) if c == 1.0 else renewal(za, zb, zc, t + k)
                term *= stay * mp.exp(-zrate)
                derl += term
                k += 1
            rows.append((alpha, beta, c, t, rate, there, renewal(za, zb, zc, t), mp.log(there), mp.log(there - then), derl))
    write("retention", ("alpha", "beta", "c", "t", "rate", "survival", "renewal", "ln_stayed", "ln_left", "derl"), rows)


def make():
    """The tables of this file."""
    laws()
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
