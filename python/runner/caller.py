"""The terminal of whoever started a run in the foreground, and the shell's job control over it.

It is ours only while we are its foreground job and the script may read it: then it is raw, so that every key reaches
the script's own terminal. In all other moments it is as the user had set it.
"""
from __future__ import annotations

import os
import signal

from channel import Channel
from loop import Loop
from terminal import Terminal, get_size, set_size


class CallerTerminal:
    def __init__(self, terminal: Terminal, wanted: bool, master: int, loop: Loop, channel: Channel, on_typed) -> None:
        """`wanted`: the script may read from the start, rather than when it first tries to."""
        self._terminal = terminal
        self._wanted = wanted
        self._master = master
        self._loop = loop
        self._channel = channel
        self._on_typed = on_typed
        self._is_gone = False

    def begin(self) -> None:
        if self._wanted and self._terminal.is_foreground():
            self._take()

    def give_back(self) -> None:
        """As the user had it. The keeper is told, who would do this if we were killed."""
        self._loop.forget(self._terminal.descriptor)
        self._terminal.restore()
        self._channel.send({"do": "terminal", "raw": False})

    def close(self) -> None:
        """Nothing more to do with it: whatever still runs must not hold it open."""
        self._terminal.close()

    def copy_size(self) -> None:
        size = get_size(self._terminal.descriptor)
        if size is not None:
            set_size(self._master, size)

    def read_keys(self, wanted: bool) -> None:
        """Whether to read what is typed; not while the script leaves too much of it unread."""
        if self._terminal.is_raw:
            reads = wanted and not self._is_gone
            self._loop.watch(self._terminal.descriptor, on_read=self._read if reads else None)

    def grants(self, number: int) -> bool:
        """The script was stopped because it wants the terminal: if it can have it, it goes on at once."""
        if number not in (signal.SIGTTIN, signal.SIGTTOU):
            return False
        self._wanted = True
        if not self._terminal.is_foreground():
            return False
        self._take()
        self._channel.send({"do": "foreground"})
        return True

    def suspend(self, number: int) -> None:
        """Stop our whole job, so that the shell sees it stopped whichever process of it is the shell's child.

        Returns when the job is continued. Where no shell could do so the system does not stop us at all.
        """
        self.give_back()
        if number not in (signal.SIGTTIN, signal.SIGTTOU):
            number = signal.SIGTSTP
        before = signal.signal(number, signal.SIG_DFL)
        os.kill(0, number)
        signal.signal(number, before)

    def resume(self) -> None:
        """After we were continued, by `fg` or `bg`: the script goes on in the same place."""
        self.copy_size()
        if self._wanted and self._terminal.is_foreground():
            self._take()
            self._channel.send({"do": "foreground"})
        else:
            self._channel.send({"do": "background"})

    def _take(self) -> None:
        self._channel.send({"do": "terminal", "raw": True})
        self._terminal.make_raw()
        self.read_keys(True)

    def _read(self) -> None:
        try:
            data = os.read(self._terminal.descriptor, 1 << 14)
        except OSError:
            data = b""
        if not data:
            self._is_gone = True  # hung up: SIGHUP tells the rest
            self._loop.forget(self._terminal.descriptor)
            return
        self._on_typed(data)
