"""What can only be seen from inside, when the script has come to its end: what it imported, and its BLAS libraries."""
import atexit
import os
import sys

from . import _hook

_MAX_MODULES = 3000
_BLAS = ("openblas", "libmkl_rt", "libmkl_core", "libblis", "libcblas", "libblas", "libatlas", "accelerate", "veclib")
_MAX_MAPS = 8 << 20


def register():
    """Early, because what is registered first is called last: the script's own exit handlers may import, too."""
    atexit.register(_tell)


def _tell():
    try:
        if _hook.is_main():
            from . import _journal

            facts = {"imported": _imported()}
            blas = _blas()
            if blas:
                facts["blas"] = blas
            _journal.append('["facts",%d,"environment",%s]' % (_journal.now(), _journal.json_text(facts)))
    except Exception:
        pass  # the script has ended well or ill, and that is all that it is to be seen by


def _imported():
    """Top-level names that are not Python's own."""
    own = getattr(sys, "stdlib_module_names", None) or sys.builtin_module_names
    found = set()
    for name in list(sys.modules):
        top = name.partition(".")[0]
        if top not in own and top not in ("__main__", "loopwright", "sitecustomize", "usercustomize"):
            found.add(top)
    return sorted(found)[:_MAX_MODULES]


def _blas():
    info = getattr(sys.modules.get("threadpoolctl"), "threadpool_info", None)
    if info is not None:
        try:
            return [{"name": str(one.get("internal_api")), "threads": one.get("num_threads"),
                     "version": one.get("version"), "architecture": one.get("architecture"),
                     "api": one.get("user_api")} for one in info()]
        except Exception:
            pass  # a version that answers otherwise; the names of the libraries are left
    return _mapped_blas()


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
