"""Tables of sBG and beta-discrete-Weibull by the papers' formulas, beta functions at 60 digits or more; and their fits on the
published survival of two cohorts, by an independent optimiser (mpmath's root finder on the exact gradient)."""

import mpmath as mp

from common import exact, ln_beta, log_uniform, rng, write

#: Fader & Hardie (2007), table 1: how many of 1,000 customers survive 0 to 12 years.
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)


def survival(alpha, beta, c, t):
    """S(t) = B(alpha, beta + t^c)/B(alpha, beta)."""
    return mp.exp(ln_beta(alpha, beta + mp.mpf(t) ** c) - ln_beta(alpha, beta)) if t else mp.mpf(1)


def ln_likelihood(alpha, beta, c, due, left):
    """ln P(T = t) or ln S(t)."""
    with mp.workdps(160):
        if left:
            return mp.log(survival(alpha, beta, c, due - 1) - survival(alpha, beta, c, due))
        return mp.log(survival(alpha, beta, c, due))


def derl(alpha, beta, t, d):
    """Fader & Hardie (2010), equation 6: immediately before the renewal after t of them."""
    try:
        f = mp.hyp2f1(1, beta + t + 1, alpha + beta + t + 1, 1 / (1 + d))
    except (mp.libmp.NoConvergence, ValueError):
        return derl_by_sum(alpha, beta, mp.mpf(1), t, d)  # where mpmath's is at a loss
    return (beta + t) / (alpha + beta + t) * f


def derl_by_sum(alpha, beta, c, t, d):
    """The sum itself, for a discount rate that ends it."""
    here, total, k = survival(alpha, beta, c, t), mp.mpf(0), 1
    while True:
        term = survival(alpha, beta, c, t + k) / here * (1 + d) ** (1 - k)
        total += term
        if term < total * mp.mpf(10) ** -25:
            return total
        k += 1


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
    """The tables of this file."""
    r = rng("retention")
    rows = []
    named = [(0.704077, 1.182043, 1.0), (0.668088, 3.806094, 1.0), (0.508309, 0.868846, 1.209378), (0.25, 1.65, 1.6), (3.8, 15.2, 0.7)]
    for theta in named + [(1e-4, 3e-4, 1.0), (1e4, 9e4, 1.0), (1e4, 9e4, 1.4), (0.5, 1e5, 2.5), (30.0, 0.02, 0.3), (1e-3, 1e4, 1.0)]:
        for due in (0, 1, 2, 7, 60, 240):
            rows.append((*theta, due, 0.1))
    while len(rows) < 400:
        c = 1.0 if r.random() < 0.3 else log_uniform(r, 0.2, 3)
        rows.append((log_uniform(r, 0.01, 1000), log_uniform(r, 0.01, 1000), c, int(log_uniform(r, 1, 200)), log_uniform(r, 0.05, 0.5)))
    table = []
    for *theta, due, d in rows:
        alpha, beta, c = (exact(v) for v in theta)
        table.append(
            (
                *theta, due, d,
                survival(alpha, beta, c, due),
                ln_likelihood(alpha, beta, c, due, False),
                ln_likelihood(alpha, beta, c, due + 1, True),
                derl(alpha, beta, due, exact(d)) if theta[2] == 1.0 else derl_by_sum(alpha, beta, c, due, exact(d)),
            )
        )
    write("retention", ("alpha", "beta", "c", "due", "d", "survival", "ln_stays", "ln_leaves", "derl"), table)
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
