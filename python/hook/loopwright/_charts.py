"""Tables, confusion matrices and curves as JSON artifacts that the run page draws (`src/protocol/logged.ts`).

What can't be drawn costs a note, never the script. A file stays below what one message to the page may hold.
"""
import os
import re
import sys
import zlib
from itertools import islice

from . import _artifacts, _curves, _journal, _ranks
from ._artifacts import Refused
from ._journal import json_text, quote

_MAX_BYTES = 900000
_MAX_ROWS = 10000
_MAX_COLUMNS = 200
_MAX_TEXT = 500
_MAX_CLASSES = 100
_EXACT_INTEGER = 2 ** 53


def table(name, data, columns, step):
    _keep("table", name, step, lambda: _table_text(data, columns))


def confusion_matrix(name, y_true, y_pred, matrix, labels, step):
    def text():
        found = _given_matrix(matrix, labels) if matrix is not None else _counted_matrix(y_true, y_pred, labels)
        return json_text(dict(zip(("type", "labels", "matrix"), ("confusion_matrix",) + found)))

    _keep("confusion_matrix", name, step, text)


def curves(kind, name, y_true, y_score, labels, step):
    function = {"roc": "roc_curve", "pr": "pr_curve"}[kind]
    _keep(function, name, step, lambda: json_text(_curves.curves(kind, y_true, y_score, labels, _label)))


def _keep(function, name, step, make):
    if not _journal.is_enabled():
        return
    kind = function[:-len("_curve")] if function.endswith("_curve") else function
    name = _ranks.prefix() + str(name)
    # Charts of different kinds may have one name: they are not steps of each other.
    title = short_name("%s/%s" % (kind, name))
    path = "charts/%s%%s.%s.json" % (file_name(name).replace("%", "%%"), kind)
    _artifacts.keep_made(function, title, step, path, "chart", lambda target: _write(target, make()))


def _write(path, text):
    data = text.encode("ascii")
    if len(data) > 1000000:
        raise Refused("the chart takes %d bytes, more than the run page draws." % len(data))
    with open(path, "xb") as file:
        file.write(data)


def short_name(name):
    """A name as it is recorded: one that had to be cut is told from others that begin in the same way."""
    text = str(name)
    if len(text) <= _journal.MAX_KEY:
        return text
    return "%s\u2026%08x" % (text[:_journal.MAX_KEY - 9], zlib.crc32(text.encode("utf-8", "replace")))


def file_name(name):
    """A name for files that every file system takes; what had to be changed for it differs by a checksum."""
    parts = [part for part in str(name).split("/") if part]
    clean = "/".join(re.sub(r"[^\w.+=@ ()\[\],-]", "_", part)[:60].strip(". ") or "_" for part in parts[:8]) or "_"
    # `_` of `%`, and names that were cut, would otherwise fall together with others.
    return clean if clean == str(name) else "%s-%08x" % (clean, zlib.crc32(str(name).encode("utf-8", "replace")))


def _label(value):
    text = str(_plain(value))
    return text if len(text) <= 250 else text[:249] + "\u2026"


def _plain(value):
    """A library's scalar as Python's own."""
    item = getattr(value, "item", None)
    if callable(item) and not isinstance(value, (str, bytes)):
        try:
            return item()
        except Exception:
            return value  # more than one element: it is shown as text
    return value


# Tables


def _table_text(data, columns):
    names, rows, count = _rows_of(data, columns)
    cut_names = [_label(name) for name in names[:_MAX_COLUMNS]]
    if len(names) > _MAX_COLUMNS:
        _journal.note("table columns", "table(): %d of %d columns were kept." % (_MAX_COLUMNS, len(names)))
    head = '{"type":"table","columns":%s,"rows":[' % json_text(cut_names)
    kept = []
    size = len(head)
    for row in islice(rows, _MAX_ROWS):
        cells = [_cell(value) for value in islice(row, len(cut_names))]
        cells += ["null"] * (len(cut_names) - len(cells))
        text = "[%s]" % ",".join(cells)
        size += len(text) + 1
        if size > _MAX_BYTES:
            break
        kept.append(text)
    return '%s%s],"rowCount":%d}' % (head, ",".join(kept), max(count, len(kept)))


def _cell(value):
    value = _plain(value)
    if value is None or value is True or value is False:
        return json_text(value)
    if isinstance(value, int):
        return "%d" % value if -_EXACT_INTEGER <= value <= _EXACT_INTEGER else quote(str(value))
    if isinstance(value, float):
        return _number(float(value))
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return quote(text if len(text) <= _MAX_TEXT else text[:_MAX_TEXT - 1] + "\u2026")


def _number(value):
    if value - value == 0.0:
        return repr(value)
    return '"NaN"' if value != value else '"Infinity"' if value > 0 else '"-Infinity"'


