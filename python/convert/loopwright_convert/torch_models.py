"""Modules of PyTorch: pickled as a whole, TorchScript, and exported programs."""
from __future__ import annotations

import io
import os
import tempfile

from .examples import Example
from .made import Made, class_of
from .mlmodel import tensor_inputs
from .problems import Refused, first_line, need, told
from .sources import Source

OPSET = 18


def make(model, source: Source, example: Example) -> Made:
    """@throws Refused, Missing"""
    need({"torch": "torch", "onnx": "onnx"}, "Converting a model of PyTorch")
    import torch

    if isinstance(model, torch.Tensor):
        raise Refused("It holds a tensor, no model.")
    is_program = isinstance(model, torch.export.ExportedProgram)
    if not is_program and not isinstance(model, torch.nn.Module):
        raise Refused("%s is no module of PyTorch that can be exported." % class_of(model))
    runnable = model.module() if is_program else model.eval()
    for one in runnable.parameters():
        one.requires_grad_(False)
    given = _inputs(model if is_program else runnable, source, example, is_program)
    is_script = isinstance(model, torch.jit.ScriptModule)
    if not is_script:
        need({"onnxscript": "onnxscript"}, "Exporting a model of PyTorch")
    if is_script:
        onnx, how = _export_script(model, given), "TorchScript exporter"
    else:
        onnx, how = _export(runnable, given), "exporter"
    names = [one.name for one in onnx.graph.input]

    def tensors(rows):
        return [torch.from_numpy(_array(rows, given[0][0].dtype))]

    def predict(values):
        with torch.no_grad():
            out = runnable(*values)
        outs = out if isinstance(out, (tuple, list)) else [out]
        return [one.detach().numpy() if isinstance(one, torch.Tensor) else None for one in outs]

    return Made(kind="pytorch", model_class=class_of(model), converter="torch %s (%s)" % (torch.__version__, how),
                onnx=onnx, predict=predict, feed=lambda rows: {names[0]: tensors(rows)[0].numpy()}, given=tensors,
                labels=[False] * len(onnx.graph.output))


def _inputs(model, source: Source, example: Example, is_program: bool) -> tuple:
    """(tensors to trace with, whether the first size is open)"""
    import torch

    if is_program and model.example_inputs is not None and example.rows is None:
        # Whether a size may change is written in it, in a form that the exporter of ONNX does not always take.
        return tuple(model.example_inputs[0]), False
    dtype = _dtype(model)
    if example.rows is not None:
        array = _array(example.rows, dtype)
        if array.shape[0] == 1:
            array = array.repeat(2, axis=0)  # a size of 1 would be taken for one that never changes
        return (torch.from_numpy(array),), True
    shapes = tensor_inputs(source.mlmodel)
    if len(shapes) == 1:
        kind, shape = shapes[0]
        sizes = [2 if index == 0 and size < 0 else size for index, size in enumerate(shape)]
        if all(size > 0 for size in sizes):
            return (torch.zeros(sizes, dtype=getattr(torch, kind, dtype)),), shape[0] < 0
    parts = [] if is_program else model.modules()
    first = next((part for part in parts if list(part.parameters(recurse=False))), None)
    width = getattr(first, "in_features", None)
    if isinstance(width, int):
        return (torch.zeros((2, width), dtype=dtype),), True
    raise Refused("The shape of its input is not known: neither a signature nor an example says it. "
                  "Give rows of its input (--example, a .npy file or a table).")


def _dtype(model):
    import torch

    try:
        return next((one.dtype for one in model.parameters() if one.is_floating_point()), torch.float32)
    except AttributeError:
        return torch.float32


def _array(rows, dtype):
    import numpy

    array = rows.to_numpy() if hasattr(rows, "to_numpy") else numpy.asarray(rows)
    if array.dtype.kind == "f" or str(dtype).startswith("torch.float"):
        # Indices of an embedding stay integers.
        if array.dtype.kind in "iu" and _is_index(dtype):
            return array.astype(numpy.int64)
        return array.astype({"torch.float64": numpy.float64, "torch.float16": numpy.float16}.get(str(dtype), numpy.float32))
    return array.astype(numpy.int64)


def _is_index(dtype) -> bool:
    return str(dtype) in ("torch.int64", "torch.int32")


def _export(model, given: tuple):
    import torch

    tensors, is_open = given
    options = {}
    if is_open:
        options["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        try:
            program = torch.onnx.export(model, tensors, dynamo=True, opset_version=OPSET,
                                        verbose=False, **options)
        except Exception as error:
            raise Refused("PyTorch can't export it: %s" % _cause(error))
        program.save(path, external_data=False)
        return _read(path)


def _export_script(model, given: tuple):
    """The exporter of PyTorch 2.9 and later takes no TorchScript; the older one does."""
    import torch

    tensors, is_open = given
    options = {"dynamic_axes": {"input": {0: "batch"}}} if is_open else {}
    out = io.BytesIO()
    try:
        torch.onnx.export(model, tensors, out, dynamo=False, opset_version=17, input_names=["input"], **options)
    except Exception as error:
        raise Refused("PyTorch can't export this TorchScript: %s" % _cause(error))
    import onnx

    return onnx.load_from_string(out.getvalue())


def _read(path: str):
    import onnx

    return onnx.load(path)


def _cause(error: BaseException) -> str:
    """The exporter wraps what went wrong in pages of advice."""
    at = error
    while at.__cause__ is not None:
        at = at.__cause__
    return told(at) if first_line(at) else told(error)
