"""One notebook, executed from its first cell to its last."""
from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from typing import Any

from journal_writer import Journal, now_ms

from . import document as documents
from .console import Console, duration
from .ending import Ending
from .kernel import Kernel, named_spec, python_spec
from .metadata import Metadata
from .options import Options
from .parameters import Injection
from .recorder import Execution, Recorder
from .refusal import Refusal
from .secrets import is_secret

_STARTUP_SECONDS = 120
# Saving takes at most this part of the time, however large the notebook.
_SAVING_SHARE = 0.05


class Driver:
    def __init__(self, options: Options, notebook: dict[str, Any], journal: Journal) -> None:
        self._options = options
        self._document = notebook
        self._journal = journal
        self._injection: Injection | None = None
        self._executed = "notebook/" + documents.file_name(options.name)
        self._target = os.path.join(options.run_dir, "artifacts", *self._executed.split("/"))
        self._save_seconds = 0.0
        self._saved_at = 0.0
        self._recorder = Recorder(journal, options.run_dir)
        self._execution: Execution | None = None
        self._failure: str | None = None

    async def run(self) -> int:
        """@returns the exit code; negative for the signal that asked for the end"""
        self._prepare()
        spec = self._spec()
        kernel = Kernel(self._options.run_dir, self._options.hook_dir, spec)
        self._ending = Ending(kernel)
        self._ending.listen()
        timer = self._ending.limited(self._options.time_limit_s, "notebook")
        try:
            await self._start(kernel)
            await self._execute()
        finally:
            if timer:
                timer.cancel()
            self._ending.over()
            await self._end(kernel)
        return self._conclude()

    # Before

    def _prepare(self) -> None:
        options = self._options
        given = options.parameters
        language = documents.language_of(self._document)
        if given and language not in (None, "python"):
            raise Refusal("Parameters can be given to notebooks in Python; %s is in %s. Leave out -P." % (
                options.name, language))
        if given:
            self._injection = Injection(
                self._document, given, lambda name, text: name in options.hidden or is_secret(name, text))
        shown = self._injection.values if self._injection else {}
        self._metadata = Metadata(self._document, options.path, self._target, shown)
        cells = self._document["cells"]
        self._code_cells = [index for index, cell in enumerate(cells) if _is_executed(cell)]
        self._console = Console(len(self._code_cells))
        stat = os.stat(options.path)
        self._journal.append("loaded", now_ms(), [[options.path, str(stat.st_mtime_ns), stat.st_size]])
        self._journal.facts("notebook", {
            "path": options.path, "format": "ipynb", "language": language or "python",
            "kernel": options.kernel or documents.kernel_of(self._document), "codeCells": len(self._code_cells),
            "executed": self._executed, "observed": "whole"})
        if self._injection:
            for name in self._injection.unknown if self._injection.has_cell else ():
                self._note("The notebook has no parameter %s in its cell `parameters`. It was set all the same." % name)

    def _spec(self) -> Any:
        if self._options.kernel:
            return named_spec(self._options.kernel)
        if documents.language_of(self._document) in (None, "python"):
            return python_spec()
        return named_spec(documents.kernel_of(self._document) or "")

    async def _start(self, kernel: Kernel) -> None:
        await kernel.start(self._options.folder)
        # Imported while the kernel comes up.
        import nbformat

        from .client import Client

        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        self._document = nbformat.from_dict(self._document)
        self._metadata.adopt(self._document)
        if self._injection:
            self._injection.adopt(self._document)
        self._client = Client(self._document, kernel.manager, self._on_output, self._recorder.touch)
        self._client.startup_timeout = _STARTUP_SECONDS
        self._save()
        self._kernel = kernel
        await self._client.async_start_new_kernel_client()
        reply = await self._client.async_wait_for_reply(self._client.kc.kernel_info())
        if reply:
            self._document["metadata"]["language_info"] = reply["content"]["language_info"]

    # Cells

    async def _execute(self) -> None:
        for index, cell in enumerate(self._document["cells"]):
            if self._ending.is_asked:
                break
            self._metadata.begin(cell)
            if not _is_executed(cell):
                self._metadata.end(cell, is_failed=False)
                continue
            if not await self._run_cell(cell, index):
                break
            self._save_if_cheap()
        self._client.set_widgets_metadata()

    async def _run_cell(self, cell: Any, index: int) -> bool:
        """@returns whether to go on"""
        from nbclient.exceptions import CellExecutionError, DeadKernelError

        number = self._code_cells.index(index) + 1
        source = cell["source"]
        self._execution = execution = self._recorder.begin(cell, index, source, documents.tags_of(cell))
        self._console.begin(number, source)
        self._client.limits = type(self._client.limits)()
        start = time.monotonic()
        timer = self._ending.limited(self._options.cell_time_limit_s, "cell")
        ticker = asyncio.ensure_future(self._tick(execution))
        state, error = "ok", None
        try:
            await self._client.async_execute_cell(cell, index, execution_count=self._client.code_cells_executed + 1)
        except CellExecutionError:
            state, error = "failed", _error_of(cell)
        except DeadKernelError:
            state, error = "failed", {"name": "DeadKernelError", "message": "The kernel died.", "traceback": ""}
        finally:
            ticker.cancel()
            if timer:
                timer.cancel()
        self._client.limits.finish(cell["outputs"], self._new_stream)
        self._metadata.end(cell, state != "ok")
        self._recorder.end(execution, state, error, self._client.limits.is_cut)
        self._recorder.sync_others(execution, self._client.limits.is_cut)
        if error:
            self._failure = "Cell %d failed: %s: %s" % (number, error["name"], error["message"])
            self._console.error(error["traceback"] or self._failure)
        self._console.end(time.monotonic() - start)
        return state == "ok"

    async def _tick(self, execution: Execution) -> None:
        while True:
            await asyncio.sleep(0.25)
            if self._recorder.is_due(execution):
                self._recorder.sync(execution, self._client.limits.is_cut)

    def _on_output(self, index: int, output: Any, text: str | None) -> None:
        self._recorder.touch(index)
        if text is not None:
            self._console.stream(output["name"], text)
        elif output["output_type"] != "error":
            self._console.output(output)

    def _new_stream(self, name: str, text: str) -> Any:
        import nbformat

        return nbformat.v4.new_output("stream", name=name, text=text)

    # After

    async def _end(self, kernel: Kernel) -> None:
        client = getattr(self, "_client", None)
        await kernel.end(at_once=False)
        if client is not None and client.kc is not None:
            client.kc.stop_channels()
        self._metadata.finish()
        if client is not None:
            self._save()
            self._journal.append("artifact", now_ms(), {
                "path": self._executed, "size": os.path.getsize(self._target), "kind": "file"})

    def _conclude(self) -> int:
        if self._failure is None:
            return 0
        self._journal.facts("notebook", {"reason": self._failure})
        return 1

    def _save_if_cheap(self) -> None:
        if time.monotonic() - self._saved_at >= self._save_seconds / _SAVING_SHARE:
            self._save()

    def _save(self) -> None:
        start = time.monotonic()
        documents.write(self._document, self._target)
        self._saved_at = time.monotonic()
        self._save_seconds = self._saved_at - start

    def _note(self, text: str, level: str = "warning") -> None:
        self._journal.note(text, level)
        print("loopwright: %s" % text, file=sys.stderr)


def _is_executed(cell: dict[str, Any]) -> bool:
    """As nbclient decides it."""
    return cell["cell_type"] == "code" and bool(cell["source"].strip()) and (
        "skip-execution" not in documents.tags_of(cell))


def _error_of(cell: dict[str, Any]) -> dict[str, str]:
    for output in reversed(cell["outputs"]):
        if output["output_type"] == "error":
            return {"name": output["ename"], "message": output["evalue"], "traceback": "\n".join(output["traceback"])}
    return {"name": "Error", "message": "", "traceback": ""}
