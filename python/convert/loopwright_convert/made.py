"""An ONNX model with what is known of how it came to be."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable


@dataclass
class Made:
    kind: str
    model_class: str
    # `skl2onnx 1.20.0`
    converter: str
    onnx: object
    # Rows of the example as the model takes them -> what it predicts, in the order of the ONNX model's outputs.
    predict: Callable[[object], list]
    # The example -> {input of the ONNX model: array}; and as the original takes it.
    feed: Callable[[object], dict]
    given: Callable[[object], object]
    # Which of the outputs are classes.
    labels: list[bool] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def data(self) -> bytes:
        from .problems import Refused

        try:
            return self.onnx.SerializeToString()
        except ValueError as error:
            if "2GB" in str(error) or "2GiB" in str(error) or "exceeds" in str(error):
                raise Refused("The ONNX model is larger than 2 GB, which one file of ONNX can't be.")
            raise

    @property
    def onnx_version(self) -> str:
        import onnx

        return onnx.__version__


def class_of(model: object) -> str:
    kind = type(model)
    return "%s.%s" % (kind.__module__, kind.__qualname__)
