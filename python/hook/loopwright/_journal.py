"""The journal of this process: records that survive it.

A record is one `write` on a file that no other process writes; when that has returned, the record is safe from
anything but the loss of power. There is no buffer, no thread and no lock, so nothing can be lost in `os._exit` and
nothing can be stuck after a fork. Standard modules written in Python are not imported: at the time of the first
record a file beside the user's script could answer to their names.
"""
import os
import sys
from time import time

try:
    from _json import encode_basestring_ascii as quote
except ImportError:  # not CPython
    from json import dumps as quote

try:
    from fcntl import F_DUPFD_CLOEXEC, fcntl
except ImportError:  # Windows
    fcntl = None

from zlib import crc32

from . import _hook, _ranks

MAGIC = b"LWJRNL1\n"
MAX_KEY = 250
MAX_PARAM = 6000
MAX_TAG = 8000
_MAX_NOTES = 100
_BATCH_BYTES = 1 << 16
# Out of the range that programs count on ("the next file is 3") and that most of them close when they daemonise.
_HIGH_DESCRIPTOR = 200

_descriptor = -1
_end = 0  # where our last record ended; anything else means that the descriptor may no longer be ours
_identity = None  # (device, inode) of the journal
_disabled = None  # why nothing is recorded any more
_told = set()  # kinds of trouble that have been mentioned on stderr
_notes = 0
_fork_is_watched = False
_reset_callbacks = []


def now():
    return int(time() * 1000)


def append(text):
    """Write one record, given as the JSON text of its array in ASCII. Never raises."""
    payload = text.encode("ascii")
    _write((len(payload) | crc32(payload) << 32).to_bytes(8, "little") + payload)


def append_all(texts):
    """Write several whole records with few writes, for those that come in crowds. Never raises."""
    batch = bytearray()
    for text in texts:
        payload = text.encode("ascii")
        batch += (len(payload) | crc32(payload) << 32).to_bytes(8, "little") + payload
        if len(batch) >= _BATCH_BYTES:
            _write(bytes(batch))
            batch = bytearray()
    if batch:
        _write(bytes(batch))


def _write(records):
    """One write of one or more whole records."""
    global _end
    if _disabled is not None:
        return  # nothing may follow a record that was cut short
    if _descriptor < 0 and not _open():
        return
    try:
        position = os.lseek(_descriptor, 0, 1)
    except OSError:
        position = -1  # closed by the script
    if position != _end and not _still_ours():
        return
    try:
        written = os.write(_descriptor, records)
    except OSError as error:
        _disable(error.strerror or str(error))
        return
    _end += written
    if written != len(records):
        _disable("the last record was cut short; is the disk full?")


def run_directory():
    return _hook.run_dir or os.environ.get("LOOPWRIGHT_RUN_DIR") or None


def is_enabled():
    return run_directory() is not None and _disabled is None


def on_reset(callback):
    """Call `callback` in every forked process: it is another writer with a journal and counters of its own."""
    _reset_callbacks.append(callback)
    return callback


def note(kind, text, level="warning"):
    """Something that the user should know: on the run's page, and the first of its kind on stderr."""
    global _notes
    if not is_enabled():
        return
    if _notes < _MAX_NOTES:
        _notes += 1
        append('["note",%d,%s,%s]' % (now(), quote(level), quote(text)))
    tell(kind, text)


def tell(kind, text):
    """One line on the process's own stderr, whatever the script has made of `sys.stderr`."""
    if kind in _told:
        return
    _told.add(kind)
    try:
        # Not through the stream object: its lock may be held by a thread that a fork has left behind.
        os.write(sys.__stderr__.fileno(), b"loopwright: %s\n" % text.encode("utf-8", "backslashreplace"))
    except Exception:
        pass  # no stderr, or a closed one: the note is all there can be


