"""Linux's inotify, through ctypes: it sees files that any process opens, in any language, without special rights."""
from __future__ import annotations

import ctypes
import os
import struct

ACCESS = 0x001
CLOSE_WRITE = 0x008
CLOSE_NOWRITE = 0x010
OPEN = 0x020
MOVED_FROM = 0x040
MOVED_TO = 0x080
CREATE = 0x100
Q_OVERFLOW = 0x4000
IGNORED = 0x8000
_ONLYDIR = 0x01000000
ISDIR = 0x40000000
# Reads themselves (IN_ACCESS) are left out: each would be an event, for what opening and closing tell as well.
_MASK = OPEN | CLOSE_WRITE | CLOSE_NOWRITE | MOVED_FROM | MOVED_TO | CREATE | _ONLYDIR
_HEADER = struct.Struct("iIII")


class Inotify:
    """Raises OSError where the system has none, or no more instances or watches to give."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._libc, "inotify_init1"):
            raise OSError(0, "this system has no inotify")
        self.descriptor = self._check(self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def add(self, folder: str) -> int:
        return self._check(self._libc.inotify_add_watch(self.descriptor, os.fsencode(folder), ctypes.c_uint32(_MASK)))

    def read(self) -> list[tuple[int, int, int, str]]:
        """What has happened since: (watch, mask, cookie, name). Empty when nothing has."""
        try:
            data = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return []
        events, position = [], 0
        while position < len(data):
            watch, mask, cookie, length = _HEADER.unpack_from(data, position)
            position += _HEADER.size
            name = data[position:position + length].rstrip(b"\0")
            position += length
            events.append((watch, mask, cookie, os.fsdecode(name)))
        return events

    def close(self) -> None:
        os.close(self.descriptor)

    def _check(self, result: int) -> int:
        if result < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return result
