"""What scripts call. See the package's docstring; every function here keeps its promise never to raise."""
from operator import index

from . import _journal, _ranks
from ._journal import MAX_KEY, MAX_PARAM, MAX_TAG, append, note, now, quote

_MAX_STEP = 2 ** 63 - 1
_MIN_STEP = -(2 ** 63)
_EXACT_INTEGER = 2 ** 53
_RECORD_ITEMS = 1000
_MAX_CACHED_KEYS = 10000

_names = {}  # metric key → its JSON text and a colon
_next_steps = {}  # metric key → the step after the highest one seen


def _reset():
    _next_steps.clear()


_journal.on_reset(_reset)


def log(metrics=None, /, step=None, **values):
    """Record metrics: `log(loss=0.3, step=1)` or `log({"val/loss": 0.3}, step=1)`.

    Values are numbers or what has one (`numpy` scalars, `torch` tensors with one element, `Decimal`); NaN and
    infinities are kept. `step` is an integer of 64 bits; without one every key counts on from its highest step so
    far in this process, from 0. In a distributed job the names of rank N > 0 begin with `rankN/`.
    """
    try:
        # The common case by itself, because it is the one inside training loops.
        if metrics is None and type(step) is int and len(values) == 1 and _MIN_STEP <= step <= _MAX_STEP:
            for key, value in values.items():
                name = _names.get(key)
                if name is not None and type(value) is float and value - value == 0.0:
                    if step >= _next_steps.get(key, step):
                        _next_steps[key] = step + 1
                    append('["metric",%d,%d,{%s%r}]' % (now(), step, name, value))
                    return
        _log(metrics, step, values)
    except Exception as error:
        _trouble("log", error)


def param(*name_and_value, **values):
    """Record parameters: `param("depth", 8)`, `param({"depth": 8})` or `param(depth=8)`.

    In a distributed job those of rank 0 count; the other ranks are given the same.
    """
    try:
        pairs = _pairs("param", name_and_value, values, None)
        if pairs:
            record_params("api", {key: as_text(value) for key, value in pairs.items()})
    except Exception as error:
        _trouble("param", error)


def tag(*name_and_value, **values):
    """Record tags: `tag("stage", "baseline")`, `tag(stage="baseline")`, or `tag("best")` for one that is just there."""
    try:
        pairs = _pairs("tag", name_and_value, values, "true")
        if pairs and _journal.is_enabled():
            texts = {_key(key): _cut("tag", key, as_text(value), MAX_TAG) for key, value in pairs.items()}
            append('["tag",%d,%s]' % (now(), _journal.json_text(texts)))
    except Exception as error:
        _trouble("tag", error)


def artifact(path, name=None):
    """Copy a file or folder into the run, as `name` (which may contain `/`) or under its own name.

    Links are followed and their targets copied. The copy appears whole or not at all, and replaces an earlier one.
    """
    try:
        from . import _artifacts

        _artifacts.artifact(path, name)
    except Exception as error:
        _trouble("artifact", error)


def figure(fig, name=None, step=None):
    """Keep a picture with the run: a matplotlib or plotly figure, a PIL image, an array, or the path of a picture.

    Pictures of one name at several steps are one on the run's page, with a slider.
    """
    try:
        from . import _artifacts

        _artifacts.figure(fig, name, step)
    except Exception as error:
        _trouble("figure", error)


def image(image, name=None, step=None):
    """Keep an image: an array (numpy or torch; height × width, or with 1, 3 or 4 channels), or what `figure` takes.

    Numbers with a point run from 0 to 1, whole ones from 0 to 255.
    """
    try:
        from . import _artifacts

        _artifacts.figure(image, name, step, "image")
    except Exception as error:
        _trouble("image", error)


def table(name, data, step=None, columns=None):
    """Keep a table: a list of dictionaries, a dictionary of columns, a pandas or polars frame, an Arrow table, rows.

    The first 10,000 rows are kept, fewer where they take more than a megabyte; the page says how many there are in all.
    """
    try:
        from . import _charts

        _charts.table(name, data, columns, step)
    except Exception as error:
        _trouble("table", error)


def confusion_matrix(name, y_true=None, y_pred=None, labels=None, matrix=None, step=None):
    """Keep a confusion matrix: counted from classes, as scikit-learn does it, or given as rows of true classes.

    `labels` are the classes in their order; without them, all that occur, sorted.
    """
    try:
        from . import _charts

        _charts.confusion_matrix(name, y_true, y_pred, matrix, labels, step)
    except Exception as error:
        _trouble("confusion_matrix", error)


def roc_curve(name, y_true, y_score, labels=None, step=None):
    """Keep a ROC curve with the area below it, as `sklearn.metrics.roc_curve` and `roc_auc_score` give them.

    With two classes, `y_score` is the score of the greater one (or both columns of `predict_proba`); with more, it has
    a column for each class, and each is a curve against the rest. `labels` are the classes in the order of the columns.
    """
    try:
        from . import _charts

        _charts.curves("roc", name, y_true, y_score, labels, step)
    except Exception as error:
        _trouble("roc_curve", error)


def pr_curve(name, y_true, y_score, labels=None, step=None):
    """Keep precision against recall with the average precision, as scikit-learn's `average_precision_score` gives it.

    Takes what `roc_curve` takes.
    """
    try:
        from . import _charts

        _charts.curves("pr", name, y_true, y_score, labels, step)
    except Exception as error:
        _trouble("pr_curve", error)


