"""Where output comes from, where it goes, and the log that gets it first."""
from __future__ import annotations

import errno
import os
import select
import socket
import stat
import time

CHUNK = 1 << 16
BURST = 1 << 18
_RETRY_SECONDS = 1.0


class OutputLog:
    """output.log. A disk that refuses it never stops the script: what is missing is counted and told."""

    def __init__(self, path: str, on_lost) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        self._on_lost = on_lost
        self._reason: str | None = None
        self._missing = 0
        self._retry_at = 0.0

    def append(self, data: bytes) -> None:
        if self._reason is None:
            written = self._write(data)
            self._missing = len(data) - written
            return
        if time.monotonic() < self._retry_at:
            self._missing += len(data)
            return
        mark = b"\n[loopwright: %d bytes of output are missing here: %s]\n" % (
            self._missing, self._reason.encode("utf-8", "replace"))
        self._reason = None
        written = self._write(mark + data)
        if written < len(mark) + len(data):
            self._missing += len(data) - max(0, written - len(mark))

    def _write(self, data: bytes) -> int:
        """How many bytes were taken; fewer than given means that the log has been told about."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._descriptor, view):]
            except OSError as error:
                self._reason = error.strerror or str(error)
                self._retry_at = time.monotonic() + _RETRY_SECONDS
                self._on_lost(self._reason)
                break
        return len(data) - len(view)

    def tail(self, size: int) -> bytes:
        try:
            end = os.fstat(self._descriptor).st_size
            start = max(0, end - size)
            return os.pread(self._descriptor, end - start, start)
        except OSError:
            return b""  # an unreadable log has been reported by its failing writes


class Sink:
    """A descriptor of the caller that output is shown on, written without ever blocking this process.

    The descriptor's own O_NONBLOCK flag must stay as it is: it is shared with the shell and its other children. So a
    pipe or terminal is opened once more (Linux), a socket is asked for each message, and whatever allows neither gets
    the little that a `poll` promises to be taken.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.pending = memoryview(b"")
        self.broken = False
        self._socket: socket.socket | None = None
        self._promised_only = False
        self._reopened = False
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISSOCK(mode):
            self._socket = socket.socket(fileno=os.dup(descriptor))
        elif not stat.S_ISREG(mode):
            flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY
            try:
                if not os.path.isdir("/proc/self/fd"):
                    raise OSError(errno.ENOENT, "no /proc")
                self.descriptor = os.open("/proc/self/fd/%d" % descriptor, flags)
                self._reopened = True
            except OSError:
                self._promised_only = True

    def write(self, data: bytes) -> None:
        """Only while nothing is pending. What is not taken at once stays pending."""
        self.pending = memoryview(data)
        self.flush()

    def flush(self) -> None:
        try:
            while self.pending:
                self.pending = self.pending[self._write_some():]
        except BlockingIOError:
            return
        except OSError:
            self.broken = True
            self.pending = memoryview(b"")

    def close(self) -> None:
        """Let go of the caller's stream, as far as this object has it a second time."""
        if self._socket is not None:
            self._socket.close()
        elif self._reopened:
            os.close(self.descriptor)

    def _write_some(self) -> int:
        if self._socket is not None:
            return self._socket.send(self.pending, socket.MSG_DONTWAIT)
        if not self._promised_only:
            return os.write(self.descriptor, self.pending)
        if not select.select([], [self.descriptor], [], 0)[1]:
            raise BlockingIOError
        return os.write(self.descriptor, self.pending[:select.PIPE_BUF])


class Source:
    """A pipe or pseudo-terminal that the script writes to."""

    def __init__(self, descriptor: int, sink: Sink | None, is_terminal: bool) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self.sink = sink
        self.is_terminal = is_terminal
        self.at_end = False

    def read(self) -> bytes:
        """What is there now, up to BURST bytes; sets `at_end` when nobody can write any more.

        A terminal at its end may come back to life, when a process whose controlling terminal it is opens it again.
        """
        self.at_end = False
        chunks: list[bytes] = []
        total = 0
        while total < BURST:
            try:
                data = os.read(self.descriptor, CHUNK)
            except BlockingIOError:
                break
            except OSError:  # EIO: no process has the other side of the pseudo-terminal open
                data = b""
            if not data:
                self.at_end = True
                break
            chunks.append(data)
            total += len(data)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)


class Stdio:
    """The child's descriptors 0, 1 and 2, and what carries them."""

    def __init__(self) -> None:
        self.child: dict[int, int] = {}
        self.closed: set[int] = set()
        self.sources: list[Source] = []
        self.master: int | None = None
        self.slave: int | None = None

    def close_child_ends(self) -> None:
        """After the fork: as long as we held them, the end of the output would never be seen."""
        for descriptor in {*self.child.values(), self.slave} - {None, 0, 1, 2}:
            os.close(descriptor)

    def close_sinks(self) -> None:
        """The caller's pipe or terminal is not complete for its reader before the last copy of it is closed."""
        for source in self.sources:
            if source.sink is not None:
                source.sink.close()
                source.sink = None

    def close_relay_ends(self) -> None:
        """In the keeper, which carries nothing."""
        self.close_sinks()
        for source in self.sources:
            os.close(source.descriptor)


def take_dev_null() -> None:
    """Let go of the caller's streams, but keep their numbers taken."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    if null > 2:
        os.close(null)


def fill_closed_descriptors() -> set[int]:
    """Which of 0, 1 and 2 were closed. They are opened on /dev/null here, so that no other file gets the number."""
    closed = set()
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            closed.add(number)
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
    return closed


def open_stdio(terminals: set[int], closed: set[int], shown: bool) -> Stdio:
    """What is a terminal for the caller is one for the child; everything else keeps its own way.

    `terminals` are the descriptors to put on a pseudo-terminal; `shown` says whether output goes to the caller.
    """
    stdio = Stdio()
    stdio.closed = closed
    if terminals:
        stdio.master, stdio.slave = os.openpty()
        display = next((fd for fd in (1, 2, 0) if fd in terminals), None)
        sink = Sink(display) if shown and display is not None else None
        stdio.sources.append(Source(stdio.master, sink, is_terminal=True))
    for number in (0, 1, 2):
        if number in terminals:
            stdio.child[number] = stdio.slave
        elif number in closed:
            continue
        elif number == 0:
            stdio.child[0] = 0
        elif number == 2 and 1 in stdio.child and 1 not in terminals and _same_file(1, 2):
            stdio.child[2] = stdio.child[1]  # `> log 2>&1`: one pipe keeps the order of the two
        else:
            reader, stdio.child[number] = _wide_pipe()
            stdio.sources.append(Source(reader, Sink(number) if shown else None, is_terminal=False))
    return stdio


def _same_file(left: int, right: int) -> bool:
    return os.path.samestat(os.fstat(left), os.fstat(right))


def _wide_pipe() -> tuple[int, int]:
    """A pipe with room for a burst, where the system allows it: fewer switches between script and relay."""
    reader, writer = os.pipe()
    try:
        import fcntl

        fcntl.fcntl(writer, getattr(fcntl, "F_SETPIPE_SZ", 1031), BURST)
    except (OSError, ValueError):
        pass  # not Linux, or the user's quota of pipe pages is used up; the default size does as well
    return reader, writer
