"""ROC curves and precision against recall, with the values of scikit-learn, computed without it.

The values come from counting, from the highest score down, how many positives and negatives lie above each threshold
(scikit-learn's `_binary_clf_curve`). A curve is thinned after its area is known. numpy is used where the script has
loaded it already; without it the same is computed in plain Python.
"""
import sys
from heapq import heappop, heappush

from . import _journal
from ._artifacts import Refused

MAX_POINTS = 500
_MAX_CURVES = 20
_CELLS = 1000


def curves(kind, y_true, y_score, labels, label_of):
    """The document of one curve, or of one for each class against the rest."""
    true = values(y_true)
    if not true:
        raise Refused("there are no values.")
    columns = _columns(y_score)
    classes = values(labels) if labels is not None else ordered(set(true))
    if len(columns[0]) != len(true):
        raise Refused("y_true has %d values and y_score %d." % (len(true), len(columns[0])))
    if len(columns) == 2 and len(classes) == 2:
        columns = columns[1:]  # what `predict_proba` gives for two classes
    if len(columns) == 1:
        if len(classes) != 2:
            raise Refused("y_true has %d classes: y_score needs a column for each of more than two." % len(classes))
        positive = [value == classes[1] for value in true]
        share = sum(positive) / len(positive)
        made = [_curve(kind, positive, columns[0], label_of(classes[1]))]
        return {"type": kind, "curves": made, "baseline": share if kind == "pr" else None}
    if len(columns) != len(classes):
        raise Refused("y_score has %d columns for %d classes. Give labels= in their order." % (len(columns), len(classes)))
    pairs = list(zip(classes, columns))
    if len(pairs) > _MAX_CURVES:
        from collections import Counter

        common = {value for value, _ in Counter(true).most_common(_MAX_CURVES)}
        pairs = [pair for pair in pairs if pair[0] in common][:_MAX_CURVES]
        _journal.note("curves", "Of %d classes the %d most frequent have a curve." % (len(columns), len(pairs)))
    made = [_curve(kind, [value == one for value in true], scores, label_of(one)) for one, scores in pairs]
    return {"type": kind, "curves": made, "baseline": None}


def values(given):
    """A flat list of Python's own values. One that is a column is taken as flat."""
    found = given.tolist() if hasattr(given, "tolist") else list(given)
    if found and isinstance(found[0], (list, tuple)):
        if any(len(row) != 1 for row in found):
            raise Refused("y_true has several columns. Give one class for each row.")
        found = [row[0] for row in found]
    if found and callable(getattr(found[0], "item", None)):
        found = [value.item() for value in found]
    return found


def ordered(found):
    """As `sorted`; values of several types by their text."""
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=lambda value: (str(type(value)), str(value)))


def _columns(given):
    if hasattr(given, "detach"):
        given = given.detach().cpu()  # torch
    if hasattr(given, "to_numpy") and not hasattr(given, "tolist"):
        given = given.to_numpy()  # a frame
    found = given.tolist() if hasattr(given, "tolist") else list(given)
    if found and isinstance(found[0], (list, tuple)):
        return [list(column) for column in zip(*found)]
    if found and hasattr(found[0], "tolist") and getattr(found[0], "shape", ()):
        return [list(column) for column in zip(*(row.tolist() for row in found))]
    return [found]


def _curve(kind, positive, scores, label):
    thresholds, hits, count = _counts(positive, scores)
    if not 0 < hits[-1] < count[-1]:
        raise Refused("there is no %s." % ("negative" if hits[-1] else "positive value of class %s" % label))
    xs, ys, area = (_roc if kind == "roc" else _precision)(hits, count)
    thresholds = [float("inf")] + thresholds  # of the first point, which no score reaches
    kept = thinned(xs, ys, kind)
    return {
        "label": label,
        "x": [xs[at] for at in kept],
        "y": [ys[at] for at in kept],
        "thresholds": [_wire(thresholds[at]) for at in kept],
        "area": area,
    }


