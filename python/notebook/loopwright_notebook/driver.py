"""One notebook, executed from its first cell to its last."""
from __future__ import annotations

import asyncio
import logging
import os
import time
from typing import Any

from journal_writer import Journal, now_ms

from . import document as documents
from . import failures, parts
from .inspection import Inspecting
from .console import Console, duration
from .ending import Ending
from .failures import Failure
from .kernel import Kernel, named_spec, python_spec
from .metadata import Metadata
from .options import Options
from .outputs import Limits
from .parameters import Injection
from .recorder import Execution, Recorder
from .refusal import Refusal

_STARTUP_SECONDS = 120
# Saving takes at most this part of the time, however large the notebook.
_SAVING_SHARE = 0.05
_TICK_SECONDS = 0.25
_INSPECTION_SECONDS = 15


class Driver:
    def __init__(self, options: Options, notebook: Any, document: dict[str, Any], journal: Journal) -> None:
        self._options = options
        self._notebook = notebook
        self._document: Any = document
        self._journal = journal
        self._injection: Injection | None = None
        self._executed = "notebook/" + documents.file_name(options.name)
        self._target = os.path.join(options.run_dir, "artifacts", *self._executed.split("/"))
        self._save_seconds = 0.0
        self._saved_at = 0.0
        self._unsaved: str | None = None  # why the executed notebook could not be written
        self._recorder = Recorder(journal, options.run_dir)
        self._client: Any = None
        self._inspecting: Inspecting | None = None
        self._failure: Failure | None = None

    async def run(self) -> int:
        """@returns the exit code; negative for the signal that asked for the end"""
        self._prepare()
        self._kernel = kernel = Kernel(self._options.run_dir, self._options.hook_dir, self._spec)
        self._ending = Ending(kernel)
        self._ending.listen()
        timer = self._ending.limited(self._options.time_limit_s, "notebook")
        start = time.monotonic()
        try:
            await self._start()
            await self._execute()
        finally:
            if timer:
                timer.cancel()
            self._ending.over()
            await self._end()
        return self._conclude(time.monotonic() - start)

    # Before the first cell

    def _prepare(self) -> None:
        options, document = self._options, self._document
        if options.parameters and not self._notebook.is_python:
            raise Refusal("Parameters can be given to notebooks in Python; %s is in %s. Leave out -P." % (
                options.name, self._notebook.language))
        self._spec = self._kernel_spec()
        if options.parameters:
            is_secret_text = parts.secrets().is_secret_text
            self._injection = Injection(
                document, options.parameters, lambda name, text: name in options.hidden or is_secret_text(name, text))
        shown = self._injection.values if self._injection else {}
        self._metadata = Metadata(document, options.path, self._target, shown)
        self._code_cells = [index for index, cell in enumerate(document["cells"]) if documents.is_executed(cell)]
        self._console = Console(len(self._code_cells))
        self._tell_facts()
        if self._injection:
            self._tell_parameters(self._injection)
        if not self._code_cells:
            self._note("The notebook has no cell with code: there was nothing to execute.")

    def _tell_facts(self) -> None:
        options, notebook = self._options, self._notebook
        if options.state:
            self._journal.append("loaded", now_ms(), [[options.path, *options.state]])
        self._journal.facts("notebook", {
            "path": options.path, "format": notebook.format, "language": notebook.language,
            "kernel": options.kernel or notebook.kernel, "codeCells": len(self._code_cells),
            "executed": self._executed, "observed": "whole"})
        if not notebook.is_python:
            self._note("The notebook is in %s: it is run, and captured from outside only. What is seen from inside of "
                       "Python (parameters, metrics, models, who opened a file) is not here." % notebook.language, "info")

    def _tell_parameters(self, injection: Injection) -> None:
        if not injection.has_cell:
            self._note("The notebook has no cell with the tag `parameters`. The values were set at its top.", "info")
            return
        for name in injection.unknown:
            self._note("The notebook has no parameter %s in its cell `parameters`. It was set all the same." % name)

    def _kernel_spec(self) -> Any:
        if self._options.kernel:
            return named_spec(self._options.kernel)
        if self._notebook.is_python:
            return python_spec()
        return named_spec(self._notebook.kernel or self._notebook.language)

    async def _start(self) -> None:
        try:
            await self._kernel.start(self._options.folder)
        except (OSError, ValueError) as error:
            raise Refusal("The kernel could not be started (%s). Is its program still there? Install it anew, or choose "
                          "another with --kernel NAME." % error)
        self._inspecting = Inspecting(self._options.path, self._journal)
        # Imported while the kernel comes up.
        import nbformat

        from .client import Client

        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        self._document = nbformat.from_dict(self._document)
        self._metadata.adopt(self._document)
        self._client = Client(self._document, self._kernel.manager, self._on_output, self._recorder.touch)
        self._client.startup_timeout = _STARTUP_SECONDS
        if self._injection:
            self._client.put_in_place(self._injection)
        self._save()
        ready = asyncio.ensure_future(self._wait_until_ready())
        stopped = asyncio.ensure_future(self._ending.stopped.wait())
        # nbclient sees a kernel that is gone after ten seconds.
        gone = asyncio.ensure_future(self._kernel.is_gone())
        await asyncio.wait({ready, stopped, gone}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            stopped.cancel()
            gone.cancel()
            return ready.result()
        has_died = gone.done() and not stopped.done()
        for waiting in (ready, stopped, gone):
            waiting.cancel()
        await asyncio.gather(ready, return_exceptions=True)
        if has_died:
            await self._kernel.reap()
            raise self._not_started(failures.how_ended(self._kernel.exit_code()))
        self._kernel.kill()

    async def _wait_until_ready(self) -> None:
        try:
            await self._client.async_start_new_kernel_client()
            reply = await self._client.async_wait_for_reply(self._client.kc.kernel_info())
        except (RuntimeError, TimeoutError) as error:
            raise self._not_started(str(error).strip())
        if reply:
            self._document["metadata"]["language_info"] = reply["content"]["language_info"]

    def _not_started(self, why: str) -> Refusal:
        return Refusal("The kernel did not start (%s). What it said stands above, if it said anything. Try it by "
                       "itself: %s" % (why.rstrip("."), " ".join(self._spec.argv[:3])))

    # Cells

    async def _execute(self) -> None:
        for index, cell in enumerate(self._document["cells"]):
            if self._ending.is_asked:
                break
            self._metadata.begin(cell)
            if not documents.is_executed(cell):
                self._metadata.end(cell, is_failed=False)
            elif not await self._run_cell(cell, index):
                break
            else:
                self._save_if_cheap()
        if self._failure is None and self._ending.limit:
            self._failure = failures.limit_between(self._options)

    async def _run_cell(self, cell: Any, index: int) -> bool:
        """@returns whether to go on"""
        number = self._code_cells.index(index) + 1
        execution = self._recorder.begin(cell, index, documents.tags_of(cell))
        self._console.begin(number, cell["source"])
        self._client.limits = limits = Limits()
        start = time.monotonic()
        timer = self._ending.limited(self._options.cell_time_limit_s, "cell")
        ticker = asyncio.ensure_future(self._tick(execution))
        try:
            failure = await self._outcome(cell, index, number)
        finally:
            ticker.cancel()
            if timer:
                timer.cancel()
        limits.finish(cell["outputs"], self._client.new_stream)
        state = "ok" if failure is None else failure.state
        self._metadata.end(cell, state != "ok")
        self._recorder.end(execution, state, failure.error if failure and state != "ok" else None, limits.is_cut)
        self._recorder.sync_others(execution, limits.is_cut)
        if failure is not None:
            self._failure = failure
            if failure.error["traceback"]:
                self._console.error(failure.error["traceback"])
        self._console.end(time.monotonic() - start)
        return failure is None

    async def _outcome(self, cell: Any, index: int, number: int) -> Failure | None:
        from nbclient.exceptions import CellExecutionError, DeadKernelError

        try:
            await self._client.async_execute_cell(cell, index, execution_count=self._client.code_cells_executed + 1)
        except CellExecutionError:
            return failures.of_cell(cell, number, self._ending, self._options)
        except DeadKernelError:
            await self._kernel.reap()
            return failures.of_dead_kernel(cell, number, self._kernel.exit_code(), self._ending, self._options)
        # A cell may swallow the interrupt, and so end well.
        return failures.of_end(number, self._ending, self._options) if self._ending.is_asked else None

    async def _tick(self, execution: Execution) -> None:
        """What a cell puts out is told while it runs, in steps."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._recorder.sync(execution, self._client.limits.is_cut)

    def _on_output(self, index: int, output: Any, text: str | None) -> None:
        self._recorder.touch(index)
        if text is not None:
            self._console.stream(output["name"], text)
        elif output["output_type"] != "error":
            self._console.output(output)

    # After the last cell

    async def _end(self) -> None:
        client = self._client
        if client is not None and client.kc is not None:
            client.set_widgets_metadata()
        is_dead = self._ending.is_forced or (self._failure is not None and self._failure.is_kernel_gone)
        await self._kernel.end(at_once=is_dead)
        if self._inspecting is not None:
            await self._inspecting.finish(1 if self._ending.is_asked else _INSPECTION_SECONDS)
        if client is not None and client.kc is not None:
            client.kc.stop_channels()
        self._metadata.finish()
        if client is not None:
            self._save()
            self._tell_artifact()

    def _tell_artifact(self) -> None:
        missing = self._recorder.finish()
        if missing is not None:
            self._note(missing)
        if self._unsaved is not None:
            self._note("The executed notebook could not be written: %s." % self._unsaved)
        if os.path.exists(self._target):
            self._journal.append("artifact", now_ms(), {
                "path": self._executed, "size": os.path.getsize(self._target), "kind": "file"})

    def _conclude(self, seconds: float) -> int:
        if self._ending.signal is not None:
            self._console.error("Stopped after %s." % duration(seconds))
            return -self._ending.signal
        if self._failure is None:
            return 0
        if self._failure.is_end:
            self._note(self._failure.reason, "info")
            return 0
        self._journal.facts("outcome", {"reason": self._failure.reason})
        self._console.error("loopwright: " + self._failure.reason)
        return 1

    def _save_if_cheap(self) -> None:
        if time.monotonic() - self._saved_at >= self._save_seconds / _SAVING_SHARE:
            self._save()

    def _save(self) -> None:
        start = time.monotonic()
        try:
            documents.write(self._document, self._target)
            self._unsaved = None
        except OSError as error:
            self._unsaved = error.strerror or str(error)  # told at the end, if it is still so
        self._saved_at = time.monotonic()
        self._save_seconds = self._saved_at - start

    def _note(self, text: str, level: str = "warning") -> None:
        self._journal.note(text, level)
        self._console.error("loopwright: " + text)
