"""Writes small ONNX models, each for something that serving has to do, and what Python's runtime answers: make_models.py DIR"""

import json
import os
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper

folder = sys.argv[1]
expected = {}


def save(name, nodes, inputs, outputs, initializers=(), opsets=(("", 17),)):
    graph = helper.make_graph(
        list(nodes),
        name,
        [helper.make_tensor_value_info(*value) for value in inputs],
        [value if isinstance(value, onnx.ValueInfoProto) else helper.make_tensor_value_info(*value) for value in outputs],
        list(initializers),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*opset) for opset in opsets], ir_version=8)
    onnx.save(model, path_of(name))


def path_of(name):
    return os.path.join(folder, name + ".onnx")


def classifier(name, labels):
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression

    rows = numpy.random.default_rng(7).normal(size=(60, 4)).astype(numpy.float32)
    model = LogisticRegression(max_iter=300).fit(rows, numpy.array(labels)[numpy.arange(60) % len(labels)])
    with open(path_of(name), "wb") as file:
        file.write(to_onnx(model, rows[:1]).SerializeToString())
    answers = onnxruntime.InferenceSession(path_of(name)).run(None, {"X": rows[:3]})
    expected[name] = {
        "rows": rows[:3].tolist(),
        "label": answers[0].tolist(),
        "probabilities": [[row[label] for label in labels] for row in answers[1]],
    }


classifier("classes", [0, 1, 2])
classifier("texts", ["bad", "good"])

# Rows are told apart: what mixes them up gives other numbers.
save(
    "rows",
    [helper.make_node("MatMul", ["x", "w"], ["xw"]), helper.make_node("Tanh", ["xw"], ["y"])],
    [("x", TensorProto.FLOAT, ["N", 3])],
    [("y", TensorProto.FLOAT, ["N", 2])],
    [helper.make_tensor("w", TensorProto.FLOAT, [3, 2], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])],
)
# Its answer depends on who else is in the batch.
save(
    "mixed",
    [helper.make_node("ReduceMean", ["x"], ["mean"], axes=[0], keepdims=1), helper.make_node("Sub", ["x", "mean"], ["y"])],
    [("x", TensorProto.FLOAT, ["N", 3])],
    [("y", TensorProto.FLOAT, ["N", 3])],
)
save(
    "columns",
    [
        helper.make_node("Mul", ["amount", "rate"], ["cost"]),
        helper.make_node("Identity", ["country"], ["where"]),
    ],
    [
        ("amount", TensorProto.FLOAT, ["N", 1]),
        ("rate", TensorProto.FLOAT, ["N", 1]),
        ("country", TensorProto.STRING, ["N", 1]),
    ],
    [("cost", TensorProto.FLOAT, ["N", 1]), ("where", TensorProto.STRING, ["N", 1])],
)
every = ["FLOAT", "DOUBLE", "FLOAT16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "BOOL", "STRING"]
save(
    "every",
    [helper.make_node("Identity", ["in_" + name], ["out_" + name]) for name in every],
    [("in_" + name, getattr(TensorProto, name), ["N"]) for name in every],
    [("out_" + name, getattr(TensorProto, name), ["N"]) for name in every],
)
save(
    "sequence",
    [helper.make_node("SequenceConstruct", ["x", "x"], ["s"]), helper.make_node("Neg", ["x"], ["y"])],
    [("x", TensorProto.FLOAT, ["N"])],
    [helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, ["N"]), ("y", TensorProto.FLOAT, ["N"])],
)
# Takes as many steps as it is told.
step = helper.make_graph(
    [
        helper.make_node("Identity", ["on"], ["on_after"]),
        helper.make_node("MatMul", ["m", "m"], ["m2"]),
        helper.make_node("Tanh", ["m2"], ["m_after"]),
    ],
    "step",
    [
        helper.make_tensor_value_info("i", TensorProto.INT64, []),
        helper.make_tensor_value_info("on", TensorProto.BOOL, []),
        helper.make_tensor_value_info("m", TensorProto.FLOAT, [128, 128]),
    ],
    [
        helper.make_tensor_value_info("on_after", TensorProto.BOOL, []),
        helper.make_tensor_value_info("m_after", TensorProto.FLOAT, [128, 128]),
    ],
)
save(
    "slow",
    [helper.make_node("Loop", ["steps", "yes", "start"], ["m_end"], body=step)],
    [("steps", TensorProto.INT64, [])],
    [("m_end", TensorProto.FLOAT, [128, 128])],
    [
        helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
        helper.make_tensor("start", TensorProto.FLOAT, [128, 128], [0.01] * 128 * 128),
    ],
)

for name, location in (("beside", "beside.bin"), ("outside", "../outside.bin")):
    weights = numpy.ones((3, 2), dtype=numpy.float32)
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3, 2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    with open(os.path.join(folder, location), "wb") as file:
        file.write(weights.tobytes())
    save(
        name,
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        [("x", TensorProto.FLOAT, ["N", 3])],
        [("y", TensorProto.FLOAT, ["N", 2])],
        [tensor],
    )

with open(os.path.join(folder, "expected.json"), "w") as file:
    json.dump(expected, file)
