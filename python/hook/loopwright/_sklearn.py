"""Notices what a script asks of scikit-learn: every fit and score that it calls itself.

What a call does inside (the steps of a pipeline, the folds of a search, the members of an ensemble) is part of that
call. It is told apart by the depth of calls in the thread, by who called (scikit-learn itself, also from its worker
threads), and by the process (workers of `joblib` and `multiprocessing` record nothing).

All estimators of scikit-learn 1.3 and later get their fit methods from `sklearn.base._fit_context`, so that is
wrapped, before any of them is defined. Where there is none, the methods of scikit-learn's own classes are wrapped as
the classes are made.
"""
import sys
from _thread import _local
from functools import wraps
from sys import _getframe
from types import FunctionType

from ._journal import is_enabled, now
from ._remarks import remark

FIT_METHODS = ("fit", "fit_transform", "fit_predict", "partial_fit")
# Modules of scikit-learn whose frames stand between the caller and a method, and call it on the caller's behalf.
_GO_BETWEENS = ("sklearn.base", "sklearn.utils._set_output", "sklearn.utils.metaestimators",
                "sklearn.utils._available_if", "sklearn.utils._param_validation", "loopwright._sklearn",
                "loopwright._sklearn_cv")

_depth = _local()


def wrap_base(base):
    original = getattr(base, "_fit_context", None)
    if callable(original):
        base._fit_context = _wrapped_fit_context(original)
    else:
        _wrap_new_classes(base.BaseEstimator)
    for mixin in ("ClassifierMixin", "RegressorMixin"):
        _replace(getattr(base, mixin), "score", _wrapped_score)


def wrap_pipeline(module):
    _replace(module.Pipeline, "score", _wrapped_score)


def wrap_search(module):
    _replace(module.BaseSearchCV, "score", _wrapped_score)


def observed(caller, estimator, call, begin, end):
    """Run `call`; if it is the script's own, `begin(outer)` before it and `end(state, result, start_ms)` after it.

    `outer` is the frame of the method of `estimator` that the script called if that called this one, else None.

    Neither can fail or count as calls of the script; what `call` raises passes through, and then nothing is recorded.
    """
    level = getattr(_depth, "level", 0)
    _depth.level = level + 1
    try:
        is_own, outer = _called_by_script(caller, estimator) if level == 0 else (False, None)
        if not is_own:
            return call()
        start_ms = now()
        state = _safely(begin, outer)
        outer = None  # a frame keeps all that its function knows alive
        result = call()
        _safely(end, state, result, start_ms)
        return result
    finally:
        _depth.level = level


def original_of(function):
    """The function that was there before us."""
    return getattr(function, "_loopwright_original", function)


def mark(replacement, original):
    """Let a replacement look like what it replaces, for pickles, signatures and people."""
    replacement = wraps(original)(replacement)
    replacement._loopwright_original = original
    return replacement


def _safely(action, *arguments):
    try:
        return action(*arguments)
    except Exception as error:
        try:
            remark("sklearn", "Something of a call of scikit-learn was not recorded: %s: %s" % (
                type(error).__name__, str(error)[:500]))
        except Exception:
            pass  # not even that; the script goes on
        return None


def _called_by_script(caller, estimator):
    """(whether the script made this call itself, the frame of the estimator's method through which it did)."""
    if not is_enabled() or _is_worker():
        return False, None
    outer = None
    frame = caller
    while frame is not None:
        name = frame.f_globals.get("__name__") or ""
        if name not in _GO_BETWEENS:
            if name.partition(".")[0] not in ("sklearn", "joblib"):
                return not _stands_back(), outer
            if not _is_method_of(frame, estimator):
                return False, None
        if frame.f_code.co_name in FIT_METHODS:
            outer = frame
        frame = frame.f_back
    return False, None


def _is_method_of(frame, estimator):
    """Whether the frame runs a method of the estimator: `StandardScaler.fit` does its work in `partial_fit`.

    Such a method may also have changed what it was given, as `StackingClassifier.fit` encodes the labels.
    """
    names = frame.f_code.co_varnames
    return bool(names) and estimator is not None and frame.f_locals.get(names[0]) is estimator


def _is_worker():
    """Whether the process was started by `multiprocessing` or joblib: it works for another that records."""
    process = sys.modules.get("multiprocessing.process")
    return getattr(process, "_parent_process", None) is not None


def _stands_back():
    """Whether mlflow's own autologging records scikit-learn; two recorders would say everything twice."""
    autologging = sys.modules.get("mlflow.utils.autologging_utils")
    integrations = getattr(autologging, "AUTOLOGGING_INTEGRATIONS", None)
    if not isinstance(integrations, dict):
        return False
    config = integrations.get("sklearn")
    if not isinstance(config, dict) or config.get("disable", True):
        return False
    remark("stand back", "mlflow's autologging is on, so Loopwright records nothing of scikit-learn by itself.")
    return True


def _wrapped_fit_context(original):
    def _fit_context(*args, **kwargs):
        decorator = original(*args, **kwargs)

        def decorate(fit_method):
            return _wrapped_fit(decorator(fit_method))

        return decorate

    return mark(_fit_context, original)


def _wrapped_fit(original):
    name = getattr(original, "__name__", "fit")

    def fit(estimator, /, *args, **kwargs):
        def begin(outer):
            from . import _sklearn_fits

            if outer is not None:
                given = outer.f_locals
                return _sklearn_fits.begin(estimator, outer.f_code.co_name, (given.get("X"), given.get("y")), {})
            return _sklearn_fits.begin(estimator, name, args, kwargs)

        def end(state, result, start_ms):
            from . import _sklearn_fits

            if state is not None:
                _sklearn_fits.end(state, start_ms)

        return observed(_getframe(1), estimator, lambda: original(estimator, *args, **kwargs), begin, end)

    return mark(fit, original)


def _wrap_new_classes(base_estimator):
    """For versions without `_fit_context`: wrap the methods of scikit-learn's classes when the classes are made."""
    original = base_estimator.__dict__.get("__init_subclass__")

    def __init_subclass__(cls, **kwargs):
        if original is not None:
            original.__get__(None, cls)(**kwargs)
        else:
            super(base_estimator, cls).__init_subclass__(**kwargs)
        if str(cls.__module__).partition(".")[0] == "sklearn":
            for method in FIT_METHODS:
                _replace(cls, method, _wrapped_fit)

    base_estimator.__init_subclass__ = classmethod(__init_subclass__)


def _replace(owner, name, wrapper):
    """Wrap a method that the class itself defines; one behind `available_if` inside that descriptor."""
    attribute = owner.__dict__.get(name)
    if isinstance(attribute, FunctionType):
        setattr(owner, name, wrapper(attribute))
    elif isinstance(getattr(attribute, "fn", None), FunctionType):
        attribute.fn = wrapper(attribute.fn)


def _wrapped_score(original):
    def score(estimator, /, *args, **kwargs):
        def end(_, result, __):
            from . import _sklearn_fits

            _sklearn_fits.scored(estimator, result)

        return observed(_getframe(1), estimator, lambda: original(estimator, *args, **kwargs), lambda _: None, end)

    return mark(score, original)
