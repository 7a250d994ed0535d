"""How ONNX inputs are made of what an estimator of scikit-learn was fitted with."""
from __future__ import annotations

from .problems import Refused

OPSET = 17
ML_OPSET = 3


def chooses_columns(model) -> bool:
    values = list(model.get_params(deep=True).values()) + [model]
    return any(type(value).__name__ == "ColumnTransformer" for value in values)


def is_number(dtype: str) -> bool:
    return dtype.lower().rstrip("0123456789") in ("float", "int", "uint")


def column_type(dtype: str):
    from skl2onnx.common import data_types

    kind = dtype.lower().rstrip("0123456789")
    if kind == "float":
        return data_types.FloatTensorType([None, 1])
    if kind in ("int", "uint"):
        return data_types.Int64TensorType([None, 1])
    if kind in ("bool", "boolean"):
        return data_types.BooleanTensorType([None, 1])
    if kind in ("object", "category", "string", "str"):
        return data_types.StringTensorType([None, 1])
    raise Refused("ONNX has no input for a column of type %s" % dtype)


def allow_booleans() -> None:
    """skl2onnx 1.20 writes booleans where ONNX has integers, which protobuf 7 refuses.

    Histogram gradient boosting can't be converted with those two otherwise. Can go when skl2onnx writes integers.
    """
    from onnx import helper

    original = helper.make_attribute

    def make_attribute(key, value, *args, **kwargs):
        if isinstance(value, (list, tuple)) and any(type(item).__name__ in ("bool", "bool_") for item in value):
            value = [int(item) for item in value]
        return original(key, value, *args, **kwargs)

    helper.make_attribute = make_attribute


def feed_of(onnx, rows) -> dict:
    """One matrix, or a column for each input."""
    import numpy
    from onnx import TensorProto

    types = {TensorProto.FLOAT: numpy.float32, TensorProto.DOUBLE: numpy.float64, TensorProto.INT64: numpy.int64,
             TensorProto.BOOL: bool, TensorProto.STRING: object}
    inputs = [(one.name, types[one.type.tensor_type.elem_type]) for one in onnx.graph.input]
    if len(inputs) == 1 and not (hasattr(rows, "columns") and list(rows.columns) == [inputs[0][0]]):
        return {inputs[0][0]: numpy.asarray(rows).astype(inputs[0][1])}
    return {name: numpy.asarray(rows[name]).astype(kind).reshape(-1, 1) for name, kind in inputs}
