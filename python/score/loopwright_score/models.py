"""A model as it is asked for rows: what columns it takes, and what it says of some.

scikit-learn and what looks like it is asked itself, as that knows probabilities; anything else that MLflow has saved is asked by
`mlflow.pyfunc`.
"""
from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from loopwright_convert.loading import load
from loopwright_convert.problems import Refused, need, told
from loopwright_convert.sources import Source, source_of

# Of MLflow's signatures and of pandas; what else there is, is text.
KINDS = {"boolean": "BOOL", "bool": "BOOL", "integer": "INT32", "long": "INT64", "float": "FP32", "double": "FP64",
         "int8": "INT8", "int16": "INT16", "int32": "INT32", "int64": "INT64", "uint8": "UINT8", "uint16": "UINT16",
         "uint32": "UINT32", "uint64": "UINT64", "float32": "FP32", "float64": "FP64", "string": "BYTES", "object": "BYTES",
         "str": "BYTES", "category": "BYTES", "datetime": "BYTES"}


@dataclass
class Model:
    # In its order. The datatype is None where nothing says what it was fitted with.
    columns: list[tuple[str, str | None]] | None
    # Of a matrix without names; None where that is not known either.
    width: int | None
    predict: object
    # Names of the classes, of an output of probabilities.
    labels: dict[str, list[str]] = field(default_factory=dict)

    def rows_of(self, feeds: dict):
        """A table where it has columns with names, a matrix otherwise."""
        if self.columns is None:
            return feeds["X"]
        import numpy
        import pandas

        def column(values):
            if isinstance(values, list):
                # As pandas reads a table: an empty cell is nothing.
                return [value if value != "" else numpy.nan for value in values]
            return values.reshape(-1)

        return pandas.DataFrame({name: column(feeds[name]) for name, _ in self.columns})


def open_model(path: str) -> Model:
    """@throws Refused, Missing"""
    mlmodel = os.path.join(path, "MLmodel")
    if os.path.isdir(path) and os.path.isfile(mlmodel):
        return _of_mlflow(path)
    source = source_of(path)
    return _native(load(source), source)


def _of_mlflow(folder: str) -> Model:
    need({"yaml": "PyYAML"}, "Reading MLmodel")
    import yaml

    with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as file:
        said = yaml.safe_load(file.read(4 << 20)) or {}
    flavors = said.get("flavors") or {}
    columns = _columns_said(said)
    if "sklearn" in flavors:
        source = source_of(folder)
        return _native(load(source), source, columns)
    need({"mlflow": "mlflow"}, "Loading a model of MLflow")
    import mlflow.pyfunc

    try:
        model = mlflow.pyfunc.load_model(folder)
    except Exception as error:
        raise Refused("It can't be loaded here: %s" % told(error))
    return Model(columns, None, lambda rows: _outputs_of(model.predict(rows)))


def _columns_said(said: dict) -> list[tuple[str, str | None]] | None:
    """None where it says tensors, or nothing."""
    inputs = (said.get("signature") or {}).get("inputs")
    try:
        fields = json.loads(inputs) if isinstance(inputs, str) else []
    except ValueError:
        return None
    if not fields or not all(isinstance(one, dict) and one.get("name") and one.get("type") != "tensor" for one in fields):
        return None
    return [(str(one["name"]), KINDS.get(str(one["type"]), "BYTES")) for one in fields]


def _native(model, source: Source, said: list[tuple[str, str | None]] | None = None) -> Model:
    kind = type(model)
    library = kind.__module__.partition(".")[0]
    if library == "torch" or not hasattr(model, "predict"):
        raise Refused("%s.%s has no way of its own to predict the rows of a table. Convert it to ONNX, and score with that."
                      % (kind.__module__, kind.__name__))
    columns = _columns_fitted(model, source, said)
    width = None if columns else _width(model, source)
    if library == "xgboost" and kind.__name__ == "Booster":
        import xgboost

        return Model(columns, width, lambda rows: _outputs_of(model.predict(xgboost.DMatrix(rows))))
    if not (hasattr(model, "classes_") and hasattr(model, "predict_proba")):
        return Model(columns, width, lambda rows: _outputs_of(model.predict(rows)))
    return Model(columns, width, lambda rows: [("label", model.predict(rows)), ("probabilities", model.predict_proba(rows))],
                 {"probabilities": [str(one) for one in model.classes_]})


def _columns_fitted(model, source: Source, said) -> list[tuple[str, str | None]] | None:
    types = dict(said or [])
    kept = ((source.about or {}).get("inputs") or {}).get("columns") or []
    types.update({str(one["name"]): KINDS.get(str(one["dtype"]).lower(), "BYTES") for one in kept})
    names = [str(name) for name in _names(model)]
    if names and not all(name.startswith("Column_") for name in names):
        return [(name, types.get(name)) for name in names]
    return list(types.items()) or None


def _names(model) -> list:
    """Of scikit-learn, LightGBM's booster and XGBoost's."""
    for of in [model] + [step for _, step in getattr(model, "steps", [])][:1]:
        fitted = getattr(of, "feature_names_in_", None)
        if fitted is not None:
            return list(fitted)
    if hasattr(model, "feature_name") and callable(model.feature_name):
        return list(model.feature_name())
    return list(getattr(model, "feature_names", None) or [])


def _width(model, source: Source) -> int | None:
    for of in [model] + [step for _, step in getattr(model, "steps", [])]:
        count = getattr(of, "n_features_in_", None)
        if count:
            return int(count)
    if hasattr(model, "num_feature"):
        return int(model.num_feature())
    kept = (source.about or {}).get("feature_count")
    return int(kept) if kept else None


def _outputs_of(answer) -> list:
    """Whatever `predict` gives, as arrays with names: a row of each for every row."""
    import numpy

    if hasattr(answer, "columns") and hasattr(answer, "to_numpy"):
        return [(str(name), answer[name].to_numpy()) for name in answer.columns]
    if isinstance(answer, dict):
        return [(str(name), numpy.asarray(values)) for name, values in answer.items()]
    if isinstance(answer, (tuple,)):
        return [("output_%d" % at, numpy.asarray(values)) for at, values in enumerate(answer)]
    return [("output", numpy.asarray(answer))]
