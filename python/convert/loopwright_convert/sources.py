"""What there is: a model's file, or a folder that says which of its files is the model. Nothing of it is loaded."""
from __future__ import annotations

import json
import os
from dataclasses import dataclass

from . import mlmodel
from .problems import Refused

PICKLES = (".joblib", ".pkl", ".pickle", ".cloudpickle")
TORCH = (".pt", ".pth")
TORCH_PROGRAM = (".pt2",)
SKOPS = (".skops",)
LIGHTGBM = (".txt", ".lgb")
XGBOOST = (".json", ".ubj", ".xgb")


@dataclass
class Source:
    """`form`: how the file is read."""

    file: str
    form: str
    # Of an MLflow model: its MLmodel, read, and as the text that it is.
    mlmodel: dict | None = None
    mlmodel_text: str = ""
    # The class that reads a native form, where MLmodel names it.
    model_class: str | None = None
    # Of a model that a run has kept by itself: columns and types of its input.
    about: dict | None = None
    saved_example: str | None = None


def source_of(path: str) -> Source:
    """@throws Refused"""
    if os.path.isdir(path):
        return _in_folder(path)
    if not os.path.isfile(path):
        raise Refused("%s is not there any more." % path)
    source = Source(path, form_of(path))
    folder = os.path.dirname(path)
    about = os.path.join(folder, "model.json")
    if os.path.basename(path) == "model.joblib" and os.path.isfile(about):
        source.about = _json(about)
        source.saved_example = _if_there(folder, "input_example.json")
    return source


def form_of(path: str) -> str:
    """By what its name says, checked by its first bytes. @throws Refused

    `src/client/convert/looking.ts` goes by the same rule when it looks for what is odd.
    """
    name = os.path.basename(path)
    ending = os.path.splitext(name)[1].lower()
    with open(path, "rb") as file:
        head = file.read(64)
    if ending == ".onnx":
        raise Refused("%s is ONNX already." % name)
    if ending in PICKLES:
        return "pickle"
    if ending in TORCH:
        return "torch"
    if ending in TORCH_PROGRAM:
        return "torch program"
    if ending in SKOPS:
        return "skops"
    if ending in LIGHTGBM:
        if head.startswith((b"tree\n", b"tree\r\n")):
            return "lightgbm"
        raise Refused("%s is no model of LightGBM: it does not begin with the line \"tree\"." % name)
    if ending == ".json":
        # A hundred kilobytes of settings may stand in front of "learner"; it is one of two keys.
        if head.lstrip().startswith(b"{") and _names(path, b'"learner"'):
            return "xgboost"
        raise Refused("%s is no model of XGBoost: it holds no \"learner\"." % name)
    if ending in XGBOOST:
        if head.startswith((b"{L", b"{")):
            return "xgboost"
        raise Refused("%s is no model of XGBoost." % name)
    if head.startswith((b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")):
        return "pickle"
    raise Refused("%s is no model of a form that is known here: scikit-learn (joblib, pickle), LightGBM, XGBoost, "
                  "PyTorch, or a folder of MLflow." % name)


def _names(path: str, key: bytes) -> bool:
    with open(path, "rb") as file:
        return key in file.read(1 << 20) or _at_end(file, key)


def _at_end(file, key: bytes) -> bool:
    for chunk in iter(lambda: file.read(1 << 22), b""):
        if key in chunk:
            return True
    return False


def _in_folder(folder: str) -> Source:
    if os.path.isfile(os.path.join(folder, "MLmodel")):
        return _of_mlflow(folder)
    if os.path.isfile(os.path.join(folder, "model.joblib")):
        return source_of(os.path.join(folder, "model.joblib"))
    found = [name for name in sorted(os.listdir(folder)) if _looks_like(os.path.join(folder, name))]
    if len(found) == 1:
        return source_of(os.path.join(folder, found[0]))
    if not found:
        raise Refused("%s holds no file that looks like a model." % folder)
    raise Refused("%s holds several files that look like models (%s): name one of them."
                  % (folder, ", ".join(found[:6])))


def _looks_like(path: str) -> bool:
    if not os.path.isfile(path):
        return False
    if path.lower().endswith(".onnx"):
        return True
    try:
        form_of(path)
        return True
    except (Refused, OSError):
        return False


def _of_mlflow(folder: str) -> Source:
    said, text = mlmodel.read(folder)
    name, flavor = mlmodel.flavor_of(said)
    file, form = _file_of(folder, name, flavor)
    source = Source(file, form, mlmodel=said, mlmodel_text=text, model_class=flavor.get("model_class"))
    example = (said.get("saved_input_example_info") or {}).get("artifact_path")
    source.saved_example = _if_there(folder, str(example)) if example else None
    code = mlmodel.code_of(said)
    if code is not None and os.path.isdir(os.path.join(folder, code)):
        import sys

        sys.path.insert(0, os.path.join(folder, code))
    return source


def _file_of(folder: str, name: str, flavor: dict) -> tuple[str, str]:
    told = {"sklearn": "pickled_model", "pytorch": "model_data"}.get(name, "data")
    path = os.path.join(folder, str(flavor.get(told, "")))
    if name == "pytorch" and os.path.isdir(path):
        found = [one for one in ("model.pth", "model.pt2") if os.path.isfile(os.path.join(path, one))]
        path = os.path.join(path, (found or ["model.pth"])[0])
    if not os.path.isfile(path) or os.path.relpath(os.path.realpath(path), os.path.realpath(folder)).startswith(".."):
        raise Refused("MLmodel names %s as the model, which is not in the folder." % os.path.basename(path))
    # By its own name and first bytes, as it was looked into before it is loaded: not by what MLmodel says of it.
    return path, form_of(path)


def _if_there(folder: str, name: str) -> str | None:
    path = os.path.join(folder, os.path.basename(name))
    return path if os.path.isfile(path) else None


def _json(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return json.load(file)
