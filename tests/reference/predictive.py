"""Tables of the predictive laws: what a customer will spend, how often they will buy, and what that is worth today."""

import mpmath as mp

from common import beta_tails, double, exact, log_uniform, rng, write
from models import CDNOW, PAPER, mean, p_alive, survival, updated

SPEND = (6.25, 3.7442, 15.4435)


def counts(future, t, tail):
    """P(X = n) given alive, n = 0, 1, ..., until P(X > n) < tail: the sum over who has left with which purchase."""
    r, alpha, a, b = future
    with mp.extradps(30):
        z, here = t / (alpha + t), mp.exp(-r * mp.log1p(t / alpha))
        above, stayed, out, n = 1 - here, mp.mpf(1), [], 0
        out.append(here)
        while above * stayed > tail:
            left = stayed * a / (a + b + n)  # leaves with purchase n + 1, if it comes
            at_least = above
            stayed *= (b + n) / (a + b + n)
            here *= z * (r + n) / (n + 1)
            above -= here
            n += 1
            out.append(stayed * here + left * at_least)
        return out


def value_cases():
    """Purchases, spend, and a sum of money: shops of every kind."""
    r = rng("value")
    for number in range(420):
        if number % 3 == 0:
            purchase, spend = CDNOW, SPEND
            x = r.choice([0, 1, 2, 7, 26])
            age, t = 39.0, r.choice([1.0, 39.0, 52.0])
        else:
            purchase = (log_uniform(r, 0.1, 5), log_uniform(r, 0.5, 50), log_uniform(r, 0.1, 3), log_uniform(r, 0.5, 30))
            spend = (log_uniform(r, 0.3, 300), 1 + log_uniform(r, 1e-3, 10), log_uniform(r, 1e-2, 1e6))
            x = r.choice([0, 0, 1, 2, 5, 40, 300, 3000])
            age = log_uniform(r, 5, 500) if x < 300 else log_uniform(r, 1000, 3650)
            t = log_uniform(r, 0.5, 200)
        t_x = 0.0 if x == 0 else age * (1 - 0.3 * r.random() / (1 + x / 20))
        typical = double(exact(spend[0]) * exact(spend[2]) / exact(spend[1]))
        m = 0.0 if x == 0 else typical * log_uniform(r, 0.5, 2)
        s = (m or typical) * log_uniform(r, 0.3, 30)
        yield purchase, spend, x, t_x, age, m, t, s


def value():
    """P(S <= s) and P(S > s), and the mean value of an order."""
    rows = []
    with mp.workdps(40):
        for purchase, spend, x, t_x, age, m, t, s in value_cases():
            exacts = [exact(v) for v in purchase]
            alive = p_alive(*exacts, x, exact(t_x), exact(age))
            future = updated(*exacts, x, exact(age))
            if mean(*future, exact(t)) > 60:
                continue
            p, q, v = (exact(v) for v in spend)
            q, v = q + p * x, v + x * exact(m)
            u = exact(s) / (exact(s) + v)
            law = counts(future, exact(t), mp.mpf(10) ** -30)
            below = above = mp.mpf(0)
            for n, probability in enumerate(law[1:], 1):
                lower, upper = beta_tails(p * n, q, x=u) if u < 0.5 else beta_tails(p * n, q, y=1 - u)
                below += probability * lower
                above += probability * upper
            rows.append((*purchase, *spend, x, t_x, age, m, t, s, 1 - alive + alive * (law[0] + below), alive * above, p * v / (q - 1)))
    columns = "r alpha a b p q v x t_x age m t s cdf survival order_value".split()
    write("value", columns, rows)


