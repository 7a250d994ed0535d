"""The models one can choose, each trained in steps so that one can watch it learn.

A trainer is a generator: it yields `(rounds, model)` after every step. The model is the same object each
time and changes with the next step; whoever wants to keep one state copies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler


@dataclass(frozen=True)
class Settings:
    """What a trainer needs to know beside the data.

    `rounds` are trees for boosting and forest, passes over the data for the logistic regression.
    """

    rounds: int
    step: int
    depth: int
    learning_rate: float
    seed: int

    def steps(self) -> Iterator[int]:
        """Numbers of rounds after which to stop and look: step, 2 step, ..., rounds."""
        yield from range(self.step, self.rounds, self.step)
        yield self.rounds


Trainer = Callable[[pd.DataFrame, np.ndarray, Settings], Iterator[tuple[int, ClassifierMixin]]]


def boosting(x: pd.DataFrame, y: np.ndarray, settings: Settings) -> Iterator[tuple[int, ClassifierMixin]]:
    """Gradient boosting on histograms: each tree corrects the ones before it."""
    model = HistGradientBoostingClassifier(
        warm_start=True,
        early_stopping=False,
        learning_rate=settings.learning_rate,
        max_depth=settings.depth,
        min_samples_leaf=100,
        l2_regularization=1.0,
        random_state=settings.seed,
    )
    for trees in settings.steps():
        yield trees, model.set_params(max_iter=trees).fit(x, y)


def forest(x: pd.DataFrame, y: np.ndarray, settings: Settings) -> Iterator[tuple[int, ClassifierMixin]]:
    """Random forest: independent trees that vote. The learning rate has no meaning here."""
    model = RandomForestClassifier(
        warm_start=True,
        max_depth=settings.depth,
        min_samples_leaf=5,
        max_samples=0.3,
        random_state=settings.seed,
    )
    for trees in settings.steps():
        yield trees, model.set_params(n_estimators=trees).fit(x, y)


def logistic(x: pd.DataFrame, y: np.ndarray, settings: Settings) -> Iterator[tuple[int, ClassifierMixin]]:
    """Logistic regression by stochastic gradient descent. The depth has no meaning here.

    Amounts, counts and distances have long tails, so their logarithm is what gets standardised.
    """
    scaler = make_pipeline(
        FunctionTransformer(np.log1p, feature_names_out="one-to-one"), StandardScaler()
    ).fit(x)
    classifier = SGDClassifier(
        loss="log_loss",
        alpha=1e-5,
        learning_rate="invscaling",
        eta0=settings.learning_rate,
        power_t=0.4,
        random_state=settings.seed,
    )
    model = make_pipeline(scaler, classifier)
    scaled = scaler.transform(x)
    shuffle = np.random.default_rng(settings.seed)
    done = 0
    for epochs in settings.steps():
        for _ in range(epochs - done):
            order = shuffle.permutation(len(y))
            classifier.partial_fit(scaled[order], y[order], classes=[0, 1])
        done = epochs
        yield epochs, model


# Adding a model is one function above and one line here.
TRAINERS: dict[str, Trainer] = {"boosting": boosting, "forest": forest, "logistic": logistic}
