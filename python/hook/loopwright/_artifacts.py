"""Copies files, folders and pictures into the run's `artifacts/`.

A copy is made under a temporary name and renamed, so it appears whole or not at all. The stored copy holds regular
files and folders only: links are followed when it is made, so none of them can lead out of the run later.
"""
import os
import stat

from . import _journal
from ._journal import append, json_text, note, now

_CHUNK = 1 << 20
_PICTURES = (".png", ".jpg", ".jpeg", ".svg", ".pdf", ".gif", ".webp", ".html")


class Refused(Exception):
    """Why something can't be kept; the text is for the user."""


def artifact(path, name=None):
    _keep("artifact", lambda: _keep_path(_path_text(path), name, None))


def figure(fig, name=None, step=None, function="figure"):
    if step is None:
        _keep(function, lambda: _keep_figure(fig, name))
        return
    if not _journal.is_enabled():
        return
    from ._charts import file_name, short_name

    title = str(name if name is not None else "figure")
    stem, extension = os.path.splitext(title)
    if extension.lower() in _PICTURES:
        title = stem  # one picture at several steps, whichever the format
    else:
        extension = ""
    title = short_name(title)
    _keep(function, lambda: _keep_figure(fig, file_name(title) + step_suffix(function, step), extension), title, step)


def keep_made(function, title, step, path, kind, write):
    """Keep a file that `write` makes. `path` has a place (`%s`) for the step."""
    def action():
        relative = clean_name(path % step_suffix(function, step))
        target, temporary = _places(relative)
        try:
            write(temporary)
            size = os.stat(temporary).st_size
            _replace(temporary, target)
        except (Refused, OSError):
            raise
        except Exception as error:
            raise Refused("%s: %s" % (type(error).__name__, error))
        finally:
            _remove(temporary)
        return relative, size, kind

    _keep(function, action, title, step)


def step_suffix(function, step):
    number = whole_step(step)
    if step is not None and number is None:
        note(function, "%s(): the step %.100r is no integer below 2**53 and was left out." % (function, step))
    return "" if number is None else ".step-%d" % number


def whole_step(step):
    """The step as an integer that JSON readers keep exactly; None if it is none."""
    try:
        number = int(step)
        return number if number == step and abs(number) <= 2 ** 53 else None
    except Exception:
        return None  # not a number of any library


def _keep(function, action, title=None, step=None):
    """Run one call. What stops it costs the artifact and a note, nothing else."""
    if not _journal.is_enabled():
        return
    try:
        relative, size, kind = action()
    except Refused as refusal:
        note(function, "%s(): %s" % (function, refusal))
        return
    except OSError as error:
        note(function, "%s(): %s: %s. Nothing was kept." % (function, error.filename or "", error.strerror or error))
        return
    record = {"path": relative, "size": size, "kind": kind}
    if title is not None:
        record.update(name=title, step=whole_step(step))
    append('["artifact",%d,%s]' % (now(), json_text(record)))


def _keep_path(path, name, kind):
    """Copy what is there. Returns the path below artifacts/, the size, and the kind."""
    mode = os.stat(path).st_mode
    relative = clean_name(name if name is not None else os.path.basename(os.path.abspath(path)))
    target, temporary = _places(relative)
    try:
        if stat.S_ISDIR(mode):
            if _contains(path, temporary):
                raise Refused("%s contains the run's own folder and can't be copied into it." % path)
            size = _copy_folder(path, temporary, ())
            _replace(temporary, target)
            return relative, size, kind or "directory"
        if not stat.S_ISREG(mode):
            raise Refused("%s is neither a file nor a folder." % path)
        size = _copy_file(path, temporary)
        _replace(temporary, target)
        return relative, size, kind or "file"
    finally:
        _remove(temporary)


def _keep_figure(fig, name, ending=None):
    """Keep a picture as `name`. With `ending`, the name has none of its own: it is that, or where empty the usual one."""
    if isinstance(fig, (str, bytes)) or hasattr(fig, "__fspath__"):
        path = _path_text(fig)
        if ending is not None:
            name += ending or os.path.splitext(path)[1]
        return _keep_path(path, name, "figure")
    save, extension = _way_to_save(fig)
    relative = clean_name(name if name is not None else _next_figure_name()) + (ending or "")
    if os.path.splitext(relative)[1].lower() not in _PICTURES:
        relative += extension
    target, temporary = _places(relative)
    temporary += os.path.splitext(relative)[1]  # the libraries choose the format by it
    try:
        save(temporary)
        size = os.stat(temporary).st_size
        _replace(temporary, target)
        return relative, size, "figure"
    except (Refused, OSError):
        raise
    except Exception as error:
        raise Refused("saving the figure failed: %s: %s" % (type(error).__name__, error))
    finally:
        _remove(temporary)


