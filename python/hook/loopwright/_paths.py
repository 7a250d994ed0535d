"""Which paths are the run's data, and which are the machinery of Python, of libraries and of the system."""
import os
import sys

SEP = os.sep
# Below a prefix of Python these hold the installation; the rest of it may be where somebody works (`/usr/local/app`).
_INSTALLED = ("lib", "lib64", "lib32", "Lib", "DLLs", "Library", "Scripts", "bin", "include", "share", "conda-meta", "etc")
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/run/", "/usr/lib/", "/usr/lib64/", "/usr/share/", "/usr/bin/",
           "/usr/include/", "/lib/", "/lib64/", "/bin/", "/usr/local/share/fonts/", "/System/", "/Library/")
# Below the home folder: settings, caches of fonts, keys. Caches of data sets (`~/.cache/huggingface`) are data.
_PERSONAL = (".config/", ".matplotlib/", ".cache/matplotlib/", ".cache/fontconfig/", ".cache/pip/", ".fonts/",
             ".local/share/fonts/", ".local/lib/", ".ipython/", ".jupyter/", ".ssh/", ".gnupg/", ".aws/", ".azure/",
             ".kube/", ".docker/")
_ANYWHERE = ("/site-packages/", "/dist-packages/", "/__pycache__/", "/.git/", "/.loopwright/", "/.ipynb_checkpoints/",
             "/joblib_memmapping_folder_", "/.mplconfig/")
_CODE = (".py", ".pyi", ".pyx", ".pth", ".so", ".pyd", ".dll", ".dylib", ".egg-link")
_FONTS = (".ttf", ".otf", ".ttc", ".afm", ".pfb")
_NAMES = ("pyvenv.cfg", "matplotlibrc", ".netrc", ".pypirc", ".pgpass", ".git-credentials", ".gitconfig", ".python_history")


class Paths:
    """What is known when the interpreter starts."""

    def __init__(self, run_dir, root):
        self.root = with_separator(root) if root else None
        self._installed = tuple(name for name in self._collect_installed() if not (self.root or "").startswith(name))
        store = os.path.dirname(os.path.dirname(os.path.abspath(run_dir)))
        hook = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        # Named in full: a store need not be called `.loopwright`.
        self._own = (with_separator(store), with_separator(os.path.abspath(run_dir)), with_separator(hook))
        if store == os.path.dirname(store) or (self.root and self.root.startswith(with_separator(store))):
            self._own = self._own[1:]

    def _collect_installed(self):
        prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
        for prefix in prefixes:
            for part in _INSTALLED:
                yield with_separator(os.path.join(prefix, part))
        yield with_separator(os.path.dirname(os.__file__))
        if SEP == "/":
            for folder in _SYSTEM:
                yield folder
        home = os.path.expanduser("~")
        if home not in ("~", "/"):
            for part in _PERSONAL:
                yield with_separator(home) + part.replace("/", SEP)
        for variable in ("MPLCONFIGDIR", "IPYTHONDIR"):
            if os.environ.get(variable):
                yield with_separator(os.path.abspath(os.environ[variable]))

    def is_noise(self, folder):
        """Whether nothing in this folder (absolute, with a separator at its end) is the run's data."""
        if folder.startswith(self._own) or folder.startswith(self._installed):
            return True
        text = folder if SEP == "/" else folder.replace(SEP, "/")
        return any(part in text for part in _ANYWHERE)

    def is_source(self, path):
        """Whether this is code of the run: below its root, and not of an installed package."""
        return (self.root is not None and path.startswith(self.root)
                and not self.is_noise(path[:path.rfind(SEP) + 1]))


def is_noise_to_read(path):
    """Files that are read because they are code, fonts or settings, wherever they are."""
    name = path[path.rfind(SEP) + 1:]
    return path.endswith(_CODE) or path.endswith(_FONTS) or name in _NAMES or name.startswith(".env")


def is_noise_to_write(path):
    return path[path.rfind(SEP) + 1:] in _NAMES


def looks_temporary(path):
    """Whether the name says that the file will get another one, or none."""
    name = path[path.rfind(SEP) + 1:]
    return name.endswith((".tmp", ".temp", ".part", ".partial", ".lock", ".swp", "~")) or ".tmp" in name or (
        name.startswith("tmp") and len(name) == 11)


def with_separator(folder):
    return folder if folder.endswith(SEP) else folder + SEP


def as_text(path):
    """A path as a string; None if it is none (a descriptor, a buffer). Runs no code of the user's."""
    if isinstance(path, str):
        return str(path) or None
    if isinstance(path, bytes):
        return os.fsdecode(path) or None
    pathlib = sys.modules.get("pathlib")
    pure = getattr(pathlib, "PurePath", None)
    return str(path) if pure is not None and isinstance(path, pure) else None


def absolute(path):
    """The path made absolute in the current folder, without following links."""
    if SEP == "/" and path.startswith("/") and "//" not in path and "/." not in path:
        return path  # the common case; all that is left for normpath to do
    return os.path.abspath(path)


def folder_of(path):
    return path[:path.rfind(SEP) + 1]
