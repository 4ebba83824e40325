"""Do the intervals of `ltv acquisition` hold? Shops of two channels with known truth, cut in the middle.

    python docs/acquisition.py target/release/ltv [shops]
    python docs/acquisition.py --example FOLDER      # writes orders.csv and costs.csv of one shop

Each shop acquires customers of two channels over 24 months, each channel under a BG/NBD and Gamma-Gamma of its own. It is told for 36 months and
cut after 24. Held against the truth are, channel by channel: the interval of these customers' mean value of 12 months (ltv_lower, ltv_upper),
by what they did bring; and that of what such customers are worth in the long run (next_lower, next_upper), by 400,000 customers of the
same model. Needs numpy.
"""

import csv
import datetime
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

START = datetime.date(2022, 1, 1)
CUT = (datetime.date(2023, 12, 31) - START).days
END = (datetime.date(2024, 12, 31) - START).days
# r, alpha (days), a, b; p, q, v
CHANNELS = {
    "alike": {"ads": ((0.6, 60.0, 0.8, 2.4), (6.0, 4.0, 20.0)), "email": ((0.6, 60.0, 0.8, 2.4), (6.0, 4.0, 20.0))},
    "spend": {"ads": ((0.6, 60.0, 0.8, 2.4), (6.0, 4.0, 16.0)), "email": ((0.6, 60.0, 0.8, 2.4), (6.0, 4.0, 26.0))},
    "rate": {"ads": ((0.6, 90.0, 0.8, 2.4), (6.0, 4.0, 20.0)), "email": ((0.6, 45.0, 0.8, 2.4), (6.0, 4.0, 20.0))},
}


def year(day):
    first = START + datetime.timedelta(days=int(day))
    after = first.replace(year=first.year + 1) if (first.month, first.day) != (2, 29) else datetime.date(first.year + 1, 2, 28)
    return (after - first).days


def orders(rng, model, days):
    """Days (from the first order) and values of one customer's orders."""
    (r, alpha, a, b), (p, q, v) = model
    rate, leave, scale = rng.gamma(r) / alpha, rng.beta(a, b), rng.gamma(q) / v
    times, t = [0], 0.0
    while True:
        t += rng.exponential(1 / rate) if rate > 0 else np.inf
        if t > days:
            break
        times.append(round(t))
        if rng.random() < leave:
            break
    return times, rng.gamma(p, size=len(times)) / scale


def shop(rng, models, sizes, folder):
    truth = {}
    with open(folder / "orders.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["customer_id", "date", "amount", "channel"])
        for channel, model in models.items():
            sums = []
            for customer in range(sizes[channel]):
                day = int(rng.integers(0, CUT + 1))
                times, values = orders(rng, model, END - day)
                sums.append(sum(v for t, v in zip(times, values) if t <= year(day)))
                for t, v in zip(times, values):
                    if day + t <= END:
                        out.writerow([f"{channel}{customer}", START + datetime.timedelta(days=day + t), f"{v:.2f}", channel])
            truth[channel] = np.mean(sums)
    with open(folder / "costs.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["period", "channel", "cost"])
        for month in range(24):
            for channel in models:
                out.writerow([f"{2022 + month // 12}-{month % 12 + 1:02}", channel, 1000])
    return truth


def long_run(model):
    rng = np.random.default_rng(7)
    (r, alpha, a, b), (p, q, v) = model
    n, size = 400_000, 0
    rate, leave = rng.gamma(r, size=n) / alpha, rng.beta(a, b, size=n)
    t, alive, count = np.zeros(n), np.ones(n, bool), np.ones(n)
    while alive.any():
        t = t + rng.exponential(size=n) / np.maximum(rate, 1e-300)
        alive &= t <= 365.25
        count += alive
        alive &= rng.random(n) >= leave
    return count.mean() * p * v / (q - 1)


def main():
    if sys.argv[1] == "--example":
        shop(np.random.default_rng(1), CHANNELS["rate"], {"ads": 2000, "email": 1000}, Path(sys.argv[2]))
        return
    program, shops = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40
    for kind, models in CHANNELS.items():
        expected = {channel: long_run(model) for channel, model in models.items()}
        for sizes in ({"ads": 2000, "email": 1000}, {"ads": 600, "email": 60}):
            held = {(channel, what): [] for channel in models for what in ("these", "next")}
            off = {channel: [] for channel in models}
            for number in range(shops):
                rng = np.random.default_rng(number)
                with tempfile.TemporaryDirectory() as folder:
                    folder = Path(folder)
                    truth = shop(rng, models, sizes, folder)
                    command = [program, "acquisition", "orders.csv", "--costs", "costs.csv", "--cutoff", "2023-12-31", "-q", "-o", "a.csv"]
                    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
                    rows = list(csv.DictReader(open(folder / "a.csv")))
                for row in rows:
                    if row["level"] == "channel":
                        channel = row["channel"]
                        inside = lambda value, name: float(row[f"{name}_lower"]) <= value <= float(row[f"{name}_upper"])
                        held[channel, "these"].append(inside(truth[channel], "ltv"))
                        held[channel, "next"].append(inside(expected[channel], "next"))
                        off[channel].append(float(row["ltv"]) / expected[channel] - 1)
            for channel in models:
                shares = " ".join(f"{what} {100 * np.mean(held[channel, what]):5.1f} %" for what in ("these", "next"))
                error = np.array(off[channel])
                print(f"{kind:6} {channel:6} {sizes[channel]:5} customers: {shares}   LTV off by {100 * error.mean():+.1f} % on average, rms {100 * np.sqrt((error**2).mean()):.1f} %")


if __name__ == "__main__":
    main()