def json_text(value):
    """JSON in ASCII; what JSON has no form for becomes a string."""
    if isinstance(value, str):
        return quote(value)
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return "%d" % value
    if isinstance(value, float) and value - value == 0.0:
        return repr(float(value))
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (quote(str(key)), json_text(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join(map(json_text, value))
    return quote(str(value))


def process_start():
    """Field 22 of /proc/self/stat, which tells two processes with the same pid apart; "" where there is none."""
    try:
        with open("/proc/self/stat", "rb") as file:
            stat = file.read()
        return stat[stat.rindex(b")") + 2:].split()[19].decode("ascii")
    except (OSError, ValueError, IndexError):
        return ""


def _open():
    """Make this process's journal, with its first record. Whether there is one now."""
    global _descriptor, _end, _identity
    directory = run_directory()
    if _disabled is not None or directory is None:
        return False
    _watch_fork()
    start = process_start()
    folder = os.path.join(directory, "journals")
    name = "%d-%s-%s.lwj" % (os.getpid(), start or "0", os.urandom(4).hex())
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        try:
            os.mkdir(folder)
        except FileExistsError:
            pass  # another process or the runner has made it
        descriptor = _raised(os.open(os.path.join(folder, name), flags, 0o666))
        payload = _open_record(start).encode("ascii")
        record = MAGIC + (len(payload) | crc32(payload) << 32).to_bytes(8, "little") + payload
        if os.write(descriptor, record) != len(record):
            raise OSError("the first record was cut short; is the disk full?")
        stat = os.fstat(descriptor)
    except OSError as error:
        _disable(error.strerror or str(error))
        return False
    if _descriptor >= 0:
        os.close(descriptor)  # another thread was quicker; this journal stays as it is, with nothing in it
        return True
    _identity = (stat.st_dev, stat.st_ino)
    _end = len(record)
    _descriptor = descriptor
    _tell_size_of_job()
    return True


def _tell_size_of_job():
    here = _ranks.position()
    if here is not None and here[0] == 0:
        append('["tag",%d,{"loopwright.ranks":"%d"}]' % (now(), here[1]))


def _open_record(start):
    from ._secrets import mask_arguments

    facts = {
        "pid": os.getpid(),
        "start": start,
        "ppid": os.getppid(),
        "main": _hook.is_main(),
        "python": "%d.%d.%d" % sys.version_info[:3],
        "executable": sys.executable or "",
        "argv": mask_arguments([str(word) for word in getattr(sys, "argv", [])]),
    }
    return '["open",%d,%s]' % (now(), json_text(facts))


def _raised(descriptor):
    """The same file under a number where it is in nobody's way, if there is one."""
    if fcntl is None:
        return descriptor
    try:
        higher = fcntl(descriptor, F_DUPFD_CLOEXEC, _HIGH_DESCRIPTOR)
    except (OSError, ValueError):
        return descriptor  # the limit of open files is below that number
    os.close(descriptor)
    return higher


def _still_ours():
    """Whether the descriptor is our journal. Programs close descriptors they don't know, and numbers come back."""
    global _descriptor, _end
    try:
        stat = os.fstat(_descriptor)
        if (stat.st_dev, stat.st_ino) == _identity:
            _end = os.lseek(_descriptor, 0, 1)  # another thread has written in between
            return True
    except OSError:
        pass  # closed, and the number is free
    _descriptor = -1
    return _open()


def _disable(reason):
    global _disabled
    if _disabled is None:
        _disabled = reason
        tell("disabled", "nothing more is recorded by this process (%s). The script goes on." % reason)


def _watch_fork():
    global _fork_is_watched
    if not _fork_is_watched and hasattr(os, "register_at_fork"):
        _fork_is_watched = True
        os.register_at_fork(after_in_child=_after_fork)


def _after_fork():
    begin_anew()


def begin_anew():
    """The next record begins a journal of its own: this is another process now, or a process of another run."""
    global _descriptor, _disabled, _notes
    try:
        if _descriptor >= 0:
            stat = os.fstat(_descriptor)
            if (stat.st_dev, stat.st_ino) == _identity:
                os.close(_descriptor)
    except OSError:
        pass  # the script has closed it already
    _descriptor = -1
    _disabled = None
    _notes = 0
    for callback in _reset_callbacks:
        callback()
