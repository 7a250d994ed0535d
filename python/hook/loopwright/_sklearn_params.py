"""An estimator's parameters as short texts."""
from . import _api
from ._argparse import HIDDEN, is_secret

_MAX_PARAMS = 200
_MAX_TEXT = 500


def collect(estimator):
    """{name: text}, nested ones as `step__name`, the first 200. Estimators are told by their class."""
    texts = {}
    for key, value in estimator.get_params(deep=True).items():
        if len(texts) == _MAX_PARAMS:
            break
        if is_secret(key, value):
            texts[key] = HIDDEN
            continue
        text = as_text(value)
        if text is not None:
            texts[key] = text
    return texts


def as_text(value):
    """A value as people would write it; None for a list of estimators, whose members have names of their own."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return str(value)[:_MAX_TEXT]
    if hasattr(value, "get_params"):
        return getattr(value, "__name__", type(value).__name__)
    if isinstance(value, (list, tuple)) and any(_has_estimator(item) for item in value):
        return None
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        text = repr(value) if len(value) <= _MAX_TEXT else "<%s of %d>" % (type(value).__name__, len(value))
        return text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT - 1] + "…"
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return "<%s %s>" % (type(value).__name__, "×".join(map(str, shape)))
    if callable(value) and hasattr(value, "__qualname__"):
        return value.__qualname__[:_MAX_TEXT]
    if type(value).__repr__ is object.__repr__:
        return "<%s>" % type(value).__name__  # its address says nothing
    return _api.as_text(value)[:_MAX_TEXT]


def _has_estimator(item):
    return hasattr(item, "fit") or isinstance(item, (list, tuple)) and any(hasattr(part, "fit") for part in item)