def _rows_of(data, columns):
    """(names of the columns, an iterator over rows, how many rows there are). Only the beginning is read."""
    if hasattr(data, "head") and hasattr(data, "columns") and hasattr(data, "itertuples"):
        return _pandas(data)
    if hasattr(data, "head") and hasattr(data, "columns") and hasattr(data, "iter_rows"):
        return list(data.columns), data.head(_MAX_ROWS).iter_rows(), len(data)  # polars
    if hasattr(data, "to_pylist") and hasattr(data, "column_names"):
        return list(data.column_names), _of_dicts(data.slice(0, _MAX_ROWS).to_pylist(), data.column_names), len(data)
    if hasattr(data, "items"):
        names = list(data)
        values = [_list(data[name]) for name in names]
        count = max(map(len, values), default=0)
        return names, ([value[at] if at < len(value) else None for value in values] for at in range(count)), count
    if hasattr(data, "tolist") and hasattr(data, "shape"):
        head, count = data[:_MAX_ROWS].tolist(), len(data)
    else:
        head = data if isinstance(data, (list, tuple)) else list(data)
        count = len(head)
    if head and hasattr(head[0], "items"):
        head = head[:_MAX_ROWS]
        names = list(dict.fromkeys(key for row in head for key in row)) if columns is None else list(columns)
        return names, _of_dicts(head, names), count
    rows = [row if isinstance(row, (list, tuple)) else [row] for row in head[:_MAX_ROWS]]
    width = max(map(len, rows), default=0)
    names = ["column %d" % (at + 1) for at in range(width)] if columns is None else list(columns)
    return names, iter(rows), count


def _pandas(frame):
    head = frame.head(_MAX_ROWS)
    names = [" / ".join(map(str, name)) if isinstance(name, tuple) else name for name in frame.columns]
    rows = head.itertuples(index=False, name=None)
    if type(frame.index).__name__ == "RangeIndex":
        return names, rows, len(frame)
    # An index that only counts says nothing; any other one names the rows.
    index = frame.index.name if frame.index.name is not None else "index"
    return [index] + names, ((key,) + row for key, row in zip(head.index.tolist(), rows)), len(frame)


def _of_dicts(rows, names):
    return ([row.get(name) for name in names] for row in rows)


def _list(values):
    return values.tolist() if hasattr(values, "tolist") else list(values)


# Confusion matrices


def _counted_matrix(y_true, y_pred, labels):
    """As scikit-learn counts: rows are true, columns predicted; pairs with a class outside of `labels` are left out."""
    if y_true is None or y_pred is None:
        raise Refused("it takes y_true and y_pred, or matrix=.")
    true, predicted = _curves.values(y_true), _curves.values(y_pred)
    if len(true) != len(predicted):
        raise Refused("y_true has %d values and y_pred %d." % (len(true), len(predicted)))
    from collections import Counter

    counts = Counter(zip(true, predicted))
    if labels is None:
        classes = _curves.ordered({value for pair in counts for value in pair})
    else:
        classes = _curves.values(labels)
    if not classes:
        raise Refused("there are no values.")
    places = {value: at for at, value in enumerate(classes)}
    names = [_label(value) for value in classes]
    if len(classes) > _MAX_CLASSES:
        sizes = Counter()
        for (left, right), count in counts.items():
            sizes[left] += count
            sizes[right] += count
        kept = {value for value, _ in sizes.most_common(_MAX_CLASSES - 1)}
        shown = [value for value in classes if value in kept]
        places = {value: len(shown) for value in classes}
        places.update((value, at) for at, value in enumerate(shown))
        names = [_label(value) for value in shown] + ["%d others" % (len(classes) - len(shown))]
    matrix = [[0] * len(names) for _ in names]
    for (left, right), count in counts.items():
        if left in places and right in places:
            matrix[places[left]][places[right]] += count
    return names, matrix


def _given_matrix(matrix, labels):
    rows = [[_finite(cell) for cell in _list(row)] for row in _list(matrix)]
    if not rows or any(len(row) != len(rows) for row in rows):
        raise Refused("matrix= is not square.")
    names = [_label(value) for value in _list(labels)] if labels is not None else [str(at) for at in range(len(rows))]
    if len(names) != len(rows):
        raise Refused("there are %d labels for %d rows." % (len(names), len(rows)))
    if len(rows) > _MAX_CLASSES:
        raise Refused("the matrix has more than %d classes." % _MAX_CLASSES)
    return names, rows


def _finite(cell):
    value = _plain(cell)
    number = value if isinstance(value, int) and abs(value) <= _EXACT_INTEGER else float(value)
    if number - number != 0:
        raise Refused("the matrix holds %r." % value)
    return number


# Pictures from arrays


def png_of(array):
    """The bytes of a PNG of an array of (height, width) or with 1, 3 or 4 channels; None if it is no such array."""
    if not hasattr(array, "shape") or not hasattr(array, "dtype"):
        return None
    if hasattr(array, "detach"):
        array = array.detach().cpu()  # torch
        if hasattr(array, "numpy"):
            array = array.numpy()
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    array = numpy.asarray(array)
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4) and array.shape[0] in (1, 3, 4):
        array = array.transpose(1, 2, 0)  # torch has channels first
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or 0 in array.shape:
        raise Refused("an array of shape %s is no picture." % (tuple(array.shape),))
    if array.dtype == bool:
        array = array.astype("uint8") * 255
    elif array.dtype.kind == "f":
        # From 0 to 1, as matplotlib takes them.
        array = (numpy.clip(numpy.nan_to_num(array), 0, 1) * 255 + 0.5).astype("uint8")
    elif array.dtype != numpy.uint8:
        array = numpy.clip(array, 0, 255).astype("uint8")
    height, width, channels = array.shape
    if height * width > 64000000:
        raise Refused("a picture of %d \u00d7 %d pixels is too large." % (width, height))
    from struct import pack

    def chunk(kind, data):
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    color = {1: 0, 3: 2, 4: 6}[channels]
    rows = numpy.zeros((height, 1 + width * channels), "uint8")
    rows[:, 1:] = array.reshape(height, width * channels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, color, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)) + chunk(b"IEND", b""))


def save_png(data):
    def save(path):
        with open(os.fspath(path), "xb") as file:
            file.write(data)
    return save
