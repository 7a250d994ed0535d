"""Keeps matplotlib's figures: what the script saves to a file, and what it shows where there is no display.

matplotlib points its warnings at the first frame outside its own package, and Python shows each place once. So the
replacements pass for a file of matplotlib, and nothing of ours is on the stack while the original runs.
"""
import os
import sys
import weakref
from functools import wraps

from . import _artifacts, _journal
from ._journal import append, json_text, now
from ._quiet import Quiet
from ._remarks import remark

_MAX_FIGURES = 100
_MAX_BYTES = 10000000
# Backends that draw into memory or files; with any other one the figure is on somebody's screen.
_WITHOUT_DISPLAY = ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")

_SAVEFIG = """
def savefig(self, *args, **kwargs):
    result = original(self, *args, **kwargs)
    after(self, args, kwargs)
    return result
"""
_SHOW = """
def show(*args, **kwargs):
    try:
        return original(*args, **kwargs)
    finally:
        after()
"""

_names = {}  # name below artifacts/figures → the file of the script that it is a copy of, or None
_shown = weakref.WeakKeyDictionary()  # figure → its name
_original_savefig = None
_last_number = 0


def wrap_figure(module):
    global _original_savefig
    original = module.Figure.__dict__.get("savefig")
    if original is not None and not hasattr(original, "_loopwright_original"):
        _original_savefig = original
        module.Figure.savefig = _disguised("savefig", _SAVEFIG, module, original, _saved)


def wrap_pyplot(module):
    original = getattr(module, "show", None)
    if callable(original) and not hasattr(original, "_loopwright_original"):
        module.show = _disguised("show", _SHOW, module, original, _after_show)


def _disguised(name, source, module, original, after):
    folder = os.path.dirname(module.__file__ or "")
    scope = {"__name__": module.__name__, "original": original, "after": after}
    exec(compile(source, os.path.join(folder, "<loopwright>"), "exec"), scope)
    replacement = wraps(original)(scope[name])
    replacement._loopwright_original = original
    return replacement


def _saved(figure, args, kwargs):
    """The script has saved a figure: keep a copy of the file, if it is one."""
    try:
        target = args[0] if args else kwargs.get("fname")
        if not _journal.is_enabled() or not isinstance(target, (str, os.PathLike)):
            return
        path = os.fspath(target)
        if not isinstance(path, str):
            return
        if not os.path.splitext(path)[1][1:] and not kwargs.get("format"):
            path = path.rstrip(".") + "." + figure.canvas.get_default_filetype()
        path = os.path.abspath(path)
        run = os.path.abspath(_journal.run_directory())
        if path.startswith(run + os.sep):
            return  # `loopwright.figure` makes its own record
        if os.path.isfile(path):
            _keep(os.path.basename(path), path, lambda temporary: _copy(path, temporary))
    except Exception as error:
        _trouble(error)


def _copy(path, temporary):
    if os.stat(path).st_size > _MAX_BYTES:
        raise _artifacts.Refused("%s is larger than %d bytes" % (path, _MAX_BYTES))
    _artifacts._copy_file(path, temporary)


def _after_show():
    """`show` has returned: keep every figure that is open, unless it is on a screen."""
    try:
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        managers = list(helpers.Gcf.get_all_fig_managers()) if helpers is not None else []
        backend = sys.modules["matplotlib"].get_backend().lower() if managers else ""
        if not managers or backend not in _WITHOUT_DISPLAY or not _journal.is_enabled():
            return
        for manager in managers:
            figure = manager.canvas.figure
            known = _shown.get(figure)
            if known is None or figure.stale:
                _show(figure, manager.num, known)
    except Exception as error:
        _trouble(error)


def _show(figure, number, known):
    name = known or "%s.png" % _title(figure, number)
    kept = _keep(name, None, lambda temporary: _draw(figure, temporary), known is not None)
    if kept is not None:
        _shown[figure] = kept
        # As after it was drawn on a screen: from here on it is stale only if the script changes it.
        figure.stale = False


def _draw(figure, temporary):
    with Quiet():  # what is worth a warning when the script draws is its own; this drawing is not
        _original_savefig(figure, temporary, format="png")
    if os.stat(temporary).st_size > _MAX_BYTES:
        raise _artifacts.Refused("a figure takes more than %d bytes" % _MAX_BYTES)


def _title(figure, number):
    """The figure's label or title in letters that a file name may have; else its number, counted over the run."""
    suptitle = getattr(figure, "_suptitle", None)
    text = str(figure.get_label() or (suptitle.get_text() if suptitle is not None else "") or "")
    words = "".join(letter if letter.isalnum() or letter in "-_." else " " for letter in text).split()
    title = "-".join(words).strip(".")[:60]
    if title:
        return title
    global _last_number
    _last_number = max(_last_number + 1, number if isinstance(number, int) else 0)
    return "figure-%d" % _last_number


def _keep(name, source, write, replaces=False):
    """Keep one picture under a free name, or in the place of an earlier one from the same source. Its name."""
    name = _artifacts.clean_name(name).replace("/", "_")
    if not replaces:
        stem, extension = os.path.splitext(name)
        number = 1
        while name in _names and (source is None or _names[name] != source):
            number += 1
            name = "%s-%d%s" % (stem, number, extension)
    if name not in _names and len(_names) >= _MAX_FIGURES:
        remark("figures", "The run has %d figures; those after them are not kept." % _MAX_FIGURES)
        return None
    target, temporary = _artifacts._places("figures/" + name)
    try:
        write(temporary)
        size = os.stat(temporary).st_size
        _artifacts._replace(temporary, target)
    finally:
        _artifacts._remove(temporary)
    _names[name] = source
    append('["artifact",%d,%s]' % (now(), json_text({"path": "figures/" + name, "size": size, "kind": "figure"})))
    return name


def _trouble(error):
    try:
        remark("figure", "A figure was not kept: %s: %s" % (type(error).__name__, str(error)[:300]))
    except Exception:
        pass  # for instance while the interpreter shuts down
