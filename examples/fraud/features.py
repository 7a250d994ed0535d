"""From transactions to what a model may know at the moment of each of them.

Two rules keep the future out:

- a transaction sees only transactions of an earlier second, never itself or later ones;
- whether a transaction was fraud is known only when the card holder has complained, `feedback_days` later.

Customer and terminal windows follow chapter 3 of the Fraud Detection Handbook (Le Borgne et al., 2022); unlike
there, a window ends before the transaction, so that an amount is compared with others and not with itself.
Sums are taken over integers (cents, counts), hence they are exact: no rounding error carries traces of rows
that a window does not contain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from world import CATEGORY_NAMES, DAY_S, HOUR_S

WINDOWS_S = {"1h": HOUR_S, "1d": DAY_S, "7d": 7 * DAY_S, "30d": 30 * DAY_S}
LONGEST_PAUSE_S = 30 * DAY_S  # stands for "longer ago than this" and for "never"


class Past:
    """Sums over the earlier transactions of the same card (or terminal, or any other key).

    Parameters
    ----------
    key : (n,) int64, whose history it is.
    second : (n,) int64, time of each transaction in seconds.
    """

    def __init__(self, key: np.ndarray, second: np.ndarray) -> None:
        _, code = np.unique(key, return_inverse=True)
        since = second - second.min()
        self.order = np.lexsort((since, code))
        # Place of each transaction on one long time line, on which keys come one after the other with so much
        # space between them that no window reaches back into the previous key.
        self.span = int(since.max()) + 1
        self.moment = code * (3 * self.span) + since
        self.line = self.moment[self.order]

    def sums(self, values: np.ndarray, window_s: int, delay_s: int = 0) -> np.ndarray:
        """Sum of `values` ((n,) integers) over [t - delay - window, t - delay) for the time t of each row."""
        total = np.concatenate([[0], np.cumsum(values[self.order])])
        window_s, delay_s = min(window_s, self.span), min(delay_s, self.span)
        end = np.searchsorted(self.line, self.moment - delay_s)
        start = np.searchsorted(self.line, self.moment - delay_s - window_s)
        return total[end] - total[start]

    def previous(self) -> np.ndarray:
        """Row number of the transaction before each one; its own number where there is none. Shape (n,)."""
        found = np.searchsorted(self.line, self.moment) - 1
        before = self.order[np.maximum(found, 0)]
        own = np.arange(len(before))
        same_key = (found >= 0) & (self.moment[own] - self.moment[before] < 2 * self.span)
        return np.where(same_key, before, own)


def build_features(transactions: pd.DataFrame, feedback_days: float = 7.0) -> pd.DataFrame:
    """Return one row of numbers for each transaction, with the same index.

    Parameters
    ----------
    transactions : table as `generate.simulate` returns it, sorted by time.
    feedback_days : days until a fraud is reported; labels younger than that are not used.
    """
    tx = transactions
    second = ((tx["timestamp"] - pd.Timestamp("1970-01-01")) // pd.Timedelta("1s")).to_numpy(np.int64)
    customer = Past(tx["customer_id"].to_numpy(np.int64), second)
    terminal = Past(tx["terminal_id"].to_numpy(np.int64), second)
    columns = {
        **_of_the_transaction(tx),
        **_of_the_customer(tx, customer, second),
        **_of_the_terminal(tx, terminal, int(feedback_days * DAY_S)),
        "visits_before": _visits_before(tx, second),
    }
    return pd.DataFrame(columns, index=tx.index).astype(np.float64)


def _of_the_transaction(tx: pd.DataFrame) -> dict[str, np.ndarray]:
    """Amount (euros), time of day (hours), place (km from home) and the kind of shop (0 or 1 each)."""
    time = tx["timestamp"].dt
    hour = (time.hour + time.minute / 60).to_numpy()
    cents = _cents(tx)
    home_km = np.hypot(tx["terminal_x_km"] - tx["customer_x_km"], tx["terminal_y_km"] - tx["customer_y_km"])
    return {
        "amount": cents / 100,
        "amount_is_round": cents % 500 == 0,
        "hour": hour,
        "is_night": hour < 6,
        "is_weekend": (time.dayofweek >= 5).to_numpy(),
        "distance_home_km": home_km.to_numpy(),
        **{f"category_{name}": (tx["category"] == name).to_numpy() for name in CATEGORY_NAMES},
    }


def _of_the_customer(tx: pd.DataFrame, past: Past, second: np.ndarray) -> dict[str, np.ndarray]:
    """How often and how much the card paid before, and the way from its last transaction to this one."""
    cents = _cents(tx)
    ones = np.ones(len(tx), dtype=np.int64)
    features = {}
    for name, window_s in WINDOWS_S.items():
        count = past.sums(ones, window_s)
        features[f"customer_count_{name}"] = count
        features[f"customer_amount_{name}"] = past.sums(cents, window_s) / 100 / np.maximum(count, 1)
    usual = features["customer_amount_30d"]
    features["amount_by_usual"] = np.where(usual > 0, cents / 100 / np.maximum(usual, 0.01), 1.0)
    features["customer_nights_30d"] = past.sums((tx["timestamp"].dt.hour < 6).to_numpy(np.int64), 30 * DAY_S)

    last = past.previous()
    pause_s = np.where(last == np.arange(len(tx)), LONGEST_PAUSE_S, second - second[last])
    x, y = tx["terminal_x_km"].to_numpy(), tx["terminal_y_km"].to_numpy()
    way_km = np.hypot(x - x[last], y - y[last])
    features["minutes_since_last"] = np.minimum(pause_s, LONGEST_PAUSE_S) / 60
    features["distance_last_km"] = way_km
    features["speed_kmh"] = way_km / np.maximum(pause_s, 60) * HOUR_S
    return features


def _of_the_terminal(tx: pd.DataFrame, past: Past, delay_s: int) -> dict[str, np.ndarray]:
    """How busy the terminal was, and which part of its transactions was reported as fraud in time."""
    ones = np.ones(len(tx), dtype=np.int64)
    fraud = tx["is_fraud"].to_numpy(np.int64)
    features = {}
    for name, window_s in WINDOWS_S.items():
        features[f"terminal_count_{name}"] = past.sums(ones, window_s)
        if window_s >= DAY_S:
            known = past.sums(ones, window_s, delay_s)
            features[f"terminal_risk_{name}"] = past.sums(fraud, window_s, delay_s) / np.maximum(known, 1)
    features["terminal_amount_1h"] = past.sums(_cents(tx), HOUR_S) / 100 / np.maximum(
        features["terminal_count_1h"], 1
    )
    return features


def _visits_before(tx: pd.DataFrame, second: np.ndarray) -> np.ndarray:
    """How often this card was used on this terminal before."""
    pair = tx["customer_id"].to_numpy(np.int64) * (int(tx["terminal_id"].max()) + 1) + tx["terminal_id"]
    past = Past(pair.to_numpy(np.int64), second)
    return past.sums(np.ones(len(tx), dtype=np.int64), past.span)


def _cents(tx: pd.DataFrame) -> np.ndarray:
    return np.rint(tx["amount"].to_numpy() * 100).astype(np.int64)
