"""Files that the script opens past Python, seen by inotify.

inotify tells which file was opened, not by whom. A file counts as the script's (`inotify`) when one of its processes
was seen with it open or mapped. A small file is closed again before anybody can look; it is told as `inotify?` when it
may well have been the script: its processes read (or wrote) that much in the same second, and no job of an engine,
which hashes the same files, was running. Anything else is somebody else's: an editor, a search, another run.
"""
from __future__ import annotations

import errno
import os
import time

import inotify
from folders import Walk, is_too_wide
from inotify import Inotify
from kinds import is_code, is_data, is_skipped_folder
from processes import EngineJobs

MAX_FOLDERS = 2000
# Between two looks while nothing but known files is opened: events that wait together cost less.
_LONGEST_NAP_SECONDS = 0.25
_SHORTEST_NAP_SECONDS = 0.002
# Busy with a script that opens files all the time: this much of its own time it rests, within these bounds.
_REST_FACTOR = 10
_LONGEST_REST_SECONDS = 0.05
# A file that was not found open this often is not looked for again.
_MOST_LOOKS = 5
# The kernel's clock for files runs a tick behind.
_TICK_NS = 10_000_000
# Reading a small part of a large file (the footer of a Parquet file) is reading it.
_PROOF_BYTES = 512
_MOST_REMEMBERED = 100_000
SURE = "inotify"
UNSURE = "inotify?"

# How a file was closed; one that came with its folder has not been opened where anybody could see it.
READ, WRITTEN, ARRIVED = "read", "written", "arrived"


