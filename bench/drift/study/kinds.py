"""
Columns of one kind, of which `by` says how far they have moved: in standard deviations, as a factor, or as a share; nothing where nothing has.

Each takes the random numbers, the rows, and `move` (`{"mean": 0.2}`, `{"scale": 1.5}`, `{"share": 0.05}`, `{"missing": 0.05}`, or empty).
"""

import numpy

FEW = numpy.array(["red", "green", "blue", "white", "black"])
MANY = numpy.array([f"shop {at}" for at in range(200)])
# The most frequent of them is every sixth row: shares after Zipf.
MANY_SHARES = 1 / numpy.arange(1, 201) / (1 / numpy.arange(1, 201)).sum()
FEW_SHARES = numpy.array([0.4, 0.25, 0.2, 0.1, 0.05])


def normal(random, rows, move):
    return move.get("mean", 0) + move.get("scale", 1) * random.normal(size=rows)


def lognormal(random, rows, move):
    return numpy.exp(normal(random, rows, move))


def heavy(random, rows, move):
    """Student's distribution of two degrees of freedom: its standard deviation has no end."""
    return move.get("mean", 0) + move.get("scale", 1) * random.standard_t(2, rows)


def counts(random, rows, move):
    return random.poisson(8 + move.get("mean", 0) * numpy.sqrt(8), rows)


def zeros(random, rows, move):
    """Seven of ten are nought, the others skewed."""
    return numpy.where(random.random(rows) < 0.7 - move.get("share", 0), 0, numpy.exp(random.normal(size=rows)))


def rounded(random, rows, move):
    return normal(random, rows, move).round(1)


def gaps(random, rows, move):
    return numpy.where(random.random(rows) < 0.2 + move.get("missing", 0), numpy.nan, normal(random, rows, move))


def truth(random, rows, move):
    return random.random(rows) < 0.3 + move.get("share", 0)


def few(random, rows, move):
    return FEW[random.choice(len(FEW), rows, p=with_share(FEW_SHARES, move))]


def many(random, rows, move):
    return MANY[random.choice(len(MANY), rows, p=with_share(MANY_SHARES, move))]


def with_share(shares, move):
    """More of the most frequent one, less of all others alike."""
    by = move.get("share", 0)
    rest = (shares[1:]) * (1 - shares[0] - by) / (1 - shares[0])
    return numpy.concatenate([[shares[0] + by], rest])


KINDS = {one.__name__: one for one in (normal, lognormal, heavy, counts, zeros, rounded, gaps, truth, few, many)}
MIXED = ["normal", "few", "lognormal", "counts", "heavy", "gaps", "zeros", "many", "rounded", "truth"]
