"""LightGBM and XGBoost, as their own classes or as those that they have for scikit-learn."""
from __future__ import annotations

from .columns import OPSET, feed_of
from .examples import Example
from .made import Made, class_of
from .problems import Refused, need
from .sources import Source

LIBRARIES = {"lightgbm": "LightGBM", "xgboost": "XGBoost"}


def make(model, source: Source, example: Example) -> Made:
    """@throws Refused, Missing"""
    library = next(base.__module__.partition(".")[0] for base in type(model).__mro__
                   if base.__module__.partition(".")[0] in LIBRARIES)
    need({"onnxmltools": "onnxmltools", "skl2onnx": "skl2onnx", "onnx": "onnx"},
         "Converting a model of %s" % LIBRARIES[library])
    import onnxmltools
    from onnxmltools.convert.common.data_types import FloatTensorType

    is_own = type(model).__name__ == "Booster"
    names, features = (_lightgbm_features if library == "lightgbm" else _xgboost_features)(model, is_own)
    types = [("X", FloatTensorType([None, features]))]
    notes: list[str] = []
    if library == "lightgbm":
        onnx = onnxmltools.convert_lightgbm(model, initial_types=types, target_opset=_opset(), zipmap=False)
        predict, labels = _lightgbm_prediction(model, is_own)
    else:
        _unname(model, is_own)
        onnx = onnxmltools.convert_xgboost(model, initial_types=types, target_opset=_opset())
        predict, labels = _xgboost_prediction(model, is_own)
    if len(onnx.graph.output) < len(labels):
        labels = labels[len(labels) - len(onnx.graph.output):]

    def rows_of(rows):
        import numpy

        if hasattr(rows, "columns"):
            rows = _in_order(rows, names)
        rows = numpy.asarray(rows).astype(numpy.float32)
        if rows.ndim != 2 or rows.shape[1] != features:
            raise ValueError("it has %s columns, the model %d" % (rows.shape[1:] or "no", features))
        return rows

    return Made(kind=library, model_class=class_of(model), converter="onnxmltools %s" % onnxmltools.__version__, onnx=onnx,
                predict=predict, feed=lambda rows: feed_of(onnx, rows_of(rows)), given=rows_of, labels=labels, notes=notes)


def _opset() -> int:
    """What old runtimes can read, as far as the installed converter goes."""
    from onnxmltools.convert.common.onnx_ex import get_maximum_opset_supported

    return min(OPSET, get_maximum_opset_supported())


def _in_order(rows, names: list[str]):
    found = [str(name) for name in rows.columns]
    wanted = [name if name in found else name.replace("_", " ") for name in names]
    if names and set(wanted) <= set(found):
        return rows[[rows.columns[found.index(name)] for name in wanted]]
    return rows


def _lightgbm_features(model, is_own: bool) -> tuple[list[str], int]:
    booster = model if is_own else model.booster_
    return [str(name) for name in booster.feature_name()], int(booster.num_feature())


def _xgboost_features(model, is_own: bool) -> tuple[list[str], int]:
    booster = model if is_own else model.get_booster()
    return [str(name) for name in booster.feature_names or []], int(booster.num_features())


def _unname(model, is_own: bool) -> None:
    """onnxmltools takes names such as f0 alone; the order of the columns is what counts."""
    booster = model if is_own else model.get_booster()
    booster.feature_names = None
    booster.feature_types = None


def _lightgbm_prediction(model, is_own: bool):
    import numpy

    if not is_own:
        if hasattr(model, "predict_proba"):
            return (lambda rows: [model.predict(rows), model.predict_proba(rows)]), [True, False]
        return (lambda rows: [model.predict(rows)]), [False]
    objective = str(model.dump_model(num_iteration=1).get("objective", "")).split(" ")[0]

    def predict(rows):
        values = numpy.asarray(model.predict(rows))
        if objective in ("binary", "cross_entropy", "xentropy"):
            return [(values > 0.5).astype(int), numpy.stack([1 - values, values], axis=1)]
        if objective in ("multiclass", "multiclassova", "softmax", "ova", "ovr"):
            return [values.argmax(axis=1), values]
        return [values]

    return predict, [True, False] if objective in ("binary", "cross_entropy", "xentropy", "multiclass", "multiclassova",
                                                    "softmax", "ova", "ovr") else [False]


def _xgboost_prediction(model, is_own: bool):
    import json

    import numpy

    if not is_own:
        if hasattr(model, "predict_proba"):
            return (lambda rows: [model.predict(rows), model.predict_proba(rows)]), [True, False]
        return (lambda rows: [model.predict(rows)]), [False]
    objective = json.loads(model.save_config())["learner"]["objective"]["name"]
    if objective.startswith(("rank:", "survival:")):
        raise Refused("onnxmltools has no converter for the objective %s of XGBoost." % objective)

    def predict(rows):
        import xgboost

        values = numpy.asarray(model.predict(xgboost.DMatrix(rows)))
        if objective == "binary:logistic":
            return [(values > 0.5).astype(int), numpy.stack([1 - values, values], axis=1)]
        if objective == "multi:softprob":
            return [values.argmax(axis=1), values]
        if objective == "multi:softmax":
            return [values, None]
        return [values]

    return predict, [True, False] if objective in ("binary:logistic", "multi:softprob", "multi:softmax") else [False]
