"""Asks endpoints as the documents of TensorFlow Serving, KServe, TorchServe and Azure say, and compares with what Python's
runtime says: serving_dialects.py FOLDER {model: url}"""

import base64
import json
import os
import sys
import urllib.error
import urllib.request

import numpy
import onnxruntime
import requests

folder, urls = sys.argv[1], json.loads(sys.argv[2])
expected = json.load(open(os.path.join(folder, "expected.json")))
JSON = {"Content-Type": "application/json"}
session = requests.Session()


def runtime(model, feeds, wanted):
    return onnxruntime.InferenceSession(os.path.join(folder, model + ".onnx")).run(wanted, feeds)


def post(model, path, body, **words):
    """As TensorFlow's tutorials do: json.dumps, which writes NaN and Infinity."""
    answer = session.post(urls[model] + path, data=json.dumps(body), **{"headers": JSON, **words})
    assert answer.status_code == 200, answer.text
    return answer.json()


def same(told, dtype, values):
    told = numpy.array(told, dtype)
    assert told.shape == values.shape, (told.shape, values.shape)
    numpy.testing.assert_array_equal(told, values)


def classes_agree(records):
    same([one["output_label"] for one in records], numpy.int64, numpy.array(known["label"]))
    same([one["output_probability"] for one in records], numpy.float32, numpy.array(known["probabilities"], numpy.float32))


def lists_agree(lists):
    same(lists["output_label"], numpy.int64, numpy.array(known["label"]))
    same(lists["output_probability"], numpy.float32, numpy.array(known["probabilities"], numpy.float32))


known = expected["classes"]
rows = known["rows"]
named = [dict(zip("abcd", row)) for row in rows]
table = [{"amount": [2.0], "rate": [0.5], "country": [{"b64": base64.b64encode("dé𝄞".encode()).decode()}]}]
table_feeds = {
    "amount": numpy.array([[2.0]], numpy.float32),
    "rate": numpy.array([[0.5]], numpy.float32),
    "country": numpy.array([["dé𝄞"]], object),
}
cost, where = runtime("columns", table_feeds, ["cost", "where"])


def tensorflow():
    assert session.get(urls["classes"] + "/v1/models/classes").json()["model_version_status"][0]["state"] == "AVAILABLE"
    signature = session.get(urls["classes"] + "/v1/models/classes/versions/1/metadata").json()["metadata"]["signature_def"]
    assert signature["signature_def"]["serving_default"]["inputs"]["X"]["dtype"] == "DT_FLOAT"
    for path in ("/v1/models/classes:predict", "/v1/models/classes/versions/1:predict"):
        classes_agree(post("classes", path, {"signature_name": "serving_default", "instances": rows})["predictions"])
        classes_agree(post("classes", path, {"instances": [{"X": row} for row in rows]})["predictions"])
        lists_agree(post("classes", path, {"inputs": {"X": rows}})["outputs"])
        lists_agree(post("classes", path, {"inputs": rows})["outputs"])
    told = post("columns", "/v1/models/columns:predict", {"instances": table})["predictions"]
    same([one["cost"] for one in told], numpy.float32, cost)
    assert [one["where"] for one in told] == where.tolist()
    told = post("rows", "/v1/models/rows:predict", {"instances": (sample := [[0.1, 2, 3], [4, 5, 6.5]])})["predictions"]
    # One output goes without its name.
    numpy.testing.assert_allclose(
        numpy.array(told, numpy.float32), runtime("rows", {"x": numpy.array(sample, numpy.float32)}, ["y"])[0], rtol=1e-6
    )


