"""Writes ONNX's backend node tests, each with what Python's runtime makes of it: backend_cases.py DIR

DIR/NAME.bin has the values of all tensors as the binary tensor extension has them, DIR/cases.json says where they are. A value that is no tensor, or of a type that numpy has not, has no bytes.
"""

import json
import os
import sys

import numpy
import onnx
import onnx.backend.test
import onnxruntime
from onnx import TensorProto, numpy_helper

FOLDER = sys.argv[1]
DATATYPES = {
    "bool": "BOOL",
    "uint8": "UINT8",
    "uint16": "UINT16",
    "uint32": "UINT32",
    "uint64": "UINT64",
    "int8": "INT8",
    "int16": "INT16",
    "int32": "INT32",
    "int64": "INT64",
    "float16": "FP16",
    "float32": "FP32",
    "float64": "FP64",
}
SET_UP = onnxruntime.SessionOptions()
SET_UP.intra_op_num_threads = 1
SET_UP.inter_op_num_threads = 1
SET_UP.log_severity_level = 4


def tensor(name, value, file):
    """Where its values are, from which on they are written."""
    array = numpy.asarray(value) if isinstance(value, (numpy.ndarray, numpy.generic)) else None
    if array is None:
        return {"name": name, "datatype": None, "what": type(value).__name__}
    if array.dtype.kind in "OUS":
        texts = [text if isinstance(text, bytes) else str(text).encode() for text in array.ravel()]
        content, datatype = b"".join(len(text).to_bytes(4, "little") + text for text in texts), "BYTES"
    elif array.dtype.name in DATATYPES:
        content, datatype = numpy.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes(), DATATYPES[array.dtype.name]
    else:
        return {"name": name, "datatype": None, "what": array.dtype.name}
    start = file.tell()
    file.write(content)
    return {"name": name, "datatype": datatype, "shape": list(array.shape), "at": start, "bytes": len(content)}


def asked(session, feeds):
    """What the runtime answers twice: what differs is of chance."""
    first, second = session.run(None, feeds), session.run(None, feeds)
    return first, any(isinstance(one, numpy.ndarray) and one.tobytes() != two.tobytes() for one, two in zip(first, second) if getattr(one, "dtype", None) != object)


def given(folder, at, value):
    """The input as numpy has it; None for what is no tensor."""
    if value.type.WhichOneof("value") != "tensor_type":
        return None
    with open(os.path.join(folder, "test_data_set_0", "input_%d.pb" % at), "rb") as file:
        return numpy_helper.to_array(onnx.TensorProto.FromString(file.read()))


def type_of(value):
    """As the Open Inference Protocol, or else ONNX, calls it."""
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return kind.removesuffix("_type")
    name = TensorProto.DataType.Name(value.type.tensor_type.elem_type).lower()
    return DATATYPES.get({"float": "float32", "double": "float64"}.get(name, name), "BYTES" if name == "string" else name)


def written(folder):
    path = os.path.join(folder, "model.onnx")
    graph = onnx.load(path).graph
    name = os.path.basename(folder)
    told = {
        "name": name,
        "model": path,
        "operators": sorted({node.op_type for node in graph.node}),
        "inputs": [],
        "outputs": [],
        "types": {value.name: type_of(value) for value in [*graph.input, *graph.output]},
        "chance": False,
        "refused": None,
    }
    feeds = {value.name: given(folder, at, value) for at, value in enumerate(graph.input)}
    with open(os.path.join(FOLDER, name + ".bin"), "wb") as file:
        told["inputs"] = [tensor(name, value, file) for name, value in feeds.items()]
        try:
            session = onnxruntime.InferenceSession(path, SET_UP, providers=["CPUExecutionProvider"])
            # What can't be said here is refused there: it is asked no further.
            if all(one["datatype"] for one in told["inputs"]):
                outputs, told["chance"] = asked(session, feeds)
                names = [port.name for port in session.get_outputs()]
                told["outputs"] = [tensor(name, value, file) for name, value in zip(names, outputs)]
        except Exception as error:
            told["refused"] = str(error)
    return told


data = os.path.join(os.path.dirname(onnx.backend.test.__file__), "data", "node")
with open(os.path.join(FOLDER, "cases.json"), "w") as file:
    told = [written(os.path.join(data, name)) for name in sorted(os.listdir(data))]
    json.dump({"onnx": onnx.__version__, "runtime": onnxruntime.__version__, "cases": told}, file)
