"""Sends endpoints the serving inputs that MLflow makes for its models, and compares with what MLflow says when it validates them:
serving_mlflow.py FOLDER {model: url}"""

import json
import os
import sys
import tempfile
import warnings

import mlflow
import numpy
import onnx
import pandas
import requests
from mlflow.models import Model, convert_input_example_to_serving_input, infer_signature, validate_serving_input

folder, urls = sys.argv[1], json.loads(sys.argv[2])
warnings.simplefilter("ignore")
random = numpy.random.default_rng(17)


def numbers(told):
    """Of a row what it has as one list: MLflow's tables are flat, and scikit-learn's probabilities are maps in them."""
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, (list, tuple, numpy.ndarray)):
        return [number for one in told for number in numbers(one)]
    return [told]


def agree(told, local, model):
    if isinstance(local, pandas.DataFrame):
        assert isinstance(told, list), told
        told = {name: [row[name] for row in told] for name in told[0]}
        local = {name: local[name].tolist() for name in local}
    assert told.keys() == local.keys(), (model, told.keys(), local.keys())
    for name, values in local.items():
        left, right = numbers(told[name]), numbers(values)
        if isinstance(right[0], str):
            assert left == right, (model, name, left, right)
        elif isinstance(right[0], (int, bool, numpy.integer, numpy.bool_)):
            assert left == [int(one) for one in right], (model, name, left, right)
        else:
            numpy.testing.assert_allclose(left, right, rtol=1e-5, atol=1e-6, err_msg=f"{model}: {name}")


def validated(model, example, params=None):
    """The same example as MLflow saves it with a model, and as it makes it of what it is given."""
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "model")
        known = onnx.load(os.path.join(folder, model + ".onnx"))
        # Of its outputs MLflow need not know: it does not look at them.
        signature = infer_signature(example, params=params)
        given = example if params is None else (example, params)
        requirements = ["onnxruntime"]
        mlflow.onnx.save_model(known, path, signature=signature, input_example=given, pip_requirements=requirements)
        saved = Model.load(path).get_serving_input(path)
        assert json.loads(saved) == json.loads(convert_input_example_to_serving_input(given)), model
        assert ("params" in json.loads(saved)) == (params is not None)
        local = validate_serving_input(path, saved)
    answer = requests.post(urls[model] + "/invocations", data=saved, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, (model, answer.text, saved)
    agree(answer.json()["predictions"], local, model)
    return local


flowers = pandas.DataFrame(random.normal(size=(5, 4)), columns=["a", "b", "c", "d"])
assert len(validated("classes", flowers)) == 5
assert len(validated("texts", flowers.astype("float32"), {"temperature": 0.5})) == 5
rows = random.normal(size=(3, 3)).astype(numpy.float32)
assert validated("rows", rows)["y"].shape == (3, 2)
assert validated("rows", {"x": rows})["y"].shape == (3, 2)
validated(
    "columns",
    {
        "amount": numpy.array([[10.0], [0.25]], numpy.float32),
        "rate": numpy.array([[0.5], [3.0]], numpy.float32),
        "country": numpy.array([["dé𝄞"], ["fr"]], object),
    },
)
validated(
    "every",
    {
        "in_FLOAT": numpy.array([0.1, -3.4e38, 1e-45], numpy.float32),
        "in_INT8": numpy.array([-128, 127, 0], numpy.int8),
        "in_INT64": numpy.array([-(2**63), 2**63 - 1, 2**53 + 1], numpy.int64),
        "in_UINT64": numpy.array([0, 2**64 - 1, 2**53 + 1], numpy.uint64),
        **{"in_" + name.upper(): numpy.array([0, 1, 255], name) for name in ("uint8", "uint16", "uint32", "int16", "int32")},
        "in_DOUBLE": numpy.array([0.1, 1e30, -2], numpy.float64),
        "in_FLOAT16": numpy.array([0.1, 65504, -2], numpy.float16),
        "in_BOOL": numpy.array([True, False, True]),
        "in_STRING": numpy.array(["", "é𝄞", 'x\n"'], object),
    },
)
print("as MLflow says")
