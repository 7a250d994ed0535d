"""
Pairs of tables for the study, as Parquet. An order is one of its cells:

`{"name", "folder", "from", "to", "kind", "features", "rows": [REFERENCE, CURRENT], "move", "moved"}`

It makes the pairs `from` to `to`, of which each has random numbers of its own, by the name of the cell and the number of the pair; `moved` is
how many features, from the first on, move as `move` says.
"""

import zlib
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
from kinds import FEW, FEW_SHARES, KINDS, MIXED
from serve import serve
from sklearn import datasets

DAY_ROWS = 100


def independent(random, order):
    """Features that have nothing to do with each other, of one kind or of all."""
    kinds = MIXED if order["kind"] == "mixed" else [order["kind"]]
    for at, rows in enumerate(order["rows"]):
        yield {
            f"f{feature}": KINDS[kinds[feature % len(kinds)]](random, rows, moving(order, at, feature))
            for feature in range(order["features"])
        }


def correlated(random, order):
    """Normal ones, each pair with a correlation of 0.8."""
    for at, rows in enumerate(order["rows"]):
        common = random.normal(size=rows) * numpy.sqrt(0.8)
        yield {
            f"f{feature}": common + numpy.sqrt(0.2) * random.normal(size=rows) + moving(order, at, feature).get("mean", 0)
            for feature in range(order["features"])
        }


def seasonal(random, order):
    """
    Days of a hundred rows, of which each day of the week has a level of its own, with half a standard deviation between them; the current table
    goes on with a day that is drawn, or with the whole of the next week.
    """
    levels = random.normal(0, 0.5, (order["features"], 7))
    for at, rows in enumerate(order["rows"]):
        days = days_of(random, at, rows)
        yield {
            f"f{feature}": levels[feature][days] + random.normal(size=rows) + moving(order, at, feature).get("mean", 0)
            for feature in range(order["features"])
        }


def seasonal_categories(random, order):
    """As `seasonal`; each day of the week has shares of its own."""
    shares = FEW_SHARES * numpy.exp(random.normal(0, 0.3, (order["features"], 7, len(FEW))))
    borders = numpy.cumsum(shares / shares.sum(axis=2, keepdims=True), axis=2)
    for at, rows in enumerate(order["rows"]):
        days = days_of(random, at, rows)
        yield {
            f"f{feature}": FEW[
                numpy.minimum((random.random(rows)[:, None] > borders[feature][days]).sum(axis=1), len(FEW) - 1)
            ]
            for feature in range(order["features"])
        }


def days_of(random, at, rows):
    days = numpy.arange(rows) // DAY_ROWS
    return (days + (random.integers(7) if at == 1 and rows <= DAY_ROWS else 0)) % 7


def halves(random, order):
    """Real rows, cut in two at random."""
    table = getattr(datasets, f"load_{order['kind']}")(as_frame=True).data
    places = random.permutation(len(table))
    for side in numpy.array_split(places, 2):
        yield {name: table[name].to_numpy()[side] for name in table}


def moving(order, at, feature):
    return order.get("move", {}) if at == 1 and feature < order.get("moved", 0) else {}


WAYS = {"correlated": correlated, "seasonal": seasonal, "seasonal_categories": seasonal_categories}
REAL = ("diabetes", "wine")


def answer(order):
    way = halves if order["kind"] in REAL else WAYS.get(order["kind"], independent)
    pairs = []
    for number in range(order["from"], order["to"]):
        random = numpy.random.default_rng([zlib.crc32(order["name"].encode()), number])
        pair = {}
        for side, columns in zip(("reference", "current"), way(random, order)):
            path = Path(order["folder"]) / f"{side}-{number}.parquet"
            # As numbers that are missing are kept by whoever writes a table of numpy's.
            pyarrow.parquet.write_table(pyarrow.table(columns), path)
            pair[side] = str(path)
        pairs.append(pair)
    return pairs


serve(answer)
