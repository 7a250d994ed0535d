"""Rows of input: those that were kept with the model, or a table that the user names."""
from __future__ import annotations

import json
import os
from dataclasses import dataclass

from .problems import Refused, need, told
from .sources import Source

# Enough to see that two models are the same; a file may have millions.
MAX_ROWS = 1000


@dataclass
class Example:
    # A pandas frame, or an array; None where nothing is there.
    rows: object
    # Why there are none.
    why: str = ""

    @property
    def is_table(self) -> bool:
        return hasattr(self.rows, "columns")


def example_of(source: Source, asked: str | None) -> Example:
    """@throws Refused for one that the user has named and that can't be read"""
    if asked is not None:
        return Example(_read_asked(asked))
    if source.saved_example is None:
        return Example(None, "no example of its input was kept")
    try:
        return Example(_read_saved(source.saved_example, source))
    except ImportError as error:
        return Example(None, "the example of its input can't be read without %s" % (error.name or "pandas"))
    except Exception as error:
        return Example(None, "the example of its input can't be read: %s" % told(error))


def _read_asked(path: str) -> object:
    if not os.path.isfile(path):
        raise Refused("There is no file %s." % path)
    ending = os.path.splitext(path)[1].lower()
    try:
        if ending == ".npy":
            import numpy

            return numpy.load(path, allow_pickle=False)[:MAX_ROWS]
        if ending == ".json":
            with open(path, encoding="utf-8") as file:
                return _from_json(json.load(file))
        need({"pandas": "pandas"}, "Reading %s" % os.path.basename(path))
        import pandas

        if ending in (".csv", ".tsv"):
            return pandas.read_csv(path, sep="\t" if ending == ".tsv" else ",", nrows=MAX_ROWS)
        if ending == ".parquet":
            return pandas.read_parquet(path).head(MAX_ROWS)
    except (OSError, ValueError, ImportError) as error:
        raise Refused("The example %s can't be read: %s" % (os.path.basename(path), told(error)))
    raise Refused("%s is no table that can be read: name a .csv, .tsv, .parquet, .json or .npy file."
                  % os.path.basename(path))


def _read_saved(path: str, source: Source) -> object:
    with open(path, encoding="utf-8") as file:
        rows = _from_json(json.load(file))
    columns = ((source.about or {}).get("inputs") or {}).get("columns")
    dtype = ((source.about or {}).get("inputs") or {}).get("dtype")
    if columns and hasattr(rows, "columns"):
        for column in columns:
            rows[column["name"]] = rows[column["name"]].astype(column["dtype"])
    elif dtype and not hasattr(rows, "columns"):
        rows = rows.astype(dtype)
    return rows


def _from_json(document: object) -> object:
    """As pandas splits a frame, as tf-serving has it, or nested lists."""
    import numpy

    if isinstance(document, dict) and "dataframe_split" in document:
        document = document["dataframe_split"]
    if isinstance(document, dict) and "data" in document:
        if "columns" not in document:
            return numpy.array(document["data"])[:MAX_ROWS]
        import pandas

        return pandas.DataFrame(document["data"], columns=document["columns"]).head(MAX_ROWS)
    if isinstance(document, dict) and "inputs" in document:
        document = document["inputs"]
    if isinstance(document, list) and document and isinstance(document[0], dict):
        import pandas

        return pandas.DataFrame(document).head(MAX_ROWS)
    if isinstance(document, list):
        return numpy.array(document)[:MAX_ROWS]
    raise ValueError("it holds no rows")
