"""What scipy says of pairs of samples: JSON on stdin, JSON on stdout. Kuiper's test is written down here, as scipy has none."""

import json
import sys
import warnings

import numpy
from scipy import stats

warnings.simplefilter("ignore")


def kuiper(one, other):
    both = numpy.concatenate([one, other])
    distances = (
        numpy.searchsorted(numpy.sort(one), both, side="right") / len(one)
        - numpy.searchsorted(numpy.sort(other), both, side="right") / len(other)
    )
    statistic = max(distances.max(), 0) + max(-distances.min(), 0)
    n = len(one) * len(other) / (len(one) + len(other))
    argument = (n**0.5 + 0.155 + 0.24 / n**0.5) * statistic
    j = numpy.arange(1, 101)
    p = 1 if argument < 0.4 else float((2 * (4 * j**2 * argument**2 - 1) * numpy.exp(-2 * j**2 * argument**2)).sum())
    return statistic, min(max(p, 0), 1)


def samples(case):
    if "seed" not in case:
        return numpy.array(case["one"], float), numpy.array(case["other"], float)
    return tuple(numpy.fromfile(path) for path in case["files"])


def told(case):
    one, other = samples(case)
    result = {}

    def add(name, of):
        try:
            found = of()
            result[name] = [float(found[0]), None if found[1] is None else float(found[1])]
        except (ValueError, IndexError):
            result[name] = None

    add("ks", lambda: tuple(stats.ks_2samp(one, other))[:2])
    add("wasserstein", lambda: (stats.wasserstein_distance(one, other), None))
    add("wasserstein_normed", lambda: (stats.wasserstein_distance(one, other) / max(one.std(), 0.001), None))
    add("energy", lambda: (stats.energy_distance(one, other), None))
    add("mann_whitney", lambda: tuple(stats.mannwhitneyu(one, other)))
    add("welch_t", lambda: tuple(stats.ttest_ind(one, other, equal_var=False)))
    add("kuiper", lambda: kuiper(one, other))
    found = None
    try:
        found = stats.cramervonmises_2samp(one, other)
    except (ValueError, IndexError):
        pass
    result["cramer_von_mises"] = found and [float(found.statistic), float(found.pvalue)]
    add("anderson_darling", lambda: (lambda a: (a.statistic, a.pvalue))(stats.anderson_ksamp([one, other])))
    return result


asked = json.load(sys.stdin)
json.dump(
    {
        "samples": [told(case) for case in asked["samples"]],
        "kstwo": [float(stats.kstwo.sf(x, n)) for n, x in asked["kstwo"]],
        "tails": [
            float({"chi": lambda: stats.chi2.sf(x, df), "normal": lambda: stats.norm.sf(x), "t": lambda: 2 * stats.t.sf(abs(x), df)}[kind]())
            for kind, x, df in asked["tails"]
        ],
    },
    sys.stdout,
)
