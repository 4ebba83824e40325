"""Tables of NBD, Pareto/NBD and GGom/NBD: purchases that are NBD until a lifetime ends.

By Gauss-Legendre with 56 nodes at 52 digits on short pieces. `check` shows that more nodes change nothing in the 30 digits
that matter, and that Pareto/NBD's likelihood is the textbook's difference of two 2F1 (Fader & Hardie, note 009), taken with
400 digits because it cancels. NBD by its closed forms.
"""

import mpmath as mp

from common import beta_tails, double, exact, log_uniform, rng, write

WORK = 52
NODES = 56
CDNOW = (0.55327711, 10.57768432, 0.60623994, 11.66873112)
_RULES = {}


def rule(nodes):
    """Nodes and weights on (-1, 1)."""
    if nodes not in _RULES:
        with mp.workdps(WORK + 10):
            pairs = []
            for i in range(nodes):
                t = mp.cos(mp.pi * (i + mp.mpf(3) / 4) / (nodes + mp.mpf(1) / 2))
                for _ in range(12):
                    before, value = mp.mpf(1), t
                    for k in range(2, nodes + 1):
                        before, value = value, ((2 * k - 1) * t * value - (k - 1) * before) / k
                    slope = nodes * (t * value - before) / (t * t - 1)
                    t -= value / slope
                pairs.append((t, 2 / ((1 - t * t) * slope * slope)))
            _RULES[nodes] = pairs
    return _RULES[nodes]


class Pareto:
    """S(u) = (beta/(beta+u))^s."""

    columns = ("s", "beta")

    def __init__(self, s, beta):
        self.s, self.beta = s, beta

    def ln_survival(self, u):
        return -self.s * mp.log1p(u / self.beta)

    def ln_density(self, u):
        return mp.log(self.s / self.beta) - (self.s + 1) * mp.log1p(u / self.beta)

    def left(self, age):
        return Pareto(self.s, self.beta + age)

    def scales(self):
        """On which length the law changes at 0, and how long a piece may be that begins at u."""
        return self.beta, lambda u: mp.inf


class GammaGompertz:
    """S(u) = (beta/(beta - 1 + e^(bu)))^s."""

    columns = ("b", "s", "beta")

    def __init__(self, b, s, beta):
        self.b, self.s, self.beta = b, s, beta

    def ln_survival(self, u):
        return -self.s * mp.log1p(mp.expm1(self.b * u) / self.beta)

    def ln_density(self, u):
        return mp.log(self.s * self.b / self.beta) + self.b * u + (self.s + 1) / self.s * self.ln_survival(u)

    def left(self, age):
        return GammaGompertz(self.b, self.s, 1 + (self.beta - 1) * mp.exp(-self.b * age))

    def scales(self):
        near = -mp.log1p(-self.beta) / self.b if self.beta < 1 else mp.inf
        if self.beta == 1:
            return near, lambda u: mp.inf
        # Singularities stand in a column; a piece keeps as far from it as it is long.
        column = mp.log(abs(self.beta - 1)) / self.b
        return near, lambda u: max(1 / self.b, u - column, (column - u) / 2)


def integral(f, low, high, near, longest, nodes=NODES):
    """The integral of exp(f) over (low, high): pieces that grow from `low`, none longer than `longest` where it begins, nor so long
    that f changes by more than 20."""
    if high <= low:
        return mp.mpf(0)
    with mp.workdps(WORK):
        total, at = mp.mpf(0), low
        while at < high:
            step = min(near + at, longest(at), high - at)
            start = f(at) if at > 0 else f(step * mp.mpf(10) ** -6)
            # The middle as well: both feet of a bell are equally high.
            while max(abs(f(at + step) - start), abs(f(at + step / 2) - start)) > 20 and step > (near + at) * mp.mpf(10) ** -5:
                step /= 2
            end = high if high - at - step < step / 1000 else at + step
            middle, half = (at + end) / 2, (end - at) / 2
            piece = half * mp.fsum(w * mp.exp(f(middle + half * t)) for t, w in rule(nodes))
            total += piece
            at = end
            if piece < total * mp.mpf(10) ** -40:
                return total  # past the only top
        return total


