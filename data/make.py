#!/usr/bin/env python3
"""Makes cdnow.csv, cdnow_sample.csv and donations.csv from the files inside the PyPI package lifetimes 0.11.3.

    pip download lifetimes==0.11.3 --no-deps -d DIR
    python3 data/make.py DIR/Lifetimes-0.11.3-py3-none-any.whl

Every line of the CDNOW source becomes one line here, in the same order. Nothing is computed: dates are only rewritten. The
donations come as 22 kinds of donors with how many there are of each; every donor becomes a line here, kind by kind.
"""
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent


def lines(wheel, name, fields):
    """The lines of one source file, cut into their fields; the header is left out."""
    text = wheel.read(f"lifetimes/datasets/{name}").decode("ascii")
    for line in text.splitlines()[1 if name == "CDNOW_master.txt" else 0:]:
        cells = line.split()
        if len(cells) == fields:
            yield cells
        elif cells:
            sys.exit(f"{name}: {line!r} has {len(cells)} fields instead of {fields}")


def write(name, rows):
    with open(HERE / name, "w", newline="\n") as out:
        out.write("customer_id,date,quantity,amount\n")
        for customer, day, quantity, amount in rows:
            out.write(f"{customer},{day[:4]}-{day[4:6]}-{day[6:]},{quantity},{amount}\n")


def donations(wheel):
    """One line a donor, numbered from 1 in the order of the source."""
    source = wheel.read("lifetimes/datasets/donations.csv").decode("ascii").split()
    assert source[0] == "frequency,recency,periods,weights"
    donor = 0
    with open(HERE / "donations.csv", "w", newline="\n") as out:
        out.write("customer_id,frequency,recency,age\n")
        for frequency, recency, periods, donors in (line.split(",") for line in source[1:]):
            for _ in range(int(donors)):
                donor += 1
                out.write(f"{donor},{frequency},{recency},{periods}\n")


def main():
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        write("cdnow.csv", lines(wheel, "CDNOW_master.txt", 4))
        # The first column is the customer's number in the whole set, the second the number in the sample.
        write("cdnow_sample.csv", ([sample, day, quantity, amount]
                                   for _, sample, day, quantity, amount in lines(wheel, "CDNOW_sample.txt", 5)))
        donations(wheel)


main()