EVERY = {
    "FLOAT": (numpy.float32, [0.1, 3.4e38, float("inf"), float("-inf")]),
    "DOUBLE": (numpy.float64, [0.1, 1e308, float("inf"), 5e-324]),
    "FLOAT16": (numpy.float16, [0.5, 65504, float("inf"), -2]),
    "INT8": (numpy.int8, [-128, 127, 0, 1]),
    "INT16": (numpy.int16, [-32768, 32767, 0, 1]),
    "INT32": (numpy.int32, [-(2**31), 2**31 - 1, 0, 1]),
    "INT64": (numpy.int64, [-(2**63), 2**63 - 1, 2**53 + 1, 1]),
    "UINT8": (numpy.uint8, [0, 255, 1, 2]),
    "UINT16": (numpy.uint16, [0, 65535, 1, 2]),
    "UINT32": (numpy.uint32, [0, 2**32 - 1, 1, 2]),
    "UINT64": (numpy.uint64, [0, 2**64 - 1, 2**53 + 1, 2]),
    "BOOL": (bool, [True, False, True, True]),
    "STRING": (object, ["", "é𝄞", 'x\n"', "NaN"]),
}


def every_type():
    feeds = {"in_" + name: values for name, (_, values) in EVERY.items()}
    lists = (
        post("every", "/v1/models/every:predict", {"inputs": feeds})["outputs"],
        post("every", "/predictions/every", feeds),
        post("every", "/score", {"input_data": feeds}),
    )
    of_rows = [{name: values[at] for name, values in feeds.items()} for at in range(4)]
    records = (
        post("every", "/v1/models/every:predict", {"instances": of_rows})["predictions"],
        post("every", "/predictions/every", {"instances": of_rows})["predictions"],
        post("every", "/score", {"data": of_rows})["result"],
    )
    for told in (*lists, *({name: [one[name] for one in some] for name in some[0]} for some in records)):
        for name, (dtype, values) in EVERY.items():
            same(told["out_" + name], dtype, numpy.array(values, dtype))


def kserve():
    assert session.get(urls["classes"] + "/v1/models").json() == {"models": ["classes"]}
    assert session.get(urls["classes"] + "/v1/models/classes").json()["ready"] is True
    for body in ({"instances": rows}, {"inputs": rows}, {"instances": named}, {"inputs": named}):
        classes_agree(post("classes", "/v1/models/classes:predict", body)["predictions"])


def torchserve():
    assert session.get(urls["classes"] + "/ping").json() == {"status": "Healthy"}
    assert session.get(urls["classes"] + "/models").json()["models"][0]["modelName"] == "classes"
    assert session.get(urls["classes"] + "/models/classes").json()[0]["workers"][0]["status"] == "READY"
    lists_agree(session.post(urls["classes"] + "/predictions/classes", json=rows).json())
    path = os.path.join(folder, "rows.json")
    with open(path, "w") as file:
        json.dump({"data": rows}, file)
    # A file, with no type: as `curl -T` sends it.
    with open(path, "rb") as file:
        lists_agree(session.post(urls["classes"] + "/predictions/classes/1", data=file).json())


def azure():
    """As the page "Consume" of an endpoint has it."""
    headers = {**JSON, "Authorization": "Bearer key", "azureml-model-deployment": "classes", "x-ms-client-request-id": "7"}

    def ask(body):
        asked = urllib.request.Request(urls["classes"] + "/score", str.encode(json.dumps(body)), headers)
        with urllib.request.urlopen(asked) as answer:
            assert answer.headers["x-ms-client-request-id"] == "7" and answer.headers["azureml-model-deployment"] == "classes"
            return json.load(answer)

    classes_agree(ask({"input_data": {"columns": list("abcd"), "index": [0, 1, 2], "data": rows}}))
    lists_agree(ask({"input_data": rows}))
    classes_agree(ask({"data": rows})["result"])
    classes_agree(ask({"Inputs": {"data": named}, "GlobalParameters": {"method": "predict"}})["Results"])
    classes_agree(ask({"Inputs": {"WebServiceInput0": named}, "GlobalParameters": {}})["Results"]["WebServiceOutput0"])
    headers["azureml-model-deployment"] = "green"
    try:
        ask({"data": rows})
        raise AssertionError("taken")
    except urllib.error.HTTPError as error:
        assert error.code == 404 and "green" in json.load(error)["message"]


tensorflow()
kserve()
torchserve()
azure()
every_type()
print("all as Python's runtime says")
