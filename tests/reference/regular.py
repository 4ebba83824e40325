"""Tables of MBG/NBD, BG/CNBD-k and MBG/CNBD-k: by the story in stages, not by the incomplete beta functions of the library.

A customer who is alive at T has passed j < k stages since the last purchase. P(l, j), the probability of l stages by T + t of
which j by T, follows from the joint NB law of counts over two stretches of time; purchases are floor(l / k).
"""

import mpmath as mp

from common import DIGITS, exact, ln_beta, log_uniform, rng, write

GROCERY = {2: (1.329197, 2.812600, 0.424716, 0.790040), 1: (1.256791, 6.038476, 0.368251, 0.715735)}


def chances(first, x):
    """How often the customer could have left."""
    return x + first


def ln_likelihood(k, first, r, alpha, a, b, x, t_x, age):
    """ln L without the factor of the gaps, by its two summands: still there, or gone with the last purchase."""
    m, y = r + k * x, chances(first, x)
    silent = mp.fsum(mp.rf(m, j) / mp.factorial(j) * (age - t_x) ** j / (alpha + age) ** (m + j) for j in range(k))
    common = mp.loggamma(m) - mp.loggamma(r) + r * mp.log(alpha) - x * mp.loggamma(k) - ln_beta(a, b)
    stays = common + ln_beta(a, b + y) + mp.log(silent)
    if y == 0:
        return stays
    leaves = common + ln_beta(a + 1, b + y - 1) - m * mp.log(alpha + t_x)
    high, low = max(stays, leaves), min(stays, leaves)
    return high + mp.log1p(mp.exp(low - high))


def p_alive(k, first, r, alpha, a, b, x, t_x, age):
    """The share of the first summand."""
    m, y = r + k * x, chances(first, x)
    if y == 0:
        return mp.mpf(1)
    stays = mp.fsum(mp.rf(m, j) / mp.factorial(j) * (age - t_x) ** j / (alpha + age) ** (m + j) for j in range(k))
    leaves = a / (b + y - 1) / (alpha + t_x) ** m
    return stays / (stays + leaves)


class Law:
    """The purchases in (0, t] of a customer alive at T: mean, and P(X > n), P(X = n) at some n."""

    def __init__(self, k, first, r, alpha, a, b, x, t_x, age, t, wanted):
        m, b = r + k * x, b + chances(first, x)
        with mp.workdps(DIGITS + 40):
            whole, silence = alpha + age + t, age - t_x
            # P(l + 1, j) = (m + l)/(l + 1) (t/whole P(l, j) + silence/whole P(l, j - 1))
            after, before = t / whole, silence / whole
            share = silence / (alpha + age)
            stays = mp.fsum(mp.rf(m, j) / mp.factorial(j) * share**j for j in range(k))
            joint = [mp.mpf(0)] * k
            joint[0] = ((alpha + age) / whole) ** m / stays
            l, n, there, above = 0, 0, mp.mpf(1), mp.mpf(1)
            self.mean, self.at = mp.mpf(0), {}
            last = max(wanted, default=0)
            while True:
                here = mp.mpf(0)
                for _ in range(k):
                    here += mp.fsum(joint)
                    factor = (m + l) / (l + 1)
                    joint = [factor * (after * joint[j] + (before * joint[j - 1] if j else 0)) for j in range(k)]
                    l += 1
                # N = n: X = n if still there after n, or gone with the n-th while N >= n.
                exactly = there * here
                if n > 0:
                    exactly += there_before * a / (a + b + n - 1) * above
                above -= here
                if n in wanted:
                    self.at[n] = (there * above, exactly)
                self.mean += there * above
                # What is below 1e-75 is the rounding of 1 less the sum.
                if n >= last and (above < mp.mpf(10) ** -75 or there * above < self.mean * mp.mpf(10) ** -24 and above < mp.mpf(10) ** -24):
                    break
                there_before = there
                there *= (b + n) / (a + b + n)
                n += 1


def check():
    """k = 1 without a first chance is BG/NBD by the textbook's formulas; a story in stages by numerical integration."""
    import models

    r, alpha, a, b, age, t = (mp.mpf(v) for v in ("0.243", "4.414", "0.793", "2.426", "38.86", "39"))
    for x, t_x in [(0, mp.mpf(0)), (2, mp.mpf("30.43"))]:
        law = Law(1, 0, r, alpha, a, b, x, t_x, age, t, {0, 1, 5})
        future = models.updated(r, alpha, a, b, x, age)
        assert abs(law.mean / models.mean(*future, t) - 1) < mp.mpf(10) ** -20
        for n in (0, 1, 5):
            assert abs(law.at[n][0] / models.survival(*future, t, n) - 1) < mp.mpf(10) ** -20
            assert abs(law.at[n][1] / models.pmf(*future, t, n) - 1) < mp.mpf(10) ** -20
        assert abs(p_alive(1, 0, r, alpha, a, b, x, t_x, age) - models.p_alive(r, alpha, a, b, x, t_x, age)) < mp.mpf(10) ** -40
        old = models.ln_likelihood(r, alpha, a, b, x, t_x, age)
        assert abs(ln_likelihood(1, 0, r, alpha, a, b, x, t_x, age) - old) < mp.mpf(10) ** -40
    # k = 3, one purchase at t_x, and the next after T + t: both waiting times by their densities, over rates.
    k, x, t_x, age, t = 3, 1, mp.mpf(4), mp.mpf(9), mp.mpf(5)
    r, alpha, a, b = (mp.mpf(v) for v in ("1.3", "2.8", "0.4", "0.8"))

    def silent(rate, span):
        return mp.gammainc(k, rate * span, regularized=True)

    def rates(rate):
        return rate ** (r + k - 1) * mp.exp(-rate * (alpha + t_x))

    ends = [0, 0.1, 0.5, 1, 2, 5, 20, mp.inf]
    alive = mp.quad(lambda rate: rates(rate) * silent(rate, age - t_x), ends)
    none = mp.quad(lambda rate: rates(rate) * silent(rate, age + t - t_x), ends)
    law = Law(k, 1, r, alpha, a, b, x, t_x, age, t, {0})
    assert abs((1 - law.at[0][0]) / (none / alive) - 1) < mp.mpf(10) ** -18
    print("identities hold")


