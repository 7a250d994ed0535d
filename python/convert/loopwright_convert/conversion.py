"""From a model's file or folder to an ONNX model, and what is known of it then."""
from __future__ import annotations

import os
from typing import Callable

from .comparing import compare, comparison_missing
from .examples import Example, example_of
from .loading import load
from .made import Made
from .problems import Refused
from .sources import Source, source_of


def convert(request: dict, step: Callable[[str], None]) -> dict:
    """@param request `model`, `out` (a folder that is there), `example` (a table, or None) @throws Refused, Missing"""
    source = source_of(request["model"])
    step("loading")
    model = load(source)
    example = example_of(source, request["example"])
    step("converting")
    made = _make(model, source, example)
    data = made.data()
    path = os.path.join(request["out"], "model.onnx")
    with open(path, "wb") as file:
        file.write(data)
    step("comparing")
    about = {
        "kind": made.kind, "modelClass": made.model_class, "converter": made.converter, "bytes": len(data),
        "opsets": [{"domain": one.domain or "ai.onnx", "version": one.version} for one in made.onnx.opset_import],
        "inputs": [_value(one) for one in made.onnx.graph.input],
        "outputs": [_value(one) for one in made.onnx.graph.output],
        "notes": made.notes,
    }
    about["comparison"] = _compared(made, data, example)
    _write_beside(source, request["out"], made, example)
    return about


def _make(model: object, source: Source, example: Example | None) -> Made:
    """By what was loaded, not by what its file is called."""
    roots = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    if "collections" in roots or type(model) is dict:
        _refuse_state(model)
    if "torch" in roots:
        from .torch_models import make
    elif "xgboost" in roots or "lightgbm" in roots:
        from .boosters import make
    elif "sklearn" in roots:
        from .estimators import make
    else:
        raise Refused(_no_model(model))
    return make(model, source, example)


def _refuse_state(model: object) -> None:
    """@throws Refused for weights without the module that they belong to"""
    values = list(model.values()) if isinstance(model, dict) else []
    inner = [value for value in values if isinstance(value, dict)]
    for found in [values] + [list(one.values()) for one in inner]:
        if found and all(type(value).__module__.partition(".")[0] == "torch" for value in found):
            raise Refused("It is a state_dict: the weights of a module without its code, so there is nothing to export. "
                          "Save the whole module (torch.save(model, path)), TorchScript "
                          "(torch.jit.script(model).save(path)) or torch.export, and convert that file.")


def _no_model(model: object) -> str:
    kind = type(model)
    name = kind.__name__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__name__)
    if isinstance(model, dict):
        keys = ", ".join(str(key)[:40] for key in list(model)[:6])
        return ("It holds a dict (%s), no model. Save the estimator by itself, and convert that file." % keys)
    return ("It holds a %s, which is no model of scikit-learn, LightGBM, XGBoost or PyTorch. "
            "Those can be converted." % name)


def _compared(made: Made, data: bytes, example: Example | None) -> dict:
    lacking = comparison_missing(example)
    if lacking is not None:
        return {"compared": False, "why": lacking}
    assert example is not None
    return compare(made, data, example)


def _value(one) -> dict:
    tensor = one.type.tensor_type
    from onnx import TensorProto

    shape = [size.dim_value if size.HasField("dim_value") else size.dim_param or None for size in tensor.shape.dim]
    return {"name": one.name, "type": TensorProto.DataType.Name(tensor.elem_type).lower(), "shape": shape}


def _write_beside(source: Source, out: str, made: Made, example: Example | None) -> None:
    """What stands beside the original and is as true of the ONNX model: its signature, and the example of its input."""
    if source.mlmodel is None:
        return
    from .mlmodel import onnx_mlmodel

    with open(os.path.join(out, "MLmodel"), "w", encoding="utf-8") as file:
        file.write(onnx_mlmodel(source.mlmodel_text, made.onnx_version))
    if source.saved_example is not None:
        import shutil

        shutil.copyfile(source.saved_example, os.path.join(out, os.path.basename(source.saved_example)))


