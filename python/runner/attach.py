"""Attach this terminal to a run: show its output, pass on what is typed, leave with its exit code.

The run does not depend on it: closing the terminal only ends the view.
"""
from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time

import spec as spec_file
import state
import wire
from loop import Loop
from relay import exit_code
from signals import SignalPipe
from terminal import DEFAULT_SIZE, Terminal, columns_and_rows, get_size
from wording import duration

TAIL_BYTES = 64 << 10
NO_RUN = 1
_CONNECT_SECONDS = 5.0
_RECORD_SECONDS = 2.0


class AttachError(Exception):
    """Why the run cannot be shown; the text is for the user."""


class Unreachable(AttachError):
    """Nobody answers on the socket, at least not now."""


def attach(run_dir: str, hold: bool) -> int:
    """`hold`: when the run has ended, wait for a key before the terminal may close."""
    try:
        final = _watch(run_dir, tells_the_end=not hold)
        if hold:
            _hold("%s Press any key to close." % describe(final))
        return exit_code(final)
    except AttachError as error:
        print("loopwright: %s" % error, file=sys.stderr)
        if hold:
            _hold("Press any key to close.")
        return NO_RUN


def _watch(run_dir: str, tells_the_end: bool) -> dict:
    """Show the run until its end; how it ended."""
    deadline = time.monotonic() + _RECORD_SECONDS
    while True:
        fields = state.read(run_dir)
        if fields is None:
            raise AttachError("%s holds no run that has been started." % run_dir)
        if fields["state"] in state.ENDED:
            _show_tail(run_dir)
            if tells_the_end:
                print(describe(fields), file=sys.stderr)
            return fields
        if not state.is_alive(fields["runner"], fields["boot_id"]):
            raise AttachError("The runner of this run was killed, and how the script ended is not recorded.")
        try:
            view = View(run_dir, fields)
        except Unreachable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)  # it has not begun to listen yet, or has just ended
            continue
        final = view.show()
        if final is not None:
            return final
        if not view.was_dropped:
            raise AttachError("Detached. The run goes on; attach again to see it.")
        fields = _settled(run_dir)
        if fields["state"] in state.ENDED:
            return fields
        # Dropped for being slow (a paused terminal): go on with the latest output.


def _settled(run_dir: str) -> dict:
    """What is recorded once the connection has ended; a keeper that has lost its relay needs a moment."""
    deadline = time.monotonic() + _RECORD_SECONDS
    while True:
        fields = state.read(run_dir)
        if fields is None:
            raise AttachError("%s was deleted" % run_dir)
        relay_lives = state.is_alive(fields["runner"], fields["boot_id"])
        if fields["state"] in state.ENDED or relay_lives or time.monotonic() > deadline:
            return fields
        time.sleep(0.02)


