"""What becomes of the cells, as records in the run's journal and files below its artifacts."""
from __future__ import annotations

import base64
import binascii
import os
import time
from typing import Any

from journal_writer import Journal, now_ms

from .outputs import MAX_CELL_TEXT, Form

_SYNC_SECONDS = 0.25


class Execution:
    def __init__(self, ordinal: int, cell: dict[str, Any], index: int, source: str, tags: list[str]) -> None:
        self.ordinal = ordinal
        self.cell = cell
        self.index = index
        self.source = source
        self.tags = tags
        self.start_ms = now_ms()
        self.told: list[Any] = []  # of each output, what its last record stood for
        self.is_dirty = False


class Recorder:
    def __init__(self, journal: Journal, run_dir: str) -> None:
        self._journal = journal
        self._artifacts = os.path.join(run_dir, "artifacts")
        self._last_sync = 0.0
        self._by_index: dict[int, Execution] = {}
        self._count = 0

    def begin(self, cell: dict[str, Any], index: int, source: str, tags: list[str]) -> Execution:
        execution = Execution(self._count, cell, index, source, tags)
        self._count += 1
        self._by_index[index] = execution
        self._tell(execution, "running", source=source[:MAX_CELL_TEXT], source_cut=len(source) > MAX_CELL_TEXT,
                   tags=tags)
        return execution

    def end(self, execution: Execution, state: str, error: dict[str, str] | None, is_cut: Any) -> None:
        execution.is_dirty = True
        self.sync(execution, is_cut)
        self._tell(execution, state, end_ms=now_ms(), error=error, source_cut=len(execution.source) > MAX_CELL_TEXT)

    def _tell(self, execution: Execution, state: str, **more: Any) -> None:
        record = {"n": execution.ordinal, "cell": execution.cell.get("id"), "index": execution.index, "state": state,
                  "start_ms": execution.start_ms, "count": execution.cell.get("execution_count")}
        self._journal.append("execution", now_ms(), {**record, **more})

    def is_due(self, execution: Execution) -> bool:
        return execution.is_dirty and time.monotonic() - self._last_sync >= _SYNC_SECONDS

    def touch(self, index: int) -> None:
        """An output of a cell that has run already was replaced from another one."""
        if index in self._by_index:
            self._by_index[index].is_dirty = True

    def sync_others(self, execution: Execution, is_cut: Any) -> None:
        for other in self._by_index.values():
            if other is not execution and other.is_dirty:
                self.sync(other, is_cut)

    def sync(self, execution: Execution, is_cut: Any) -> None:
        """Write a record for each output that is not what its last record says."""
        if not execution.is_dirty:
            return
        execution.is_dirty = False
        self._last_sync = time.monotonic()
        outputs = execution.cell.get("outputs") or []
        for ordinal, output in enumerate(outputs):
            mark = _mark(output)
            if ordinal < len(execution.told) and _is_same(execution.told[ordinal], mark):
                continue
            self._tell_output(execution, ordinal, output, is_cut(output))
            execution.told[ordinal:ordinal + 1] = [mark]
        for ordinal in range(len(outputs), len(execution.told)):
            # Cleared by the cell: the record of an output can be replaced, not taken back.
            self._journal.append("output", now_ms(), {"n": execution.ordinal, "i": ordinal, "kind": "stream",
                                                      "name": "stdout", "mime": "text/plain", "data": "", "size": 0})
        del execution.told[len(outputs):]

    def _tell_output(self, execution: Execution, ordinal: int, output: dict[str, Any], is_cut: bool) -> None:
        form = Form(output)
        record = {"n": execution.ordinal, "i": ordinal, "kind": form.kind, "name": form.name, "mime": form.mime,
                  "alternative": form.alternative, "cut": is_cut}
        if form.fits_in_record:
            record.update(data=form.content, size=len(form.content.encode("utf-8", "replace")))
        else:
            path = "cells/%d-%d.%s" % (execution.ordinal, ordinal, form.ending)
            record.update(path=path, size=self._write(path, _bytes(form)))
        self._journal.append("output", now_ms(), record)

    def _write(self, path: str, data: bytes) -> int:
        target = os.path.join(self._artifacts, *path.split("/"))
        beside = os.path.join(os.path.dirname(target), ".loopwright-" + os.path.basename(target))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(beside, "wb") as file:
            file.write(data)
        os.replace(beside, target)
        return len(data)


def _mark(output: dict[str, Any]) -> Any:
    """A stream by its length; other outputs by the object that holds their data, which an update replaces."""
    if output["output_type"] == "stream":
        return output["name"], len(output["text"]), output["text"][-16:]
    return output.get("data", output)


def _is_same(left: Any, right: Any) -> bool:
    return left == right if isinstance(left, tuple) and isinstance(right, tuple) else left is right


def _bytes(form: Form) -> bytes:
    if form.is_binary:
        try:
            return base64.b64decode(form.content)
        except (binascii.Error, ValueError):
            return form.content.encode("utf-8", "replace")  # as the kernel gave it; a viewer will say what it is not
    return form.content.encode("utf-8", "replace")
