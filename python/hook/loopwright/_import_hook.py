"""Run something right after a module has been imported, without importing it and without staying in the way."""
import sys


def after_import(name, callback):
    """Call `callback(module)` once `name` has been imported; at once if it has been already."""
    module = sys.modules.get(name)
    if module is not None:
        _call(callback, module)
    else:
        sys.meta_path.insert(0, _Finder(name, callback))


def _call(callback, module):
    try:
        callback(module)
    except Exception:
        pass  # an import of the user's must succeed whatever becomes of our addition to it


class _Finder:
    """Waits for one module, takes itself off `sys.meta_path`, and lets the other finders find it."""

    def __init__(self, name, callback):
        self._name = name
        self._callback = callback

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        try:
            sys.meta_path.remove(self)
        except ValueError:
            return None  # another thread imports it at this moment
        for finder in list(sys.meta_path):
            find_spec = getattr(finder, "find_spec", None)
            spec = find_spec(name, path, target) if find_spec is not None else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self._callback)
                return spec
        return None

    def invalidate_caches(self):
        """Asked of every finder by `importlib.invalidate_caches`; there is nothing to forget here."""


class _Loader:
    """Stands in for the real loader for the one moment when the module is executed."""

    def __init__(self, loader, callback):
        self._loader = loader
        self._callback = callback

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _call(self._callback, module)
