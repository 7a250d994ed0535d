"""Run by the script's own interpreter, after or beside the script: what Python it is and which packages it has.

It prints one JSON document. Nothing of ours is imported, the hook is not loaded, and whatever is broken in one
package must not keep the others from being told: any Python from 3.8 on and any state of site-packages may come by.
"""
import os
import sys

# This folder leads the path because the program lies in it, and a module of ours must not answer to another's name.
# `os` is loaded at the start of any Python, so it did not come from here.
sys.path[:] = [entry for entry in sys.path if entry != os.path.dirname(os.path.abspath(__file__))]

import json  # noqa: E402
import re  # noqa: E402

_MAX_PACKAGES = 5000
_MAX_MODULES = 300
_MAX_RECORD_CHARACTERS = 8 << 20
_MAX_HEADER_LINES = 60
_MAX_TEXT = 200
_SECONDS = 240


def main():
    _end_in_time()
    document = {"environment": interpreter(), "packages": packages()}
    sys.stdout.write(json.dumps(document))
    sys.stdout.flush()


def _end_in_time():
    """Whoever asked may have been killed: nothing of ours goes on for ever."""
    import signal

    if hasattr(signal, "alarm"):
        signal.alarm(_SECONDS)


def interpreter():
    import locale
    import platform

    found = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "basePrefix": sys.base_prefix,
        "filesystemEncoding": sys.getfilesystemencoding(),
    }
    if os.path.isdir(os.path.join(sys.prefix, "conda-meta")):
        found["conda"] = os.path.basename(sys.prefix)
    elif sys.prefix != sys.base_prefix:
        found["venv"] = sys.prefix
    try:
        found["preferredEncoding"] = locale.getpreferredencoding(False)
    except Exception:
        pass  # a locale that the system does not have
    return found


def packages():
    """Name, version, origin and top-level modules of each distribution; the first on the path counts."""
    try:
        from importlib import metadata
    except ImportError:
        return []
    found = {}
    for distribution in _distributions(metadata):
        try:
            name, version = _name_and_version(distribution)
            key = re.sub(r"[-_.]+", "-", name).lower()
            if not name or key in found:
                continue
            found[key] = {"name": name[:_MAX_TEXT], "version": version[:_MAX_TEXT], "origin": _origin(distribution),
                          "modules": sorted(_modules(distribution, name))[:_MAX_MODULES]}
        except Exception:
            continue  # one broken package
        if len(found) >= _MAX_PACKAGES:
            break
    return [found[key] for key in sorted(found)]


def _distributions(metadata):
    """One that can't even be found must not end the search."""
    iterator = iter(metadata.distributions())
    failures = 0
    while failures < 100:
        try:
            yield next(iterator)
        except StopIteration:
            return
        except Exception:
            failures += 1


def _text(distribution, name):
    try:
        return distribution.read_text(name) or ""
    except Exception:
        return ""  # closed to us, a folder, or no UTF-8: the other files may still tell


def _name_and_version(distribution):
    """Only the head of METADATA: a description may have megabytes."""
    name = version = ""
    text = _text(distribution, "METADATA") or _text(distribution, "PKG-INFO")
    for line in text[:1 << 16].splitlines()[:_MAX_HEADER_LINES * 10]:
        if not line:
            break
        if line[:5].lower() == "name:":
            name = name or line[5:].strip()
        elif line[:8].lower() == "version:":
            version = version or line[8:].strip()
    if not name or not version:
        folder = os.path.basename(str(getattr(distribution, "_path", "")))
        match = re.match(r"(.+?)(?:-([^-]+))?\.(?:dist|egg)-info$", folder)
        if match:
            name = name or match.group(1)
            version = version or match.group(2) or ""
    return name, version


def _origin(distribution):
    """Where an editable, local or VCS install came from; None for one from an index."""
    text = _text(distribution, "direct_url.json")
    if not text:
        return None
    try:
        document = json.loads(text)
        url = _without_credentials(str(document["url"]))
    except Exception:
        return None
    if not url:
        return None
    vcs = document.get("vcs_info")
    if isinstance(vcs, dict):
        return "%s+%s@%s" % (vcs.get("vcs", "git"), url, vcs.get("commit_id") or vcs.get("requested_revision") or "?")
    folder = document.get("dir_info")
    if isinstance(folder, dict) and folder.get("editable"):
        return "editable %s" % _path_of(url)
    return url


def _path_of(url):
    if url.startswith("file://"):
        from urllib.parse import unquote

        return unquote(url[7:])
    return url


def _without_credentials(url):
    url = re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", r"\1", url)
    return url.partition("?")[0].partition("#")[0][:2000]


def _modules(distribution, name):
    """Names that can be imported from it, to tell which packages a script has really used."""
    text = _text(distribution, "top_level.txt")
    if text:
        modules = set(text.split())
        if modules:
            return modules
    record = _text(distribution, "RECORD")[:_MAX_RECORD_CHARACTERS]
    modules = set()
    for line in record.splitlines():
        first, slash, _ = line.lstrip('"').partition("/")
        if slash:
            if first.isidentifier() and first != "__pycache__":
                modules.add(first)
        else:
            module = first.partition(",")[0].partition(".")
            if module[2].startswith(("py", "so", "pyd", "cpython", "abi3", "cp")) and module[0].isidentifier():
                modules.add(module[0])
    # An editable install lists only a finder.
    return modules or {re.sub(r"[-.]+", "_", name)}


if __name__ == "__main__":
    main()
