"""Which run of a sweep is the best: by the metric that stands in a run's row, if it is known which way is better."""
from __future__ import annotations

import os
import re

import journal

# As in src/engine/tracking/headline.ts, most telling first; a test holds both equal.
PATTERNS = (
    r"(^|[/_.-])(auc|roc[_-]?auc|ap|average[_-]precision|pr[_-]?auc)$",
    r"(^|[/_.-])(acc|accuracy|balanced[_-]accuracy|f1|f1[_-]score|r2|mcc|bleu|map|miou|iou|dice)$",
    r"(^|[/_.-])(rmse|mae|mse|mape|log[_-]?loss|perplexity|wer)$",
    r"(^|[/_.-])loss$",
)
HELD_OUT = r"(^|[/_.-])(test|val|valid|validation|eval|dev)([/_.-]|$)"
_HIGHER_IS_BETTER = 2  # so many of the patterns; of the others, lower is

# Above this the points of a run are not read again only to tell the best.
_MOST_BYTES = 64 << 20


def scores_of(run_dir: str) -> dict[str, float]:
    """The last value of each metric that is known to be a score."""
    if _journal_bytes(run_dir) > _MOST_BYTES:
        return {}
    return {key: value for key, value in journal.metrics_of(run_dir).items() if _pattern(key) is not None}


def best_of(scores: dict[str, dict[str, float]]) -> tuple[str, str] | None:
    """Of scores by run, the best run and the metric by which it is; None where there is nothing to go by."""
    keys = {key for values in scores.values() for key in values}
    if not keys:
        return None
    key = min(keys, key=lambda key: (_pattern(key), not re.search(HELD_OUT, key, re.I), key))
    better = 1 if _pattern(key) < _HIGHER_IS_BETTER else -1
    known = {run: values[key] for run, values in scores.items() if key in values and values[key] == values[key]}
    if not known:
        return None
    return max(known, key=lambda run: better * known[run]), key  # the first of equals


def _pattern(key: str) -> int | None:
    if re.match(r"system[/.]", key, re.I):
        return None
    return next((rank for rank, pattern in enumerate(PATTERNS) if re.search(pattern, key, re.I)), None)


def _journal_bytes(run_dir: str) -> int:
    try:
        with os.scandir(os.path.join(run_dir, "journals")) as entries:
            return sum(entry.stat().st_size for entry in entries)
    except OSError:
        return 0
