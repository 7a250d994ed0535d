"""The runner's socket: terminals that attach to a run, and whoever sends it a signal or input.

One process serves everybody between two reads of output, so nothing here waits for a client.
"""
from __future__ import annotations

import json
import os
import socket
import stat
import time

import wire
from loop import Loop
from signals import number_of

MAX_WAITING_BYTES = 8 << 20
MAX_TAIL_BYTES = 4 << 20
MAX_STRANGERS = 16
MAX_CLIENTS = 64
HANDSHAKE_SECONDS = 10.0


class Server:
    """Accepts clients and gives each what comes. `run` does what they ask for (see `Relay`)."""

    def __init__(self, path: str, token_path: str, loop: Loop, run) -> None:
        self._path = path
        self._token_path = token_path
        self._loop = loop
        self._run = run
        self._clients: set[Client] = set()
        self._listener: socket.socket | None = None

    def open(self) -> None:
        """Bind. A socket left behind by a killed runner is replaced: the run's claim is runner.json, not this."""
        wire.read_token(self._token_path)
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        if os.path.exists(self._path) and stat.S_ISSOCK(os.stat(self._path).st_mode):
            os.unlink(self._path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            listener.bind(self._path)
        finally:
            os.umask(mask)
        listener.listen(64)
        listener.setblocking(False)
        self._listener = listener
        self._loop.watch(listener.fileno(), on_read=self._accept)

    def close(self) -> None:
        """No more clients. Those that are here keep their connection until they have got everything."""
        if self._listener is None:
            return
        self._loop.forget(self._listener.fileno())
        self._listener.close()
        self._listener = None
        try:
            os.unlink(self._path)
        except OSError:
            pass  # somebody tidied up before us

    @property
    def is_waiting(self) -> bool:
        """Whether some client has not got all of its output yet."""
        return any(client.waiting for client in self._clients)

    def broadcast(self, data: bytes) -> None:
        attached = [client for client in self._clients if client.attached]
        if attached:
            frames = wire.frames_of(wire.OUTPUT, data)
            for client in attached:
                client.send(frames)

    def end(self, kind: bytes, payload: bytes) -> None:
        """The last word to everybody: how the run ended, or why nobody will know."""
        self.close()
        for client in list(self._clients):
            client.finish(wire.frame(kind, payload) if client.proven else b"")

    def drop_strangers(self) -> None:
        """Close connections that have not proved the token in time."""
        now = time.monotonic()
        for client in list(self._clients):
            if not client.proven and now - client.since > HANDSHAKE_SECONDS:
                client.close()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return  # the client has gone already, or we are out of descriptors; the next turn tries again
        self.drop_strangers()
        strangers = sum(not client.proven for client in self._clients)
        if strangers >= MAX_STRANGERS or len(self._clients) >= MAX_CLIENTS:
            connection.close()
            return
        self._clients.add(Client(connection, self._token_path, self._loop, self._run, self._clients.discard))


class Client:
    """One connection, from its first byte to its last."""

    def __init__(self, connection: socket.socket, token_path: str, loop: Loop, run, on_close) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._token_path = token_path
        self._loop = loop
        self._run = run
        self._on_close = on_close
        self._reader = wire.FrameReader()
        self._nonce = b""
        self._out = bytearray()
        self._finishing = False
        self.since = time.monotonic()
        self.proven = False
        self.attached = False
        self._watch()

    @property
    def waiting(self) -> bool:
        return bool(self._out)

    def send(self, data: bytes) -> None:
        self._out += data
        self._flush()
        if len(self._out) > MAX_WAITING_BYTES:
            self.close()  # too slow; it can attach again, and output.log has everything

    def finish(self, last: bytes) -> None:
        self._finishing = True
        self.send(last)
        if not self._out:
            self.close()

    def close(self) -> None:
        if self._connection.fileno() < 0:
            return
        self._loop.forget(self._connection.fileno())
        self._connection.close()
        self._out.clear()
        self.attached = False
        self._on_close(self)

    def _watch(self) -> None:
        if self._connection.fileno() >= 0:
            self._loop.watch(self._connection.fileno(), on_read=self._on_readable,
                             on_write=self._on_writable if self._out else None)

    def _flush(self) -> None:
        had_to_wait = len(self._out)
        try:
            while self._out:
                sent = self._connection.send(memoryview(self._out)[:wire.MAX_PAYLOAD])
                del self._out[:sent]
        except BlockingIOError:
            pass  # the loop tells when there is room again
        except OSError:
            self.close()
            return
        if self._out or had_to_wait:
            self._watch()

    def _on_writable(self) -> None:
        self._flush()
        if self._finishing and not self._out:
            self.close()

    def _on_readable(self) -> None:
        try:
            data = self._connection.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        try:
            for kind, payload in self._reader.feed(data):
                self._handle(kind, payload)
                if self._connection.fileno() < 0:
                    return
        except (wire.WireError, ValueError, KeyError, TypeError, OSError):
            self.close()  # it does not speak our protocol, or the token file is gone: either way no more of it

    def _handle(self, kind: bytes, payload: bytes) -> None:
        if not self.proven:
            self._prove(kind, payload)
        elif kind == wire.ATTACH:
            request = json.loads(payload)
            self._run.resize(int(request["cols"]), int(request["rows"]))
            tail = self._run.tail(min(max(int(request.get("tail", 0)), 0), MAX_TAIL_BYTES))
            self.attached = True
            self.send(wire.frames_of(wire.OUTPUT, tail))
        elif kind == wire.INPUT:
            if not self._run.type(payload):
                self._complain("This run has no terminal that could take input.")
        elif kind == wire.RESIZE:
            request = json.loads(payload)
            self._run.resize(int(request["cols"]), int(request["rows"]))
        elif kind == wire.SIGNAL:
            self._signal(payload.decode("utf-8"))
        else:
            raise wire.WireError("unknown frame type %r" % kind)

    def _prove(self, kind: bytes, payload: bytes) -> None:
        token = wire.read_token(self._token_path)
        if kind == wire.HELLO and not self._nonce and len(payload) == wire.NONCE_BYTES:
            self._nonce = os.urandom(wire.NONCE_BYTES)
            self.send(wire.frame(wire.HELLO, wire.proof(token, b"runner", payload) + self._nonce))
        elif kind == wire.PROOF and self._nonce and wire.same(payload, wire.proof(token, b"client", self._nonce)):
            self.proven = True
        else:
            raise wire.WireError("wrong proof")

    def _signal(self, name: str) -> None:
        number = number_of(name)
        if name == "stop":
            self._run.stop()
        elif number is not None:
            self._run.send_signal(number)
        else:
            self._complain("There is no signal %s on this system." % name)

    def _complain(self, text: str) -> None:
        self.send(wire.frame(wire.ERROR, text.encode("utf-8")))
