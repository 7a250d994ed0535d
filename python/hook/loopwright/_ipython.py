"""`%load_ext loopwright`: a kernel that runs already becomes a process of the run of its notebook, until that is over.

The user has asked for this in a cell and reads the answer below it, so unlike the rest of this package it prints and
may wait a little: the run begins with this very cell, and the window that tracks the notebook has to say which it is.
"""
import json
import os
import sys
import time

from . import _followed, _hook
from ._kernel_tracking import Tracking

_PATIENCE = 20.0
_STEP = 0.05
# What modules remember of a run: the next one begins without.
_OF_RUN = {
    "_seeds": ("_values",), "_remarks": ("_made",), "_matplotlib": ("_names", "_shown"),
    "_mlflow": ("_told",), "_models": ("_slots", "_folders", "_waiting"), "_sklearn_fits": ("_named", "_names", "_recorded"),
}

_kernel = None  # the run that this kernel is captured into


def load(shell):
    global _kernel
    try:
        if _kernel is not None and _kernel.goes_on():
            text = "this kernel is captured already, into the run %s." % _kernel.name
        else:
            _end()
            _kernel = Kernel(shell, _run_of(shell))
            text = "this kernel is captured into the run %s.%s" % (
                _kernel.name, " So is what it logs by MLflow." if _kernel.tracking.is_ours else "")
    except _followed.NotFollowed as error:
        text = str(error)
        _may_be_loaded_again(shell)
    except Exception as error:
        text = "this kernel can't be captured (%s: %s)." % (type(error).__name__, error)
        _may_be_loaded_again(shell)
    print("Loopwright: " + text)


def unload(shell):
    _end()


def _end():
    global _kernel
    kernel, _kernel = _kernel, None
    if kernel is not None:
        kernel.leave()


def _may_be_loaded_again(shell):
    """IPython does not ask an extension twice that it has loaded. It notes it down when we have returned."""
    loaded = shell.extension_manager.loaded

    def forget(*_):
        loaded.discard("loopwright")
        shell.events.unregister("post_run_cell", forget)

    shell.events.register("post_run_cell", forget)


def _run_of(shell):
    """The run's folder. Raises NotFollowed."""
    if os.environ.get("LOOPWRIGHT_RUN_DIR"):
        raise _followed.NotFollowed("this kernel was started by a tracked run, and is captured into that one.")
    name = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    # This cell's number in brackets: what it has gone into already. `execution_count` may be the next one's.
    number = len(shell.history_manager.input_hist_parsed) - 1
    deadline = time.monotonic() + _PATIENCE
    while True:
        for entry in _followed.of_notebook(name if isinstance(name, str) else None, os.getcwd()):
            run = entry["run"]
            if isinstance(run, str) and entry["over"] < number and _is_free(run) and _is_active(run):
                return run
        if time.monotonic() > deadline:
            raise _followed.NotFollowed("the run of this notebook did not begin. Is its window still open? Run this "
                                        "cell again.")
        time.sleep(_STEP)


def _is_free(run):
    """Not of a kernel that was there before: the window may not have seen yet that this one is another."""
    try:
        with open(os.path.join(run, "main.pid"), "rb") as file:
            return int(file.read()) == os.getpid()
    except (OSError, ValueError):
        return True


def _is_active(run):
    """Whether the run goes on: it is marked so, and its window has not ended it."""
    try:
        with open(os.path.join(run, "runner.json"), "rb") as file:
            state = json.loads(file.read())["state"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return state == "running" and os.path.exists(
        os.path.join(os.path.dirname(os.path.dirname(run)), "active", os.path.basename(run)))


class Kernel:
    """This process as a part of a run."""

    def __init__(self, shell, run):
        self._shell = shell
        self._run = run
        with open(os.path.join(run, "spec.json"), encoding="utf-8", errors="surrogateescape") as file:
            self._spec = json.load(file)
        self.name = self._spec["name"]
        self._modules = 0
        self._packages = None
        self._hook_dir = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
        self._set_environment()
        _forget_last_run()
        _hook.enter(run)
        self._tell_first()
        shell.events.register("pre_run_cell", self._before_cell)
        shell.events.register("post_run_cell", self._after_cell)

    def goes_on(self):
        return _is_active(self._run)

    def leave(self):
        for event, callback in (("pre_run_cell", self._before_cell), ("post_run_cell", self._after_cell)):
            try:
                self._shell.events.unregister(event, callback)
            except ValueError:
                pass  # somebody has emptied the list
        self._shell.extension_manager.loaded.discard("loopwright")
        if self._packages is not None:
            self._packages.abandon()
        # Before the folder is forgotten: what the processes started from here on get is decided by these.
        self._clear_environment()
        _hook.leave()

    def _before_cell(self, *_):
        try:
            if not self.goes_on():
                _end()
        except Exception:
            pass  # IPython would print it below the user's cell

    def _after_cell(self, *_):
        """The run may be over before the next cell comes, so what is known is written down after each."""
        try:
            files = sys.modules.get("loopwright._files")
            if files is not None and files.lineage is not None:
                files.finish()
            models = sys.modules.get("loopwright._models")
            if models is not None:
                models.write_affordable()
            if self._packages is not None:
                self._packages.look()
                if len(sys.modules) != self._modules:
                    self._modules = len(sys.modules)
                    self._packages.tell_imported()
        except Exception:
            pass  # as above

    def _tell_first(self):
        from ._journal import append, now

        append('["facts",%d,"notebook",{"observed":"kernel"}]' % now())
        if "environment" in self._spec["capture"]["kinds"]:
            from ._kernel_packages import Packages

            self._packages = Packages(self._run, os.path.dirname(self._hook_dir))

    def _set_environment(self):
        """For what the kernel starts: workers are processes of the run, as those of a script are."""
        capture = self._spec["capture"]
        os.environ["LOOPWRIGHT_RUN_ID"] = self._spec["run_id"]
        os.environ["LOOPWRIGHT_RUN_DIR"] = self._run
        os.environ["LOOPWRIGHT_PARAMS"] = json.dumps(self._spec["params"])
        os.environ["LOOPWRIGHT_CAPTURE"] = ",".join(capture["kinds"])
        os.environ["LOOPWRIGHT_MODEL_LIMIT"] = "%d" % capture["modelLimitBytes"]
        if self._spec["root"]:
            os.environ["LOOPWRIGHT_ROOT"] = self._spec["root"]
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = self._hook_dir + (os.pathsep + before if before else "")

        self.tracking = Tracking(self._spec, os.path.dirname(self._hook_dir))

    def _clear_environment(self):
        self.tracking.clear()
        for name in ("RUN_ID", "RUN_DIR", "PARAMS", "CAPTURE", "MODEL_LIMIT", "ROOT"):
            os.environ.pop("LOOPWRIGHT_" + name, None)
        path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        if path[0] == self._hook_dir:
            path = path[1:]
        if path and path != [""]:
            os.environ["PYTHONPATH"] = os.pathsep.join(path)
        else:
            os.environ.pop("PYTHONPATH", None)


def _forget_last_run():
    for module, names in _OF_RUN.items():
        loaded = sys.modules.get("loopwright." + module)
        for name in names if loaded is not None else ():
            getattr(loaded, name).clear()
