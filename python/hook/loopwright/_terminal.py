"""In a tracked terminal: whether this process was typed by the user, who then may have meant a run.

Every Python that is started there comes by, and most are none of our business: this file is as small as it can be.
"""
import os


def take_over():
    """Returns where this process is none that shall be tracked; else it becomes the run and does not return."""
    if _is_typed():
        from . import _take_over

        _take_over.become_run()


def _is_typed():
    """Whether an interactive shell started this process: it puts every job into a process group of its own.

    What a tool, a script or `make` starts stays in the group of its parent, or has a session of its own.
    """
    parent = os.getppid()
    session = os.getsid(0)
    if os.getsid(parent) != session or os.getpgid(parent) == os.getpgid(0):
        return False
    return parent == session or _name_of(parent) in ("bash", "zsh", "fish", "sh", "dash", "ksh", "tcsh", "nu", "xonsh", "pwsh")


def _name_of(pid):
    try:
        with open("/proc/%d/comm" % pid, "rb") as file:
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""  # not Linux: only the terminal's own shell is known there
