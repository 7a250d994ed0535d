"""The line between relay and keeper: JSON objects, one a line, over a socket pair.

Its end is as telling as its content: a closed channel means that the other process is gone.
"""
from __future__ import annotations

import json
import socket


class Channel:
    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._buffer = b""
        self.closed = False

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        left, right = socket.socketpair()
        return cls(left), cls(right)

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: dict) -> None:
        """Messages are short and both sides always read, so this does not block for long."""
        try:
            self._socket.sendall(json.dumps(message).encode("ascii") + b"\n")
        except OSError:
            self.closed = True  # the other process has died; what it was to be told no longer matters

    def receive(self) -> list[dict]:
        """Call when readable. Sets `closed` when the other side is gone."""
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.closed = True
            return []
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        self.closed = True
        self._socket.close()
