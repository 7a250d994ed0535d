"""How good a fraud model is, in the terms of the people who act on its alerts.

`y` is (n,) 0 or 1, `score` (n,) the probability of fraud, and `rows` the n transactions themselves: a table
with `is_fraud`, `fraud_kind`, `day` and `customer_id`. Figures need no display: they are drawn into files.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, log_loss, precision_recall_curve, roc_auc_score


def scores_of(model, x: pd.DataFrame) -> np.ndarray:
    """Probability of fraud for each row, shape (n,)."""
    return model.predict_proba(x)[:, 1]


def alerts(score: np.ndarray, alert_rate: float) -> np.ndarray:
    """Whether a transaction is among the `alert_rate` highest scores, shape (n,); earlier ones win ties."""
    count = max(1, round(alert_rate * len(score)))
    raised = np.zeros(len(score), dtype=bool)
    raised[np.argsort(-score, kind="stable")[:count]] = True
    return raised


def recall_at(y: np.ndarray, score: np.ndarray, alert_rate: float) -> float:
    """Part of the frauds found when the bank can look at `alert_rate` of all transactions."""
    return float(y[alerts(score, alert_rate)].sum() / max(1, y.sum()))


def card_precision(y: np.ndarray, score: np.ndarray, day: np.ndarray, card: np.ndarray, k: int) -> float:
    """Part of the k most suspicious cards of a day that had a fraud that day, as a mean over days.

    A card is as suspicious as its most suspicious transaction. Fraud Detection Handbook, chapter 4.4; but
    cards that were found stay in the game here. It can't reach 1 on days with fewer than k stolen cards.
    """
    table = pd.DataFrame({"day": day, "card": card, "fraud": y, "score": score})
    cards = table.groupby(["day", "card"], as_index=False)[["fraud", "score"]].max()
    top = cards.sort_values(["day", "score", "card"], ascending=[True, False, True]).groupby("day").head(k)
    return float(top.groupby("day")["fraud"].sum().div(k).mean())


def fit_metrics(rows: pd.DataFrame, score: np.ndarray) -> dict[str, float]:
    """How well scores fit labels: log loss, average precision, area under the ROC curve."""
    y = rows["is_fraud"].to_numpy()
    return {
        "loss": float(log_loss(y, score, labels=[0, 1])),
        "ap": float(average_precision_score(y, score)),
        "auc": float(roc_auc_score(y, score)),
    }


def alert_metrics(rows: pd.DataFrame, score: np.ndarray, alert_rate: float, k: int) -> dict[str, float]:
    """What a desk finds that can look at so many transactions, or at so many cards a day."""
    y = rows["is_fraud"].to_numpy()
    day, card = rows["day"].to_numpy(), rows["customer_id"].to_numpy()
    return {
        "recall": recall_at(y, score, alert_rate),
        "card_precision": card_precision(y, score, day, card, k),
    }


def recall_by_kind(rows: pd.DataFrame, score: np.ndarray, alert_rate: float) -> dict[str, float]:
    """Recall at the same alert rate for each way of fraud that occurs."""
    fraud = rows["is_fraud"].to_numpy() == 1
    found = pd.Series(alerts(score, alert_rate)[fraud])
    return found.groupby(rows["fraud_kind"].to_numpy()[fraud]).mean().to_dict()


def figure_of(rows: pd.DataFrame, score: np.ndarray, alert_rate: float) -> Figure:
    """Precision over recall beside the recall of each kind of fraud."""
    y = rows["is_fraud"].to_numpy()
    precision, recall, _ = precision_recall_curve(y, score)
    raised = alerts(score, alert_rate)
    figure = Figure(figsize=(9.0, 3.6), layout="constrained")
    curve, bars = figure.subplots(1, 2)

    curve.step(recall, precision, where="post")
    curve.plot(recall_at(y, score, alert_rate), y[raised].mean(), "o", label=f"{alert_rate:.1%} alerts")
    curve.axhline(y.mean(), linestyle=":", color="grey", label="by chance")
    curve.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
    curve.set_title(f"average precision {average_precision_score(y, score):.3f}")
    curve.legend(frameon=False)

    kinds = recall_by_kind(rows, score, alert_rate)
    bars.barh([kind.replace("_", " ") for kind in kinds], list(kinds.values()))
    bars.set(xlim=(0, 1), xlabel="recall", title=f"found with {alert_rate:.1%} alerts")
    bars.invert_yaxis()
    return figure