class Watch:
    def __init__(self, root: str, store: str) -> None:
        """Raises OSError where there is no inotify."""
        self._root = root
        self._inotify = Inotify()
        self._folders: dict[int, str] = {}
        self._real: dict[int, str] = {}
        self._only: dict[int, set | None] = {}
        self._looks: dict[int, int] = {}
        self._created: set[int] = set()
        self._sure: set[str] = set()
        self._moves: dict[int, bool] = {}
        self._jobs = EngineJobs(store)
        self._tree = None
        self._reports = None
        self._transferred = (0, 0)  # from the script's start on, in the beginning
        self._nap = _SHORTEST_NAP_SECONDS
        self.started_ns = time.time_ns() - _TICK_NS
        self.was_cut = False
        self.problem: str | None = None
        self.has_overflown = False

    @property
    def descriptor(self) -> int:
        return self._inotify.descriptor

    @property
    def folder_count(self) -> int:
        return len(self._folders)

    def add_tree(self, root: str) -> None:
        walk = Walk(root, MAX_FOLDERS)
        for folder, _files in walk:
            if not self._add(folder, None):
                return
        self.was_cut = self.was_cut or walk.was_cut

    def add_named(self, words: list[str], cwd: str) -> None:
        """Files and folders outside the root that the command line or a parameter names."""
        for word in words:
            for text in {word, word.rpartition("=")[2]}:
                if not text or len(text) > 4096 or "\0" in text:
                    continue
                path = os.path.normpath(os.path.join(cwd, text))
                if (path + os.sep).startswith(self._root + os.sep):
                    continue
                if os.path.isdir(path):
                    if not is_too_wide(os.path.realpath(path), self._root):
                        self.add_tree(path)
                elif os.sep in text and is_data(os.path.basename(path)) and os.path.isdir(os.path.dirname(path)):
                    self._add(os.path.dirname(path), os.path.basename(path))

    def begin(self, tree, reports) -> None:
        self._tree = tree
        self._reports = reports

    def _add(self, folder: str, only: str | None) -> bool:
        """Watch a folder, or one name in it. False when no further one can be watched."""
        if len(self._folders) >= MAX_FOLDERS:
            self.was_cut = True
            return False
        try:
            watch = self._inotify.add(folder)
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.EACCES, errno.ENOTDIR):
                return True  # gone again, or closed to us
            self.problem = self.problem or error.strerror
            return False
        if only is None:
            self._only[watch] = None
        elif watch not in self._only:
            self._only[watch] = {only}
        elif self._only[watch] is not None:
            self._only[watch].add(only)
        self._folders[watch] = folder
        self._real[watch] = os.path.realpath(folder)
        return True

    # While the script runs

    def tick(self) -> None:
        """Call about once a second: what was read longer ago proves nothing.

        What has happened until now is judged first: on a busy machine a tick may come late, after a read and before
        its event was looked at. What is read meanwhile counts for the second that begins.
        """
        transferred = self._tree.transferred()
        self.take()
        self._transferred = transferred

    def take(self, is_last: bool = False, may_guess: bool = True) -> float:
        """Take in what has happened. How many seconds to leave it alone now.

        `is_last`: the script has ended, so that nothing more can be seen of its processes.
        """
        opened: dict[str, str] = {}
        closed: list[tuple[str, str, str]] = []
        begun = time.monotonic()
        while True:
            events = self._inotify.read()
            for event in events:
                self._sort(event, opened, closed)
            if not events or (len(opened) + len(closed) > 5000 and not is_last):
                break
        if not opened and not closed:
            self._nap = min(self._nap * 2, _LONGEST_NAP_SECONDS)
            return self._nap
        if not is_last:
            self._look(opened, closed)
        self._judge(closed, is_last, may_guess)
        self._nap = max(_SHORTEST_NAP_SECONDS,
                        min((time.monotonic() - begun) * _REST_FACTOR, _LONGEST_REST_SECONDS))
        return self._nap

    def close(self) -> None:
        self._inotify.close()

    def _sort(self, event: tuple, opened: dict, closed: list) -> None:
        watch, mask, cookie, name = event
        if mask & inotify.Q_OVERFLOW:
            self.has_overflown = True
            return
        folder = self._folders.get(watch)
        if folder is None or not name or is_code(name):
            if mask & inotify.IGNORED:
                self._folders.pop(watch, None)
            return
        path = folder + "/" + name
        if mask & inotify.ISDIR:
            if mask & (inotify.CREATE | inotify.MOVED_TO) and self._only.get(watch, ()) is None:
                self._add_new_folder(path, name, closed)
            return
        only = self._only.get(watch)
        if only is not None and name not in only:
            return
        real = self._real[watch] + "/" + name
        if mask & inotify.MOVED_FROM:
            self._moves[cookie] = real in self._sure
        elif mask & inotify.MOVED_TO:
            if self._moves.pop(cookie, False):
                self._sure.add(real)
            closed.append((path, real, WRITTEN))
        elif mask & (inotify.CREATE | inotify.OPEN):
            if mask & inotify.CREATE and len(self._created) < _MOST_REMEMBERED:
                self._created.add(hash(path))
            if real not in self._sure:
                opened[real] = path
        elif mask & inotify.CLOSE_WRITE:
            closed.append((path, real, WRITTEN))
        elif mask & inotify.CLOSE_NOWRITE and is_data(name) and not self._is_known(path):
            closed.append((path, real, READ))

    def _is_known(self, path: str) -> bool:
        return self._reports.is_told(path, "r", SURE)

    def _add_new_folder(self, path: str, name: str, closed: list) -> None:
        """What is in it already was made before it could be watched."""
        if is_skipped_folder(name):
            return
        for folder, files in Walk(path, MAX_FOLDERS):
            if not self._add(folder, None):
                return
            real = os.path.realpath(folder)
            closed.extend((entry.path, real + "/" + entry.name, ARRIVED) for entry in files if is_data(entry.name))

    def _look(self, opened: dict, closed: list) -> None:
        """Which of these files the script has open, or mapped, at this moment."""
        wanted = {real: path for path, real, _ in closed if real not in self._sure}
        wanted.update(opened)
        wanted = {real: path for real, path in wanted.items() if self._is_worth_a_look(real)}
        if not wanted:
            return
        open_now = self._tree.open_files(tuple({os.path.dirname(real) + "/" for real in wanted}))
        for real in wanted.keys() & open_now.keys():
            self._sure.add(real)
            path = wanted[real]
            # One that stays open for reading may do so until the end; one that is written is told when it is whole.
            if open_now[real] & 3 == os.O_RDONLY and is_data(_name(path)):
                self._tell_read(path, SURE)

    def _is_worth_a_look(self, real: str) -> bool:
        key = hash(real)
        if len(self._looks) > _MOST_REMEMBERED:
            return False
        looks = self._looks[key] = self._looks.get(key, 0) + 1
        return looks <= _MOST_LOOKS

    def _judge(self, closed: list, is_last: bool, may_guess: bool) -> None:
        closed = [(path, real, how) for path, real, how in closed if is_data(_name(path))]
        unsure = [(path, how == READ) for path, real, how in closed
                  if real not in self._sure and not self._reports.is_told(path, "r" if how == READ else "w", UNSURE)]
        may_be_ours = {True: False, False: False}
        if unsure and may_guess:
            may_be_ours = self._guess(unsure, is_last)
        for path, real, how in closed:
            if real in self._sure:
                self._tell(path, how, SURE)
            elif may_be_ours[how == READ]:
                self._tell(path, how, UNSURE)

    def _guess(self, unsure: list, is_last: bool) -> dict[bool, bool]:
        """By what the script's processes have transferred in this second: all of these together, or none of them."""
        if self._jobs.may_read(time.monotonic()):
            return {True: False, False: False}
        read, written = self._tree.transferred()
        if is_last or self._tree.has_ended():  # with it went the figures
            return {True: True, False: True}
        done = {True: read - self._transferred[0], False: written - self._transferred[1]}
        return {is_read: done[is_read] >= sum(min(_size(path), _PROOF_BYTES) for path, r in unsure if r == is_read)
                for is_read in (True, False)}

    def _tell(self, path: str, how: str, via: str) -> None:
        if how == ARRIVED or (how == WRITTEN and _was_changed(path, self.started_ns)):
            self._reports.tell(path, "w", via)
        else:
            # Databases are opened for writing also when they are only read.
            self._tell_read(path, via)

    def _tell_read(self, path: str, via: str) -> None:
        """What the run itself has made is no input of it."""
        if hash(path) not in self._created and not _was_changed(path, self.started_ns):
            self._reports.tell(path, "r", via)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _was_changed(path: str, since_ns: int) -> bool:
    """Content or name: a file that was moved here keeps its time of modification, but not that of its change."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return max(status.st_mtime_ns, status.st_ctime_ns) >= since_ns
