"""An audit hook that notes which files the script's own Python opens, and which sources it loads.

It runs inside every `open` of the script. For a file that has been seen, and for one of a folder with many, it does
no more than look that up; it waits for nothing, takes no lock, and swallows no exception but its own.
"""
import atexit
import os
import sys
from time import monotonic

from . import _guard, _outbox, _paths
from ._lineage import DONE, NOISE, Lineage
from ._paths import SEP, absolute, as_text, folder_of

# Some systems have none of these but O_WRONLY, O_RDWR and O_CREAT.
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAX_SEEN = 50000
_MAX_SOURCES = 200

lineage = None  # of this process, once it is captured

# Folder as it stands in the event, without the separator at its end → what to call with the hash of a name read there.
_known = {}
_seen = set()  # paths as they stand in the event that need no second look when they are read
_sources = set()  # co_filename of code that has been executed
_loaded = []  # sources that are to be told of
_due = 0.0
_is_on = {"data": False, "code": False}
_handlers = {}  # audit event → what to call with its arguments


def start(run_dir, kinds, root):
    """Once for each interpreter; a kernel comes again with each of its runs."""
    is_first = lineage is None
    _follow(run_dir, kinds, root)
    if not is_first:
        return
    # First come, last served: what the script does in its own functions at exit is seen.
    atexit.register(finish)
    _watch_exit()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
    sys.addaudithook(_make_hook())


def _follow(run_dir, kinds, root):
    global lineage
    for memory in (_known, _seen, _sources, _loaded):
        memory.clear()
    lineage = Lineage(run_dir, os.path.abspath(root) if root else None)
    handlers = {"os.exec": _before_exec, "os.kill": _before_kill, "os.killpg": _before_killpg}
    if "code" in kinds and root:
        handlers["exec"] = _executed
    if "data" in kinds:
        handlers.update({
            "os.chdir": _moved_to_another_folder, "os.rename": _renamed, "os.link": _linked, "os.remove": _removed,
            "os.truncate": _truncated, "sqlite3.connect": _connected, "urllib.Request": _requested,
        })
    _handlers.update(handlers)
    _is_on["data"], _is_on["code"] = "data" in kinds, "code" in kinds and bool(root)


def pause():
    """The run is over and this process is not: an audit hook can't be taken away, so it has nothing to do from now on."""
    finish()
    _is_on["data"] = _is_on["code"] = False
    _handlers.clear()
    _outbox.forget()


def _make_hook():
    # Names in the closure are still there while the interpreter takes the globals of modules away.
    known, seen, pending, sep, writes = _known.get, _seen, _outbox.pending, SEP, _WRITES
    slow, handle, is_foreign, clock, is_on = _opened, _handlers.get, _guard.is_foreign, monotonic, _is_on

    def audit(event, args):
        try:
            if event == "open":
                if not is_on["data"]:
                    return
                path, _, flags = args
                if not flags & writes and type(path) is str:
                    folder, end, name = path.rpartition(sep)
                    count = known(folder or end)
                    if count is not None:
                        count(hash(name))
                        if clock() > _due:
                            _tick()
                        return
                    if path in seen:
                        return
                slow(*args)
            else:
                handler = handle(event)
                if handler is not None:
                    handler(*args)
                elif pending and clock() > _due:
                    _tick()
        except RecursionError:
            pass  # too deep for us; the script may still have room for what it does
        except Exception as error:
            if is_foreign(error):
                raise

    return audit


def finish():
    """Write down everything that is known by now."""
    try:
        _tell_loaded()
        lineage.finish()
    except RecursionError:
        pass  # as in the hook
    except Exception as error:
        if _guard.is_foreign(error):
            raise


def _tick():
    global _due
    _due = monotonic() + _outbox.MAX_AGE
    _tell_loaded()
    lineage.tick()


def _before_fork():
    try:
        _tick()
    except RecursionError:
        pass  # as in the hook
    except Exception as error:
        if _guard.is_foreign(error):
            raise


def _after_fork():
    _loaded.clear()
    lineage.after_fork()