def _counts(positive, scores):
    """For each distinct score from the highest down: the score, how many positives and how many of all are not below it."""
    if "numpy" in sys.modules:
        return _counts_by_numpy(sys.modules["numpy"], positive, scores)
    if any(score - score != 0 for score in scores):
        raise Refused("y_score holds NaN or infinities.")
    pairs = sorted(zip(scores, positive), key=_first, reverse=True)
    thresholds, hits, count = [], [], []
    found = at = 0
    last = None
    for score, is_positive in pairs:
        if score != last and at:
            thresholds.append(last)
            hits.append(found)
            count.append(at)
        last = score
        at += 1
        found += is_positive
    thresholds.append(last)
    hits.append(found)
    count.append(at)
    return [float(value) for value in thresholds], hits, count


def _first(pair):
    return pair[0]


def _counts_by_numpy(numpy, positive, scores):
    scores = numpy.asarray(scores, dtype=float)
    if not numpy.isfinite(scores).all():
        raise Refused("y_score holds NaN or infinities.")
    order = numpy.argsort(scores, kind="stable")[::-1]
    scores = scores[order]
    ends = numpy.append(numpy.flatnonzero(numpy.diff(scores)), len(scores) - 1)
    hits = numpy.cumsum(numpy.asarray(positive, dtype=bool)[order])[ends]
    return scores[ends].tolist(), hits.tolist(), (ends + 1).tolist()


def _roc(hits, count):
    positives, negatives = hits[-1], count[-1] - hits[-1]
    ys = [0.0] + [hit / positives for hit in hits]
    xs = [0.0] + [(all_ - hit) / negatives for hit, all_ in zip(hits, count)]
    area = 0.0
    for at in range(1, len(xs)):
        area += (xs[at] - xs[at - 1]) * (ys[at] + ys[at - 1]) / 2
    return xs, ys, area


def _precision(hits, count):
    """Recall and precision; the area is the average precision: the mean of the precisions, weighted by the recall gained."""
    positives = hits[-1]
    xs = [0.0] + [hit / positives for hit in hits]
    ys = [1.0] + [hit / all_ for hit, all_ in zip(hits, count)]
    area = sum((xs[at] - xs[at - 1]) * ys[at] for at in range(1, len(xs)))
    return xs, ys, area


def thinned(xs, ys, kind):
    """The places of at most MAX_POINTS points that keep the curve's shape, the first and the last among them.

    First the outermost of each of many narrow strips, then those that are farthest from the line between their
    neighbours (Ramer, Douglas and Peucker, the farthest first).
    """
    if len(xs) <= MAX_POINTS:
        return list(range(len(xs)))
    candidates = _outermost(xs, ys, kind)
    kept = {0, len(candidates) - 1}
    heap = []
    _push(heap, xs, ys, candidates, 0, len(candidates) - 1)
    while heap and len(kept) < MAX_POINTS:
        distance, at, start, end = heappop(heap)
        if distance == 0:
            break  # all that is left lies on straight lines
        kept.add(at)
        _push(heap, xs, ys, candidates, start, at)
        _push(heap, xs, ys, candidates, at, end)
    return [candidates[at] for at in sorted(kept)]


def _outermost(xs, ys, kind):
    """In a ROC curve both coordinates only grow, and their sum runs along it; of the other one only the recall does."""
    found = []
    strip = -1
    for at in range(len(xs)):
        place, out = (xs[at] + ys[at], ys[at] - xs[at]) if kind == "roc" else (xs[at], ys[at])
        cell = int(place * _CELLS)
        if cell != strip:
            if strip >= 0:
                found.extend(sorted({first, low, high, at - 1}))
            strip, first, low, high = cell, at, at, at
            low_out = high_out = out
        elif out < low_out:
            low, low_out = at, out
        elif out > high_out:
            high, high_out = at, out
    found.extend(sorted({first, low, high, len(xs) - 1}))
    return found


def _push(heap, xs, ys, candidates, start, end):
    if end - start < 2:
        return
    left, top = xs[candidates[start]], ys[candidates[start]]
    width, height = xs[candidates[end]] - left, ys[candidates[end]] - top
    length = (width * width + height * height) ** 0.5 or 1.0
    farthest, place = 0.0, start + 1
    for at in range(start + 1, end):
        x, y = xs[candidates[at]] - left, ys[candidates[at]] - top
        # Where both ends are the same point, the distance is the one to it.
        distance = abs(width * y - height * x) / length if width or height else (x * x + y * y) ** 0.5
        if distance > farthest:
            farthest, place = distance, at
    heappush(heap, (-farthest, place, start, end))


def _wire(value):
    return value if value - value == 0.0 else "Infinity"
