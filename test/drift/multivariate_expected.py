"""What scikit-learn, scipy and numpy make of the cases of multivariate.test.ts: JSON in, JSON out. NaN is written as null."""

import json
import sys

import numpy as np
from scipy.spatial.distance import cdist, cosine, euclidean
from scipy.stats import mannwhitneyu, wasserstein_distance
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def matrix(rows):
    return np.array(rows, dtype=float)


def reconstruction(case):
    """As NannyML: mean imputation, standard scaling, PCA of 65 % of the variance, mean Euclidean distance."""
    reference, current = matrix(case["reference"]), matrix(case["current"])
    before = make_pipeline(SimpleImputer(), StandardScaler()).fit(reference)
    scaled = before.transform(reference)
    pca = PCA(n_components=case["share"], svd_solver="full").fit(scaled)

    def errors(rows):
        return np.linalg.norm(rows - pca.inverse_transform(pca.transform(rows)), axis=1)

    chunks = [part.mean() for part in np.split(errors(scaled), case["chunks"])]
    mean, deviation = np.mean(chunks), np.std(chunks, ddof=1)
    return {
        "components": int(pca.n_components_),
        "explained": float(pca.explained_variance_ratio_.sum()),
        "chunks": chunks,
        "error": errors(before.transform(current)).mean(),
        "lower": mean - 3 * deviation,
        "upper": mean + 3 * deviation,
    }


def out_of_fold(model, rows, labels, folds):
    """The AUC within folds, weighted by their pairs."""
    won, pairs = 0.0, 0
    for fold in np.unique(folds):
        held = folds == fold
        model.fit(rows[~held], labels[~held])
        own = int(labels[held].sum() * (1 - labels[held]).sum())
        won += own * roc_auc_score(labels[held], model.predict_proba(rows[held])[:, 1])
        pairs += own
    return won / pairs


def stacked(case):
    reference, current = matrix(case["reference"]), matrix(case["current"])
    labels = np.repeat([0, 1], [len(reference), len(current)])
    return np.vstack([reference, current]), labels, np.array(case["folds"])


def boosting(case):
    model = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.1, max_leaf_nodes=16, min_samples_leaf=20, early_stopping=False
    )
    return {"auc": out_of_fold(model, *stacked(case))}


def logistic(case):
    rows, labels, folds = stacked(case)
    model = LogisticRegression(tol=1e-8, max_iter=1000)
    return {"auc": out_of_fold(model, StandardScaler().fit_transform(rows), labels, folds)}


def discrepancy(case):
    reference, current = matrix(case["reference"]), matrix(case["current"])
    rows, count = np.vstack([reference, current]), len(reference)
    squared = cdist(rows, rows, "sqeuclidean")
    distances = squared[np.tril_indices(len(rows), -1)]
    sigma = np.sqrt(np.median(distances[distances > 0]) / 2)
    kernel = np.exp(-squared / (2 * sigma**2))
    np.fill_diagonal(kernel, 0)

    def statistic(order):
        one, other = order[:count], order[count:]
        n, m = len(one), len(other)
        return (
            kernel[np.ix_(one, one)].sum() / (n * (n - 1))
            + kernel[np.ix_(other, other)].sum() / (m * (m - 1))
            - 2 * kernel[np.ix_(one, other)].mean()
        )

    observed = statistic(np.arange(len(rows)))
    random = np.random.default_rng(1)
    hits = sum(statistic(random.permutation(len(rows))) >= observed - 1e-12 for _ in range(case["permutations"]))
    return {"statistic": observed, "sigma": sigma, "p": (1 + hits) / (1 + case["permutations"])}


def ranks(case):
    result = mannwhitneyu(case["positive"], case["negative"], alternative="greater", method="asymptotic")
    return {"u": result.statistic, "p": result.pvalue}


def embeddings(case):
    reference, current = matrix(case["reference"]), matrix(case["current"])
    means = reference.mean(axis=0), current.mean(axis=0)
    drifted = [
        wasserstein_distance(own, other) / max(np.std(own), 0.001) >= 0.1 for own, other in zip(reference.T, current.T)
    ]
    return {"euclidean": euclidean(*means), "cosine": cosine(*means), "share": np.mean(drifted), **logistic(case)}


KINDS = [reconstruction, boosting, logistic, discrepancy, ranks, embeddings]
KINDS = {kind.__name__: kind for kind in KINDS}
expected = {name: KINDS[case["kind"]](case) for name, case in json.load(sys.stdin).items()}
json.dump(expected, sys.stdout, default=float)
