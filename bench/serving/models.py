"""Writes the models that are served: models.py FOLDER. Each takes `x` [N, columns] and gives what is told of it."""

import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier

folder = sys.argv[1]
rng = numpy.random.default_rng(7)


def perceptron(name, sizes):
    nodes, weights, value = [], [], "x"
    for at, (rows, columns) in enumerate(zip(sizes, sizes[1:])):
        last = at == len(sizes) - 2
        for kind, shape in (("w", [rows, columns]), ("b", [columns])):
            data = rng.normal(scale=rows**-0.5, size=shape).astype(numpy.float32)
            weights.append(helper.make_tensor(kind + str(at), TensorProto.FLOAT, shape, data.ravel().tolist()))
        nodes.append(helper.make_node("Gemm", [value, "w%d" % at, "b%d" % at], ["h%d" % at]))
        value = "y" if last else "r%d" % at
        nodes.append(helper.make_node("Softmax" if last else "Relu", ["h%d" % at], [value]))
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", sizes[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", sizes[-1]])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(folder, name + ".onnx"))


perceptron("small", [16, 32, 3])
perceptron("million", [256, 1024, 640, 64, 3])

rows = rng.normal(size=(2000, 20)).astype(numpy.float32)
trees = GradientBoostingClassifier(n_estimators=500, max_depth=4, random_state=0).fit(rows, rows[:, 0] * rows[:, 1] > 0)
converted = to_onnx(trees, rows[:1], options={"zipmap": False}, initial_types=None)
with open(os.path.join(folder, "trees.onnx"), "wb") as file:
    file.write(converted.SerializeToString())
