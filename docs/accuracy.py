#!/usr/bin/env python3
"""Writes docs/accuracy.md: every model on every set, by `ltv backtest`.

    LTV_SHARED=FOLDER python3 docs/accuracy.py [path of ltv]

Standard library only. Sets of LTV_SHARED that are not there are left out and named. Online Retail II: both files joined without their
overlap, one row a customer and day, days with a positive sum."""
import collections, csv, datetime, gzip, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LTV = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "target", "release", "ltv")
SHARED = os.environ.get("LTV_SHARED", "")
MODELS = "bg-nbd,mbg-nbd,pareto-nbd,mbg-cnbd-k,tweedie,two-part,ziln,gbm,ratio-glm,ratio-gbm,bg-nbd+calibrated,stack"
SHOWN = ["bias", "mae", "mae_median", "rmse", "gini", "crps", "log_score", "coverage_90", "pit_coverage_50",
         "pit_coverage_80", "pit_coverage_90", "pit_coverage_95"]


def online_retail(to):
    days = collections.defaultdict(float)
    for year, name in enumerate(["online_retail_II_2009_2010.csv.gz", "online_retail_2010_2011.csv.gz"]):
        with gzip.open(os.path.join(SHARED, "data", "uci_online_retail_II", name), "rt", encoding="latin-1") as file:
            rows = csv.DictReader(file)
            place = {name.strip("\ufeffï»¿").lower().replace(" ", ""): name for name in rows.fieldnames}
            pick = lambda row, *names: next(row[place[name]] for name in names if name in place)
            for row in rows:
                customer = pick(row, "customerid").strip().split(".")[0]
                when = pick(row, "invoicedate")
                day = when[:10] if when[4:5] == "-" else datetime.datetime.strptime(
                    when.split(" ")[0], "%m/%d/%Y" if len(when.split(" ")[0].split("/")[2]) == 4 else "%m/%d/%y").strftime("%Y-%m-%d")
                if customer and not (year == 0 and day >= "2010-12-01"):
                    days[day, customer] += float(pick(row, "quantity")) * float(pick(row, "price", "unitprice"))
    with open(to, "w") as out:
        out.write("customer,date,amount\n")
        out.writelines(f"{customer},{day},{value:.2f}\n" for (day, customer), value in sorted(days.items()) if value > 0)


def sets(folder):
    cdnow = lambda name: os.path.join(HERE, "data", name)
    yield "CDNOW, all customers", cdnow("cdnow.csv"), ["--horizon", "273d", "--origins", "1997-09-30"], None
    yield "CDNOW, sample", cdnow("cdnow_sample.csv"), ["--horizon", "273d", "--origins", "1997-09-30"], None
    if not SHARED:
        return
    uci = os.path.join(folder, "uci.csv")
    online_retail(uci)
    yield "Online Retail II, a year", uci, ["--horizon", "374d", "--origins", "2010-11-30"], "2011-12-09"
    yield "Online Retail II, half a year", uci, ["--horizon", "183d", "--origins", "2011-06-09"], "2011-12-09"
    data = lambda *name: os.path.join(SHARED, "data", *name)
    yield "grocery", data("grocery", "groceryElog.csv"), ["--horizon", "52w", "--origins", "2006-12-31", "--spend", "none"], None
    yield "apparel", data("apparel", "apparelTrans.csv"), ["--horizon", "52w", "--origins", "3", "--every", "26w"], None


def number(name, value):
    if not value:
        return ""
    value = float(value)
    return f"{100 * value:+.1f} %" if name == "bias" else f"{value:.4f}" if abs(value) < 100 else f"{value:.1f}"


def table(rows, target):
    shown = [name for name in SHOWN if any(target == key[1] and name in metrics for key, metrics in rows.items())]
    lines = ["| model | " + " | ".join(shown) + " |", "|---" * (len(shown) + 1) + "|"]
    for (model, of), metrics in rows.items():
        if of == target:
            cells = [number(name, metrics.get(name)) for name in shown]
            cells = cells if any(cells) else ["not fitted"] + [""] * (len(shown) - 1)
            lines.append(f"| {model} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parts = []
    with tempfile.TemporaryDirectory() as folder:
        for title, path, asked, cutoff in sets(folder):
            out = os.path.join(folder, "metrics.csv")
            command = [LTV, "-q", "backtest", path, *asked, "--models", MODELS, "--format", "csv", "-o", out]
            if cutoff:
                command += ["--cutoff", cutoff]
            subprocess.run(command, check=True)
            rows, counts = collections.OrderedDict(), collections.Counter()
            for row in csv.DictReader(open(out)):
                if row["value"]:
                    own = rows.setdefault((row["model"], row["target"]), {})
                    own[row["metric"]] = own.get(row["metric"], 0.0) + float(row["value"])
                    counts[row["model"], row["target"], row["metric"]] += 1
            for (model, target), own in rows.items():
                for metric in own:
                    own[metric] /= counts[model, target, metric]
            told = " ".join(command[2:command.index("--format")]).replace(path, os.path.basename(path))
            parts.append(f"## {title}\n\n`ltv {told}`\n\nPurchases:\n\n{table(rows, 'purchases')}\n")
            if any(target == "value" for _, target in rows):
                parts.append(f"Value:\n\n{table(rows, 'value')}\n")
            print(title, file=sys.stderr)
    with open(os.path.join(HERE, "docs", "accuracy.md"), "w") as out:
        out.write(open(os.path.join(HERE, "docs", "accuracy.head.md")).read() + "\n" + "\n".join(parts))


main()