def histories():
    """k, whether the first purchase is a chance to leave, parameters, history and horizon."""
    r = rng("regular")
    rows = []
    for first in (0, 1):
        for k in (1, 2, 3, 12):
            for x, t_x, age in [(0, 0.0, 0.0), (0, 0.0, 52.0), (1, 3.0, 52.0), (2, 30.43, 38.86), (40, 50.0, 52.0), (7, 40.0, 52.0)]:
                for t in (0.01, 39.0, 520.0):
                    rows.append((k, first, *GROCERY[min(k, 2)], x, t_x, age, t))
    # Corners: long silences, sure to be gone, no visible drop-out, rates that hardly vary, a = 1, the largest k.
    for k, first in [(1, 1), (2, 0), (2, 1), (5, 1), (64, 0)]:
        for parameters in [(0.5, 0.008, 0.3, 1.2), (1.2, 1e6, 1.0, 2.4), (0.7, 30.0, 1e-8, 1e5), (60.0, 900.0, 5.0, 40.0), (0.01, 1.0, 30.0, 0.05), (2e4, 1e4, 1 + 1e-9, 3.0)]:
            for x, t_x, age in [(0, 0.0, 365.0), (1, 365.0, 365.0), (17, 100.0, 130.0), (300, 10.0, 100.0)]:
                if k < 64 or x < 100:
                    rows.append((k, first, *parameters, x, t_x, age, r.choice((0.01, 3.0, 30.0))))
    while len(rows) < 1200:
        k = r.choice((1, 1, 2, 2, 3, 4, 6, 12))
        x = min(1000, int(log_uniform(r, 1, 1001)) - 1) if r.random() < 0.4 else r.randint(0, 12)
        age = log_uniform(r, 1, 1000)
        t_x = 0.0 if x == 0 else age * r.random() ** (1 / (1 + x))
        rows.append(
            (
                1 if r.random() < 0.1 else k,
                r.randint(0, 1),
                log_uniform(r, 0.02, 30),
                log_uniform(r, 0.05, 3000),
                log_uniform(r, 0.01, 30),
                log_uniform(r, 0.01, 300),
                x,
                t_x,
                age,
                log_uniform(r, 0.1, 1000),
            )
        )
    return rows


def stages_needed(k, r, alpha, x, age, t):
    """About so many steps of the recursion: those of a newcomer over a span of many mean waiting times are left out."""
    y = t / (alpha + age)
    return (r + k * x + k) * y + 2.5 * DIGITS * (1 + y)


def make():
    """All tables of this file."""
    check()
    table, laws, r = [], [], rng("regular counts")
    for count, row in enumerate(histories()):
        if count % 100 == 0:
            print(f"regular: {count}", flush=True)
        k, first, *parameters, x, t_x, age, t = row
        exacts = [exact(v) for v in parameters]
        zt_x, zage, zt = exact(t_x), exact(age), exact(t)
        typical = max(1, int((parameters[0] + k * x) * t / (parameters[1] + age) / k))
        wanted = {0, 1, r.randint(0, 2 * typical), r.randint(0, 3 * typical) + 2}
        if stages_needed(k, parameters[0], parameters[1], x, age, t) * k > 60_000:
            continue
        law = Law(k, first, *exacts, x, zt_x, zage, zt, wanted)
        if law.mean < mp.mpf(10) ** -50:
            continue
        table.append((*row, ln_likelihood(k, first, *exacts, x, zt_x, zage), p_alive(k, first, *exacts, x, zt_x, zage), law.mean))
        for n in sorted(wanted):
            if law.at[n][0] > mp.mpf(10) ** -50:
                laws.append((*row, n, *law.at[n]))
    names = ("k", "first", "r", "alpha", "a", "b", "x", "t_x", "age", "t")
    write("regular", (*names, "ln_likelihood", "p_alive", "mean"), table)
    write("regular_law", (*names, "n", "survival", "pmf"), laws)


if __name__ == "__main__":
    make()
