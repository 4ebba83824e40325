"""Tables of BG/NBD and Gamma-Gamma and of the two predictive laws, by the papers' formulas at 60 digits or more."""

import mpmath as mp

from common import DIGITS, beta_tails, double, exact, ln_beta, log_uniform, rng, write

CDNOW = (0.2425945, 4.4136021, 0.7929202, 2.4259071)
PAPER = (0.243, 4.414, 0.793, 2.426)


def p_alive(r, alpha, a, b, x, t_x, age):
    """Fader & Hardie, note 021."""
    if x == 0:
        return mp.mpf(1)
    return 1 / (1 + a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x))


def ln_likelihood(r, alpha, a, b, x, t_x, age):
    """Fader, Hardie & Lee (2005), equation 6."""
    first = ln_beta(a, b + x) - ln_beta(a, b) + mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha)
    if x == 0:
        return first - (r + x) * mp.log(alpha + age)
    # Both summands by their logarithms: either may be of any size.
    stays = first - (r + x) * mp.log(alpha + age)
    leaves = first + mp.log(a) - mp.log(b + x - 1) - (r + x) * mp.log(alpha + t_x)
    high, low = max(stays, leaves), min(stays, leaves)
    return high + mp.log1p(mp.exp(low - high))


def updated(r, alpha, a, b, x, age):
    """The law of the future, given alive at T."""
    return r + x, alpha + age, a, b + x


def mean(r, alpha, a, b, t):
    """E[X(t)]: Fader, Hardie & Lee (2005), equation 9; a = 1 by a step of 1e-60 at three times the digits."""
    if t == 0:
        return mp.mpf(0)
    if b > 1000 * (1 + r) or (a - r) == mp.floor(a - r):
        return mean_by_sum(r, alpha, a, b, t)  # where mpmath's 2F1 is slow: a limit, or a large parameter
    with mp.workdps(4 * DIGITS):
        near = a + mp.mpf(10) ** -(2 * DIGITS) if a == 1 else a
        z = t / (alpha + t)
        try:
            f = mp.hyp2f1(r, b, near + b - 1, z)
        except (mp.libmp.NoConvergence, ValueError):
            return mean_by_sum(r, alpha, a, b, t)
        return (near + b - 1) / (near - 1) * (1 - (alpha / (alpha + t)) ** r * f)


def mean_by_sum(r, alpha, a, b, t):
    """E[X(t)] = sum of P(X(t) > n), with P(N > n) as 1 less the sum so far: enough digits carry it."""
    with mp.workdps(3 * DIGITS):
        z = t / (alpha + t)
        here = mp.exp(-r * mp.log1p(t / alpha))
        above, stayed, total, n = 1 - here, mp.mpf(1), mp.mpf(0), 0
        while above * stayed > total * mp.mpf(10) ** -DIGITS or total == 0:
            total += above * stayed
            stayed *= (b + n) / (a + b + n)
            here *= z * (r + n) / (n + 1)
            above -= here
            n += 1
        return total


def nb(r, alpha, t, n):
    """P(N = n) of the gamma mixture of Poisson counts."""
    with mp.extradps(30):
        ln_p = mp.loggamma(r + n) - mp.loggamma(r) - mp.loggamma(n + 1)
        return mp.exp(ln_p - r * mp.log1p(t / alpha) - n * mp.log1p(alpha / t))


def survival(r, alpha, a, b, t, n):
    """P(X(t) > n) = P(N > n) (b)_n/(a+b)_n; checked against the pmf of MATH.md in `check`."""
    with mp.extradps(30):
        above, _ = beta_tails(n + 1, r, x=t / (alpha + t)) if t <= alpha else beta_tails(n + 1, r, y=alpha / (alpha + t))
        return above * mp.exp(ln_beta(a, b + n) - ln_beta(a, b))


def pmf(r, alpha, a, b, t, n):
    """P(X(t) = n), the two ways to have bought n times: still alive, or gone with the n-th."""
    here = mp.exp(ln_beta(a, b + n) - ln_beta(a, b)) * nb(r, alpha, t, n)
    if n == 0:
        return here
    at_least, _ = beta_tails(n, r, x=t / (alpha + t)) if t <= alpha else beta_tails(n, r, y=alpha / (alpha + t))
    return here + mp.exp(ln_beta(a + 1, b + n - 1) - ln_beta(a, b)) * at_least


