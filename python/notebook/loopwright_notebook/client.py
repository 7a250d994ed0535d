"""nbclient's client, with outputs that can't grow without end and somebody who is told of them as they come."""
from __future__ import annotations

from typing import Any, Callable

import nbformat
from nbclient import NotebookClient

from .outputs import Limits


class Client(NotebookClient):
    """`on_output(index, output, text)`: an output was added; `text` is what a stream got, None for other outputs."""

    def __init__(self, document: Any, manager: Any, on_output: Callable[[int, Any, "str | None"], None],
                 on_update: Callable[[int], None]) -> None:
        super().__init__(document, km=manager, timeout=None, iopub_timeout=30, allow_errors=False)
        self._on_output = on_output
        self._on_update = on_update
        self.limits = Limits()

    def _is_for_widget(self, msg: Any) -> bool:
        return bool(self.output_hook_stack[msg["parent_header"].get("msg_id")])

    def output(self, outs: Any, msg: Any, display_id: Any, cell_index: int) -> Any:
        if self._is_for_widget(msg):
            return super().output(outs, msg, display_id, cell_index)
        if self.clear_before_next_output:
            self.limits.clear()
        content = msg["content"]
        if msg["msg_type"] == "stream":
            return self._stream(outs, content, cell_index)
        if not self.limits.admit(content):
            return None
        out = super().output(outs, msg, display_id, cell_index)
        if out is not None:
            self._on_output(cell_index, out, None)
        return out

    def _stream(self, outs: Any, content: Any, cell_index: int) -> Any:
        """Pieces of one stream that follow each other are one output, as every editor shows them."""
        if self.clear_before_next_output:
            outs[:] = []
            self.clear_display_id_mapping(cell_index)
            self.clear_before_next_output = False
        out = outs[-1] if outs else None
        if out is None or out["output_type"] != "stream" or out["name"] != content["name"]:
            if not self.limits.admit({}):
                return None
            out = nbformat.v4.new_output("stream", name=content["name"], text="")
            outs.append(out)
        taken = self.limits.append(out, content["text"])
        self._on_output(cell_index, out, taken)
        return out

    def clear_output(self, outs: Any, msg: Any, cell_index: int) -> None:
        super().clear_output(outs, msg, cell_index)
        if not msg["content"].get("wait"):
            self.limits.clear()
            self._on_update(cell_index)

    def _update_display_id(self, display_id: str, msg: Any) -> None:
        super()._update_display_id(display_id, msg)
        for index in self._display_id_map.get(display_id, ()):
            self._on_update(index)