def fates(r, alpha, life, x, t_x, age, nodes=NODES):
    """Alive, gone: the two parts of the braces, in units of (1 + t_x/alpha)^-(r+x)."""
    m = r + x
    unit = -m * mp.log1p(t_x / alpha)
    near, longest = life.scales()
    f = lambda u: life.ln_density(u) - m * mp.log1p(u / alpha) - unit
    gone = integral(f, t_x, age, min(alpha, near), longest, nodes)
    return mp.exp(life.ln_survival(age) - m * mp.log1p(age / alpha) - unit), gone, unit


def ln_likelihood(r, alpha, life, x, t_x, age):
    alive, gone, unit = fates(r, alpha, life, x, t_x, age)
    return mp.loggamma(r + x) - mp.loggamma(r) - x * mp.log(alpha) + unit + mp.log(alive + gone), alive / (alive + gone)


def textbook(r, alpha, s, beta, x, t_x, age):
    """ln L and P(alive) of Pareto/NBD by 2F1, with the digits that the difference takes."""
    with mp.workdps(400):
        r, alpha, s, beta, t_x, age = (mp.mpf(v) for v in (r, alpha, s, beta, t_x, age))
        m = r + x
        if alpha >= beta:
            part = lambda t: mp.hyp2f1(m + s, s + 1, m + s + 1, (alpha - beta) / (alpha + t)) / ((alpha + t) / alpha) ** (m + s)
        else:
            part = lambda t: mp.hyp2f1(m + s, m, m + s + 1, (beta - alpha) / (beta + t)) / ((beta + t) / alpha) ** (m + s)
        gone = s / (m + s) * (part(t_x) - part(age)) * (beta / alpha) ** s
        alive = (beta / (beta + age)) ** s * (1 + age / alpha) ** -m
        return mp.loggamma(m) - mp.loggamma(r) - x * mp.log(alpha) + mp.log(alive + gone), alive / (alive + gone)


def lived(life, t, power=0, delta=0):
    """The integral of u^power e^(-delta u) S(u) over (0, t)."""
    near, longest = life.scales()
    f = lambda u: power * mp.log(u) + life.ln_survival(u) - delta * u if power else life.ln_survival(u) - delta * u
    shorter = (lambda u: min(longest(u), 4 / delta)) if delta else longest
    return integral(f, mp.mpf(0), t, min(near, shorter(0), t), shorter)


def ln_nb(r, alpha, n, u):
    return mp.loggamma(r + n) - mp.loggamma(r) - mp.loggamma(n + 1) + (n * mp.log(u / (alpha + u)) if n else 0) - r * mp.log1p(u / alpha)


def support(f, t):
    """Where exp(f), with one top in (0, t), is more than e^-110 of it."""
    grid = [t * mp.mpf(2) ** (mp.mpf(-k) / 32) for k in range(1600)]
    values = [f(u) for u in grid]
    top = max(values)
    near = [u for u, value in zip(grid, values) if value > top - 110]
    low = max((u for u in grid if u < near[-1]), default=mp.mpf(0)) if near[-1] > grid[-1] else mp.mpf(0)
    return low, min((u for u in grid if u > near[0]), default=t)


def counts(r, alpha, life, t, n):
    """P(X(t) = n) and P(X(t) > n)."""
    near, longest = life.scales()
    near = min(alpha, near, longest(0), t)
    with mp.workdps(WORK):
        ends = mp.exp(ln_nb(r, alpha, n, t) + life.ln_survival(t))
        density = lambda u: ln_nb(r, alpha, n, u) + life.ln_density(u)
        moment = lambda u: ln_nb(r, alpha, n, u) + mp.log((r + n) / (alpha + u)) + life.ln_survival(u)
        parts = [integral(f, *(support(f, t) if n > 20 else (mp.mpf(0), t)), near, longest) for f in (density, moment)]
        return ends + parts[0], parts[1]