def check():
    """The identities on which the library rests, against the textbook's formulas."""
    for r, alpha, a, b, t in [(0.243, 4.414, 0.793, 2.426, 39), (2.243, 43.27, 0.793, 4.426, 39), (0.6, 9, 1.7, 2, 500)]:
        r, alpha, a, b, t = (mp.mpf(v) for v in (r, alpha, a, b, t))
        total = mp.fsum(pmf(r, alpha, a, b, t, n) for n in range(12))
        assert abs(survival(r, alpha, a, b, t, 11) - (1 - total)) < mp.mpf(10) ** -40
        textbook = mean(r, alpha, a, b, t)
        # The integral's end at p = 0 is p^a times a smooth function: p = s^(1/a) makes it plain.
        def inside(s):
            p = s ** (1 / a)
            return -mp.expm1(-r * mp.log1p(p * t / alpha)) / p * (1 - p) ** (b - 1)
        integral = mp.quad(inside, [0, 0.01, 0.5, 1]) / a / mp.exp(ln_beta(a, b))
        assert abs(integral / textbook - 1) < mp.mpf(10) ** -20, (integral, textbook)
        assert abs(mean_by_sum(r, alpha, a, b, t) / textbook - 1) < mp.mpf(10) ** -50
    print("identities hold")


def histories():
    """Parameters, history and horizon: shops of every kind, and the hard corners."""
    r = rng("bg nbd")
    rows = []
    shapes_a = [1.0] + [1 + s * 10.0**-k for k in (1, 2, 3, 4, 6, 9, 12) for s in (-1, 1)]
    # a at and around 1, where the textbook's mean is 0/0.
    for a in shapes_a:
        for x, t_x, age, t in [(0, 0.0, 38.86, 39.0), (2, 30.43, 38.86, 39.0), (26, 30.857, 31.0, 52.0), (400, 990.0, 1000.0, 3650.0)]:
            rows.append((0.243, 4.414, a, 2.426, x, t_x, age, t))
    # The customers of the published figures.
    for parameters in (CDNOW, PAPER):
        for x, t_x, age in [
            (0, 0.0, 38.857142857142854),
            (1, 1.7142857142857142, 38.857142857142854),
            (2, 30.428571428571427, 38.857142857142854),
            (2, 30.43, 38.86),
            (7, 29.428571428571427, 38.857142857142854),
            (26, 30.857142857142858, 31.0),
        ]:
            for t in (0.0, 0.001, 1.0, 39.0, 52.0, 520.0, 3650.0):
                rows.append((*parameters, x, t_x, age, t))
    # Corners: no age, no time, rates tiny and huge, no visible drop-out, many orders, sure to be gone.
    for parameters in (CDNOW, (0.5, 0.008, 0.3, 1.2), (1.2, 1e6, 0.8, 2.4), (0.7, 30.0, 2.0, 1e10), (0.7, 30.0, 1e-8, 1e5), (60.0, 900.0, 5.0, 40.0), (0.01, 1.0, 30.0, 0.05)):
        for x, t_x, age in [(0, 0.0, 0.0), (0, 0.0, 3650.0), (1, 3650.0, 3650.0), (1, 1.0, 3650.0), (17, 100.0, 130.0), (300, 3600.0, 3650.0), (1000, 10.0, 100.0), (3000, 3640.0, 3650.0)]:
            for t in (0.01, 30.0, 3650.0):
                rows.append((*parameters, x, t_x, age, t))
    # At random.
    while len(rows) < 2000:
        x = min(3000, int(log_uniform(r, 1, 3001)) - 1) if r.random() < 0.5 else r.randint(0, 12)
        age = log_uniform(r, 1, 3650)
        t_x = 0.0 if x == 0 else age * r.random() ** (1 / (1 + x))
        rows.append(
            (
                log_uniform(r, 0.02, 30),
                log_uniform(r, 0.008, 3000),
                log_uniform(r, 0.01, 30),
                log_uniform(r, 0.01, 300),
                x,
                t_x,
                age,
                log_uniform(r, 0.1, 3650),
            )
        )
    return rows


def bg_nbd():
    """ln L, P(alive), and the law of the future given alive: mean, P(X > n), P(X = n)."""
    table, laws = [], []
    r = rng("bg nbd counts")
    for count, row in enumerate(histories()):
        if count % 100 == 0:
            print(f"bg_nbd: {count}", flush=True)
        *parameters, x, t_x, age, t = row
        exacts = [exact(v) for v in parameters]
        zt_x, zage, zt = exact(t_x), exact(age), exact(t)
        future = updated(*exacts, x, zage)
        m = mean(*future, zt)
        table.append((*row, ln_likelihood(*exacts, x, zt_x, zage), p_alive(*exacts, x, zt_x, zage), m))
        if t == 0:
            continue
        typical = max(1, int(min(m, 20_000)))
        for n in sorted({0, 1, r.randint(0, 2 * typical), r.randint(0, 4 * typical) + 2}):
            above, here = survival(*future, zt, n), pmf(*future, zt, n)
            if above > mp.mpf(10) ** -250:
                laws.append((*parameters, x, age, t, n, above, here))
    write("bg_nbd", ("r", "alpha", "a", "b", "x", "t_x", "age", "t", "ln_likelihood", "p_alive", "mean"), table)
    write("bg_nbd_law", ("r", "alpha", "a", "b", "x", "age", "t", "n", "survival", "pmf"), laws)


def make():
    """All tables of this file."""
    check()
    bg_nbd()


if __name__ == "__main__":
    make()
