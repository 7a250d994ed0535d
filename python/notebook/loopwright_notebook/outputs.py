"""Outputs of cells: how large they may get, and what of them goes into a record."""
from __future__ import annotations

import json
import re
from typing import Any

# As in src/protocol/notebooks.ts; a test holds them equal.
MAX_CELL_TEXT = 20_000
MAX_CELL_OUTPUT_BYTES = 1_000_000
# What can't be cut without breaking it (a picture, a chart's HTML) is kept whole up to this size.
MAX_WHOLE_BYTES = 16_000_000
# Of one cell, all outputs together.
MAX_CELL_BYTES = 32_000_000
MAX_CELL_OUTPUTS = 1000

_RICHEST = ("image/png", "image/jpeg", "image/svg+xml", "text/html", "text/markdown", "application/json", "text/latex",
            "text/plain")
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/svg+xml": "svg", "text/html": "html",
            "text/markdown": "md", "application/json": "json", "text/latex": "tex", "text/plain": "txt"}
_BINARY = ("image/png", "image/jpeg", "image/gif")
# What a line showed before a carriage return has been overwritten.
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n)")


# So long a message is not parsed as a whole where its beginning is all that is kept.
_MAX_PARSED = 8 * MAX_CELL_OUTPUT_BYTES
_STREAM = re.compile(rb'\s*\{\s*"name"\s*:\s*"(stdout|stderr)"\s*,\s*"text"\s*:\s*"')
# What the kernel has not even sent; behind the text, in which quotes are escaped.
_MISSING = re.compile(rb'"\s*,\s*"missing"\s*:\s*(\d+)\s*\}\s*$')


def content_of(data: bytes, unpack: Any) -> Any:
    """A message's part; of the text of a huge stream a little more than is kept, and the length of the rest."""
    stream = _STREAM.match(data, 0, 100) if len(data) > _MAX_PARSED else None
    if stream is None:
        return unpack(data)
    piece = data[stream.end():stream.end() + 2 * MAX_CELL_OUTPUT_BYTES].decode("utf-8", "ignore")
    while True:
        try:
            text = json.loads('"%s"' % piece.rstrip("\\"), strict=False)
            break
        except ValueError:
            piece = piece[:-1]  # it ends in the middle of an escape: at most twelve characters
    unsent = _MISSING.search(data, len(data) - 60)
    return {"name": stream.group(1).decode("ascii"), "text": text,
            "missing": len(data) - stream.end() - len(piece) + (int(unsent.group(1)) if unsent else 0)}


