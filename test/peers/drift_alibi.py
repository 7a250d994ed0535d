"""What alibi-detect says of tables: of their columns one by one, and of all of them together.

Usage: drift_alibi.py FOLDER; writes `alibi.json` there.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import torch
from alibi_detect.cd import ChiSquareDrift, ClassifierDrift, CVMDrift, KSDrift, MMDDrift, TabularDrift
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

warnings.simplefilter("ignore")

# Little of everything: threads would wait for each other (those of scikit-learn by OMP_NUM_THREADS).
torch.set_num_threads(1)

P = 0.05
# What all columns together are looked at costs time and memory by the square of the rows.
TOGETHER_ROWS = 1000


def generated(seed, rows, shift):
    """Columns of numbers, and then four of categories, as their numbers; `shift` is 0 where nothing moves."""
    random = numpy.random.default_rng(seed)
    weights = numpy.linspace(1, 3, 10) + shift * numpy.arange(10)
    columns = [
        random.normal(shift, 1, rows),
        numpy.exp(random.normal(shift / 2, 1, rows)),
        random.standard_t(2, rows) * (1 + shift),
        random.normal(0, 1 + shift, rows),
        random.normal(shift / 2, 1, rows).round(1),
        random.poisson(30 + 4 * shift, rows),
        random.normal(0, 1, rows),
        random.normal(0, 1, rows),
        random.choice(10, rows, p=weights / weights.sum()),
        random.binomial(4, 0.5 + shift / 10, rows),
        random.binomial(1, 0.4 + shift / 8, rows),
        random.integers(0, 40, rows),
    ]
    return numpy.column_stack(columns).astype(float), [8, 9, 10, 11]


def tables():
    """Of each its name, the reference, the current table, and which columns are categories."""
    for load in (datasets.load_wine, datasets.load_diabetes, datasets.load_breast_cancer):
        table = load().data
        categories = [1] if load is datasets.load_diabetes else []
        name = load.__name__.removeprefix("load_")
        middle = len(table) // 2
        yield f"{name}, halves", table[:middle], table[middle:], categories
        places = numpy.random.default_rng(7).permutation(len(table))
        yield f"{name}, halves by chance", table[places[:middle]], table[places[middle:]], categories
    for rows in (60, 500, 2000, 12_000):
        for shift in (0, 0.1, 0.2, 0.5):
            (reference, categories), (current, _) = generated(rows, rows, 0), generated(rows + 1, int(rows * 0.9), shift)
            yield f"{rows} rows, shift {shift}", reference, current, categories


def plain(values):
    return [float(value) for value in values]


def univariate(detector, current, **kwargs):
    said = detector.predict(current, return_p_val=True, return_distance=True, **kwargs)["data"]
    threshold = said["threshold"]
    return {
        "p": plain(said["p_val"]),
        "distance": plain(said["distance"]),
        "threshold": plain(threshold) if numpy.ndim(threshold) else float(threshold),
        "drift": [bool(one) for one in numpy.atleast_1d(said["is_drift"])],
    }


def by_column(reference, current, categories):
    width = reference.shape[1]
    numbers = [at for at in range(width) if at not in categories]
    of = dict.fromkeys(categories) if categories else None

    def tabular(correction):
        return TabularDrift(reference, p_val=P, categories_per_feature=of, correction=correction)

    found = {
        "bonferroni": univariate(tabular("bonferroni"), current),
        "fdr": univariate(tabular("fdr"), current),
        "feature": univariate(tabular("fdr"), current, drift_type="feature"),
        "ks": univariate(KSDrift(reference[:, numbers], p_val=P), current[:, numbers]),
        "cvm": univariate(CVMDrift(reference[:, numbers], p_val=P), current[:, numbers]),
    }
    if categories:
        detector = ChiSquareDrift(reference[:, categories], p_val=P)
        found["chi2"] = univariate(detector, current[:, categories])
    return found


def together(reference, current, categories):
    """Of the columns of numbers, in standard deviations of the reference."""
    numbers = [at for at in range(reference.shape[1]) if at not in categories]
    mean, deviation = reference[:, numbers].mean(axis=0), reference[:, numbers].std(axis=0)
    one, other = ((side[:, numbers] - mean) / deviation for side in (reference, current))
    numpy.random.seed(7)
    torch.manual_seed(7)
    kernel = MMDDrift(one, backend="pytorch", p_val=P, n_permutations=200)
    discrepancy = kernel.predict(other)["data"]
    model = HistGradientBoostingClassifier(random_state=7, max_iter=100)
    classifier = ClassifierDrift(one, model, backend="sklearn", p_val=P, preds_type="probs", n_folds=5, seed=7)
    told = classifier.predict(other)["data"]
    labels = numpy.repeat([0, 1], [len(one), len(other)])
    return {
        "reference": one.tolist(),
        "current": other.tolist(),
        "mmd": {
            "sigma": float(kernel._detector.kernel.sigma),
            "statistic": float(discrepancy["distance"]),
            "p": float(discrepancy["p_val"]),
        },
        "classifier": {
            "auc": float(roc_auc_score(labels, numpy.concatenate([told["probs_ref"], told["probs_test"]]))),
            "p": float(told["p_val"]),
            "drift": bool(told["is_drift"]),
        },
    }


def main():
    cases = []
    for name, reference, current, categories in tables():
        case = {
            "name": name,
            "reference": reference.T.tolist(),
            "current": current.T.tolist(),
            "categories": categories,
            "columns": by_column(reference, current, categories),
        }
        if len(reference) <= TOGETHER_ROWS:
            case["together"] = together(reference, current, categories)
        cases.append(case)
    (Path(sys.argv[1]) / "alibi.json").write_text(json.dumps(cases))


main()
