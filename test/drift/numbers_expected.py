"""What scipy and numpy say of pairs of samples and of points of distributions: JSON on stdin, JSON on stdout.

Kuiper's test is written down here, and the statistics of Anderson and of Scholz & Stephens are in fractions, since those of scipy lose
their digits where samples are large.
"""

import json
import math
import sys
import warnings
from fractions import Fraction

import numpy as np
from scipy import special, stats

warnings.simplefilter("ignore")
EXACT_TO = 3000


def kuiper(one, other):
    both = np.concatenate([one, other])
    above = np.searchsorted(one, both, side="right") / len(one) - np.searchsorted(other, both, side="right") / len(other)
    statistic = max(above.max(), 0) + max(-above.min(), 0)
    n = len(one) * len(other) / (len(one) + len(other))
    x = (math.sqrt(n) + 0.155 + 0.24 / math.sqrt(n)) * statistic
    j = np.arange(1, 201)
    p = 1.0 if x < 0.3 else 2 * np.sum((4 * j**2 * x**2 - 1) * np.exp(-2 * j**2 * x**2))
    return statistic, min(1.0, max(0.0, p))


def steps(one, other):
    """Whole numbers: of each distinct value how often either sample has it."""
    values = np.unique(np.concatenate([one, other]))
    return [
        np.diff(np.searchsorted(sample, values, side="left"), append=len(sample)).tolist() for sample in (one, other)
    ]


def anderson_t(one, other):
    """Anderson (1962), equations 9 and 10, with midranks."""
    n, m = len(one), len(other)
    u = own = rest = 0
    for r, c in zip(*steps(one, other)):
        u += n * (r * Fraction(2 * rest + c, 2) ** 2 + Fraction(r * (r * r - 1), 12))
        u += m * (c * Fraction(2 * own + r, 2) ** 2 + Fraction(c * (c * c - 1), 12))
        own, rest = own + r, rest + c
    return float(u / (n * m * (n + m)) - Fraction(4 * n * m - 1, 6 * (n + m)))


def cramer_von_mises(one, other):
    found = stats.cramervonmises_2samp(one, other)
    if math.isnan(found.statistic):
        raise ValueError
    return (anderson_t(one, other) if len(one) + len(other) <= EXACT_TO else found.statistic), found.pvalue


def welch(one, other):
    """scipy's own, where it keeps its digits; else its formula, in longer doubles."""
    largest = max(abs(one).max(), abs(other).max())
    if 1e-100 < largest < 1e6 or min(len(one), len(other)) < 2:
        return tuple(stats.ttest_ind(one, other, equal_var=False))
    own, rest = (sample.astype(np.longdouble) - one[0] for sample in (one, other))
    v, w = own.var(ddof=1) / len(own), rest.var(ddof=1) / len(rest)
    t = float((own.mean() - rest.mean()) / np.sqrt(v + w))
    return t, 2 * stats.t.sf(abs(t), float((v + w) ** 2 / (v**2 / (len(own) - 1) + w**2 / (len(rest) - 1))))


def moments(sample):
    # Of longer doubles, in which nothing overflows.
    values = sample.astype(np.longdouble)
    return {
        "mean": float(values.mean()),
        "populationDeviation": float(values.std()),
        "sampleDeviation": float(values.std(ddof=1)) if len(values) > 1 else None,
        "least": float(values.min()),
        "most": float(values.max()),
    }


def told(case, shares):
    one, other = (np.sort(np.fromfile(path)) for path in case)
    said = {}

    def add(name, of):
        try:
            found = of()
            said[name] = [float(found[0]), None if found[1] is None else float(found[1])]
        except (ValueError, IndexError):
            said[name] = None

    w1 = stats.wasserstein_distance(one, other)
    add("kolmogorovSmirnov", lambda: tuple(stats.ks_2samp(one, other))[:2])
    add("wasserstein", lambda: (w1, None))
    add("normedWasserstein", lambda: (w1 / max(float(one.astype(np.longdouble).std()), 0.001), None))
    add("energyDistance", lambda: (stats.energy_distance(one, other), None))
    add("mannWhitney", lambda: tuple(stats.mannwhitneyu(one, other)))
    add("welch", lambda: welch(one, other))
    add("kuiper", lambda: kuiper(one, other))
    add("cramerVonMises", lambda: cramer_von_mises(one, other))
    add("andersonDarling", lambda: (lambda a: (a.statistic, a.pvalue))(stats.anderson_ksamp([one, other])))
    quantiles = [np.quantile(sample, shares).tolist() for sample in (one, other)]
    return {"tests": said, "moments": [moments(one), moments(other)], "quantiles": quantiles}


POINTS = {
    "normal": lambda x, _: stats.norm.sf(x),
    "chiSquared": lambda x, df: stats.chi2.sf(x, df),
    "student": lambda x, df: 2 * stats.t.sf(abs(x), df),
    "lnGamma": lambda x, _: special.gammaln(x),
    "kolmogorov": lambda x, n: stats.kstwo.sf(x, n),
    "smirnov": lambda x, n: special.smirnov(n, x),
    "cramerVonMises": lambda x, _: 1 - stats._hypotests._cdf_cvm_inf(x),
}

asked = json.load(sys.stdin)
points = [float(POINTS[name](x, of)) for name, x, of in asked.get("points", [])]
samples = [told(case, asked["shares"]) for case in asked.get("samples", [])]
# Python writes NaN and Infinity, which are no JSON.
text = json.dumps({"points": points, "samples": samples})
sys.stdout.write(text.replace("-Infinity", "-1e999").replace("Infinity", "1e999").replace("NaN", "null"))
