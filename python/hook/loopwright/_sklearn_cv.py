"""Cross-validation that a script calls itself: scores, one child run for each fold, curves.

The functions are replaced in the module that defines them, before anybody can import them from there, so there is
one object under their name and pickling them by name goes on working.
"""
from inspect import signature
from sys import _getframe

from . import _api, _sklearn_fits
from ._children import child
from ._journal import append, json_text, now
from ._remarks import remark
from ._sklearn import mark, observed

_MAX_FOLDS = 200


def wrap(module):
    for name, record in _RECORDERS.items():
        original = getattr(module, name, None)
        if callable(original) and not hasattr(original, "_loopwright_original"):
            setattr(module, name, _wrapped(original, record))


def _wrapped(original, record):
    def validate(*args, **kwargs):
        def end(_, result, start_ms):
            if "libraries" not in _sklearn_fits._kinds:
                return
            arguments = signature(original).bind(*args, **kwargs).arguments
            estimator = arguments.get("estimator")
            name = _sklearn_fits.name_of(estimator)
            if name is None:
                remark("many validations", "Only the first cross-validations of each class of estimator are recorded.")
                return
            prefix = _sklearn_fits.prefix_of(estimator, name)
            _sklearn_fits.record_params(estimator, prefix)
            record(result, type(estimator).__name__, prefix, start_ms)

        return observed(_getframe(1), None, lambda: original(*args, **kwargs), lambda _: None, end)

    return mark(validate, original)


def _cross_validate(result, estimator, prefix, start_ms):
    scores = {key: values for key, values in result.items() if key.startswith(("test_", "train_"))}
    _means(scores, prefix)
    seconds = [sum(parts) for parts in zip(result["fit_time"], result["score_time"])]
    _folds(scores, estimator, start_ms, seconds)


def _cross_val_score(result, estimator, prefix, start_ms):
    scores = {"test_score": result}
    _means(scores, prefix)
    _folds(scores, estimator, start_ms, None)


def _means(scores, prefix):
    metrics = {}
    for key, values in scores.items():
        metrics["%scv/%s_mean" % (prefix, key)] = values.mean()
        metrics["%scv/%s_std" % (prefix, key)] = values.std()
    _api.log(metrics)


def _folds(scores, estimator, start_ms, seconds):
    """Only how long a fold took is known, not when it began: all are shown as begun with the call."""
    count = max((len(values) for values in scores.values()), default=0)
    if count > _MAX_FOLDS:
        remark("folds", "A cross-validation had %d folds; the first %d of them became child runs." % (
            count, _MAX_FOLDS))
    end_ms = now()
    for fold in range(min(count, _MAX_FOLDS)):
        until_ms = end_ms if seconds is None else min(end_ms, start_ms + int(seconds[fold] * 1000))
        child("%s fold %d" % (estimator, fold + 1), start_ms, until_ms, {"fold": str(fold + 1), "estimator": estimator},
              {key: values[fold] for key, values in scores.items()})


def _learning_curve(result, estimator, prefix, start_ms):
    sizes = [int(size) for size in result[0]]
    for kind, scores in (("train", result[1]), ("test", result[2])):
        _curve("%slearning_curve/%s_score" % (prefix, kind), sizes, scores.mean(axis=1))


def _validation_curve(result, estimator, prefix, start_ms):
    for kind, scores in zip(("train", "test"), result):
        _curve("%svalidation_curve/%s_score" % (prefix, kind), range(len(scores)), scores.mean(axis=1))


def _permutation(result, estimator, prefix, start_ms):
    _api.log({prefix + "permutation_test/score": result[0], prefix + "permutation_test/p_value": result[2]})


def _prediction(result, estimator, prefix, start_ms):
    """The predictions are the script's own; there is nothing to add to the parameters."""


def _curve(metric, steps, values):
    for step, value in zip(steps, values):
        text = _api._number_text(value)
        if text is not None:
            append('["metric",%d,%d,{%s:%s}]' % (now(), step, json_text(metric), text))


_RECORDERS = {
    "cross_validate": _cross_validate,
    "cross_val_score": _cross_val_score,
    "cross_val_predict": _prediction,
    "learning_curve": _learning_curve,
    "validation_curve": _validation_curve,
    "permutation_test_score": _permutation,
}
