"""Tables of the special functions in src/math/special."""

import mpmath as mp

from common import beta_tails, double, exact, ln_beta, log_uniform, rng, write


def gamma():
    """ln gamma, digamma, trigamma, close to their zeros too."""
    r = rng("gamma")
    xs = {log_uniform(r, 1e-12, 1e15) for _ in range(300)} | {log_uniform(r, 0.05, 50) for _ in range(200)}
    for centre in (1.0, 2.0, 1.4616321449683622, 10.0, 12.0):
        for k in range(1, 16):
            for sign in (-1, 1):
                xs.add(centre + sign * 10.0**-k)
        xs.add(centre)
    xs |= {double(k) for k in range(1, 41)}
    rows = []
    for x in sorted(xs):
        z = exact(x)
        rows.append((x, mp.loggamma(z), mp.digamma(z), mp.psi(1, z)))
    write("gamma", ("x", "ln_gamma", "digamma", "trigamma"), rows)


def pochhammer():
    """ln (b)_n and the differences of psi and psi'."""
    r = rng("pochhammer")
    steps = [1e-6, 1e-3, 0.1, 0.5, 1.0, 2.0, 3.0, 7.0, 16.0, 17.0, 26.0, 100.0, 1000.0, 3000.0, 1e5, 1e6]
    points = []
    for k in range(-12, 16):
        b = log_uniform(r, 10.0**k, 10.0 ** min(k + 1, 15)) if k < 15 else 1e15
        points += [(b, n) for n in steps]
        points += [(b, log_uniform(r, 1e-6, 1e6)) for _ in range(8)]
    for b in (9.999999, 10.0, 1.0, 1.4616321449683622, 0.5):
        points += [(b, n) for n in steps]
    for _ in range(400):
        points.append((log_uniform(r, 0.01, 100), log_uniform(r, 0.01, 3000)))
    rows = []
    with mp.workdps(110):
        for b, n in sorted(set(points)):
            z, m = exact(b), exact(n)
            rows.append(
                (
                    b,
                    n,
                    mp.loggamma(z + m) - mp.loggamma(z),
                    mp.digamma(z + m) - mp.digamma(z),
                    mp.psi(1, z + m) - mp.psi(1, z),
                )
            )
    write("pochhammer", ("b", "n", "ln_poch", "digamma_diff", "trigamma_diff"), rows)


def beta():
    """ln B(a, b)."""
    r = rng("beta")
    points = {(log_uniform(r, 1e-8, 1e8), log_uniform(r, 1e-8, 1e8)) for _ in range(600)}
    points |= {(log_uniform(r, 0.1, 100), log_uniform(r, 0.1, 100)) for _ in range(300)}
    points |= {(1e8, 1e-3), (1e-3, 1e8), (1e8, 1e8), (10.0, 10.0), (9.99, 1e6), (1e-12, 1e-12)}
    rows = []
    with mp.workdps(80):
        for a, b in sorted(points):
            rows.append((a, b, ln_beta(exact(a), exact(b))))
    write("beta", ("a", "b", "ln_beta"), rows)


def beta_points(r, count):
    """Shapes of every size, and a place in the law: from far in one tail to far in the other."""
    points = []
    while len(points) < count:
        kind = len(points) % 4
        if kind == 0:
            a, b = log_uniform(r, 1e-3, 1e6), log_uniform(r, 1e-3, 1e6)
        elif kind == 1:  # p n and q + p x of a shop
            a, b = r.randint(1, 60) * log_uniform(r, 0.5, 30), log_uniform(r, 0.5, 3000)
        elif kind == 2:
            a, b = log_uniform(r, 1e-3, 2), log_uniform(r, 1e-3, 200)
        else:
            a = log_uniform(r, 1e2, 1e6)
            b = double(exact(a) * exact(log_uniform(r, 0.1, 10)))
        # A logit near the law's own centre, some deviations off.
        deviation = mp.sqrt(1 / exact(a) + 1 / exact(b))
        w = mp.log(exact(a) / exact(b)) + deviation * exact(r.choice([0.01, 0.3, 1, 3, 10, 25])) * exact(r.gauss(0, 1))
        if a < 1 and r.random() < 0.5:
            w = mp.log(exact(a) / exact(b)) - exact(r.random()) * 20
        odds = mp.exp(w)
        x, y = double(odds / (1 + odds)), double(1 / (1 + odds))
        if min(x, y) < 1e-290 or max(x, y) == 0.5:
            continue
        points.append((a, b, x, double(1 - exact(x))) if x < y else (a, b, double(1 - exact(y)), y))
    return points


