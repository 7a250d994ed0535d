"""Converts one kept model to ONNX: `python to_onnx.py FOLDER MEMORY_BYTES`; prints what became of it as JSON.

Classifiers give plain tensors (no ZipMap). The operator sets are pinned, so that the same model gives the same graph
with a newer converter, and old runtimes can read it.
"""
from __future__ import annotations

import json
import os
import sys

TEMPORARY = ".loopwright-model.onnx"


# What skl2onnx has to be told is known beside, where other models are converted, too.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "convert"))

from loopwright_convert.columns import (  # noqa: E402
    ML_OPSET, OPSET, allow_booleans, chooses_columns, column_type, is_number)
from loopwright_convert.problems import Refused, first_line  # noqa: E402


def convert(folder: str) -> dict:
    try:
        import skl2onnx
    except ImportError:
        raise Refused("skl2onnx is not installed in the script's environment")
    with open(os.path.join(folder, "model.json"), encoding="utf-8") as file:
        about = json.load(file)
    if about["module"].partition(".")[0] != "sklearn":
        raise Refused("%s is no class of scikit-learn" % about["class"])
    model = _load(os.path.join(folder, "model.joblib"))
    types = _input_types(model, about)
    allow_booleans()
    try:
        onnx = skl2onnx.convert_sklearn(model, initial_types=types, options=_options(model),
                                        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET})
    except Exception as error:
        kind = type(error).__name__
        if kind in ("MissingShapeCalculator", "MissingConverter", "NotImplementedError"):
            raise Refused("skl2onnx has no converter for it: %s" % first_line(error))
        raise
    data = onnx.SerializeToString()
    with open(os.path.join(folder, TEMPORARY), "wb") as file:
        file.write(data)
    fact = {
        "state": "converted", "bytes": len(data), "opset": {"ai.onnx": OPSET, "ai.onnx.ml": ML_OPSET},
        "converter": "skl2onnx %s" % skl2onnx.__version__,
        "inputs": [{"name": one.name, "type": _type_name(one)} for one in onnx.graph.input],
        "outputs": [{"name": one.name, "type": _type_name(one)} for one in onnx.graph.output],
    }
    fact.update(_verify(model, onnx, data, about, folder))
    return fact


def _load(path: str):
    import joblib

    try:
        return joblib.load(path)
    except Exception as error:
        raise Refused("it can't be loaded outside its script: %s: %s" % (type(error).__name__, first_line(error)))


def _input_types(model, about: dict) -> list:
    """One matrix of floats; or one input for each column where columns have types or are chosen by name."""
    from skl2onnx.common.data_types import FloatTensorType

    columns = (about["inputs"] or {}).get("columns")
    if columns and (chooses_columns(model) or not all(is_number(column["dtype"]) for column in columns)):
        return [(column["name"], column_type(column["dtype"])) for column in columns]
    inputs = about["inputs"] or {}
    if not columns and inputs.get("kind") == "array" and inputs.get("dtype", "")[:1] in ("O", "<", "U", "S", "o"):
        from skl2onnx.common.data_types import StringTensorType

        return [("X", StringTensorType([None, inputs["features"]]))]
    features = about["feature_count"] or inputs.get("features")
    if not features:
        raise Refused("the number of its input columns is not known")
    return [("X", FloatTensorType([None, features]))]


def _options(model) -> dict:
    return {id(model): {"zipmap": False}} if hasattr(model, "classes_") and hasattr(model, "predict") else {}


def _type_name(value) -> str:
    tensor = value.type.tensor_type
    from onnx import TensorProto

    sizes = [str(size.dim_value) if size.HasField("dim_value") else "None" for size in tensor.shape.dim]
    return "%s[%s]" % (TensorProto.DataType.Name(tensor.elem_type).lower(), ",".join(sizes))


def _verify(model, onnx, data: bytes, about: dict, folder: str) -> dict:
    """Both on the rows that were kept: whether the labels are equal, and how far the numbers are apart."""
    try:
        import onnxruntime
    except ImportError:
        return {"verified": False, "unverified": "onnxruntime is not installed in the script's environment"}
    example = _example(about, folder)
    if example is None:
        return {"verified": False, "unverified": "no rows of the input were kept"}
    import numpy

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    results = session.run(None, _feeds(session, example, numpy))
    fact: dict = {"verified": True, "rows": len(example)}
    if hasattr(model, "classes_") and hasattr(model, "predict"):
        fact["labels_equal"] = bool((numpy.asarray(model.predict(example)) == results[0].reshape(-1)).all())
        expected, got = (model.predict_proba(example), results[1]) if hasattr(model, "predict_proba") else (None, None)
    elif hasattr(model, "predict"):
        expected, got = model.predict(example), results[0]
    else:
        expected, got = model.transform(example), results[0]
    if expected is not None:
        expected = expected.toarray() if hasattr(expected, "toarray") else numpy.asarray(expected, dtype=float)
        fact["max_abs_difference"] = float(numpy.max(numpy.abs(expected - numpy.reshape(got, expected.shape))))
    return fact


def _example(about: dict, folder: str):
    """The kept rows in the form that the model was fitted with; None where there are none."""
    path = os.path.join(folder, "input_example.json")
    if not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if "columns" in document:
        import pandas

        frame = pandas.DataFrame(document["data"], columns=document["columns"])
        for column in about["inputs"]["columns"]:
            frame[column["name"]] = frame[column["name"]].astype(column["dtype"])
        return frame
    import numpy

    return numpy.array(document["inputs"], dtype=about["inputs"]["dtype"])


def _feeds(session, example, numpy) -> dict:
    types = {"tensor(float)": numpy.float32, "tensor(int64)": numpy.int64, "tensor(bool)": bool,
             "tensor(string)": object}
    inputs = session.get_inputs()
    if len(inputs) == 1 and inputs[0].name == "X":
        return {"X": numpy.asarray(example).astype(types[inputs[0].type])}
    return {one.name: numpy.asarray(example[one.name]).astype(types[one.type]).reshape(-1, 1) for one in inputs}


def _limit_memory(size: int) -> None:
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if hard != resource.RLIM_INFINITY:
            size = min(size, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))
        os.nice(10)
    except (ImportError, OSError, ValueError):
        pass  # no such limits on this system; the limit of time remains


def main(arguments: list[str]) -> int:
    # Libraries may print; the last line on the real stdout is ours.
    out = os.dup(1)
    os.dup2(2, 1)
    _limit_memory(int(arguments[1]))
    try:
        fact = convert(arguments[0])
    except Refused as error:
        fact = {"state": "unsupported", "reason": str(error)}
    except MemoryError:
        fact = {"state": "failed", "reason": "it takes more than %d bytes of memory" % int(arguments[1])}
    except Exception as error:
        fact = {"state": "failed", "reason": "%s: %s" % (type(error).__name__, first_line(error))}
    os.write(out, json.dumps(fact).encode("ascii") + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
