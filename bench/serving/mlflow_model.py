"""Saves an ONNX model as MLflow serves it: mlflow_model.py FILE FOLDER"""

import sys

import mlflow
import numpy
import onnx
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec

model = onnx.load(sys.argv[1])
columns = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
mlflow.onnx.save_model(
    model,
    sys.argv[2],
    onnx_session_options={"intra_op_num_threads": 1},
    pip_requirements=["onnxruntime"],
    # Without it the numbers of JSON are no float32.
    signature=ModelSignature(inputs=Schema([TensorSpec(numpy.dtype("float32"), (-1, columns))])),
)
