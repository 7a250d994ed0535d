"""Those who use a run in the tests: a person at a terminal, and a client of the runner's socket."""
from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import pty
import select
import socket
import struct
import subprocess
import termios
import time
import unittest

from support import PATIENCE, RUNNER, Run, RunnerTest


class Person:
    """Somebody at a terminal who has typed a command: reads the screen, types, resizes, closes the window."""

    def __init__(self, test: unittest.TestCase, argv: list, columns: int = 80, rows: int = 24, **popen) -> None:
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.settings_before = termios.tcgetattr(slave)
        self.screen = b""
        self.slave_name = os.ttyname(slave)
        streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        streams.update(popen)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(argv, preexec_fn=take_terminal, **streams)
        self._slave = slave
        test.addCleanup(self._clean)

    def _clean(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        for descriptor in (self.master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: bytes) -> None:
        os.write(self.master, text)

    def look(self, seconds: float = 0.05) -> bytes:
        """Read what has come to the screen."""
        if select.select([self.master], [], [], seconds)[0]:
            try:
                self.screen += os.read(self.master, 1 << 16)
            except OSError:
                pass  # hung up; what was shown stays
        return self.screen

    def sees(self, text: bytes, seconds: float = PATIENCE) -> bytes:
        deadline = time.monotonic() + seconds
        while text not in self.look():
            if time.monotonic() > deadline:
                raise AssertionError("%r never came to the screen, only %r" % (text, self.screen[-2000:]))
        return self.screen

    def leaves(self, seconds: float = PATIENCE) -> int:
        """Wait for the command to end; its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            self.look(0.01)
            if time.monotonic() > deadline:
                raise AssertionError("the command did not end; the screen shows %r" % self.screen[-2000:])
        while self.look(0.02) != self.look(0.02):
            pass
        return self.process.returncode

    def settings(self) -> list:
        return termios.tcgetattr(self._slave)

    @property
    def is_raw(self) -> bool:
        return not self.settings()[3] & termios.ICANON

    def close_window(self) -> None:
        os.close(self._slave)
        self._slave = -1
        os.close(self.master)
        self.master = -1


class Wire:
    """A client of the runner's socket, written from the document and not from the runner's code."""

    def __init__(self, run: Run, token: bytes | None = None) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.buffer = b""
        try:
            self._prove(run, token)
        except BaseException:
            self.socket.close()
            raise

    def _prove(self, run: Run, token: bytes | None) -> None:
        self.socket.connect(run.socket)
        if token is None:
            with open(run.token, "rb") as file:
                token = file.read()
        nonce = os.urandom(32)
        self.send(b"h", nonce)
        kind, answer = self.receive()
        assert kind == b"h" and len(answer) == 64, (kind, answer)
        self.runner_is_genuine = answer[:32] == hmac.new(token, b"runner" + nonce, hashlib.sha256).digest()
        self.send(b"p", hmac.new(token, b"client" + answer[32:], hashlib.sha256).digest())

    def send(self, kind: bytes, payload: bytes | dict = b"") -> None:
        if isinstance(payload, dict):
            payload = json.dumps(payload).encode()
        self.socket.sendall(kind + struct.pack("<I", len(payload)) + payload)

    def attach(self, columns: int = 80, rows: int = 24, tail: int = 65536) -> None:
        self.send(b"a", {"cols": columns, "rows": rows, "tail": tail})

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame; (b"", b"") at the end of the connection."""
        while True:
            if len(self.buffer) >= 5:
                length = struct.unpack_from("<I", self.buffer, 1)[0]
                if len(self.buffer) >= 5 + length:
                    kind, payload = self.buffer[:1], self.buffer[5:5 + length]
                    self.buffer = self.buffer[5 + length:]
                    return kind, payload
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                return b"", b""
            self.buffer += data

    def output_until(self, text: bytes) -> bytes:
        output = b""
        while text not in output:
            kind, payload = self.receive()
            if kind != b"o":
                raise AssertionError("got %r %r instead of %r; so far %r" % (kind, payload, text, output[-500:]))
            output += payload
        return output

    def until_ended(self) -> tuple[bytes, dict]:
        """All the output that is still to come, and how the run ended."""
        output = b""
        while True:
            kind, payload = self.receive()
            if kind == b"o":
                output += payload
            elif kind == b"x":
                return output, json.loads(payload)
            else:
                raise AssertionError("got %r %r" % (kind, payload))

    def close(self) -> None:
        self.socket.close()


class TerminalTest(RunnerTest):
    def person(self, run, *options, **kwargs) -> Person:
        return Person(self, [*RUNNER, run.dir, *options], **kwargs)
