#!/usr/bin/env python3
"""Writes docs/accuracy.md by `ltv backtest`, in two parts: every model on every set (`sets`), and totals over many origins (`totals`).

    LTV_SHARED=FOLDER python3 docs/accuracy.py [path of ltv] [--only sets|totals|head] [--quick] [--keep FOLDER]

With --only the others stay as they are in the file (the head is docs/accuracy.head.md); with --quick the stack is left out of totals; with --keep what is finished of them is kept in a
folder, and an interrupted run goes on where it was. Standard library only. Without LTV_SHARED there is CDNOW alone. Online Retail II: both
files joined without their overlap, one row a customer and day, days with a positive sum."""
import argparse, collections, csv, datetime, gzip, os, re, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ASKED = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ASKED.add_argument("ltv", nargs="?", default=os.path.join(HERE, "target", "release", "ltv"), help="path of ltv")
ASKED.add_argument("--only", choices=["sets", "totals", "head"], help="make this part anew and leave the others")
ASKED.add_argument("--quick", action="store_true", help="leave the stack out of totals")
ASKED.add_argument("--keep", help="folder in which finished forecasts of totals are kept")
ASKED = ASKED.parse_args()
LTV = ASKED.ltv
PAGE = os.path.join(HERE, "docs", "accuracy.md")
SHARED = os.environ.get("LTV_SHARED", "")
MODELS = "bg-nbd,mbg-nbd,pareto-nbd,mbg-cnbd-k,tweedie,two-part,ziln,gbm,ratio-glm,ratio-gbm,bg-nbd+tempo,bg-nbd+calibrated,stack"
SHOWN = ["bias", "mae", "mae_median", "rmse", "gini", "crps", "log_score", "coverage_90", "pit_coverage_50",
         "pit_coverage_80", "pit_coverage_90", "pit_coverage_95", "worst_third"]
THIRD = re.compile(r"pit_coverage_(50|80|90|95)_(frequency|predicted)_[123]")


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
    if name == "worst_third":
        return f"{100 * value:+.1f}"
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


def every_model():
    """Every model on every set, at the origins of published figures."""
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
                apart = [own[name] - float(found[1]) / 100 for name in own if (found := THIRD.fullmatch(name))]
                if apart:
                    own["worst_third"] = max(apart, key=abs)
            told = " ".join(command[2:command.index("--format")]).replace(path, os.path.basename(path))
            parts.append(f"## {title}\n\n`ltv {told}`\n\nPurchases:\n\n{table(rows, 'purchases')}\n")
            if any(target == "value" for _, target in rows):
                parts.append(f"Value:\n\n{table(rows, 'value')}\n")
            print(title, file=sys.stderr)
    return "\n".join(parts)


# Totals over origins.

OF_TOTALS = ["bg-nbd", "pareto-nbd", "bg-nbd+calibrated"]
HORIZONS = [13, 26, 52]  # weeks
# Origins of a set and horizon at most: of the models, and of the stack, which learns for a minute at each; and of sets with MANY customers.
MOST, MOST_OF_STACK = (8, 3), (3, 1)
MANY = 10_000


def histories(folder):
    """Title, file, further arguments, end."""
    cdnow = lambda name: os.path.join(HERE, "data", name)
    yield "CDNOW, sample", cdnow("cdnow_sample.csv"), [], None
    if SHARED:
        data = lambda *name: os.path.join(SHARED, "data", *name)
        yield "grocery", data("grocery", "groceryElog.csv"), ["--spend", "none"], None
        yield "apparel", data("apparel", "apparelTrans.csv"), [], None
        uci = os.path.join(folder, "uci.csv")
        online_retail(uci)
        yield "Online Retail II", uci, [], "2011-12-09"
    yield "CDNOW, all", cdnow("cdnow.csv"), [], None


