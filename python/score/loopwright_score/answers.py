"""What a model says of many rows: in parts, and of one row alone where a part fails, so that only those are left out that are at fault."""
from __future__ import annotations

from loopwright_convert.problems import Refused, told

from .models import Model

# Where so many rows of one request are refused, it is not the rows.
MAX_REFUSED = 200


def answers(model: Model, rows, step: int) -> tuple[list, list[dict]]:
    """Outputs of the rows that are not refused, in their order, and those that are. @throws Refused"""
    import numpy

    parts: list[list] = []
    refused: list[dict] = []

    def look(start: int, end: int) -> None:
        try:
            parts.append(_answer(model, rows[start:end], end - start))
            return
        except Refused:
            raise
        except MemoryError:
            raise Refused("There is not enough memory for it.")
        except Exception as error:
            if end - start == 1:
                refused.append({"row": start, "why": told(error)})
                if len(refused) > MAX_REFUSED:
                    raise Refused(told(error))
                return
        middle = (start + end + 1) // 2
        look(start, middle)
        look(middle, end)

    for start in range(0, len(rows), step):
        look(start, min(start + step, len(rows)))
    if not parts:
        return [], refused
    names = [name for name, _ in parts[0]]
    return [(name, numpy.concatenate([part[at][1] for part in parts])) for at, name in enumerate(names)], refused


def _answer(model: Model, rows, count: int) -> list:
    import numpy

    outputs = [(name, numpy.asarray(values)) for name, values in model.predict(rows)]
    odd = next((name for name, values in outputs if values.ndim == 0 or values.shape[0] != count), None)
    if odd is not None:
        raise Refused("Its output %s has not one value for each row." % odd)
    return outputs


def cast(outputs: list, wanted: dict) -> list:
    """As they were at the beginning of the job: a part may have whole numbers alone. @throws Refused"""
    import numpy

    from .frames import DATATYPES

    def one(name, values):
        datatype = wanted.get(name)
        if datatype is None or datatype == "BYTES":
            return values.astype(object) if datatype == "BYTES" else values
        try:
            return values.astype(numpy.dtype(DATATYPES[datatype]))
        except (TypeError, ValueError) as error:
            raise Refused("Its output %s is not %s any more: %s" % (name, datatype, told(error)))

    return [(name, one(name, values)) for name, values in outputs]
