"""What is recorded of a fit that the script called: parameters, scores, results of a search, the model."""
import os
import weakref
from _thread import RLock
from time import perf_counter, process_time

from . import _api, _journal, _sklearn_params, _sklearn_results, _sklearn_scores
from ._budget import Budget
from ._journal import now
from ._remarks import remark

_MAX_NAMES = 20
_MAX_KNOWN = 10000

_budget = Budget(0.1, 0.01, process_time)
_kinds = frozenset(os.environ.get("LOOPWRIGHT_CAPTURE", "").split(","))
_named = {}  # id of an estimator → (weak reference to it, its name in this run)
_names = {}  # class name → {its parameters: the name}
_first_predictor = None
_recorded = {}  # parameter → text
_lock = RLock()  # threads that fit at once must not take one another's names


@_journal.on_reset
def _renew_lock():
    """Another thread may hold it when a process forks, and does not exist in the child."""
    global _lock
    _lock = RLock()


class Fit:
    """A fit under way: who, how, and what it was given."""

    def __init__(self, estimator, method, X, y):
        self.estimator = estimator
        self.method = method
        self.X = X
        self.y = y
        self.began = perf_counter()
        self.name = None
        self.inputs = None
        self.is_recorded = True


def begin(estimator, method, args, kwargs):
    """None where there is nothing to add to what is known: a further batch of `partial_fit`."""
    known = _named.get(id(estimator))
    if method == "partial_fit" and known is not None and known[0]() is estimator:
        return None
    began = process_time()
    fit = Fit(estimator, method, args[0] if args else kwargs.get("X"), args[1] if len(args) > 1 else kwargs.get("y"))
    # A class that is new is always recorded: the last fit of a script matters more than the thousandth of a loop.
    fit.is_recorded = type(estimator).__name__ not in _names or _budget.left() > 0
    if "models" in _kinds and fit.is_recorded:
        from . import _model_schema

        # Before the fit, which may overwrite its input (`copy_X=False`).
        fit.inputs = _model_schema.inputs_of(fit.X, with_rows="data" in _kinds)
    fit.began = perf_counter()
    _budget.spend(process_time() - began)
    return fit


def end(fit, start_ms):
    end_ms = now()
    began = process_time()
    seconds = perf_counter() - fit.began
    facts = {}
    if not fit.is_recorded:
        remark("budget", "Recording took too much of the script's time. Of the fits from here on only some are "
               "recorded, and of models the last of each class is kept when the script ends.")
    else:
        fit.name = name_of(fit.estimator)
        if fit.name is None:
            remark("many estimators", "This process fitted more than %d different estimators of a class; "
                   "the parameters and scores of the later ones are not recorded." % _MAX_NAMES)
        elif "libraries" in _kinds:
            facts = _record(fit, seconds, start_ms, end_ms)
    _budget.spend(process_time() - began)
    if "models" in _kinds:
        from . import _models

        _models.keep(fit, seconds, facts)


def _record(fit, seconds, start_ms, end_ms):
    """Parameters, curves, candidates and members; what is known of the training score."""
    estimator = fit.estimator
    prefix = prefix_of(estimator, fit.name)
    record_params(estimator, prefix)
    if fit.method == "partial_fit":
        return {}
    _sklearn_results.curves(estimator, prefix)
    _sklearn_results.search(estimator, prefix, start_ms, end_ms)
    facts = _sklearn_scores.training(estimator, fit.X, fit.y)
    if facts:
        _api.log({"%straining/%s" % (prefix, facts["metric"]): facts["score"]})
    _sklearn_results.members(estimator, fit.X, fit.y, start_ms, end_ms)
    return facts


def scored(estimator, value):
    """A `score` that the script called itself."""
    if "libraries" not in _kinds:
        return
    name = name_of(estimator) or type(estimator).__name__
    if _api._number_text(value) is not None:
        _api.log({"%s.score" % name: value})


def name_of(estimator):
    """`Ridge`, then `Ridge-2` for one with other parameters, …; None when there are too many.

    A new object with the same parameters is the same to a reader: what was cross-validated is often fitted then.
    """
    with _lock:
        return _name_of(estimator)


def _name_of(estimator):
    key = id(estimator)
    known = _named.get(key)
    if known is not None and known[0]() is estimator:
        return known[1]
    kind = type(estimator).__name__
    names = _names.setdefault(kind, {})
    params = tuple(_sklearn_params.collect(estimator).items())
    name = names.get(params)
    if name is None:
        if len(names) >= _MAX_NAMES:
            return None
        name = names[params] = kind if not names else "%s-%d" % (kind, len(names) + 1)
    if len(_named) >= _MAX_KNOWN:
        for other in [other for other, (reference, _) in list(_named.items()) if reference() is None]:
            _named.pop(other, None)
    try:
        _named[key] = (weakref.ref(estimator), name)
    except TypeError:
        pass  # a class without weak references: told by its parameters every time
    return name


def prefix_of(estimator, name):
    """Nothing for the first estimator that predicts, so that a script with one model has plain `C` and `alpha`."""
    global _first_predictor
    with _lock:
        if _first_predictor is None and hasattr(estimator, "predict"):
            _first_predictor = name
    return "" if name == _first_predictor else name + "."


def record_params(estimator, prefix):
    texts = {prefix + key: text for key, text in _sklearn_params.collect(estimator).items()}
    changed = {key: text for key, text in texts.items() if _recorded.get(key) != text}
    if changed:
        _recorded.update(changed)
        _api.record_params("library", changed)
