"""The law of sums of lognormal orders, by another road: the Laplace transform, inverted (Abate & Whitt 1995, ORSA J. Comput. 7, 36-43).

E exp(-theta exp(sigma Z)) is an integral over z whose path is turned by -arg(theta)/sigma into the complex plane, where nothing
oscillates; its n-th power is the transform of the sum. The mean of logarithms is mixed in by the trapezoidal rule.

The table takes a quarter of an hour: python log_normal.py
"""

import mpmath as mp

from common import exact, write

mp.mp.dps = 34
STEPS = 26


def transform(theta, sigma):
    """E exp(-theta exp(sigma Z)), theta in the right half-plane."""
    turn = -mp.arg(theta) / sigma
    with mp.extradps(int(turn**2 / 4) + 8):
        size, step, total = abs(theta), mp.mpf(1) / 12, mp.mpc(0)
        for k in range(-170, 171):
            z = k * step
            real = -size * mp.exp(sigma * z) - z * z / 2
            if real > -110:
                total += mp.exp(mp.mpc(real, -z * turn))
        return total * step * mp.exp(turn * turn / 2) / mp.sqrt(2 * mp.pi)


def laws(s, n, sigma):
    """P(S <= s) and the density of ln S."""
    decay = mp.mpf(40)
    spread = mp.sqrt(mp.expm1(sigma**2) / n)
    first = int(min(400, 24 + 14 / spread))
    below, density = [], []
    for k in range(first + STEPS + 1):
        theta = (decay + 2j * mp.pi * k) / (2 * s)
        power = transform(theta, sigma) ** n
        sign = (mp.mpf(1) / 2 if k == 0 else (-1) ** k) * mp.exp(decay / 2) / s
        below.append(sign * (power / theta).real)
        density.append(sign * power.real * s)
    return euler(below, first), euler(density, first)


def euler(terms, first):
    """The sum of an alternating series, by Euler's means of its partial sums."""
    partial, sums = mp.mpf(0), []
    for term in terms:
        partial += term
        sums.append(partial)
    return sum(mp.binomial(STEPS, j) * sums[first + j] for j in range(STEPS + 1)) / mp.mpf(2) ** STEPS


def mixed(sigma, tau, n, y):
    """The same with the mean of logarithms normal around 0 with standard deviation tau."""
    sigma, tau, y = exact(sigma), exact(tau), exact(y)
    if tau < 1e-6:
        return laws(mp.exp(y), n, sigma)
    scale = mp.sqrt(mp.log1p(mp.expm1(sigma**2) / n))
    step = min(mp.mpf(1) / 2, scale / tau / 2)
    total, count = [mp.mpf(0), mp.mpf(0)], int(6.5 / step)
    for k in range(-count, count + 1):
        weight = step * mp.npdf(k * step)
        for i, value in enumerate(laws(mp.exp(y - tau * k * step), n, sigma)):
            total[i] += weight * value
    return total


def table():
    rows = []
    for sigma in (0.3, 0.6, 1.0, 2.0):
        for n in (2, 3, 7, 20):
            spread = float(mp.sqrt(mp.log1p(mp.expm1(mp.mpf(sigma) ** 2) / n)))
            middle = float(mp.log(n) + mp.mpf(sigma) ** 2 / 2) - spread**2 / 2
            for z in (-2.5, -1.0, -0.2, 0.7, 1.5, 3.0):
                y = middle + z * spread
                below, density = mixed(sigma, 1e-9, n, y)
                rows.append((sigma, 1e-9, n, y, below, density))
    for sigma, tau, n in ((0.6, 0.5, 2), (1.0, 0.2, 4), (0.5, 1.2, 3)):
        spread = float(mp.sqrt(mp.mpf(tau) ** 2 + mp.log1p(mp.expm1(mp.mpf(sigma) ** 2) / n)))
        for z in (-1.5, 0.1, 2.0):
            y = float(mp.log(n)) + z * spread
            below, density = mixed(sigma, tau, n, y)
            rows.append((sigma, tau, n, y, below, density))
    write("log_normal", ("sigma", "tau", "orders", "y", "below", "density"), rows)


if __name__ == "__main__":
    table()
