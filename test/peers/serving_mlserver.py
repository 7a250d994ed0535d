"""Has `mlserver infer` ask endpoints with files of requests, and compares with what Python's runtime says:
serving_mlserver.py FOLDER {model: url}"""

import json
import os
import subprocess
import sys
import tempfile

import numpy
import onnxruntime

folder, urls = sys.argv[1], json.loads(sys.argv[2])
command = os.path.join(os.path.dirname(sys.executable), "mlserver")
random = numpy.random.default_rng(29)


def runtime(model, feeds, wanted):
    return onnxruntime.InferenceSession(os.path.join(folder, model + ".onnx")).run(wanted, feeds)


def inferred(model, requests, *options):
    """The answers in the order of their requests: they are written as they come."""
    with tempfile.TemporaryDirectory() as place:
        asked, told = os.path.join(place, "asked.jsonl"), os.path.join(place, "told.jsonl")
        with open(asked, "w") as file:
            file.writelines(json.dumps(one) + "\n" for one in requests)
        words = ["infer", "-u", urls[model].removeprefix("http://"), "-m", model, "-i", asked, "-o", told, *options]
        subprocess.run([command, *words], check=True, stdout=sys.stderr)
        with open(told) as file:
            answers = [json.loads(line) for line in file]
    assert len(answers) == len(requests), (len(answers), len(requests))
    return sorted(answers, key=lambda one: one["parameters"]["batch_index"])


def tensor(answer, name, dtype):
    (one,) = (one for one in answer["outputs"] if one["name"] == name)
    return numpy.array(one["data"], dtype).reshape(one["shape"])


def request(name, values, **words):
    return {"inputs": [{"name": name, "shape": list(values.shape), "datatype": "FP32", "data": values.flatten().tolist()}], **words}


def rows(*options):
    given = [random.normal(size=(count % 3 + 1, 3)).astype(numpy.float32) for count in range(100)]
    asked = [request("x", one, id=f"row-{at}") for at, one in enumerate(given)]
    for at, (one, answer) in enumerate(zip(given, inferred("rows", asked, *options))):
        assert (answer["id"], answer["model_name"]) == (f"row-{at}", "rows"), answer
        numpy.testing.assert_allclose(tensor(answer, "y", numpy.float32), runtime("rows", {"x": one}, ["y"])[0], rtol=1e-5, atol=1e-6)


def classes(*options):
    given = [random.normal(size=(1, 4)).astype(numpy.float32) for _ in range(10)]
    asked = [request("X", one, outputs=[{"name": "output_label"}]) for one in given]
    for one, answer in zip(given, inferred("classes", asked, *options)):
        right = runtime("classes", {"X": one}, ["output_label"])[0]
        numpy.testing.assert_array_equal(tensor(answer, "output_label", numpy.int64).flatten(), right)


def failures():
    """Of what is refused, the reason stands in its place."""
    wrong = request("x", numpy.zeros((1, 2), numpy.float32))
    right = request("x", numpy.zeros((1, 3), numpy.float32))
    first, second = inferred("rows", [wrong, right], "-r", "1")
    assert "the model takes FP32 [N, 3]" in first["error"]["msg"], first
    assert "error" not in second


rows("-w", "1")
rows("-w", "8", "-s", "4")
rows("-w", "4", "-s", "5", "-b")
classes("-s", "3", "-b")
failures()
print("all as Python's runtime says")