def check():
    """More nodes change nothing, and the integral is the textbook's."""
    mp.mp.dps = WORK
    r = rng("until death check")
    for _ in range(12):
        p = [exact(log_uniform(r, 0.05, 20)) for _ in range(4)]
        x, age = r.randint(0, 30), exact(log_uniform(r, 1, 300))
        t_x = age * exact(r.random()) if x else mp.mpf(0)
        ours, book = ln_likelihood(p[0], p[1], Pareto(p[2], p[3]), x, t_x, age), textbook(*p, x, t_x, age)
        assert all(abs(a / b - 1) < mp.mpf(10) ** -30 for a, b in zip(ours, book)), (p, ours, book)
        for life in (Pareto(p[2], p[3]), GammaGompertz(p[2] / 10, p[3], p[1])):
            few, many = fates(p[0], p[1], life, x, t_x, age), fates(p[0], p[1], life, x, t_x, age, 90)
            assert abs(few[1] / many[1] - 1) < mp.mpf(10) ** -30, (p, few, many)
            equal, above = zip(*(counts(p[0], p[1], life, age, n) for n in range(6)))
            assert abs(1 - mp.fsum(equal) - above[-1]) < mp.mpf(10) ** -20, (equal, above)
            assert abs(above[1] - above[2] - equal[2]) < mp.mpf(10) ** -20
    print("until_death: identities hold")


#: Customers of the published figures, and some at the ends of what there may be.
CUSTOMERS = (
    (0, 0.0, 38.857142857142854),
    (2, 30.428571428571427, 38.857142857142854),
    (26, 30.857142857142858, 31.0),
    (0, 0.0, 0.0),
    (1, 1.0, 3650.0),
    (1, 30.0, 30.0),
    (17, 100.0, 130.0),
    (300, 3600.0, 3650.0),
    (1000, 10.0, 100.0),
)


def histories(name, usual, beyond, corners, count):
    """Corners, then histories at random: two thirds of a shop, one third beyond what there is."""
    r = rng(name)
    rows = []
    for corner in corners:
        for customer in CUSTOMERS:
            rows.append((*corner, *customer, (0.01, 39.0, 3650.0)[len(rows) % 3], (0.0027, 0.1, 1e-5)[len(rows) % 3]))
    while len(rows) < count:
        far = len(rows) % 3 == 0
        most, oldest = (20_001, 20_000) if far else (2001, 3650)
        x = int(log_uniform(r, 1, most)) - 1 if r.random() < 0.5 else r.randint(0, 12)
        age = log_uniform(r, 1e-3 if far else 1, oldest)
        t_x = 0.0 if x == 0 else age * r.random() ** (1 / (1 + x)) if r.random() < 0.8 else age * (1 - log_uniform(r, 1e-9, 0.1))
        rows.append((*(beyond if far else usual)(r), x, t_x, age, log_uniform(r, 0.01 if far else 0.1, oldest), log_uniform(r, 1e-5, 0.1)))
    return rows


def points(r, mean):
    """Numbers of purchases to ask about: near 0, about the mean, and beyond it."""
    typical = max(1, int(min(mean, 3000)))
    return sorted({r.choice((0, 1)), r.randint(0, 2 * typical), r.randint(0, 4 * typical) + 2})


def table(name, life_of, columns, rows):
    """ln L, P(alive), and the law of the future given alive."""
    models, laws, r = [], [], rng(name + " counts")
    for count, row in enumerate(rows):
        if count % 50 == 0:
            print(f"{name}: {count}", flush=True)
        *p, x, t_x, age, t, delta = row
        pr, alpha, *rest = (exact(v) for v in p)
        life, zt_x, zage, zt = life_of(*rest), exact(t_x), exact(age), exact(t)
        ln, alive = ln_likelihood(pr, alpha, life, x, zt_x, zage)
        fr, fa, fl = pr + x, alpha + zage, life.left(zage)
        mean, square = lived(fl, zt), 2 * lived(fl, zt, 1)
        variance = fr / fa * mean + fr * (fr + 1) / fa**2 * square - (fr / fa * mean) ** 2
        dert = fr / fa * lived(fl, 85 / exact(delta), 0, exact(delta))
        models.append((*row, ln, alive, fr / fa * mean, variance, dert))
        for n in points(r, fr / fa * mean):
            here, above = counts(fr, fa, fl, zt, n)
            if above > mp.mpf(10) ** -200:
                laws.append((*p, x, age, t, n, above, here))
    names = ("r", "alpha", *columns, "x")
    write(name, (*names, "t_x", "age", "t", "delta", "ln_likelihood", "p_alive", "mean", "variance", "dert"), models)
    write(name + "_law", (*names, "age", "t", "n", "survival", "pmf"), laws)


