"""Do the 90 % intervals of `ltv subscription` hold? Shops whose truth is known: sBG(1, 8) by the month, 24 months of starts, everybody observed until then.

    python3 docs/subscription_coverage.py target/release/ltv 200 500

prints, of so many shops of so many subscribers, how often each interval holds the truth."""

import calendar
import csv
import datetime
import os
import random
import subprocess
import sys
import tempfile

LTV, SHOPS, SUBSCRIBERS = os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
ALPHA, BETA, MONTHS = 1.0, 8.0, 24
FIRST, UNTIL = datetime.date(2022, 1, 1), datetime.date(2023, 12, 31)


def survival(t):
    """S(t) = B(alpha, beta + t)/B(alpha, beta) with alpha = 1."""
    return BETA / (BETA + t)


def later(day, months):
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def table(name, path):
    out = subprocess.run([LTV, "subscription", path, "--cutoff", str(UNTIL), "--table", name, "--format", "csv", "--level", "0.9"],
                         check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(out.splitlines()))


held = {}
with tempfile.TemporaryDirectory() as folder:
    for shop in range(SHOPS):
        rng = random.Random(shop)
        path, dues = os.path.join(folder, "rows.csv"), []
        with open(path, "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["customer", "start", "end", "amount", "interval"])
            for customer in range(SUBSCRIBERS):
                start = FIRST + datetime.timedelta(days=rng.randrange((UNTIL - FIRST).days))
                churn, renewal = rng.betavariate(ALPHA, BETA), 1
                while rng.random() > churn and later(start, renewal) <= UNTIL:
                    renewal += 1
                end = later(start, renewal)
                rows.writerow([customer, start, end if end <= UNTIL else "", 10, "month"])
                if end > UNTIL:
                    dues.append(renewal - 1)
        for row in table("survival", path):
            tenure = int(row["tenure"])
            for kind, lower, upper in (("Kaplan-Meier", "km_lower", "km_upper"), ("model", "model_lower", "model_upper")):
                if tenure in (3, 12, 24) and row[lower]:
                    inside = float(row[lower]) <= survival(tenure) <= float(row[upper])
                    held.setdefault(f"{kind}, survival after {tenure} renewals", []).append(inside)
        new = sum(survival(k) for k in range(MONTHS))
        left = sum(sum(survival(t + k) for k in range(1, MONTHS + 1)) / survival(t) for t in dues) / len(dues)
        for row in table("ltv", path):
            if row["span"] == "24 months":
                truth = 10 * (new if row["whose"] == "newcomer" else left)
                key = f"{row['method']}, 24 months of a {row['whose']}"
                held.setdefault(key, []).append(float(row["lower"]) <= truth <= float(row["upper"]))
print("| 90 % interval of | held |\n|---|---|")
for key, inside in held.items():
    print(f"| {key} | {100 * sum(inside) / len(inside):.1f} % of {len(inside)} |")