def _way_to_save(fig):
    """A function that saves to a path, and the usual extension; found by what the object can do, not by its type."""
    if not hasattr(fig, "savefig") and hasattr(fig, "get_figure"):
        fig = fig.get_figure()  # matplotlib's Axes
    if hasattr(fig, "savefig"):
        return fig.savefig, ".png"
    if hasattr(fig, "write_html"):
        return fig.write_html, ".html"
    if hasattr(fig, "save") and hasattr(fig, "mode") and hasattr(fig, "size"):
        return fig.save, ".png"
    from ._charts import png_of, save_png

    picture = png_of(fig)
    if picture is not None:
        return save_png(picture), ".png"
    raise Refused("an object of type %s is no figure of matplotlib, plotly or PIL, no array and no path." % type(fig).__name__)


def _path_text(path):
    text = os.fspath(path)
    return os.fsdecode(text)


def clean_name(name):
    """A name as a path below artifacts/, with `/` between its parts. Raises Refused if it would lead out of there."""
    text = os.fsdecode(os.fspath(name))
    if os.sep != "/":
        text = text.replace(os.sep, "/")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in text or (os.name == "nt" and ":" in text):
        raise Refused("%r is no name for an artifact. Use a relative one without `..`." % text)
    if any(part.startswith(".loopwright-") for part in parts):
        raise Refused("names that begin with `.loopwright-` are used for copies in the making.")
    return "/".join(parts)


def _places(relative):
    """The final and the temporary path. The folders in between are made, and must really be below artifacts/."""
    root = folder = os.path.join(_journal.run_directory(), "artifacts")
    _make_folder(root)
    *folders, last = relative.split("/")
    for part in folders:
        folder = os.path.join(folder, part)
        _make_folder(folder)
    return os.path.join(folder, last), os.path.join(root, ".loopwright-%d-%s" % (os.getpid(), os.urandom(4).hex()))


def _make_folder(path):
    try:
        os.mkdir(path)
    except FileExistsError:
        if os.path.islink(path) or not os.path.isdir(path):
            raise Refused("%s is a link or no folder, so nothing can be put into it." % path)


def _contains(folder, path):
    real = os.path.realpath(folder)
    return os.path.commonpath([real, os.path.realpath(os.path.dirname(path))]) == real


def _copy_file(source, target):
    """The number of bytes. Opened without blocking, so that a pipe under a file's name can't make us wait."""
    reader = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(reader).st_mode):
            raise Refused("%s is not a regular file." % source)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        writer = os.open(target, flags, 0o666)
        try:
            size = 0
            while True:
                chunk = memoryview(os.read(reader, _CHUNK))
                if not chunk:
                    return size
                size += len(chunk)
                while chunk:
                    chunk = chunk[os.write(writer, chunk):]
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _copy_folder(source, target, ancestors):
    """The number of bytes. A link back to a folder that is being copied is left out: it would never end."""
    status = os.stat(source)
    identity = (status.st_dev, status.st_ino)
    if identity in ancestors:
        note("artifact", "artifact(): %s leads back to a folder above it and was left out." % source)
        return 0
    os.mkdir(target)
    size = 0
    with os.scandir(source) as entries:
        for entry in entries:
            destination = os.path.join(target, entry.name)
            if entry.is_dir():
                size += _copy_folder(entry.path, destination, ancestors + (identity,))
            elif entry.is_file():
                size += _copy_file(entry.path, destination)
            else:
                note("artifact", "artifact(): %s is a broken link or no file and was left out." % entry.path)
    return size


def _replace(temporary, target):
    """Put the copy in its place. An earlier version that a rename can't replace is there until the moment before."""
    if not os.path.isdir(temporary) and not (os.path.isdir(target) and not os.path.islink(target)):
        os.replace(temporary, target)
        return
    try:
        os.rename(temporary, target)  # where nothing is, or an empty folder: never missing for a moment
        return
    except OSError:
        if not os.path.lexists(target):
            raise
    old = temporary + ".old"
    os.rename(target, old)
    os.rename(temporary, target)
    _remove(old)


def _remove(path):
    """Delete a file or folder of ours as far as it goes; what is left is hidden by its name."""
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            with os.scandir(path) as entries:
                for entry in entries:
                    _remove(entry.path)
            os.rmdir(path)
        else:
            os.unlink(path)
    except OSError:
        pass  # usually it is not there: the copy was renamed to its final name


def _next_figure_name():
    """`figure-1`, `figure-2`, …: the first that no picture of this run has."""
    root = os.path.join(_journal.run_directory(), "artifacts")
    taken = {os.path.splitext(name)[0] for name in os.listdir(root)} if os.path.isdir(root) else set()
    number = 1
    while "figure-%d" % number in taken:
        number += 1
    return "figure-%d" % number