def possible(path, end, weeks):
    """How many origins, a quarter of the horizon apart, leave the horizon after the newest and one and a half before the oldest, so that it has a past
    origin of its own; how many days they are apart; and whether there are many customers."""
    with open(path) as file:
        rows = csv.DictReader(file)
        customer, column = (next(name for name in rows.fieldnames if name.lower().startswith(begins)) for begins in (("cust", "id"), "date"))
        told = [(row[customer], datetime.date.fromisoformat(row[column][:10])) for row in rows]
    dates = [date for _, date in told]
    days, apart = 7 * weeks, round(7 * weeks / 4)
    end = datetime.date.fromisoformat(end) if end else max(dates)
    room = (end - min(dates)).days - 2.5 * days
    return int(room // apart) + 1 if room >= 0 else 0, apart, len({who for who, _ in told}) > MANY


def totals_over_origins():
    """One table a target: the bias of totals at many origins, and how often their 90 % intervals held."""
    found, commands = collections.OrderedDict(), []
    with tempfile.TemporaryDirectory() as folder:
        for title, path, asked, end in histories(folder):
            for weeks in HORIZONS:
                count, apart, many = possible(path, end, weeks)
                for models, most in [(OF_TOTALS, MOST)] + ([] if ASKED.quick else [(["stack"], MOST_OF_STACK)]):
                    if count == 0:
                        continue
                    command = [LTV, "-q", "backtest", path, *asked, "--horizon", f"{weeks}w", "--origins", str(min(count, most[many])), "--every",
                               f"{apart}d", "--models", ",".join(models)] + (["--cutoff", end] if end else [])
                    began = time.monotonic()
                    out = os.path.join(ASKED.keep or folder, f"{title}, {weeks}w, {models[-1]}", "")
                    subprocess.run(command + ["--predictions", "none", "--plots-as", "svg", "-o", out], check=True, stdout=subprocess.DEVNULL)
                    for row in csv.DictReader(open(os.path.join(out, "metrics.csv"))):
                        if row["model"] in models and row["target"] != "buys" and row["value"]:
                            at = found.setdefault((row["target"], title, weeks, row["model"]), {}).setdefault(row["origin"], {})
                            at[row["metric"]] = float(row["value"])
                    commands.append(" ".join(command[2:]).replace(path, os.path.basename(path)))
                    print(f"{commands[-1]}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    parts = ["```sh\n" + "\n".join("ltv " + command for command in commands) + "\n```\n"]
    for target in ["purchases", "value"]:
        lines = ["| set | horizon | model | origins | mean size of bias | mean bias | 90 % held | half width |", "|---" * 8 + "|"]
        for (of, title, weeks, model), own in found.items():
            if of == target:
                lines.append(f"| {title} | {weeks}w | {model} | " + over(own.values()) + " |")
        for model in OF_TOTALS + ["stack"]:
            every = [at for (of, _, _, name), own in found.items() if (of, name) == (target, model) for at in own.values()]
            if every:
                lines.append(f"| **all together** | | **{model}** | " + over(every) + " |")
        parts.append(f"{target.capitalize()}:\n\n" + "\n".join(lines) + "\n")
    return "## Totals over origins\n\n" + "\n".join(parts)


def over(origins):
    """Cells of some origins: how many, mean size of the bias, mean bias, the share of held intervals, half their width relative to what was predicted."""
    told = [at for at in origins if "bias" in at]
    with_law = [at for at in told if "total_held_90" in at]
    mean = lambda values: sum(values) / len(values) if values else float("nan")
    percent = lambda value, sign="": f"{100 * value:{sign}.1f} %" if value == value else ""
    half = [(at["total_high_90"] - at["total_low_90"]) / (2 * at["total_predicted"]) for at in with_law if at["total_predicted"] > 0]
    held = sum(at["total_held_90"] for at in with_law)
    return " | ".join([str(len(told)), percent(mean([abs(at["bias"]) for at in told])), percent(mean([at["bias"] for at in told]), "+"),
                       f"{held:.0f} of {len(with_law)} ({percent(mean([at['total_held_90'] for at in with_law]))})", percent(mean(half))])


# The page.

MAKERS = {"sets": every_model, "totals": totals_over_origins}


def marked(part, text):
    return f"<!-- {part}: made by docs/accuracy.py -->\n\n{text.strip()}\n\n<!-- end of {part} -->\n"


def kept(part):
    """A part as it stands on the page."""
    page = open(PAGE).read() if os.path.exists(PAGE) else ""
    found = re.search(f"<!-- {part}: .*? -->(.*?)<!-- end of {part} -->", page, re.DOTALL)
    return found.group(1) if found else ""


def main():
    made = {part: make() if ASKED.only in (None, part) else kept(part) for part, make in MAKERS.items()}
    with open(PAGE, "w") as out:
        out.write(open(os.path.join(HERE, "docs", "accuracy.head.md")).read())
        for part, text in made.items():
            out.write("\n" + marked(part, text))


main()
