"""Estimators and pipelines of scikit-learn, with steps of LightGBM and XGBoost where onnxmltools is there."""
from __future__ import annotations

from .columns import ML_OPSET, OPSET, allow_booleans, chooses_columns, column_type, feed_of, is_number
from .examples import Example
from .made import Made, class_of
from .problems import Refused, first_line, need
from .sources import Source


def make(model, source: Source, example: Example) -> Made:
    """@throws Refused, Missing"""
    need({"skl2onnx": "skl2onnx", "onnx": "onnx"}, "Converting a model of scikit-learn")
    import skl2onnx

    if not hasattr(model, "get_params"):
        raise Refused("%s is no estimator: save the estimator or the pipeline, and convert that file." % class_of(model))
    _register_boosters(model)
    allow_booleans()
    features = column_count(model, source, example)
    types = _input_types(model, source, example, features)
    is_classifier = hasattr(model, "classes_") and hasattr(model, "predict")
    options = {id(model): {"zipmap": False}} if is_classifier else {}
    try:
        onnx = skl2onnx.convert_sklearn(model, initial_types=types, options=options,
                                        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET})
    except Exception as error:
        if type(error).__name__ in ("MissingShapeCalculator", "MissingConverter", "NotImplementedError"):
            raise Refused("skl2onnx %s has no converter for it: %s" % (skl2onnx.__version__, first_line(error)))
        raise
    labels, predict = _prediction(model, is_classifier)
    return Made(kind="sklearn", model_class=class_of(model), converter="skl2onnx %s" % skl2onnx.__version__, onnx=onnx,
                predict=predict, feed=lambda rows: feed_of(onnx, _in_order(rows, model)),
                given=lambda rows: _as_fitted(rows, model), labels=labels)


def _prediction(model, is_classifier: bool):
    if is_classifier and hasattr(model, "predict_proba"):
        return [True, False], lambda rows: [model.predict(rows), model.predict_proba(rows)]
    if is_classifier and hasattr(model, "decision_function"):
        return [True, False], lambda rows: [model.predict(rows), _both_sides(model.decision_function(rows))]
    if is_classifier:
        return [True], lambda rows: [model.predict(rows)]
    if hasattr(model, "predict"):
        return [False], lambda rows: [model.predict(rows)]
    return [False], lambda rows: [model.transform(rows)]


def _both_sides(scores):
    """skl2onnx gives a score for each class; scikit-learn, of two, that of the second."""
    import numpy

    scores = numpy.asarray(scores)
    return numpy.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores


def _register_boosters(model) -> None:
    """skl2onnx knows no boosters by itself; their converters are onnxmltools'."""
    parts = [model] + list(model.get_params(deep=True).values())
    roots = {type(part).__module__.partition(".")[0] for part in parts}
    wanted = [name for name in ("lightgbm", "xgboost") if name in roots]
    if not wanted:
        return
    need({"onnxmltools": "onnxmltools"}, "Converting a pipeline with %s" % " and ".join(wanted))
    from skl2onnx import update_registered_converter
    from skl2onnx.common import shape_calculator as shapes

    classes, numbers = shapes.calculate_linear_classifier_output_shapes, shapes.calculate_linear_regressor_output_shapes
    of_classes = {"nocl": [True, False], "zipmap": [True, False, "columns"]}
    if "lightgbm" in wanted:
        import lightgbm
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm

        update_registered_converter(lightgbm.LGBMClassifier, "LightGbmLGBMClassifier", classes, convert_lightgbm,
                                    options=of_classes)
        update_registered_converter(lightgbm.LGBMRegressor, "LightGbmLGBMRegressor", numbers, convert_lightgbm,
                                    options={"split": None})
    if "xgboost" in wanted:
        import xgboost
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost

        update_registered_converter(xgboost.XGBClassifier, "XGBoostXGBClassifier", classes, convert_xgboost,
                                    options=of_classes)
        update_registered_converter(xgboost.XGBRegressor, "XGBoostXGBRegressor", numbers, convert_xgboost)


def column_count(model, source: Source, example: Example) -> int | None:
    for of in [model] + [step for _, step in getattr(model, "steps", [])]:
        count = getattr(of, "n_features_in_", None)
        if count:
            return int(count)
    about = source.about or {}
    kept = about.get("feature_count") or (about.get("inputs") or {}).get("features")
    if kept:
        return int(kept)
    shape = getattr(example.rows, "shape", ())
    return int(shape[1]) if len(shape) == 2 else None


def _columns(model, source: Source, example: Example) -> list[dict]:
    """Names and types of the columns that it was fitted with, where they are known."""
    kept = ((source.about or {}).get("inputs") or {}).get("columns")
    if kept:
        return kept
    if not example.is_table:
        return []
    rows = _in_order(example.rows, model)
    return [{"name": str(name), "dtype": str(kind)} for name, kind in zip(rows.columns, rows.dtypes)]


def _input_types(model, source: Source, example: Example, features: int | None) -> list:
    """One matrix of floats; or one input for each column where columns have types or are chosen by name."""
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    columns = _columns(model, source, example)
    chooses = chooses_columns(model)
    if columns and (chooses or not all(is_number(column["dtype"]) for column in columns)):
        return [(column["name"], column_type(column["dtype"])) for column in columns]
    if chooses and getattr(model, "feature_names_in_", None) is not None:
        raise Refused("It chooses columns by their names, and the types of the columns are not known. "
                      "Give a table with rows of its input (--example).")
    dtype = str(((source.about or {}).get("inputs") or {}).get("dtype") or "")
    if dtype[:1] in ("O", "<", "U", "S", "o") and features:
        return [("X", StringTensorType([None, features]))]
    if not features:
        raise Refused("The number of its input columns is not known. Give a table with rows of its input (--example).")
    return [("X", FloatTensorType([None, features]))]


def _in_order(rows, model):
    """The columns that it was fitted with, in their order: a table may have the target, too."""
    names = getattr(model, "feature_names_in_", None)
    if names is None or not hasattr(rows, "columns"):
        return rows
    lacking = [str(name) for name in names if name not in rows.columns]
    if lacking:
        raise Refused("The example has no column %s, which the model was fitted with." % ", ".join(lacking[:5]))
    return rows[list(names)]


def _as_fitted(rows, model):
    if hasattr(rows, "columns"):
        if getattr(model, "feature_names_in_", None) is None and not chooses_columns(model):
            return rows.to_numpy()
        return _in_order(rows, model)
    return rows


