"""What the arguments of readers and writers say about files: pairs of functions for `_wrap.attach`.

Inputs are told of before the call, because that is when they are as they will be read; outputs after it, when they
are there.
"""
import os
import re
import sys

from . import _files
from ._paths import SEP, absolute, as_text
from ._remote import cleaned
from ._wrap import argument

_MAX_FILES = 5000  # of a folder or pattern; whoever reads more waits for it
_MAX_PATH = 4096
# The clocks of file systems tick more slowly than ours.
_SLACK = 0.05
_PATTERN = re.compile(r"[*?\[]")


def reads(via, position, name, mode=None):
    def before(args, kwargs):
        if mode is not None and "r" != argument(args, kwargs, *mode):
            _may_write(argument(args, kwargs, position, name), via)
            return
        tell_read(_with_file_system(argument(args, kwargs, position, name), kwargs), via)

    return before, None


def writes(via, position, name):
    def after(args, kwargs, _, began):
        tell_written(_with_file_system(argument(args, kwargs, position, name), kwargs), via, began)

    return None, after


def queries(via, position, name):
    """SQL, with names of files in it."""
    def before(args, kwargs):
        for kind, path in _names_in(args, kwargs):
            if kind == "read":
                tell_read(path, via)
            elif kind == "attach":
                _may_write(path, via)

    def after(args, kwargs, _, began):
        for kind, path in _names_in(args, kwargs):
            if kind == "write":
                tell_written(path, via, began)

    def _names_in(args, kwargs):
        from ._sql import file_names

        query = argument(args, kwargs, position, name)
        return file_names(query) if isinstance(query, str) else ()

    return before, after


def h5py_file():
    def before(args, kwargs):
        path, mode = argument(args, kwargs, 1, "name"), argument(args, kwargs, 2, "mode", "r")
        if mode == "r":
            tell_read(path, "h5py")
        elif mode in ("a", "r+"):
            _may_write(path, "h5py")

    def after(args, kwargs, _, began):
        if argument(args, kwargs, 2, "mode", "r") in ("w", "w-", "x"):
            tell_written(argument(args, kwargs, 1, "name"), "h5py", began)

    return before, after


def duckdb_database():
    def before(args, kwargs):
        path = argument(args, kwargs, 0, "database", ":memory:")
        if isinstance(path, str) and path.startswith(":"):
            return
        if argument(args, kwargs, 1, "read_only", False):
            tell_read(path, "duckdb")
        else:
            _may_write(path, "duckdb")

    return before, None


def fsspec_open():
    def before(args, kwargs):
        if "r" in str(argument(args, kwargs, 2, "mode", "rb")):
            _files.lineage.remote(_fsspec_uri(args, kwargs), "r", "fsspec")

    def after(args, kwargs, _, __):
        if "r" not in str(argument(args, kwargs, 2, "mode", "rb")):
            _files.lineage.remote(_fsspec_uri(args, kwargs), "w", "fsspec")

    return before, after


def _fsspec_uri(args, kwargs):
    path, protocol = argument(args, kwargs, 1, "path"), getattr(args[0], "protocol", None)
    protocol = protocol[0] if isinstance(protocol, (list, tuple)) and protocol else protocol
    if not isinstance(path, str) or not isinstance(protocol, str):
        return None
    return cleaned(path if "://" in path else "%s://%s" % (protocol, path))


def tell_read(source, via):
    """A path, a folder, a pattern, a URI, or some of these."""
    for path in _each(source):
        remote = cleaned(path)
        if remote is not None:
            _files.lineage.remote(remote, "r", via)
            continue
        path = _local(path)
        if path is None:
            continue
        if os.path.isdir(path):
            found = _below(path)
        elif _PATTERN.search(path) and not os.path.exists(path):
            found = _matches(path)
        else:
            found = (path,)
        for name in found:
            _files.lineage.reads(absolute(name), via)


def tell_written(target, via, began):
    for path in _each(target):
        remote = cleaned(path)
        if remote is not None:
            _files.lineage.remote(remote, "w", via)
            continue
        path = _local(path)
        if path is None:
            continue
        if os.path.isdir(path):
            for name in _below(path):
                if os.stat(name).st_mtime >= began - _SLACK:
                    _files.lineage.writes(absolute(name), via)
        else:
            # What is lazy writes later; it is looked for at the end.
            _files.lineage.writes(absolute(path), via, is_temporary=not os.path.exists(path))


def _may_write(path, via):
    text = _local(next(_each(path), None))
    if text is not None:
        _files.lineage.may_write(absolute(text), via)


def _each(source):
    """The paths among what a reader was given; not data, buffers and open files."""
    items = source if isinstance(source, (list, tuple)) else (source,)
    for item in items[:_MAX_FILES]:
        if isinstance(item, (str, bytes)) and len(item) > _MAX_PATH:
            continue  # the content itself
        text = as_text(item)
        if text is not None and "\0" not in text:
            yield text


def _local(path):
    if path is None:
        return None
    if path.startswith("file://"):
        path = path[len("file://"):]
        return path if path.startswith("/") and "%" not in path else None
    if "://" in path:
        return None
    return os.path.expanduser(path) if path.startswith("~") else path


def _with_file_system(source, kwargs):
    """A path in another file system than the local one is a name there."""
    system = kwargs.get("filesystem")
    kind = getattr(system, "type_name", None) or getattr(system, "protocol", None)
    if system is None or kind == "local" or "file" in (kind or ()):
        return source
    scheme = {"gcs": "gs"}.get(kind, kind)
    return ["%s://%s" % (scheme, path) for path in _each(source)] if isinstance(scheme, str) else None


def _below(folder):
    """Files in a folder and below, without those that readers of data sets pass over."""
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            if not name.startswith((".", "_")):
                yield os.path.join(parent, name)
                count += 1
                if count >= _MAX_FILES:
                    return


def _matches(pattern):
    """Files that a pattern names. All libraries whose patterns come here have loaded `glob` or `fnmatch` by then."""
    glob = sys.modules.get("glob")
    if glob is not None:
        return [path for path in sorted(glob.glob(pattern, recursive=True))[:_MAX_FILES] if os.path.isfile(path)]
    fnmatch = sys.modules.get("fnmatch")
    base = pattern[:pattern.rfind(SEP, 0, _PATTERN.search(pattern).start()) + 1]
    if fnmatch is None:
        return []
    return [path for path in _below(base or os.curdir)
            if fnmatch.fnmatch(path if base else path[len(os.curdir + SEP):], pattern)]