def params():
    """The parameters that the run was started with (`-P key=value`), as strings; empty if there are none."""
    try:
        from json import loads
        from os import environ

        values = loads(environ.get("LOOPWRIGHT_PARAMS") or "{}")
        return {str(key): str(value) for key, value in values.items()}
    except Exception as error:
        _trouble("params", error)
        return {}


def run_id():
    """The id of the run that this process belongs to; None if it is not tracked."""
    from os import environ

    return environ.get("LOOPWRIGHT_RUN_ID") or None


def flush():
    """Does nothing: when a call of this package returns, what it recorded is safe already."""


def record_params(source, texts):
    """Write a `param` record; the values are strings by now. Of a distributed job, rank 0 alone does."""
    if _journal.is_enabled() and _ranks.is_first():
        cut = {_key(key): _cut("parameter", key, text, MAX_PARAM) for key, text in texts.items()}
        append('["param",%d,%s,%s]' % (now(), quote(source), _journal.json_text(cut)))


def as_text(value):
    """A parameter's value as people would write it; what holds others as JSON."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return _journal.json_text(sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)
    if hasattr(value, "read") or hasattr(value, "write"):
        return str(getattr(value, "name", value))  # an open file
    if callable(value) and hasattr(value, "__qualname__"):
        return value.__qualname__  # a function or class: its address says nothing
    return str(value)


def _log(metrics, step, values):
    if not _journal.is_enabled():
        return
    if metrics is not None:
        if not hasattr(metrics, "items"):
            note("log", "log() takes a dictionary or keywords, not %s. Nothing was recorded." % _kind(metrics))
            return
        values = {**metrics, **values}
    step = _as_step(step)
    by_step = {}
    for key, value in values.items():
        text = _number_text(value)
        if text is None:
            note("metric value", "The value of metric %s is no number (%s). It was skipped." % (key, _kind(value)))
            continue
        name = _names.get(key) or _name(key)
        own_step = _next_steps.get(key, 0) if step is None else step
        if own_step > _MAX_STEP:
            own_step = _MAX_STEP
        if own_step >= _next_steps.get(key, own_step):
            _next_steps[key] = own_step + 1
        by_step.setdefault(own_step, []).append(name + text)
    for own_step, parts in by_step.items():
        for start in range(0, len(parts), _RECORD_ITEMS):
            chunk = ",".join(parts[start:start + _RECORD_ITEMS])
            append('["metric",%d,%d,{%s}]' % (now(), own_step, chunk))


def _as_step(step):
    """The step as an integer of 64 bits; None, with a note, if it is none."""
    if step is None:
        return None
    try:
        number = int(step) if isinstance(step, float) and step == int(step) else index(step)
    except (TypeError, ValueError, OverflowError):
        try:
            number = int(step.item()) if step.item() == int(step.item()) else None
        except Exception:
            number = None  # not a number of any library either
    if number is None or not _MIN_STEP <= number <= _MAX_STEP:
        note("step", "The step %.100r is no integer of 64 bits. The metrics were given the next step." % (step,))
        return None
    return number


def _number_text(value, may_unwrap=True):
    """The value as JSON; None if it is no number."""
    if isinstance(value, float):
        number = float(value)
        if number - number == 0.0:
            return repr(number)
        return '"NaN"' if number != number else '"Infinity"' if number > 0 else '"-Infinity"'
    if isinstance(value, int):
        return "%d" % value if -_EXACT_INTEGER <= value <= _EXACT_INTEGER else _float_text(value)
    if value is None or isinstance(value, (str, bytes, bytearray)):
        return None
    item = getattr(value, "item", None)
    if may_unwrap and callable(item):
        try:
            return _number_text(item(), may_unwrap=False)
        except Exception:
            return None  # more than one element, most likely
    return _float_text(value)


def _float_text(value):
    try:
        return _number_text(float(value))
    except Exception:
        return None  # its own conversion says that it is no number


def _name(key):
    name = quote(_key(_ranks.prefix() + str(key))) + ":"
    if len(_names) >= _MAX_CACHED_KEYS:
        _names.clear()
    _names[key] = name
    return name


def _key(key):
    return _cut("key", key, str(key), MAX_KEY)


def _cut(what, key, text, limit):
    if len(text) <= limit:
        return text
    note("cut " + what, "The %s %.60s is %d characters long and was cut to %d." % (what, key, len(text), limit))
    return text[:limit]


def _pairs(function, name_and_value, values, default):
    """The pairs of a call in any of its forms; None, with a note, if it has none of them."""
    if not name_and_value:
        return values
    first = name_and_value[0]
    if len(name_and_value) == 1 and hasattr(first, "items"):
        return {**first, **values}
    if len(name_and_value) == 2:
        return {first: name_and_value[1], **values}
    if len(name_and_value) == 1 and default is not None:
        return {first: default, **values}
    note(function, "%s() takes a name and a value, a dictionary, or keywords. Nothing was recorded." % function)
    return None


def _kind(value):
    return "None" if value is None else "of type %s" % type(value).__name__


def _trouble(function, error):
    """The last resort: a call that failed in a way nobody foresaw costs a line, never the script."""
    try:
        note(function, "%s() failed and was skipped: %s: %s" % (function, type(error).__name__, error))
    except Exception:
        pass  # for instance while the interpreter shuts down and takes our globals away
