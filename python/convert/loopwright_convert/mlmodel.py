"""What MLflow writes beside a model."""
from __future__ import annotations

import os
import re

from .problems import Refused, need

FLAVORS = ("sklearn", "lightgbm", "xgboost", "pytorch")
MAX_BYTES = 4 << 20


def read(folder: str) -> tuple[dict, str]:
    """@throws Refused, Missing"""
    need({"yaml": "PyYAML"}, "Reading MLmodel")
    import yaml

    with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as file:
        text = file.read(MAX_BYTES)
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refused("MLmodel can't be read: %s" % str(error).splitlines()[0])
    if not isinstance(said, dict) or not isinstance(said.get("flavors"), dict):
        raise Refused("MLmodel names no flavor.")
    return said, text


def flavor_of(said: dict) -> tuple[str, dict]:
    """@throws Refused"""
    flavors = said["flavors"]
    if "onnx" in flavors:
        raise Refused("It is ONNX already: MLmodel names the flavor onnx.")
    for name in FLAVORS:
        if isinstance(flavors.get(name), dict):
            return name, flavors[name]
    others = ", ".join(sorted(name for name in flavors if name != "python_function")) or "python_function alone"
    raise Refused("Its flavor (%s) can't be converted. Those that can: %s." % (others, ", ".join(FLAVORS)))


def code_of(said: dict) -> str | None:
    code = (said["flavors"].get("python_function") or {}).get("code")
    return str(code) if code else None


def tensor_inputs(said: dict | None) -> list[tuple[str, list[int]]]:
    """Types and shapes that the signature says of tensors, in its order; none where it says columns."""
    import json

    inputs = ((said or {}).get("signature") or {}).get("inputs")
    try:
        fields = json.loads(inputs) if isinstance(inputs, str) else []
    except ValueError:
        return []
    specs = [field.get("tensor-spec") for field in fields if isinstance(field, dict)]
    if not specs or not all(isinstance(spec, dict) and isinstance(spec.get("shape"), list) for spec in specs):
        return []
    return [(str(spec.get("dtype", "float32")), [int(size) for size in spec["shape"]]) for spec in specs]


def onnx_mlmodel(text: str, onnx_version: str) -> str:
    """MLmodel of the ONNX model: signature and example as the original's says them."""
    head = """flavors:
  onnx:
    code: null
    data: model.onnx
    onnx_session_options: null
    onnx_version: %s
    providers:
    - CUDAExecutionProvider
    - CPUExecutionProvider
    save_as_external_data: false
  python_function:
    data: model.onnx
    loader_module: mlflow.onnx
""" % onnx_version
    return head + "".join(_block(text, key) for key in ("mlflow_version", "saved_input_example_info", "signature"))


def _block(text: str, key: str) -> str:
    """A key of the top with all that belongs to it, as it stands there."""
    found = re.search(r"^%s:.*\n(?:(?:[ \t].*|- .*|)\n)*" % re.escape(key), text + "\n", re.MULTILINE)
    return found.group(0).rstrip("\n") + "\n" if found else ""