def tails_of(a, b, x, y):
    """Both tails, by the smaller of x and y."""
    if x < y:
        return beta_tails(exact(a), exact(b), x=exact(x))
    return beta_tails(exact(a), exact(b), y=exact(y))


def incomplete_beta():
    """Both tails and their logarithms."""
    points = beta_points(rng("incomplete beta"), 3000)
    points += [(a, a, 0.5, 0.5) for a in (1e-3, 0.5, 1.0, 7.0, 1e3, 1e6)]
    rows = []
    for a, b, x, y in sorted(points):
        lower, upper = tails_of(a, b, x, y)
        assert 0 < lower <= 1 and 0 < upper <= 1, (a, b, x, y)
        ln_lower = mp.log(lower) if lower < 0.5 else mp.log1p(-upper)
        ln_upper = mp.log(upper) if upper < 0.5 else mp.log1p(-lower)
        rows.append((a, b, x, y, lower, upper, ln_lower, ln_upper))
    write("incomplete_beta", ("a", "b", "x", "y", "lower", "upper", "ln_lower", "ln_upper"), rows)


def incomplete_beta_inverse():
    """The x of a given probability, polished by Newton's method in the logit from a point already close."""
    rows = []
    for a, b, x, y in sorted(beta_points(rng("incomplete beta inverse"), 1500)):
        lower, upper = tails_of(a, b, x, y)
        p, q = double(lower), double(upper)
        if min(p, q) < 1e-300:
            continue
        za, zb = exact(a), exact(b)
        odds = exact(x) / (1 - exact(x)) if x < y else (1 - exact(y)) / exact(y)
        for _ in range(3):
            zx, zy = odds / (1 + odds), 1 / (1 + odds)
            lower, upper = beta_tails(za, zb, x=zx) if zx < zy else beta_tails(za, zb, y=zy)
            miss = exact(p) - lower if p < q else upper - exact(q)
            density = mp.exp(za * mp.log(zx) + zb * mp.log(zy) - ln_beta(za, zb))
            odds *= mp.exp(miss / density)
        rows.append((a, b, p, q, odds / (1 + odds), 1 / (1 + odds)))
    write("incomplete_beta_inverse", ("a", "b", "p", "q", "x", "y"), rows)


def short_tail(b, z):
    """U(1, b, z) for b far below 0: the integral of e^(-zt) (1+t)^(b-2) (DLMF 13.4.4), which falls like e^(-(z+2-b) t)."""
    width = 1 / (z + 2 - b)
    f = lambda v: mp.exp(-z * width * v + (b - 2) * mp.log1p(width * v))
    return width * mp.quad(f, [0, 2, 5, 10, 20, 40, 80, 160, 1000, 20000])


def tricomi_u():
    """ln U(a, b, z), by mpmath; Kummer's transformation z^(1-b) U(a-b+1, 2-b, z), or the integral, must say the same."""
    r = rng("tricomi u")
    points = []
    for _ in range(1000):  # the lifetimes of Pareto/NBD: U(1, 2-s, delta beta)
        points.append((1.0, double(2 - exact(log_uniform(r, 1e-3, 1e4))), log_uniform(r, 1e-8, 1e6)))
    for _ in range(400):
        points.append((log_uniform(r, 1e-2, 100), r.choice((-1, 1)) * log_uniform(r, 1e-2, 100), log_uniform(r, 1e-6, 1e4)))
    points += [(1.0, b, z) for b in (-3.0, 0.0, 1.0, 1.0 + 1e-9, 1.9999999) for z in (1e-12, 1e-6, 0.1, 1.0, 30.0, 1e8)]
    rows = []
    for a, b, z in sorted(points):
        za, zb, zz = exact(a), exact(b), exact(z)
        if a == 1.0 and b < -50:
            value = short_tail(zb, zz)
            # For large z mpmath's series cancel by more than it sees: at b = -966, z = 473 it is off by 326 powers of ten.
            assert z > 10 or abs(mp.hyperu(za, zb, zz) / value - 1) < mp.mpf(10) ** -25, (a, b, z)
        else:
            value = mp.hyperu(za, zb, zz)
            if za - zb + 1 > 0:
                other = zz ** (1 - zb) * mp.hyperu(za - zb + 1, 2 - zb, zz)
                assert abs(value / other - 1) < mp.mpf(10) ** -25, (a, b, z)
        rows.append((a, b, z, mp.log(value)))
    write("tricomi_u", ("a", "b", "z", "ln_u"), rows)


def make():
    """All tables of this file."""
    gamma()
    pochhammer()
    beta()
    incomplete_beta()
    incomplete_beta_inverse()
    tricomi_u()


if __name__ == "__main__":
    make()
