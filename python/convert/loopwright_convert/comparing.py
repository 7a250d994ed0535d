"""What the original and the ONNX model predict for the same rows, compared. The numbers are in docs/registry.md."""
from __future__ import annotations

from .examples import Example
from .made import Made
from .problems import told

# float32, in which ONNX models compute, has about seven digits; sums over trees and layers cost some of them.
TOLERANCE = 1e-4
# Of a value nearer to 0 the relative difference says nothing: it counts as this large.
FLOOR = 1e-2


def comparison_missing(example: Example | None) -> str | None:
    """Why nothing can be compared; None where it can."""
    if example is None or example.rows is None:
        return example.why if example is not None else "no example of its input was kept"
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        return "onnxruntime is not installed in this environment"
    if len(example.rows) == 0:
        return "the example has no rows"
    return None


def compare(made: Made, data: bytes, example: Example) -> dict:
    try:
        given = made.given(example.rows)
        expected = made.predict(given)
    except Exception as error:
        return {"compared": False, "why": "the model does not take the example: %s" % told(error)}
    try:
        got = _run(data, made.feed(example.rows))
    except Exception as error:
        return {"compared": False, "why": "ONNX Runtime does not run the new model on the example: %s" % told(error),
                "failed": True}
    return _differences(expected, got, made.labels, len(example.rows))


def _run(data: bytes, feed: dict) -> list:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return session.run(None, feed)


def _differences(expected: list, got: list, labels: list[bool], rows: int) -> dict:
    """`differs`: beyond the tolerance, or in a class, or in what has no value."""
    import numpy

    largest, relative, equal = 0.0, 0.0, None
    has_numbers = False
    differs = False
    for index, (wanted, found) in enumerate(zip(expected, got)):
        if wanted is None:
            continue
        if labels[index] if index < len(labels) else False:
            equal = _equal_share(wanted, found, numpy)
            continue
        wanted = numpy.asarray(wanted.toarray() if hasattr(wanted, "toarray") else wanted, dtype=float)
        found = numpy.asarray(found, dtype=float)
        if wanted.size != found.size:
            return {"compared": False, "failed": True,
                    "why": "the two answer in different shapes: %s and %s" % (wanted.shape, found.shape)}
        found = found.reshape(wanted.shape)
        has_numbers = True
        both = numpy.isfinite(wanted) & numpy.isfinite(found)
        if not bool((both | (numpy.isnan(wanted) & numpy.isnan(found)) | (wanted == found)).all()):
            differs = True
        apart = numpy.abs(wanted[both] - found[both])
        if apart.size:
            scale = numpy.maximum(numpy.abs(wanted[both]), FLOOR)
            largest = max(largest, float(apart.max()))
            relative = max(relative, float((apart / scale).max()))
    differs = differs or relative > TOLERANCE or (equal is not None and equal < 1)
    return {"compared": True, "rows": rows, "differs": differs, "equalClasses": equal,
            "largest": largest if has_numbers else None, "largestRelative": relative if has_numbers else None}


def _equal_share(wanted, found, numpy) -> float:
    """Classes may be numbers on the one side and texts on the other: ONNX knows only integers and texts."""
    wanted, found = numpy.asarray(wanted).reshape(-1), numpy.asarray(found).reshape(-1)
    if wanted.dtype.kind in "biuf" and found.dtype.kind in "biuf":
        return float((wanted.astype(float) == found.astype(float)).mean())
    return float((wanted.astype(str) == found.astype(str)).mean())
