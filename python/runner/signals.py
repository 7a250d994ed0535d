"""Signals: how the user had them, and reading them from a pipe instead of in the middle of other work."""
from __future__ import annotations

import os
import signal

# Python sets these to "ignore" when it starts, whatever they were; every other program expects the default.
_IGNORED_BY_PYTHON = {"SIGPIPE", "SIGXFSZ", "SIGXFZ"}

# What people and schedulers send to a job's first process, meaning the script.
FORWARDED = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)

# Whoever sends one of these wants the run to end.
FATAL = frozenset(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL", "SIGABRT")
    if hasattr(signal, name)
)


def name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "SIG%d" % number  # a real-time signal


def number_of(name: str) -> int | None:
    """The number of a signal that is named as `kill -l` does, or None."""
    value = getattr(signal, name, None) if name.startswith("SIG") and "_" not in name else None
    return int(value) if isinstance(value, signal.Signals) else None


class Dispositions:
    """Which signals were ignored or blocked when this process was started; the script gets the same."""

    def __init__(self) -> None:
        self.ignored = set()
        for number in signal.valid_signals():
            if name_of(number) not in _IGNORED_BY_PYTHON and signal.getsignal(number) is signal.SIG_IGN:
                self.ignored.add(number)
        self.mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])

    def restore(self) -> None:
        """In the forked child, right before exec: everything as this process found it."""
        signal.set_wakeup_fd(-1)
        for number in signal.valid_signals():
            wanted = signal.SIG_IGN if number in self.ignored else signal.SIG_DFL
            try:
                if signal.getsignal(number) is not wanted:
                    signal.signal(number, wanted)
            except (OSError, ValueError):
                continue  # SIGKILL, SIGSTOP and those that libc keeps for itself can't be set
        signal.pthread_sigmask(signal.SIG_SETMASK, self.mask)


def block_all() -> None:
    """Around a fork: the child must not run a handler of its parent."""
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())


def unblock_all() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


class SignalPipe:
    """Signals arrive as bytes in a pipe, so an event loop sees them in order and is never interrupted half-way."""

    def __init__(self, numbers: set[int] | list[int]) -> None:
        self.reader, self._writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in numbers:
            signal.signal(number, _noted_in_the_pipe)

    def take(self) -> list[int]:
        """The signals that have arrived since the last call."""
        try:
            return list(os.read(self.reader, 4096))
        except BlockingIOError:
            return []

    def close(self) -> None:
        os.close(self.reader)
        os.close(self._writer)


def _noted_in_the_pipe(_number: int, _frame: object) -> None:
    """The wakeup descriptor has the signal's number already; a Python handler must exist for that to happen."""
