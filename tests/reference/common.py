"""What the table makers share: exact doubles in, decimal digits out, the same bytes at every run."""

import random
from pathlib import Path

import mpmath as mp

HERE = Path(__file__).parent
DIGITS = 60
mp.mp.dps = DIGITS


def double(value):
    """The nearest double, as Python's float: the number that the Rust side will read."""
    return float(value)


def exact(value):
    """The exact value of a double."""
    return mp.mpf(float(value))


def show(value, digits=20):
    """A number for the table: doubles shortest and exact, others to twenty digits."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return mp.nstr(value, digits, min_fixed=0, max_fixed=0)


def log_uniform(rng, low, high):
    """A double between low and high, even on the log scale."""
    return double(mp.mpf(10) ** (mp.log10(low) + exact(rng.random()) * (mp.log10(high) - mp.log10(low))))


def write(name, columns, rows):
    """Writes one table; says how long it is."""
    path = HERE / f"{name}.csv"
    lines = [",".join(columns)] + [",".join(show(value) for value in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
    print(f"{path.name}: {len(lines) - 1} rows, {path.stat().st_size} bytes")


def rng(name):
    """A generator that depends on the table's name alone."""
    return random.Random(f"ltv {name} 2")


def _series(a, b, x):
    """x^a y^b / (a B(a, b)) sum (a+b)_n / (a+1)_n x^n, all terms positive: DLMF 8.17.8."""
    work = mp.mp.prec + 60
    one = 1 << work
    with mp.workprec(work):
        a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
        # In fixed point: a, b and x are doubles, so scaled integers hold them exactly.
        fa, fb, fx = (int(mp.ldexp(v, work)) for v in (a, b, x))
        term, total, n = one, one, 0
        while term > 0:
            term = (term * (fa + fb + n * one) // (fa + (n + 1) * one)) * fx >> work
            total += term
            n += 1
            if n > 3_000_000:
                raise ArithmeticError(f"I_{x}({a}, {b}) converges too slowly")
        ln_power = a * mp.log(x) + b * mp.log1p(-x) - mp.log(a) - ln_beta(a, b)
        return mp.exp(ln_power) * mp.ldexp(mp.mpf(total), -work)


def ln_beta(a, b):
    """ln B(a, b); the caller's precision must cover the cancellation."""
    with mp.extradps(30):
        return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + b)


def beta_tails(a, b, x=None, y=None):
    """I_x(a, b) and 1 - I_x(a, b) from whichever of x, y is given."""
    a, b = mp.mpf(a), mp.mpf(b)
    with mp.extradps(20):
        if x is None:
            lower, upper = beta_tails(b, a, x=y)
            return upper, lower
        x = mp.mpf(x)
        # Close to an end the series of positive terms is slow from the other; the alternating one is short there.
        if x < mp.mpf(10) ** -3 and b * x < 300:
            lower = _alternating(a, b, x)
            return lower, 1 - lower
        if 1 - x < mp.mpf(10) ** -3 and a * (1 - x) < 300:
            upper = _alternating(b, a, 1 - x)
            return 1 - upper, upper
        if x * (a + b) <= a:
            lower = _series(a, b, x)
            return lower, 1 - lower
        upper = _series(b, a, 1 - x)
        return 1 - upper, upper


def _alternating(a, b, x):
    """x^a/B(a, b) sum (1-b)_n x^n / (n! (a+n)), DLMF 8.17.7; b x below 300 costs at most 260 digits."""
    with mp.extradps(300):
        term, total, n = mp.mpf(1), 1 / a, 0
        while abs(term) > mp.eps * abs(total):
            n += 1
            term *= (n - b) * x / n
            total += term / (a + n)
            if n > 100_000:
                raise ArithmeticError(f"I_{x}({a}, {b}) converges too slowly")
        return mp.exp(a * mp.log(x) - ln_beta(a, b)) * total
