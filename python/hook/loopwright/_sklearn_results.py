"""What a fitted estimator knows of how it came about: loss curves, candidates of a search, members of an ensemble."""
from . import _api, _sklearn_params, _sklearn_scores
from ._children import child
from ._journal import append, is_enabled, json_text, now
from ._remarks import remark

_MAX_CHILDREN = 200
_MAX_POINTS = 10000
# Attributes with one number for each iteration.
_CURVES = (("loss_curve_", "training/loss"), ("validation_scores_", "validation/score"),
           ("train_score_", "training/curve"), ("validation_score_", "validation/curve"))
BEST = "loopwright.best"


def curves(estimator, prefix):
    for attribute, metric in _CURVES:
        values = getattr(estimator, attribute, None)
        if values is not None and getattr(values, "ndim", 1) == 1 and is_enabled():
            for step, value in enumerate(list(values)[:_MAX_POINTS]):
                text = _api._number_text(value)
                if text is not None:
                    append('["metric",%d,%d,{%s:%s}]' % (now(), step, json_text(prefix + metric), text))


def search(estimator, prefix, start_ms, end_ms):
    """A search, or the searches among the steps of a pipeline."""
    _search(estimator, prefix, start_ms, end_ms)
    for name, step in getattr(estimator, "steps", None) or ():
        _search(step, "%s%s." % (prefix, name), start_ms, end_ms)


def _search(estimator, prefix, start_ms, end_ms):
    results = getattr(estimator, "cv_results_", None)
    if not isinstance(results, dict) or "params" not in results:
        return
    candidates = results["params"]
    best = getattr(estimator, "best_index_", None)
    if best is not None:
        _api.record_params("library", {"%sbest_%s" % (prefix, key): text
                                       for key, text in _texts(candidates[best]).items()})
    best_score = getattr(estimator, "best_score_", None)
    if _api._number_text(best_score) is not None:
        _api.log({prefix + "best_score": best_score})
    metrics = [key for key in results if key.startswith(("mean_", "std_", "rank_")) or key in ("iter", "n_resources")]
    kept = _best_first(results, len(candidates), best)
    if len(kept) < len(candidates):
        remark("candidates", "A search had %d candidates; the %d best of them became child runs." % (
            len(candidates), len(kept)))
    for index in kept:
        seconds = sum(float(results[key][index]) for key in ("mean_fit_time", "mean_score_time") if key in results)
        child("candidate %d" % (index + 1), start_ms, min(end_ms, start_ms + _milliseconds(seconds)),
              _texts(candidates[index]), {key: results[key][index] for key in metrics},
              {BEST: "true"} if index == best else None)


def _best_first(results, count, best):
    """The candidates that become child runs, in the order they were tried; the best by rank if there are too many."""
    if count <= _MAX_CHILDREN:
        return range(count)
    rank = next((results[key] for key in results if key.startswith("rank_test_")), None)
    order = sorted(range(count), key=lambda index: (index != best, rank[index] if rank is not None else index))
    return sorted(order[:_MAX_CHILDREN])


def _texts(params):
    texts = {key: _sklearn_params.as_text(value) for key, value in params.items()}
    return {key: text if text is not None else type(params[key]).__name__ for key, text in texts.items()}


def _milliseconds(seconds):
    return int(seconds * 1000) if 0 <= seconds < 1e9 else 0  # NaN where the fit failed


def members(estimator, X, y, start_ms, end_ms):
    """The members of a voting, stacking, bagging or boosting ensemble as child runs."""
    module = type(estimator).__module__
    if module in ("sklearn.ensemble._voting", "sklearn.ensemble._stacking"):
        _named_members(estimator, X, y, start_ms, end_ms)
    elif module in ("sklearn.ensemble._bagging", "sklearn.ensemble._weight_boosting"):
        _numbered_members(estimator, start_ms, end_ms)


def _named_members(estimator, X, y, start_ms, end_ms):
    encoder = getattr(estimator, "_label_encoder", None) or getattr(estimator, "le_", None)
    named = getattr(estimator, "named_estimators_", {})
    for name, member in list(named.items())[:_MAX_CHILDREN]:
        if not hasattr(member, "get_params"):
            continue  # "drop"
        metrics = {}
        metric = _sklearn_scores.metric_of(member)
        if metric is not None and y is not None and _sklearn_scores.is_harmless(member):
            labels = encoder.transform(y) if hasattr(encoder, "transform") else y
            scored = _sklearn_scores.score(member, X, labels)
            if scored is not None:
                metrics["training/" + metric] = scored[0]
        _member(name, member, metrics, start_ms, end_ms)


def _numbered_members(estimator, start_ms, end_ms):
    fitted = list(getattr(estimator, "estimators_", ()))
    if len(fitted) > _MAX_CHILDREN:
        remark("members", "An ensemble has %d members; the first %d of them became child runs." % (
            len(fitted), _MAX_CHILDREN))
    known = {"error": getattr(estimator, "estimator_errors_", ()),
             "weight": getattr(estimator, "estimator_weights_", ())}
    for index, member in enumerate(fitted[:_MAX_CHILDREN]):
        metrics = {key: values[index] for key, values in known.items() if index < len(values)}
        _member("member %d" % (index + 1), member, metrics, start_ms, end_ms)


def _member(name, member, metrics, start_ms, end_ms):
    params = {"estimator": type(member).__name__}
    params.update(_sklearn_params.collect(member))
    child(str(name), start_ms, end_ms, params, metrics)