class View:
    """One connection to a running run."""

    def __init__(self, run_dir: str, fields: dict) -> None:
        self.was_dropped = False
        self._run_dir = run_dir
        self._has_terminal = fields["tty"]
        self._connection, self._reader = _connect(run_dir)
        self._loop = Loop()
        self._final: dict | None = None
        self._left = False
        self._skips_first_line = _log_size(run_dir) > TAIL_BYTES
        self._terminal = _own_terminal()

    def show(self) -> dict | None:
        """How the run ended; None if the view ended before it (see `was_dropped`)."""
        signals = SignalPipe([signal.SIGWINCH, signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
        self._signals = signals
        self._loop.watch(signals.reader, on_read=self._on_signals)
        self._loop.watch(self._connection.fileno(), on_read=self._on_frames)
        if self._terminal is not None and self._has_terminal:
            self._terminal.make_raw()
            self._loop.watch(self._terminal.descriptor, on_read=self._on_typed)
        try:
            columns, rows = self._size()
            self._send(wire.ATTACH, {"cols": columns, "rows": rows, "tail": TAIL_BYTES})
            while self._final is None and not self.was_dropped and not self._left:
                self._loop.turn(None)
        finally:
            if self._terminal is not None:
                self._terminal.restore()
                self._terminal.close()
            self._connection.close()
            signal.set_wakeup_fd(-1)
            signals.close()
        return self._final

    def _size(self) -> tuple[int, int]:
        packed = get_size(1) or get_size(0)
        return columns_and_rows(packed) if packed else DEFAULT_SIZE

    def _send(self, kind: bytes, content: object) -> None:
        payload = content if isinstance(content, bytes) else json.dumps(content).encode("ascii")
        try:
            self._connection.sendall(wire.frame(kind, payload))
        except OSError:
            self.was_dropped = True

    def _on_frames(self) -> None:
        try:
            data = self._connection.recv(1 << 16)
            frames = self._reader.feed(data)
        except (OSError, wire.WireError):
            data, frames = b"", []
        if not data:
            self.was_dropped = True
        for kind, payload in frames:
            if kind == wire.OUTPUT:
                self._print(payload)
            elif kind == wire.ENDED:
                self._final = json.loads(payload)
            elif kind == wire.ERROR:
                newline = "\r\n" if self._terminal is not None and self._terminal.is_raw else "\n"
                sys.stderr.write("loopwright: %s%s" % (payload.decode("utf-8", "replace"), newline))
                sys.stderr.flush()

    def _print(self, data: bytes) -> None:
        if self._skips_first_line:
            self._skips_first_line = False
            data = data[data.find(b"\n", 0, 4096) + 1:]  # the tail starts anywhere, also inside a character
        if not write_all(1, data):
            self._left = True

    def _on_typed(self) -> None:
        try:
            data = os.read(self._terminal.descriptor, 1 << 14)
        except OSError:
            data = b""
        if data:
            self._send(wire.INPUT, data)
        else:
            self._left = True

    def _on_signals(self) -> None:
        for number in self._signals.take():
            if number == signal.SIGWINCH:
                columns, rows = self._size()
                self._send(wire.RESIZE, {"cols": columns, "rows": rows})
            else:
                self._left = True  # the view ends; what it shows goes on


def _own_terminal() -> Terminal | None:
    """This terminal, if keys typed here are meant for us."""
    if not os.isatty(0) or not os.isatty(1):
        return None
    terminal = Terminal(0)
    if terminal.is_foreground():
        return terminal
    terminal.close()
    return None


def _connect(run_dir: str) -> tuple[socket.socket, wire.FrameReader]:
    """A connection on which both sides have proved that they know the token."""
    try:
        spec = spec_file.load(run_dir)
    except spec_file.SpecError as error:
        raise AttachError(str(error))
    if spec.socket is None or spec.token is None:
        raise AttachError("this run was started without a socket, so nobody can attach to it")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_CONNECT_SECONDS)
    reader = wire.FrameReader()
    try:
        token = wire.read_token(spec.token)
        connection.connect(spec.socket)
        nonce = os.urandom(wire.NONCE_BYTES)
        connection.sendall(wire.frame(wire.HELLO, nonce))
        kind, answer = _next_frame(connection, reader)
        proof, theirs = answer[:wire.PROOF_BYTES], answer[wire.PROOF_BYTES:]
        if kind != wire.HELLO or not wire.same(proof, wire.proof(token, b"runner", nonce)):
            raise AttachError("whoever listens on %s is not the runner of this run" % spec.socket)
        connection.sendall(wire.frame(wire.PROOF, wire.proof(token, b"client", theirs)))
    except (OSError, wire.WireError) as error:
        connection.close()
        raise Unreachable("the runner of this run cannot be reached: %s" % error)
    connection.settimeout(None)
    return connection, reader


def _next_frame(connection: socket.socket, reader: wire.FrameReader) -> tuple[bytes, bytes]:
    while True:
        data = connection.recv(4096)
        if not data:
            raise wire.WireError("it closed the connection")
        frames = reader.feed(data)
        if frames:
            return frames[0]


def _log_size(run_dir: str) -> int:
    try:
        return os.stat(os.path.join(run_dir, "output.log")).st_size
    except OSError:
        return 0


def _show_tail(run_dir: str) -> None:
    size = _log_size(run_dir)
    if size:
        with open(os.path.join(run_dir, "output.log"), "rb") as log:
            log.seek(max(0, size - TAIL_BYTES))
            tail = log.read(TAIL_BYTES)
        write_all(1, tail[tail.find(b"\n", 0, 4096) + 1:] if size > TAIL_BYTES else tail)


def write_all(descriptor: int, data: bytes) -> bool:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view):]
    except OSError:
        return False
    return True


def describe(fields: dict) -> str:
    """How a run ended, in one line."""
    if fields["state"] == state.FAILED_TO_START:
        return "Run could not be started: %s" % fields["error"]
    time_taken = duration(fields["ended_ms"] - fields["started_ms"])
    if fields["signal"] is not None:
        verb = "stopped" if fields["stop_requested"] else "ended"
        return "Run was %s by %s after %s." % (verb, fields["signal"], time_taken)
    if fields["exit_code"] != 0:
        return "Run failed with exit code %d after %s." % (fields["exit_code"], time_taken)
    return "Run finished in %s." % time_taken


def _hold(text: str) -> None:
    """A terminal that closes with its process would take the last lines of the output with it."""
    terminal = _own_terminal()
    if terminal is None:
        return
    write_all(1, b"\r\n\x1b[2m%s\x1b[0m" % text.encode("utf-8", "replace"))
    terminal.make_raw(keep_output=True)
    try:
        os.read(0, 1)
    except OSError:
        return
    finally:
        terminal.restore()
        write_all(1, b"\n")
