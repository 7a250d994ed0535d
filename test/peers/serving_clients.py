"""Asks endpoints as their clients do, and compares with what Python's runtime says: serving_clients.py FOLDER {model: url}"""

import asyncio
import json
import os
import sys

import numpy
import onnxruntime
import pandas
import tritonclient.http
import tritonclient.http.aio
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from tritonclient.utils import InferenceServerException

folder, urls = sys.argv[1], json.loads(sys.argv[2])
expected = json.load(open(os.path.join(folder, "expected.json")))
random = numpy.random.default_rng(11)


def host(model):
    return urls[model].removeprefix("http://")


def runtime(model, feeds, wanted):
    return onnxruntime.InferenceSession(os.path.join(folder, model + ".onnx")).run(wanted, feeds)


def inputs_of(module, feeds, binary=True):
    inputs = []
    for name, (values, datatype) in feeds.items():
        one = module.InferInput(name, values.shape, datatype)
        one.set_data_from_numpy(values, binary_data=binary)
        inputs.append(one)
    return inputs


def agree(left, right):
    assert left.shape == right.shape, (left.shape, right.shape)
    if left.dtype == object:
        texts = [one.decode() if isinstance(one, bytes) else one for one in left.flatten()]
        assert texts == [str(one) for one in right.flatten()], (texts, right)
    else:
        numpy.testing.assert_array_equal(left, right)


EVERY = {
    "FLOAT": ("FP32", numpy.array([0.1, -3.4e38, numpy.inf, -numpy.inf, 1e-45, -0.0], numpy.float32)),
    "DOUBLE": ("FP64", numpy.array([0.1, 1e308, numpy.inf, 5e-324, -0.0, 3], numpy.float64)),
    "FLOAT16": ("FP16", numpy.array([0.1, 65504, numpy.inf, 6e-8, -0.0, 3], numpy.float16)),
    "INT8": ("INT8", numpy.array([-128, 127, 0, 1, 2, 3], numpy.int8)),
    "INT16": ("INT16", numpy.array([-32768, 32767, 0, 1, 2, 3], numpy.int16)),
    "INT32": ("INT32", numpy.array([-(2**31), 2**31 - 1, 0, 1, 2, 3], numpy.int32)),
    "INT64": ("INT64", numpy.array([-(2**63), 2**63 - 1, 2**53 + 1, 1, 2, 3], numpy.int64)),
    "UINT8": ("UINT8", numpy.array([0, 255, 1, 2, 3, 4], numpy.uint8)),
    "UINT16": ("UINT16", numpy.array([0, 65535, 1, 2, 3, 4], numpy.uint16)),
    "UINT32": ("UINT32", numpy.array([0, 2**32 - 1, 1, 2, 3, 4], numpy.uint32)),
    "UINT64": ("UINT64", numpy.array([0, 2**64 - 1, 2**53 + 1, 2, 3, 4], numpy.uint64)),
    "BOOL": ("BOOL", numpy.array([True, False, True, True, False, False])),
    "STRING": ("BYTES", numpy.array(["", "a", "é𝄞", "x\n\"", "NaN", "z" * 5000], object)),
}


def every_type():
    client = tritonclient.http.InferenceServerClient(host("every"))
    feeds = {"in_" + name: (values, datatype) for name, (datatype, values) in EVERY.items()}
    for words in ({}, {"request_compression_algorithm": "gzip"}, {"request_compression_algorithm": "deflate"}):
        answer = client.infer("every", inputs_of(tritonclient.http, feeds), **words)
        for name, (_, values) in EVERY.items():
            agree(answer.as_numpy("out_" + name), values)
    # JSON: tritonclient sends no FP16 in it.
    feeds = {name: one for name, one in feeds.items() if name != "in_FLOAT16"}
    one = tritonclient.http.InferInput("in_FLOAT16", [6], "FP16")
    one.set_data_from_numpy(EVERY["FLOAT16"][1], binary_data=True)
    wanted = [tritonclient.http.InferRequestedOutput("out_" + name, binary_data=False) for name in EVERY if name != "FLOAT16"]
    answer = client.infer("every", [*inputs_of(tritonclient.http, feeds, binary=False), one], outputs=wanted)
    for name, (_, values) in EVERY.items():
        if name != "FLOAT16":
            agree(answer.as_numpy("out_" + name), values)


def classifiers():
    for model in ("classes", "texts"):
        client = tritonclient.http.InferenceServerClient(host(model))
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
        assert "binary_tensor_data" in client.get_server_metadata()["extensions"]
        assert client.get_model_metadata(model)["inputs"] == [{"name": "X", "datatype": "FP32", "shape": [-1, 4]}]
        assert client.get_model_repository_index()[0]["state"] == "READY"
        known = expected[model]
        rows = numpy.array(known["rows"], numpy.float32)
        answer = client.infer(model, inputs_of(tritonclient.http, {"X": (rows, "FP32")}), request_id="7")
        assert answer.get_response()["id"] == "7"
        agree(answer.as_numpy("output_label"), numpy.array(known["label"], object if model == "texts" else numpy.int64))
        agree(answer.as_numpy("output_probability"), numpy.array(known["probabilities"], numpy.float32))


def refusals():
    client = tritonclient.http.InferenceServerClient(host("classes"))
    wrong = inputs_of(tritonclient.http, {"X": (numpy.zeros((1, 5), numpy.float32), "FP32")})
    for model, inputs, words in (("nothing", wrong, "is not found"), ("classes", wrong, "the model takes FP32 [?, 4]")):
        try:
            client.infer(model, inputs)
            raise AssertionError("taken")
        except InferenceServerException as error:
            assert words in error.message(), error.message()


async def at_once():
    """Each of many is answered as it is alone, whether the model can be asked in batches or not."""
    for model in ("rows", "mixed"):
        async with tritonclient.http.aio.InferenceServerClient(host(model), conn_limit=32) as client:
            feeds = [random.normal(size=(count % 3 + 1, 3)).astype(numpy.float32) for count in range(200)]
            asked = [client.infer(model, inputs_of(tritonclient.http.aio, {"x": (one, "FP32")})) for one in feeds]
            for one, answer in zip(feeds, await asyncio.gather(*asked)):
                numpy.testing.assert_allclose(answer.as_numpy("y"), runtime(model, {"x": one}, ["y"])[0], rtol=1e-5, atol=1e-6)


def mlflow_client():
    def client(model):
        address, port = host(model).split(":")
        one = ScoringServerClient(address, int(port))
        one.wait_server_ready(timeout=10)
        return one

    known = expected["classes"]
    frame = pandas.DataFrame(known["rows"], columns=["a", "b", "c", "d"], dtype="float32")
    told = client("classes").invoke(frame).get_predictions()
    assert told["output_label"].tolist() == known["label"]
    agree(numpy.array(told["output_probability"].tolist(), numpy.float32), numpy.array(known["probabilities"], numpy.float32))
    table = pandas.DataFrame({"country": ["de", "fr"], "rate": [0.5, 2.0], "other": [1, 2], "amount": [10.0, numpy.nan]})
    told = client("columns").invoke(table).get_predictions()
    assert told["where"].tolist() == ["de", "fr"]
    assert told["cost"][0] == 5.0 and numpy.isnan(told["cost"][1])


classifiers()
every_type()
refusals()
asyncio.run(at_once())
mlflow_client()
print("all as Python's runtime says")
