"""What this process has read and written, whoever has seen it: the audit hook and the wrappers tell it here."""
import os
from stat import S_ISDIR, S_ISREG

from . import _outbox, _paths
from ._folders import Folders
from ._paths import SEP, folder_of

NOISE, ABSENT, DONE = range(3)


class Lineage:
    def __init__(self, run_dir, root):
        self.paths = _paths.Paths(run_dir, root)
        self.read = Folders("r", self.paths, _folder_record)
        self.written = Folders("w", self.paths, _folder_record)
        self._outputs = set()  # those with records of their own
        self._held = {}  # outputs that may be gone before the process ends → when they were opened
        self._watched = {}  # files that were opened so that they may be written to → (state, via)
        self._remote = set()

    def reads(self, path, via):
        """The path (absolute) is about to be read; its state at this moment is that of the input.

        NOISE if nothing in its folder is data, ABSENT if there is no such file, otherwise DONE.
        """
        folder = folder_of(path)
        if self.paths.is_noise(folder):
            return NOISE
        if _paths.is_noise_to_read(path) or self.written.holds(path, folder):
            return DONE  # what the script has made itself is none of its inputs
        state = _state(path)
        if state is None:
            return ABSENT
        if self.read.admit(path, folder):
            _outbox.add(("r", path), file_record(path, "r", via, state))
        return DONE

    def writes(self, path, via, reads_too=False, is_temporary=False):
        """The path (absolute) is about to be written, or has been."""
        folder = folder_of(path)
        if self.paths.is_noise(folder) or _paths.is_noise_to_write(path):
            return
        if is_temporary or _paths.looks_temporary(path):
            # Most are renamed or gone soon. Those that stay are told of at the end.
            self._held[path] = (_outbox.milliseconds(), via)
            return
        seen = self.written.holds(path, folder)
        if reads_too and not seen:
            self.reads(path, via)
        if self.written.admit(path, folder):
            self._outputs.add(path)
            _outbox.add(("w", path), file_record(path, "w", via, None))

    def may_write(self, path, via):
        """A file that is opened for both by default, a database say: it is an output if it is another one later."""
        if path in self._watched:
            return
        state = _state(path)
        if state is None and os.path.exists(path):
            return
        if state is not None:
            self.reads(path, via)
        self._watched[path] = (_changing(path), via)

    def moves(self, source, target):
        """`source` is about to become `target` (both absolute)."""
        held = self._held.pop(source, None)
        try:
            mode = os.lstat(source).st_mode
        except OSError:
            return
        via = held[1] if held else "audit"
        if S_ISREG(mode):
            self.writes(target, via)
        elif S_ISDIR(mode):
            self._moves_folder(source + SEP, target + SEP)

    def _moves_folder(self, source, target):
        for path in [path for path in list(self._held) if path.startswith(source)]:
            self._held[target + path[len(source):]] = self._held.pop(path)
        if self.paths.is_noise(target):
            return
        for path in [path for path in list(self._outputs) if path.startswith(source)]:
            self.writes(target + path[len(source):], "audit")
        for folder, count in self.written.many_below(source):
            folder = target + folder[len(source):]
            _outbox.add(("w", folder), _folder_record(folder[:-1], "w", count))

    def removes(self, path):
        self._held.pop(path, None)

    def remote(self, uri, mode, via):
        """Something that no digest can be made of. The URI has been cleaned."""
        if uri and (uri, mode) not in self._remote and len(self._remote) < 10000:
            self._remote.add((uri, mode))
            _outbox.add((mode, uri), _remote_record(uri, mode, via))

    def tick(self):
        """Now and then while the script opens files."""
        self.read.tell(1.5)
        self.written.tell(1.5)
        self._look_at_watched(at_end=False)
        _outbox.flush()

    def finish(self):
        """Everything that is still owed, because the process ends or may end."""
        held, self._held = self._held, {}
        for path, (ms, via) in held.items():
            if _state(path) is not None and self.written.admit(path, folder_of(path)):
                _outbox.add(("w", path), file_record(path, "w", via, None, ms))
        self._look_at_watched(at_end=True)
        self.read.tell()
        self.written.tell()
        _outbox.flush()

    def after_fork(self):
        """In the forked process: what was begun before is its parent's to tell."""
        self._held = {}
        self._watched = {}
        _outbox.forget()

    def _look_at_watched(self, at_end):
        for path, (before, via) in list(self._watched.items()):
            if _changing(path) != before:
                self._watched.pop(path, None)
                self.writes(path, via)


def _state(path):
    """The state of a regular file; None for anything else and for what is not there."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state if S_ISREG(state.st_mode) else None


def _changing(path):
    """What differs once a database has been written to; with a write-ahead log that may be the only file that does."""
    parts = []
    for name in (path, path + "-wal"):
        state = _state(name)
        parts.append(None if state is None else (state.st_mtime_ns, state.st_size))
    return parts[0], parts[1] if parts[1] and parts[1][1] else None


def file_record(path, mode, via, state, ms=None):
    from ._journal import quote

    head = '["file",%d,{"path":%s,"mode":"%s","via":"%s"' % (
        _outbox.milliseconds() if ms is None else ms, quote(path), mode, via)
    if state is None:
        return head + "}]"
    return '%s,"size":%d,"mtime_ns":"%d"}]' % (head, state.st_size, state.st_mtime_ns)


def _folder_record(path, mode, files):
    from ._journal import quote

    return '["file",%d,{"path":%s,"mode":"%s","via":"audit","kind":"folder","files":%d}]' % (
        _outbox.milliseconds(), quote(path), mode, files)


def _remote_record(uri, mode, via):
    from ._journal import quote

    return '["file",%d,{"path":%s,"mode":"%s","via":"%s","kind":"remote"}]' % (
        _outbox.milliseconds(), quote(uri), mode, via)
