"""Run something right after a module has been imported, without importing it and without staying in the way."""
import sys


def after_import(name, callback):
    """Call `callback(module)` once `name` has been imported; at once if it has been already."""
    module = sys.modules.get(name)
    if module is not None:
        _call(callback, module)
        return
    _waiting.setdefault(name, []).append(callback)
    _stand_first()


def _call(callback, module):
    try:
        callback(module)
    except Exception:
        pass  # an import of the user's must succeed whatever becomes of our addition to it


def _stand_first():
    if not sys.meta_path or sys.meta_path[0] is not _finder:
        _step_aside()
        sys.meta_path.insert(0, _finder)


def _step_aside():
    try:
        sys.meta_path.remove(_finder)
    except ValueError:
        pass  # another thread has taken it off, or a program has emptied the list


class _Finder:
    """Waits for modules, lets the other finders find them, and leaves `sys.meta_path` when it waits for none.

    One for all of them, because every import asks every finder.
    """

    def find_spec(self, name, path=None, target=None):
        # Whoever takes the callbacks out has the import; another thread that imports the same module finds nothing.
        callbacks = _waiting.pop(name, None)
        if callbacks is None:
            return None
        if not _waiting:
            _step_aside()
        spec = _found_by_others(name, path, target)
        if spec is None:
            _waiting[name] = callbacks  # it is not there, or not yet: programs try, change their path and try again
            _stand_first()
        elif hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, callbacks)
        return spec

    def invalidate_caches(self):
        """Asked of every finder by `importlib.invalidate_caches`; there is nothing to forget here."""


def _found_by_others(name, path, target):
    for finder in list(sys.meta_path):
        find_spec = getattr(finder, "find_spec", None)
        if finder is not _finder and find_spec is not None:
            spec = find_spec(name, path, target)
            if spec is not None:
                return spec
    return None


class _Loader:
    """Stands in for the real loader for the one moment when the module is executed."""

    def __init__(self, loader, callbacks):
        self._loader = loader
        self._callbacks = callbacks

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        for callback in self._callbacks:
            _call(callback, module)


_waiting = {}  # module name → callbacks
_finder = _Finder()