class Limits:
    """What one execution of a cell may still put out. Mutates the messages that it lets pass."""

    def __init__(self) -> None:
        self._bytes = 0
        self._count = 0
        self._left_out = 0
        self._cut: dict[int, int] = {}  # id of a stream's output → characters that it lost

    def clear(self) -> None:
        self._bytes = self._count = 0
        self._cut.clear()

    def append(self, output: dict[str, Any], text: str, missing: int = 0) -> str:
        """Add to a stream what there is room for. @returns that"""
        if id(output) in self._cut:
            self._cut[id(output)] += len(text) + missing
            return ""
        room = MAX_CELL_OUTPUT_BYTES - len(output["text"])
        if len(text) > room and "\r" in output["text"]:
            output["text"] = _OVERWRITTEN.sub("", output["text"])
            room = MAX_CELL_OUTPUT_BYTES - len(output["text"])
        taken = text[:max(room, 0)]
        if self._bytes + len(taken) > MAX_CELL_BYTES:
            taken = ""
        self._bytes += len(taken)
        output["text"] += taken
        if len(taken) < len(text) or missing:
            self._cut[id(output)] = len(text) - len(taken) + missing
        return taken

    def admit(self, content: dict[str, Any]) -> bool:
        """Whether a new output may be added; texts that are too long are cut in place."""
        if "traceback" in content:
            content["traceback"] = _cut_lines(content["traceback"])
        if content.get("left_out"):  # in the kernel already
            self._left_out += 1
            return False
        data = content.get("data")
        if isinstance(data, dict):
            missing = content.get("missing") or {}
            for mime in list(data):
                data[mime] = _fitting(mime, data[mime], missing.get(mime, 0))
                if data[mime] is None:
                    del data[mime]
                    data.setdefault("text/plain", "[loopwright: an output of the type %s was larger than %d MB and "
                                                  "was left out]" % (mime, MAX_WHOLE_BYTES // 1_000_000))
        size = _size(content)
        if self._count >= MAX_CELL_OUTPUTS or self._bytes + size > MAX_CELL_BYTES:
            self._left_out += 1
            return False
        self._count += 1
        self._bytes += size
        return True

    def is_cut(self, output: dict[str, Any]) -> bool:
        return id(output) in self._cut

    def finish(self, outputs: list[Any], new_stream: Any) -> None:
        """Mark, at the end of the cell, what is not whole."""
        for output in outputs:
            lost = self._cut.get(id(output))
            if lost:
                output["text"] += "\n[loopwright: about %s more characters were cut here]\n" % format(lost, ",")
        if self._left_out:
            outputs.append(new_stream("stderr", "[loopwright: %s more outputs of this cell were left out]\n"
                                      % format(self._left_out, ",")))
            self._left_out = 0


def _fitting(mime: str, value: Any, missing: int) -> Any:
    """None for what does not fit. @param missing how much of it the kernel has left out"""
    if isinstance(value, list):
        value = "".join(map(str, value))
    if mime == "text/plain" and isinstance(value, str) and len(value) + missing > MAX_CELL_OUTPUT_BYTES:
        lost = len(value) + missing - MAX_CELL_OUTPUT_BYTES
        return value[:MAX_CELL_OUTPUT_BYTES] + "\n[loopwright: about %s more characters were cut here]" % format(lost, ",")
    return value if _size(value) + missing <= MAX_WHOLE_BYTES else None


def _cut_lines(lines: Any) -> Any:
    """A traceback: its beginning and its end say most."""
    if not isinstance(lines, list) or sum(len(str(line)) for line in lines) <= MAX_CELL_OUTPUT_BYTES:
        return lines
    half = MAX_CELL_OUTPUT_BYTES // 2
    text = "\n".join(map(str, lines))
    return [text[:half], "[loopwright: the middle of this traceback was cut]", text[-half:]]


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_size(item) for item in value)
    return 8


class Form:
    """One output as its record has it. What does not fit into a record is `content`, for a file with that ending."""

    def __init__(self, output: dict[str, Any]) -> None:
        kind = output["output_type"]
        self.name: str | None = None
        self.alternative: str | None = None
        self.mime = "text/plain"
        self.is_binary = False
        if kind == "stream":
            self.kind, self.name, self.content = "stream", output["name"], _joined(output["text"])
        elif kind == "error":
            self.kind, self.content = "error", "\n".join(map(str, output.get("traceback") or [])) or "%s: %s" % (
                output.get("ename", ""), output.get("evalue", ""))
        else:
            self.kind = "result" if kind == "execute_result" else "display"
            self._choose(output.get("data") or {})
        self.ending = _ENDINGS.get(self.mime, "bin" if self.is_binary else "txt")

    def _choose(self, data: dict[str, Any]) -> None:
        mime = next((mime for mime in _RICHEST if mime in data), None) or next(iter(data), "text/plain")
        value = data.get(mime, "")
        self.mime = mime
        self.is_binary = mime in _BINARY
        self.content = _joined(value) if isinstance(value, (str, list)) and not mime.endswith("json") else (
            json.dumps(value, ensure_ascii=False))
        plain = _joined(data["text/plain"]) if mime != "text/plain" and "text/plain" in data else None
        self.alternative = plain[:MAX_CELL_TEXT] if plain is not None else None

    @property
    def fits_in_record(self) -> bool:
        return not self.is_binary and self.mime != "image/svg+xml" and len(self.content) <= MAX_CELL_TEXT


def _joined(text: Any) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
