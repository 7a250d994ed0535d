"""Which run the notebook of this kernel belongs to, as the window that tracks it has written down.

`followed/<name>.json` in the user's folder: `docs/notebooks-follow.md`.
"""
import json
import os
import sys


class NotFollowed(Exception):
    """There is no such run, or several could be meant; the text is for the user."""


def state_folder():
    """As the extension finds it."""
    own = os.environ.get("LOOPWRIGHT_STATE_DIR")
    if own:
        return own
    home = os.path.expanduser("~")
    if os.name == "nt":
        return os.path.join(os.environ.get("LOCALAPPDATA") or home, "loopwright")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "loopwright")
    return os.path.join(home, ".local", "state", "loopwright")


def entries():
    """What is followed now, by windows that are there."""
    folder = os.path.join(state_folder(), "followed")
    found = []
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return found  # nobody has ever tracked a notebook
    for name in names:
        if not name.endswith(".json"):
            continue
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                entry = json.load(file)
            if (entry["format"] == 1 and isinstance(entry["notebook"], str) and isinstance(entry["over"], int)
                    and _lives(entry["pid"], entry["start"])):
                found.append(entry)
        except (OSError, ValueError, KeyError, TypeError):
            pass  # replaced just now, or none of ours
    return found


def of_notebook(name, folder):
    """The entries of one notebook: of the file `name` if that is known, else the one in the kernel's folder.

    Raises NotFollowed where there is none or more than one notebook.
    """
    known = entries()
    if name:
        matching = [entry for entry in known if _is_same(entry["notebook"], name, folder)]
        if not matching:
            raise NotFollowed("%s is not tracked. Choose Track This Notebook in its toolbar, then run this cell again."
                              % os.path.basename(name))
        return _of_one_window(matching)
    here = [entry for entry in known if _real(os.path.dirname(entry["notebook"])) == _real(folder)]
    notebooks = sorted(set(entry["notebook"] for entry in here))
    if not notebooks:
        raise NotFollowed("no notebook in %s is tracked. Choose Track This Notebook in the notebook's toolbar, then run "
                          "this cell again." % folder)
    if len(notebooks) > 1:
        raise NotFollowed("several notebooks in %s are tracked (%s), and this kernel does not say which one is its "
                          "own. Stop tracking the others, then run this cell again."
                          % (folder, ", ".join(map(os.path.basename, notebooks))))
    return _of_one_window(here)


def _of_one_window(found):
    """Windows that track the same notebook have a kernel each, and start it themselves."""
    if len(set(entry["pid"] for entry in found)) < 2:
        return found
    above = _processes_above()
    own = [entry for entry in found if entry["pid"] in above]
    if not own:
        raise NotFollowed("%s is tracked in several windows, and none of them has started this kernel. Stop tracking it "
                          "in all but one, then run this cell again." % os.path.basename(found[0]["notebook"]))
    return own


def _processes_above():
    """Who started this process, who started that, and so on; only the first where the system has no such files."""
    above = [os.getppid()]
    while above[-1] > 1:
        try:
            with open("/proc/%d/stat" % above[-1], "rb") as file:
                above.append(int(file.read().rpartition(b")")[2].split()[1]))
        except (OSError, IndexError, ValueError):
            break
    return above


def _is_same(notebook, name, folder):
    if os.path.isabs(name):
        return _real(notebook) == _real(name)
    # A Jupyter server names it from its own folder.
    return _real(notebook) == _real(os.path.join(folder, name)) or (
        _real(notebook).endswith(os.sep + os.path.normcase(os.path.normpath(name))))


def _real(path):
    return os.path.normcase(os.path.realpath(path))


def _lives(pid, start):
    """Whether the window is there. Where the system has no such files, what it left behind can't be told from it."""
    if not sys.platform.startswith("linux"):
        return True
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return fields[0] != b"Z" and fields[19].decode("ascii") == start
    except (OSError, IndexError):
        return False