def _watch_exit():
    """`os._exit` is how forked workers end: no function for the exit runs, and no audit event tells of it."""
    original = os._exit

    def _exit(status):
        finish()
        original(status)

    _exit.__module__, _exit.__qualname__, _exit.__doc__ = "os", "_exit", original.__doc__
    _exit.__wrapped__ = original
    os._exit = _exit


def _before_exec(*_):
    finish()


def _before_kill(pid, *_):
    if pid == os.getpid():
        finish()


def _before_killpg(group, *_):
    if group in (0, os.getpgrp()):
        finish()


def _opened(path, mode, flags):
    text = as_text(path)
    if text is None:
        return  # a descriptor: the file was opened before
    if monotonic() > _due:
        _tick()
    if flags & _WRITES:
        _opened_to_write(absolute(text), mode, flags)
        return
    full = absolute(text)
    if len(_seen) > _MAX_SEEN:
        _seen.clear()
    found = lineage.reads(full, "audit")
    if found == NOISE:
        _known[_key_of(text)] = _ignore
    elif found == DONE:
        count = lineage.read.counter(folder_of(full))
        if count is not None:
            _known[_key_of(text)] = count
        else:
            _seen.add(text)


def _key_of(path):
    folder, end, _ = path.rpartition(SEP)
    return folder or end


_ignore = frozenset().__contains__


def _opened_to_write(path, mode, flags):
    try:
        state = os.stat(path)
    except OSError:
        # It will be made, if that is asked for and the folder allows it.
        folder = folder_of(path)
        if not flags & os.O_CREAT or not os.access(folder, os.W_OK | os.X_OK):
            return
        state = None
    if state is not None and (state.st_mode & 0o170000) != 0o100000:
        return
    reads_too = bool(state is not None and state.st_size and flags & os.O_RDWR and not flags & os.O_TRUNC)
    # This is how `tempfile` opens its files; `open(path, "x")` comes with a mode.
    is_temporary = mode is None and bool(flags & os.O_EXCL)
    lineage.writes(path, "audit", reads_too, is_temporary)


def _moved_to_another_folder(_):
    _known.clear()
    _seen.clear()


def _renamed(source, target, source_fd=-1, target_fd=-1):
    source, target = _located(source, source_fd), _located(target, target_fd)
    if source and target:
        lineage.moves(source, target)


def _linked(source, target, source_fd=-1, target_fd=-1):
    source, target = _located(source, source_fd), _located(target, target_fd)
    if source and target and os.path.isfile(source):
        lineage.writes(target, "audit")


def _removed(path, descriptor=-1):
    path = _located(path, descriptor)
    if path:
        lineage.removes(path)


def _truncated(path, _):
    path = as_text(path)
    if path and os.path.isfile(path):
        lineage.writes(absolute(path), "audit")


def _located(path, descriptor):
    """The absolute path; None where it is relative to a folder that is only known by its descriptor."""
    text = as_text(path)
    if text is None or (descriptor != -1 and not os.path.isabs(text)):
        return None
    return absolute(text)


def _connected(database, *_):
    path = as_text(database)
    if path is None or path.startswith(":memory:"):
        return
    if path.startswith("file:"):
        path, _, query = path[len("file:"):].partition("?")
        if "mode=memory" in query or "%" in path or not path:
            return
        path = path[2:] if path.startswith("///") else path
    lineage.may_write(absolute(path), "audit")


def _requested(url, _, __, method):
    from ._remote import cleaned

    if method in ("GET", "PUT", None):
        lineage.remote(cleaned(url), "w" if method == "PUT" else "r", "audit")


def _executed(code):
    name = code.co_filename
    if name in _sources:
        return
    _sources.add(name)
    if name[:1] == "<":
        return
    path = absolute(name)
    if not lineage.paths.is_source(path):
        return
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return  # generated code with a name of its own
    from ._journal import quote

    _loaded.append('[%s,"%d",%d]' % (quote(path), state.st_mtime_ns, state.st_size))
    if len(_loaded) >= _MAX_SOURCES or _outbox.has_budget():
        _tell_loaded()


def _tell_loaded():
    if _loaded:
        told = []
        try:
            while _loaded:
                told.append(_loaded.pop())
        except IndexError:
            pass  # another thread had the last one
        _outbox.add(("loaded", told[0]), '["loaded",%d,[%s]]' % (_outbox.milliseconds(), ",".join(told)))
