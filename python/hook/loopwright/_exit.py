"""What can only be seen from inside, when the script has come to its end: what it imported, and its BLAS libraries."""
import os
import sys

# Part of the interpreter itself, so no file can answer for it and loading it reads none.
import atexit

from . import _hook

_MAX_MODULES = 3000
# What threadpoolctl knows of, by parts of the names of libraries.
_THREADED = ("blas", "mkl", "blis", "omp", "atlas", "accelerate", "veclib")
_BLAS = ("openblas", "libmkl_rt", "libmkl_core", "libblis", "libcblas", "libblas", "libatlas", "accelerate", "veclib")
_MAX_MAPS = 8 << 20


def register():
    """Early, because what is registered first is called last: the script's own exit handlers may import, too."""
    atexit.unregister(tell)  # a kernel comes by with each of its runs
    atexit.register(tell)


def tell():
    try:
        if _hook.is_main():
            from . import _journal

            facts = {"imported": imported()}
            blas = _blas()
            if blas:
                facts["blas"] = blas
            _journal.append('["facts",%d,"environment",%s]' % (_journal.now(), _journal.json_text(facts)))
    except Exception:
        pass  # the script has ended well or ill, and that is all that it is to be seen by


def imported():
    """Top-level names that are not Python's own."""
    tops = set(name.partition(".")[0] for name in list(sys.modules))
    tops -= {"__main__", "loopwright", "sitecustomize", "usercustomize"}
    return sorted(top for top in tops if not _is_pythons_own(top))[:_MAX_MODULES]


def _is_pythons_own(name):
    names = getattr(sys, "stdlib_module_names", None)  # Python 3.10
    if names is not None:
        return name in names
    try:
        # Past the module's own attributes: asking a lazy one would load it.
        values = object.__getattribute__(sys.modules[name], "__dict__")
    except (KeyError, AttributeError):
        return False
    file = values.get("__file__")
    if not isinstance(file, str):
        return "__path__" not in values
    return file.startswith(os.path.dirname(os.__file__) + os.sep) and "-packages" + os.sep not in file


def _blas():
    module = sys.modules.get("threadpoolctl")
    if module is not None:
        try:
            return [{"name": str(one.get("internal_api")), "threads": one.get("num_threads"),
                     "version": one.get("version"), "architecture": one.get("architecture"),
                     "api": one.get("user_api")} for one in _threads(module)]
        except Exception:
            pass  # a version that answers otherwise; the names of the libraries are left
    return _mapped_blas()


def _threads(module):
    """What `threadpool_info` says, without following links of every one of the hundreds of libraries in memory."""
    base = getattr(module, "ThreadpoolController", None)
    if not hasattr(base, "_make_controller_from_path"):
        return module.threadpool_info()

    class Controller(base):
        def _make_controller_from_path(self, filepath, *others):
            name = os.path.basename(filepath).lower()
            if any(part in name for part in _THREADED):
                return base._make_controller_from_path(self, filepath, *others)
            return None

    return Controller().info()


def _mapped_blas():
    """By the names of the libraries in memory; how many threads they use is not known this way."""
    if "numpy" not in sys.modules and "torch" not in sys.modules:
        return []
    try:
        with open("/proc/self/maps", "rb") as file:
            lines = file.read(_MAX_MAPS).splitlines()
    except (IOError, OSError):
        return []
    found = set()
    for line in lines:
        name = os.path.basename(line[line.rfind(b"/"):]).decode("utf-8", "replace") if b"/" in line else ""
        if any(part in name.lower() for part in _BLAS):
            found.add(name)
    return [{"name": name, "threads": None} for name in sorted(found)]
