"""Tables of BG/BB by the paper's formulas (Fader, Hardie & Shang 2010), beta functions at 60 digits or more."""

import mpmath as mp

from common import DIGITS, exact, ln_beta, log_uniform, rng, write

DONATIONS = (1.203528, 0.749726, 0.656781, 2.783796)


def ratio(a, b, c, d):
    """B(a, b)/B(c, d)."""
    return mp.exp(ln_beta(a, b) - ln_beta(c, d))


def likelihood(alpha, beta, gamma, delta, x, t_x, n):
    """Equation 6."""
    there = ratio(alpha + x, beta + n - x, alpha, beta) * ratio(gamma, delta + n, gamma, delta)
    gone = mp.fsum(
        ratio(alpha + x, beta + j - x, alpha, beta) * ratio(gamma + 1, delta + j, gamma, delta) for j in range(t_x, n)
    )
    return there + gone


def p_alive(alpha, beta, gamma, delta, x, t_x, n, m):
    """P(alive at opportunity n + m)."""
    there = ratio(alpha + x, beta + n - x, alpha, beta) * ratio(gamma, delta + n + m, gamma, delta)
    return there / likelihood(alpha, beta, gamma, delta, x, t_x, n)


def mean(alpha, beta, gamma, delta, n):
    """Equation 8; gamma = 1 by a step of 1e-60 at three times the digits."""
    with mp.workdps(4 * DIGITS):
        if gamma == 1:
            gamma = gamma + mp.mpf(10) ** -(2 * DIGITS)
        gone = mp.exp(mp.loggamma(gamma + delta) - mp.loggamma(gamma + delta + n) + mp.loggamma(1 + delta + n) - mp.loggamma(1 + delta))
        return alpha / (alpha + beta) * delta / (gamma - 1) * (1 - gone)


def pmf(alpha, beta, gamma, delta, k, n):
    """Equation 7."""
    def within(j):
        return mp.binomial(j, k) * ratio(alpha + k, beta + j - k, alpha, beta)

    there = within(n) * ratio(gamma, delta + n, gamma, delta)
    return there + mp.fsum(within(j) * ratio(gamma + 1, delta + j, gamma, delta) for j in range(k, n))


def variance(alpha, beta, gamma, delta, n):
    """By the factorial moment: 2 E[p^2] sum (j - 1) P(alive at j)."""
    square = alpha * (alpha + 1) / ((alpha + beta) * (alpha + beta + 1))
    pairs = 2 * square * mp.fsum((j - 1) * ratio(gamma, delta + j, gamma, delta) for j in range(2, n + 1))
    m = mean(alpha, beta, gamma, delta, n)
    return pairs + m - m * m


def residual(alpha, beta, gamma, delta, d):
    """Equation 14 for one who is alive; d is the rate per opportunity, compounded at each."""
    z = 1 / (1 + d)
    f = mp.hyp2f1(1, delta + 1, gamma + delta + 1, z)
    return alpha / (alpha + beta) * delta / (gamma + delta) * z * f


def check():
    """The forms used here against each other."""
    for theta in (DONATIONS, (0.2, 3.0, 1.7, 0.4)):
        theta = tuple(mp.mpf(v) for v in theta)
        n = 12
        law = [pmf(*theta, k, n) for k in range(n + 1)]
        assert abs(mp.fsum(law) - 1) < mp.mpf(10) ** -50
        assert abs(mp.fsum(k * p for k, p in enumerate(law)) / mean(*theta, n) - 1) < mp.mpf(10) ** -50
        moments = mp.fsum(k * k * p for k, p in enumerate(law)) - mean(*theta, n) ** 2
        assert abs(moments / variance(*theta, n) - 1) < mp.mpf(10) ** -48
        d = mp.mpf("0.1")
        total = mp.fsum((mean(*theta, k) - mean(*theta, k - 1)) * (1 + d) ** -k for k in range(1, 1500))
        assert abs(total / residual(*theta, d) - 1) < mp.mpf(10) ** -25
    print("BG/BB: identities hold")


def histories():
    """Parameters, history, horizon and yearly rate: customers of every kind, and the hard corners."""
    r = rng("bg bb")
    rows = []
    for x in range(7):
        for t_x in range(x, 7) if x else (0,):
            for h in (1, 3, 6, 60):
                rows.append((*DONATIONS, x, t_x, 6, h, 0.1))
    corners = [(1.2, 0.75, 1.0, 2.8), (1.2, 0.75, 1 + 1e-12, 2.8), (1.2, 0.75, 1 - 1e-9, 2.8), (1e4, 9e4, 0.6, 2.8), (1e5, 2e5, 1e3, 1e5)]
    corners += [(1e-4, 3e-4, 0.5, 2.0), (0.5, 0.5, 1e-5, 1e2), (0.5, 0.5, 1e5, 1e5), (2.0, 1e-5, 3.0, 1e-5), (3.0, 40.0, 0.01, 0.02)]
    for theta in corners:
        for x, t_x, n in ((0, 0, 0), (0, 0, 52), (1, 1, 52), (52, 52, 52), (7, 20, 104), (30, 104, 104)):
            for h in (1, 12, 156):
                rows.append((*theta, x, t_x, n, h, 0.002))
    while len(rows) < 1000:
        n = int(log_uniform(r, 1, 300))
        x = r.randint(0, n) if r.random() < 0.5 else min(n, r.randint(0, 6))
        t_x = 0 if x == 0 else r.randint(x, n)
        theta = (log_uniform(r, 0.01, 100), log_uniform(r, 0.01, 100), log_uniform(r, 0.01, 30), log_uniform(r, 0.01, 300))
        rows.append((*theta, x, t_x, n, max(1, int(log_uniform(r, 1, 200))), log_uniform(r, 1e-4, 0.5)))
    return rows


def make():
    """The tables of this file."""
    check()
    table, laws = [], []
    r = rng("bg bb counts")
    for count, (*theta, x, t_x, n, h, d) in enumerate(histories()):
        if count % 100 == 0:
            print(f"bg_bb: {count}", flush=True)
        alpha, beta, gamma, delta = (exact(v) for v in theta)
        future = (alpha + x, beta + n - x, gamma, delta + n)
        table.append(
            (
                *theta, x, t_x, n, h, d,
                mp.log(likelihood(alpha, beta, gamma, delta, x, t_x, n)),
                p_alive(alpha, beta, gamma, delta, x, t_x, n, 0),
                mean(*future, h),
                variance(*future, h),
                residual(*future, exact(d)),
            )
        )
        for k in sorted({0, r.randint(0, h), r.randint(0, h)}):
            here = pmf(*future, k, h)
            above = mp.fsum(pmf(*future, j, h) for j in range(k + 1, h + 1)) if h <= 60 else mp.mpf(-1)
            if here > mp.mpf(10) ** -250:
                laws.append((*theta, x, n, h, k, above, here))
    write("bg_bb", ("alpha", "beta", "gamma", "delta", "x", "t_x", "n", "h", "d", "ln_likelihood", "p_alive", "mean", "variance", "residual"), table)
    write("bg_bb_law", ("alpha", "beta", "gamma", "delta", "x", "n", "h", "k", "survival", "pmf"), laws)


if __name__ == "__main__":
    make()
