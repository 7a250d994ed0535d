"""The terminal of whoever called us, and the settings and sizes of terminals in general."""
from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios

DEFAULT_SIZE = (80, 24)
_IUTF8 = 0x4000  # erase whole characters, not bytes; the same number on Linux and macOS, unnamed in `termios`


def get_size(descriptor: int) -> bytes | None:
    """The `struct winsize` of a terminal, pixels included; None where it is unknown."""
    try:
        packed = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return None
    rows, columns = struct.unpack("HHHH", packed)[:2]
    return packed if rows and columns else None


def pack_size(columns: int, rows: int) -> bytes:
    return struct.pack("HHHH", max(1, min(rows, 0xFFFF)), max(1, min(columns, 0xFFFF)), 0, 0)


def columns_and_rows(packed: bytes) -> tuple[int, int]:
    rows, columns = struct.unpack("HHHH", packed)[:2]
    return columns, rows


def set_size(descriptor: int, packed: bytes) -> None:
    """Also sends SIGWINCH to the foreground group of that terminal, if the size is another one."""
    try:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, packed)
    except OSError:
        return  # the terminal is gone, and nobody is left to care about its size


def copy_settings(source: int | None, target: int) -> None:
    """Start the child's terminal with the user's own settings: erase character, echo, UTF-8 and so on."""
    if source is not None:
        attributes = termios.tcgetattr(source)
    else:
        attributes = termios.tcgetattr(target)
        attributes[0] |= _IUTF8
    termios.tcsetattr(target, termios.TCSANOW, attributes)


def raw_settings(attributes: list, keep_output: bool) -> list:
    """As cfmakeraw(3). `keep_output` leaves the translation of newlines on, for output that had none."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, cc = attributes
    iflag &= ~(termios.IGNBRK | termios.BRKINT | termios.PARMRK | termios.ISTRIP
               | termios.INLCR | termios.IGNCR | termios.ICRNL | termios.IXON)
    if not keep_output:
        oflag &= ~termios.OPOST
    lflag &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    cflag = cflag & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    cc = list(cc)
    cc[termios.VMIN] = 1
    cc[termios.VTIME] = 0
    return [iflag, oflag, cflag, lflag, ispeed, ospeed, cc]


class Terminal:
    """The caller's terminal. Raw only while we are its foreground job, and always put back as it was."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = os.dup(descriptor)
        self.is_raw = False
        self._saved = termios.tcgetattr(self.descriptor)

    def close(self) -> None:
        os.close(self.descriptor)

    def is_foreground(self) -> bool:
        """Whether we may read from it and set it, as opposed to a job started with `&`."""
        try:
            return os.tcgetpgrp(self.descriptor) == os.getpgrp()
        except OSError:
            return True  # not our controlling terminal: job control does not apply

    def make_raw(self, keep_output: bool = False) -> None:
        if self.is_raw:
            return
        try:
            self._saved = termios.tcgetattr(self.descriptor)
            self._set(raw_settings(self._saved, keep_output))
        except termios.error:
            return  # the terminal has just gone away; reading from it will say so
        self.is_raw = True

    def restore(self) -> None:
        if not self.is_raw:
            return
        self.is_raw = False
        try:
            self._set(self._saved)
        except termios.error:
            return  # the terminal is gone, and its settings with it

    def _set(self, attributes: list) -> None:
        # A background process that changes a terminal is stopped by SIGTTOU, unless it blocks that signal.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTTOU])
        try:
            termios.tcsetattr(self.descriptor, termios.TCSANOW, attributes)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
