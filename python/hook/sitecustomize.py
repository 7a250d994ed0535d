"""Loaded by every Python that a tracked run or a tracked terminal starts: this folder leads its PYTHONPATH.

It announces the process, arranges for the hook, and then runs the `sitecustomize` that it stands in front of, as if
this one were not there. Any Python may come by, so the syntax is that of Python 2.7 and nothing is imported that
the interpreter has not loaded already.
"""
import sys


def _is_debug_adapter():
    """Whether this is the process with which debugpy speaks to an editor: none of the script's."""
    words = getattr(sys, "orig_argv", [])
    return any(word.replace("\\", "/").endswith("debugpy/adapter") for word in words[1:5])


def _start_hook():
    if sys.version_info < (3, 8):
        return
    import os

    run_dir = os.environ.get("LOOPWRIGHT_RUN_DIR")
    if run_dir and not _is_debug_adapter():
        from loopwright import _hook

        _hook.start(run_dir)
    elif "LOOPWRIGHT_TERMINAL" in os.environ and os.name == "posix":
        from loopwright import _terminal

        _terminal.take_over()


def _shadowed_spec():
    """The next `sitecustomize` on the path that has not run yet. Others of our kind may chain back to us."""
    import os

    own = os.path.realpath(__file__)
    done = sys.__dict__.setdefault("_loopwright_chained", set())
    finder = sys.modules["_frozen_importlib_external"].PathFinder
    for entry in list(sys.path):
        spec = finder.find_spec("sitecustomize", [entry])
        if spec is None or spec.loader is None or spec.origin in done:
            continue
        if os.path.realpath(spec.origin) != own:
            done.add(spec.origin)
            return spec
    return None


def _run_shadowed():
    """Exceptions pass through: the `site` module reports them exactly as it would have without us."""
    if sys.version_info < (3, 8):
        return _run_shadowed_in_old_python()
    try:
        spec = _shadowed_spec()
    except Exception:
        return  # a path that can't be searched has no sitecustomize that Python would have found
    if spec is None:
        return
    module = sys.modules["_frozen_importlib"].module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


def _run_shadowed_in_old_python():
    import imp
    import os

    own = os.path.realpath(os.path.dirname(os.path.abspath(__file__)))
    path = [entry for entry in sys.path if os.path.realpath(entry or os.getcwd()) != own]
    try:
        found = imp.find_module("sitecustomize", path)
    except ImportError:
        return
    sys.modules.pop("sitecustomize", None)
    imp.load_module("sitecustomize", *found)


try:
    _start_hook()
except Exception:
    pass  # whatever went wrong here, the script must run as it would without us
_run_shadowed()
