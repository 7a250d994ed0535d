"""What scikit-learn makes of the cases of texts.test.ts: JSON in, JSON out."""

import json
import sys

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score


def classifier(reference, current, folds):
    """The AUC within folds, weighted by their pairs. Words are those of each fold's training texts."""
    texts = np.array(reference + current, dtype=object)
    labels = np.repeat([0, 1], [len(reference), len(current)])
    folds, won, pairs = np.array(folds), 0.0, 0
    for fold in np.unique(folds):
        held = folds == fold
        words = CountVectorizer(token_pattern=r"[^\W_]+")
        model = LogisticRegression(tol=1e-8, max_iter=5000).fit(words.fit_transform(texts[~held]), labels[~held])
        own = int(labels[held].sum() * (1 - labels[held]).sum())
        won += own * roc_auc_score(labels[held], model.decision_function(words.transform(texts[held])))
        pairs += own
    return won / pairs


def vocabulary(reference, current):
    words = CountVectorizer(token_pattern=r"[^\W_]+").fit(reference + current)
    own, other = words.transform(reference), words.transform(current)
    has, has_other = own.sum(axis=0).A1 > 0, other.sum(axis=0).A1 > 0
    # Whole numbers: of shares, equal differences would differ by rounding.
    moved = (other > 0).sum(axis=0).A1 * len(reference) - (own > 0).sum(axis=0).A1 * len(current)
    names = words.get_feature_names_out()
    came = sorted(zip(-moved, names))[:20]
    went = sorted(zip(moved, names))[:20]
    return {
        "distinct": [int(has.sum()), int(has_other.sum())],
        "jaccard": (has & has_other).sum() / (has | has_other).sum(),
        "unseen": other.sum(axis=0).A1[~has].sum() / other.sum(),
        "unseenDistinct": (has_other & ~has).sum() / has_other.sum(),
        "came": [name for change, name in came if change < 0],
        "went": [name for change, name in went if change < 0],
        "words": [int(other.sum()), int(own.sum())],
    }


# A sum of a sparse matrix is a matrix of one row.
np.matrix.A1 = property(lambda self: np.asarray(self).ravel())

expected = {
    name: {
        "auc": classifier(case["reference"], case["current"], case["folds"]),
        **vocabulary(case["reference"], case["current"]),
    }
    for name, case in json.load(sys.stdin).items()
}
json.dump(expected, sys.stdout, default=float)
