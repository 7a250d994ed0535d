"""What happens when a Python of a tracked run starts. Runs in every process, so it does as little as it can."""
import _thread
import os
import sys

from . import _import_hook, _libraries

run_dir = None
_forks_are_watched = False


def start(directory):
    """Once for each interpreter; called by sitecustomize, which guards it."""
    global run_dir
    if run_dir is None:
        run_dir = directory
        _claim_main(directory)
        _watch_forks()
        _import_hook.after_import("argparse", _watch_argparse)
        # For this process and not for those that it starts.
        if os.environ.pop("LOOPWRIGHT_IS_KERNEL", None):
            _import_hook.after_import("jupyter_client.session", _watch_kernel_output)
        _libraries.watch_tracking()
        kinds = os.environ.get("LOOPWRIGHT_CAPTURE", "").split(",")
        _libraries.watch(kinds)
        _start_capture(directory, kinds)


def enter(directory):
    """A kernel that runs already becomes a process of the run, after it has left the one before, if there was one."""
    global run_dir
    run_dir = directory
    _claim_main(directory)
    _watch_forks()
    kinds = os.environ.get("LOOPWRIGHT_CAPTURE", "").split(",")
    _libraries.watch_tracking()
    # Not argparse: the magics of IPython parse with it all day long.
    _libraries.watch(kinds)
    _start_capture(directory, kinds)


def leave():
    """The kernel goes on without the run. What is in place stays, and has nothing to write to."""
    global run_dir
    files = sys.modules.get("loopwright._files")
    if files is not None:
        files.pause()
    journal = sys.modules.get("loopwright._journal")
    run_dir = None
    if journal is not None:
        journal.begin_anew()


def _watch_forks():
    global _forks_are_watched
    if not _forks_are_watched and hasattr(os, "register_at_fork"):
        _forks_are_watched = True
        os.register_at_fork(before=_finish_imports, after_in_child=_forget_unfinished_imports)


def _claim_main(directory):
    """The first process with the hook is the run's main one. O_EXCL decides, across all of its processes."""
    try:
        descriptor = os.open(os.path.join(directory, "main.pid"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except OSError:
        return  # another process was first, or the folder cannot be written
    try:
        os.write(descriptor, b"%d\n" % os.getpid())
    finally:
        os.close(descriptor)


def _finish_imports():
    """Before a fork: let other threads finish importing parts of this package."""
    for name in list(sys.modules):
        if name.startswith("loopwright."):
            spec = getattr(sys.modules.get(name), "__spec__", None)
            if getattr(spec, "_initializing", False):
                try:
                    __import__(name)
                except Exception:
                    pass  # the thread that imports it is told


def _forget_unfinished_imports():
    """In a forked process: what another thread began to import after all is imported anew.

    That thread does not exist here, and so would hold the lock of the half-imported module for ever.
    """
    try:
        locks = sys.modules["_frozen_importlib"]._module_locks
        for name in list(locks):
            lock = locks[name]() if name.startswith("loopwright.") else None
            if lock is None or lock.owner == _thread.get_ident():
                continue
            del locks[name]
            if getattr(getattr(sys.modules.get(name), "__spec__", None), "_initializing", False):
                del sys.modules[name]
    except Exception:
        pass  # a Python whose importing works in another way


def is_main():
    """Whether this process is the main one, also after it has replaced itself by exec."""
    try:
        with open(os.path.join(run_dir, "main.pid"), "rb") as file:
            return int(file.read()) == os.getpid()
    except (OSError, ValueError, TypeError):
        return False


def _watch_argparse(module):
    from . import _argparse

    _argparse.wrap(module)


def _watch_kernel_output(module):
    from . import _kernel_output

    _kernel_output.wrap(module)


def _start_capture(directory, kinds):
    """What is seen without the script's help: files, sources, seeds, and what was imported in the end."""
    if "data" in kinds or "code" in kinds:
        from . import _files

        _files.start(directory, kinds, os.environ.get("LOOPWRIGHT_ROOT"))
    if "data" in kinds:
        from . import _readers

        _readers.start()
    if "environment" in kinds:
        from . import _seeds

        _seeds.start()
        if is_main():
            from . import _exit

            _exit.register()