def pareto():
    """Pareto/NBD."""
    corners = [
        CDNOW,
        (0.553, 10.578, 1.0, 11.669),
        (0.553, 10.578, 1 + 1e-9, 11.669),
        (0.553, 10.578, 2.0, 10.578),
        (0.5, 0.008, 0.3, 1.2),
        (1.2, 1e6, 0.8, 2.4),
        (0.7, 30.0, 2.0, 1e10),
        (0.7, 30.0, 1e4, 1e5),
        (60.0, 900.0, 5.0, 40.0),
        (0.01, 1.0, 30.0, 0.05),
        (10.465, 0.00798565181, 3.0516, 2.82),
    ]
    usual = lambda r: (log_uniform(r, 0.02, 30), log_uniform(r, 0.008, 3000), log_uniform(r, 0.02, 30), log_uniform(r, 0.008, 3000))
    beyond = lambda r: (log_uniform(r, 1e-3, 1e3), log_uniform(r, 1e-4, 1e6), log_uniform(r, 1e-3, 1e3), log_uniform(r, 1e-4, 1e6))
    table("pareto_nbd", Pareto, Pareto.columns, histories("pareto nbd", usual, beyond, corners, 600))


def ggom():
    """GGom/NBD."""
    corners = [
        (0.553, 10.5726996, 1e-5, 0.606, 1.165e-4),
        (0.553, 10.578, 0.002, 0.603, 0.0026),
        (0.553, 10.578, 0.05, 0.6, 1.0),
        (0.553, 10.578, 0.05, 0.6, 30.0),
        (0.8, 3.0, 0.2, 0.05, 1e4),
        (5.0, 40.0, 0.01, 20.0, 200.0),
    ]
    usual = lambda r: (log_uniform(r, 0.02, 30), log_uniform(r, 0.008, 3000), log_uniform(r, 1e-5, 1), log_uniform(r, 0.02, 10), log_uniform(r, 1e-4, 1e4))
    beyond = lambda r: (log_uniform(r, 1e-3, 1e3), log_uniform(r, 1e-4, 1e6), log_uniform(r, 1e-7, 1), log_uniform(r, 1e-3, 1e3), log_uniform(r, 1e-6, 1e8))
    table("ggom_nbd", GammaGompertz, GammaGompertz.columns, histories("ggom nbd", usual, beyond, corners, 600))


def nbd():
    """NBD: nobody leaves."""
    corners = [(0.38476588, 12.07201373), (0.01, 1e4), (200.0, 0.5)]
    usual = lambda r: (log_uniform(r, 0.02, 30), log_uniform(r, 0.008, 3000))
    beyond = lambda r: (log_uniform(r, 1e-3, 1e3), log_uniform(r, 1e-4, 1e6))
    models, laws, c = [], [], rng("nbd counts")
    for row in histories("nbd", usual, beyond, corners, 300):
        r, alpha, x, t_x, age, t, delta = row
        zr, za, zage, zt = (exact(v) for v in (r, alpha, age, t))
        ln = mp.loggamma(zr + x) - mp.loggamma(zr) - x * mp.log(za) - (zr + x) * mp.log1p(zage / za)
        fr, fa = zr + x, za + zage
        mean = fr / fa * zt
        models.append((*row, ln, 1.0, mean, mean * (1 + zt / fa), fr / fa / exact(delta)))
        for n in points(c, mean):
            above = beta_tails(mp.mpf(n + 1), fr, x=zt / (fa + zt))[0]
            if above > mp.mpf(10) ** -200:
                laws.append((r, alpha, x, age, t, n, above, mp.exp(ln_nb(fr, fa, n, zt))))
    write("nbd", ("r", "alpha", "x", "t_x", "age", "t", "delta", "ln_likelihood", "p_alive", "mean", "variance", "dert"), models)
    write("nbd_law", ("r", "alpha", "x", "age", "t", "n", "survival", "pmf"), laws)


def make():
    """All tables of this file."""
    check()
    nbd()
    pareto()
    ggom()


if __name__ == "__main__":
    make()