def purchases():
    """Quantiles of the number of purchases: the smallest n with P(X > n) <= 1 - level."""
    r, rows = rng("purchases"), []
    while len(rows) < 400:
        purchase = CDNOW if r.random() < 0.2 else (log_uniform(r, 0.1, 5), log_uniform(r, 0.01, 500), log_uniform(r, 0.1, 3), log_uniform(r, 0.5, 300))
        x = r.choice([0, 1, 3, 20, 400, 3000])
        age = log_uniform(r, 5, 3650)
        t_x = 0.0 if x == 0 else age * (1 - 0.3 * r.random() / (1 + x / 20))
        t = log_uniform(r, 0.5, 3650)
        exacts = [exact(v) for v in purchase]
        alive = p_alive(*exacts, x, exact(t_x), exact(age))
        future = updated(*exacts, x, exact(age))
        if not 0.01 < mean(*future, exact(t)) < 2000:
            continue
        law = counts(future, exact(t), mp.mpf(10) ** -8)
        for level in (0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995):
            n, below, close = 0, 1 - alive + alive * law[0], False
            while below < exact(level):
                close |= abs(below - exact(level)) < mp.mpf(10) ** -12
                n += 1
                below += alive * law[n]
            if not close and abs(below - exact(level)) > mp.mpf(10) ** -12:
                rows.append((*purchase, x, t_x, age, t, level, n))
    write("purchases", "r alpha a b x t_x age t level quantile".split(), rows)


def discounted():
    """Discounted expected transactions of a customer, over a horizon and over the whole future (horizon -1)."""
    r, rows = rng("discounted"), []
    cases = [(PAPER, 2, 30.43, 38.86, 0.0027, h) for h in (-1.0, 52.0, 104.0, 260.0)]
    for x, t_x in [(0, 0.0), (1, 1.7142857142857142), (2, 30.428571428571427), (7, 29.428571428571427)]:
        cases.append((PAPER, x, t_x, 38.857142857142854, 0.0027, -1.0))
    cases.append((PAPER, 26, 30.857142857142858, 31.0, 0.0027, -1.0))
    for a in (1.0, 1 + 1e-12, 1 - 1e-9, 0.05, 5.5):
        purchase = (0.243, 4.414, a, 2.426)
        cases += [(purchase, 3, 20.0, 39.0, log_uniform(r, 1e-4, 0.05), h) for h in (-1.0, 52.0)]
    for _ in range(91):
        purchase = (log_uniform(r, 0.1, 5), log_uniform(r, 0.1, 500), log_uniform(r, 0.1, 3), log_uniform(r, 0.5, 30))
        age = log_uniform(r, 5, 500)
        cases.append((purchase, r.choice([0, 1, 4, 30]), 0.0, age, log_uniform(r, 1e-4, 0.05), r.choice([-1.0, 13.0, 52.0, 520.0])))
    with mp.workdps(30):
        for purchase, x, t_x, age, delta, horizon in cases:
            t_x = t_x if t_x or x == 0 else age * 0.9
            exacts = [exact(v) for v in purchase]
            alive = p_alive(*exacts, x, exact(t_x), exact(age))
            law, d = updated(*exacts, x, exact(age)), exact(delta)
            end = 80 / d if horizon < 0 else exact(horizon)
            scale = law[1]
            cuts = [mp.mpf(0)] + [c for k in range(-2, 12) if (c := scale * 4**k) < end / 2] + [end]
            while cuts[-1] - cuts[-2] > 12 / d:
                cuts.insert(-1, cuts[-2] + 10 / d)
            inner = mp.quad(lambda u: mp.exp(-d * u) * mean_here(*law, u), cuts, maxdegree=5)
            whole = d * inner + (0 if horizon < 0 else mp.exp(-d * end) * mean_here(*law, end))
            rows.append((*purchase, x, t_x, age, delta, horizon, alive * whole))
    write("discounted", "r alpha a b x t_x age delta horizon expected".split(), rows)


def mean_here(r, alpha, a, b, t):
    """E[X(t)] at the caller's digits, with room for a close to 1."""
    with mp.extradps(60):
        near = a + mp.mpf(10) ** -40 if a == 1 else a
        f = mp.hyp2f1(r, b, near + b - 1, t / (alpha + t))
        return (near + b - 1) / (near - 1) * (1 - (alpha / (alpha + t)) ** r * f)


def make():
    """All tables of this file."""
    discounted()
    value()
    purchases()


if __name__ == "__main__":
    make()
