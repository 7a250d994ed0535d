"""The relay: carries bytes between the script, output.log, the caller and attached terminals.

Order matters: output is in the log before anybody sees it. What the caller's terminal or pipe does not take yet holds
the script up, as it would without us; attached clients never do.
"""
from __future__ import annotations

import os
import select
import signal
import sys
import time

import state
import wire
from caller import CallerTerminal
from channel import Channel
from loop import Loop
from server import Server
from signals import FORWARDED, SignalPipe
from streams import OutputLog, Sink, Source, Stdio
from terminal import pack_size, set_size

COULD_NOT_START = 125
MAX_WAITING_INPUT = 1 << 20
_ENOUGH_WAITING_INPUT = 1 << 16

# A terminal without any open end is asked again this often: the script may open /dev/tty later.
_HUNG_SECONDS = 0.25
# After the script's end, output is over when nothing came for this long, or more than any kernel buffer holds.
_QUIET_SECONDS = 0.1
_MOST_LEFT_BYTES = 4 << 20
# How long written output takes to come out at the other side of a pseudo-terminal.
_FLIGHT_SECONDS = 0.02
# How long the end of a run waits for slow clients.
_LINGER_SECONDS = 5.0


class Relay:
    """`announce` is called once: with None when the script runs, or with the reason why it does not."""

    def __init__(self, stdio: Stdio, log: OutputLog, channel: Channel, keeper_pid: int, signals: SignalPipe,
                 loop: Loop, detached: bool, announce) -> None:
        self._stdio = stdio
        self._log = log
        self._channel = channel
        self._keeper_pid = keeper_pid
        self._signals = signals
        self._loop = loop
        self._detached = detached
        self._announce = announce
        self._server: Server | None = None
        self._caller: CallerTerminal | None = None
        self._input = bytearray()
        self._open = list(stdio.sources)
        self._hung: set[Source] = set()
        self._waiting: set[Sink] = set()
        self._child: dict | None = None
        self._ended: dict | None = None
        self._has_vanished = False
        self._quiet_since = 0.0
        self._bytes_since_end = 0

    def serve(self, server: Server) -> None:
        self._server = server

    def use_terminal(self, caller: CallerTerminal) -> None:
        self._caller = caller

    # The life of a run

    def run(self) -> int:
        """Until the script has ended and its output has been shown. The exit code for the caller."""
        self._loop.watch(self._signals.reader, on_read=self._on_signals)
        self._loop.watch(self._channel.fileno(), on_read=self._on_events)
        for source in self._open:
            self._watch(source)
        try:
            if self._caller is not None:
                self._caller.begin()
            while not self._is_over():
                self._loop.turn(self._patience())
                self._look_again()
        finally:
            if self._caller is not None:
                self._caller.give_back()
        self._channel.send({"do": "leave"})
        if self._server is not None:
            self._server.end(*self._last_word())
        return self._exit_code()

    @property
    def has_leftovers(self) -> bool:
        """Whether something is left to do that the caller need not wait for."""
        return bool(self._open) or (self._server is not None and self._server.is_waiting)

    def carry_leftovers(self) -> None:
        """Output of processes that the script has left behind, until the last of them has ended."""
        deadline = time.monotonic() + _LINGER_SECONDS
        while self._open or (self._server is not None and self._server.is_waiting and time.monotonic() < deadline):
            self._loop.turn(_HUNG_SECONDS if self._hung or not self._open else None)
            self._look_again()

    def forget_caller(self) -> None:
        """In the forked process that carries the leftovers: the caller's streams and signals are no longer ours."""
        self._stdio.close_sinks()
        if self._caller is not None:
            self._caller.close()
            self._caller = None
        self._loop.forget(self._signals.reader)
        for number in (*FORWARDED, signal.SIGWINCH, signal.SIGTSTP):
            signal.signal(number, signal.SIG_IGN)

    def _is_over(self) -> bool:
        return self._script_has_ended and not self._waiting and (
            not self._open or self._bytes_since_end > _MOST_LEFT_BYTES
            or time.monotonic() - self._quiet_since > _QUIET_SECONDS)

    @property
    def _script_has_ended(self) -> bool:
        return self._ended is not None or self._has_vanished

    def _patience(self) -> float | None:
        if self._script_has_ended:
            return _QUIET_SECONDS / 2
        return _HUNG_SECONDS if self._hung or self._channel.closed else None

    def _last_word(self) -> tuple[bytes, bytes]:
        if self._ended is None:
            return wire.ERROR, b"The process that waits for the script was killed. How the script ended is unknown."
        return wire.ENDED, state.encode(self._ended).rstrip()

    def _exit_code(self) -> int:
        if self._ended is None:
            print("loopwright: %s" % self._last_word()[1].decode(), file=sys.stderr)
            return COULD_NOT_START
        return exit_code(self._ended)

    # Output

    def _watch(self, source: Source) -> None:
        held_up = source.sink is not None and source.sink.pending
        reads = not held_up and source not in self._hung
        writes = source.is_terminal and self._input
        self._loop.watch(source.descriptor,
                         on_read=(lambda: self._on_output(source)) if reads else None,
                         on_write=self._flush_input if writes else None)

    def _on_output(self, source: Source) -> None:
        data = source.read()
        if data:
            self._quiet_since = time.monotonic()
            if self._script_has_ended:
                self._bytes_since_end += len(data)
            self._hung.discard(source)
            self._log.append(data)
            if self._server is not None:
                self._server.broadcast(data)
            self._show(source, data)
        if source.at_end and source in self._open:
            if source.is_terminal and not self._script_has_ended:
                self._hung.add(source)
                self._watch(source)
            else:
                self._close(source)

    def _show(self, source: Source, data: bytes) -> None:
        sink = source.sink
        if sink is None or sink.broken:
            return
        sink.write(data)
        if sink.broken:
            self._on_broken(source)
        elif sink.pending:
            self._waiting.add(sink)
            self._watch(source)
            self._loop.watch(sink.descriptor, on_write=lambda: self._on_room(source, sink))

    def _on_room(self, source: Source, sink: Sink) -> None:
        sink.flush()
        if sink.pending:
            return
        self._waiting.discard(sink)
        self._loop.forget(sink.descriptor)
        if sink.broken:
            self._on_broken(source)
        if source in self._open:
            self._quiet_since = time.monotonic()
            self._watch(source)

    def _on_broken(self, source: Source) -> None:
        """The caller's reader has gone (`| head`): the script learns it in its own next write, as without us."""
        if not source.is_terminal and source in self._open:
            self._close(source)

    def _close(self, source: Source) -> None:
        self._loop.forget(source.descriptor)
        self._open.remove(source)
        self._hung.discard(source)
        if source.descriptor == self._stdio.master:
            self._stdio.master = None
        os.close(source.descriptor)

    def _look_again(self) -> None:
        for source in list(self._hung):
            self._hung.discard(source)
            self._watch(source)
            self._on_output(source)
        if self._ended is None and self._channel.closed and not state.is_alive(self._child, state.boot_id()):
            # The keeper was killed: nobody will tell how the script ended, only that it has.
            self._has_vanished = True

    # The keeper

    def _on_events(self) -> None:
        for event in self._channel.receive():
            kind = event["event"]
            if kind == "started":
                self._child = state.identity(event["child"])
                self._announce(None)
            elif kind == "stopped":
                self._on_stopped(event["signal"])
            else:
                self._ended = event["state"]
                self._quiet_since = time.monotonic()
                if kind == "failed":
                    self._announce(self._ended["error"])
        if self._channel.closed:
            self._loop.forget(self._channel.fileno())
            self._quiet_since = time.monotonic()
            self._reap_keeper()
            if self._ended is None and self._child is None:
                self._announce("the process that starts the script was killed")

    def _reap_keeper(self) -> None:
        try:
            os.waitpid(self._keeper_pid, 0)
        except ChildProcessError:
            pass  # we are the forked process that carries the leftovers; the keeper was our parent's child

    def _on_stopped(self, number: int) -> None:
        """The script was stopped: by Ctrl+Z, or because it wants a terminal that it has not been given."""
        if self._caller is None or self._caller.grants(number):
            return
        self._show_the_last()
        self._caller.suspend(number)
        self._on_signals(besides=signal.SIGCONT)
        self._caller.resume()

    def _show_the_last(self) -> None:
        """What the script wrote before it was stopped is still on its way through the pseudo-terminal."""
        waited_until = time.monotonic() + _QUIET_SECONDS
        for source in list(self._open):
            while source.sink not in self._waiting and time.monotonic() < waited_until:
                if not select.select([source.descriptor], [], [], _FLIGHT_SECONDS)[0]:
                    break
                self._on_output(source)
                if source.at_end:
                    break

    def _on_signals(self, besides: int = 0) -> None:
        for number in self._signals.take():
            if number == besides:
                continue
            if number == signal.SIGTSTP or number in FORWARDED:
                self._channel.send({"do": "forward", "number": number})
            elif self._caller is not None and number == signal.SIGWINCH:
                self._caller.copy_size()
            elif self._caller is not None and number == signal.SIGCONT:
                self._caller.resume()

    # What clients ask for

    def stop(self) -> None:
        self._channel.send({"do": "stop"})

    def send_signal(self, number: int) -> None:
        self._channel.send({"do": "signal", "number": number})

    def tail(self, size: int) -> bytes:
        return self._log.tail(size)

    def note_lost_output(self, reason: str) -> None:
        self._channel.send({"do": "note", "output_lost": reason})

    def resize(self, columns: int, rows: int) -> None:
        """What an attached client asks for; a caller in the foreground has the say about its own terminal."""
        if self._detached and self._stdio.master is not None:
            set_size(self._stdio.master, pack_size(columns, rows))

    def type(self, data: bytes) -> bool:
        """What somebody types. False if the script has no terminal, or reads so little that it is lost."""
        if self._stdio.master is None or len(self._input) > MAX_WAITING_INPUT:
            return False
        self._input += data
        self._flush_input()
        return True

    def _flush_input(self) -> None:
        master = self._stdio.master
        if master is None:
            self._input.clear()
            return
        try:
            while self._input:
                del self._input[:os.write(master, self._input)]
        except BlockingIOError:
            pass  # tried again when there is room
        except OSError:
            self._input.clear()
        for source in self._open:
            if source.is_terminal:
                self._watch(source)
        if self._caller is not None:
            self._caller.read_keys(len(self._input) < _ENOUGH_WAITING_INPUT)


def exit_code(fields: dict) -> int:
    """What a shell would make of the way a run ended."""
    if fields["state"] == state.FAILED_TO_START:
        return COULD_NOT_START
    if fields["signal"] is not None:
        name = fields["signal"]
        return 128 + (int(getattr(signal, name)) if hasattr(signal, name) else int(name[3:]))
    return fields["exit_code"]
