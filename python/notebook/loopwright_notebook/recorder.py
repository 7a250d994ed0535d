"""What becomes of the cells, as records in the run's journal and files below its artifacts."""
from __future__ import annotations

import base64
import binascii
import errno
import os
from typing import Any

from journal_writer import Journal, now_ms

from .document import write_beside
from .outputs import MAX_CELL_TEXT, Form

# Outputs that are tried again when the disk has room.
_MAX_LOST = 1000


class Execution:
    def __init__(self, ordinal: int, cell: dict[str, Any], index: int) -> None:
        self.ordinal = ordinal
        self.cell = cell
        self.index = index
        self.start_ms = now_ms()
        self.told: list[Any] = []  # of each output, what its last record stood for
        self.sizes: dict[int, int] = {}  # of each stream that has a file
        self.is_dirty = False
        self.untold: dict[str, Any] = {}  # what the disk had no room for


class Recorder:
    def __init__(self, journal: Journal, run_dir: str) -> None:
        self._journal = journal
        self._artifacts = os.path.join(run_dir, "artifacts")
        self._by_index: dict[int, Execution] = {}
        self._count = 0
        self._lost: dict[tuple[int, int], tuple[Execution, Any]] = {}  # outputs whose files could not be written
        self._why = ""

    def begin(self, cell: dict[str, Any], index: int, tags: list[str]) -> Execution:
        execution, source = Execution(self._count, cell, index), cell["source"]
        self._count += 1
        self._by_index[index] = execution
        self._tell(execution, "running", source=source[:MAX_CELL_TEXT], source_cut=len(source) > MAX_CELL_TEXT,
                   tags=tags)
        return execution

    def end(self, execution: Execution, state: str, error: dict[str, str] | None, is_cut: Any) -> None:
        execution.is_dirty = True
        self.sync(execution, is_cut)
        if error:
            error = {key: _end_of(text) for key, text in error.items()}
        self._tell(execution, state, end_ms=now_ms(), error=error)
        self._retry()

    def finish(self) -> str | None:
        """Tells what could not be told in time. @returns what is missing all the same"""
        self._retry()
        if not self._lost:
            return None
        return "%d %s cut: %s." % (len(self._lost), "output of a cell was" if len(self._lost) == 1 else
                                   "outputs of cells were", self._why)

    def _tell(self, execution: Execution, state: str, **more: Any) -> None:
        record = {"n": execution.ordinal, "cell": execution.cell.get("id"), "index": execution.index, "state": state,
                  "start_ms": execution.start_ms, "count": execution.cell.get("execution_count")}
        execution.untold.update(record, **more)
        self._tell_untold(execution)

    def _tell_untold(self, execution: Execution) -> None:
        if execution.untold and self._journal.append("execution", now_ms(), execution.untold):
            execution.untold = {}

    def _retry(self) -> None:
        """A disk that was full may have room by now."""
        for execution in self._by_index.values():
            self._tell_untold(execution)
        for (_, ordinal), (execution, is_cut) in list(self._lost.items()):
            outputs = execution.cell.get("outputs") or []
            if ordinal < len(outputs):
                execution.sizes.pop(ordinal, None)
                self._tell_output(execution, ordinal, outputs[ordinal], is_cut)

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
        outputs = execution.cell.get("outputs") or []
        for ordinal, output in enumerate(outputs):
            mark = _mark(output)
            if ordinal < len(execution.told) and _is_same(execution.told[ordinal], mark):
                continue
            self._tell_output(execution, ordinal, output, is_cut)
            execution.told[ordinal:ordinal + 1] = [mark]
        for ordinal in range(len(outputs), len(execution.told)):
            # Cleared by the cell: the record of an output can be replaced, not taken back.
            self._journal.append("output", now_ms(), {"n": execution.ordinal, "i": ordinal, "kind": "stream",
                                                      "name": "stdout", "mime": "text/plain", "data": "", "size": 0})
            execution.sizes.pop(ordinal, None)
            self._lost.pop((execution.ordinal, ordinal), None)
        del execution.told[len(outputs):]

    def _tell_output(self, execution: Execution, ordinal: int, output: dict[str, Any], is_cut: Any) -> None:
        form, key = Form(output), (execution.ordinal, ordinal)
        record = {"n": execution.ordinal, "i": ordinal, "kind": form.kind, "name": form.name, "mime": form.mime,
                  "alternative": form.alternative, "cut": is_cut(output)}
        why = None
        if form.fits_in_record:
            record.update(data=form.content, size=len(form.content.encode("utf-8", "replace")))
        else:
            path = "cells/%d-%d.%s" % (execution.ordinal, ordinal, form.ending)
            grown = self._grown(execution, ordinal, form)
            try:
                size = self._write(path, _bytes(form)) if grown is None else self._append(path, grown)
                if form.kind == "stream":
                    execution.sizes[ordinal] = size
                record.update(path=path, size=size)
            except OSError as error:
                why = error.strerror or str(error)
                execution.sizes.pop(ordinal, None)
                record.update(data="" if form.is_binary else form.content[:MAX_CELL_TEXT], cut=True,
                              size=len(form.content))
        if not self._journal.append("output", now_ms(), record):
            why = why or "there was no room for its record"
        if why is None:
            self._lost.pop(key, None)
        elif key in self._lost or len(self._lost) < _MAX_LOST:
            self._lost[key] = execution, is_cut
            self._why = why

    @staticmethod
    def _grown(execution: Execution, ordinal: int, form: Form) -> bytes | None:
        """What is new at the end of a stream whose file has the rest; None where the file is to be written as a whole."""
        told = execution.told[ordinal] if ordinal < len(execution.told) else None
        if ordinal not in execution.sizes or not isinstance(told, tuple) or told[0] != form.name:
            return None
        length, end = told[1], told[2]
        if form.content[max(length - len(end), 0):length] != end:
            return None  # a progress bar's past was taken out, or the cell has cleared it
        return form.content[length:].encode("utf-8", "replace")

    def _append(self, path: str, data: bytes) -> int:
        with open(os.path.join(self._artifacts, *path.split("/")), "ab", buffering=0) as file:
            before = file.tell()
            if file.write(data) != len(data):
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return before + len(data)

    def _write(self, path: str, data: bytes) -> int:
        write_beside(os.path.join(self._artifacts, *path.split("/")), data)
        return len(data)


def _end_of(text: str) -> str:
    """The end of a traceback names the exception; the whole is in the executed notebook."""
    return text if len(text) <= MAX_CELL_TEXT else "[…]\n" + text[-MAX_CELL_TEXT + 4:]


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
