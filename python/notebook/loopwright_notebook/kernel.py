"""The kernel: which one, how it is started, and that nothing of it stays."""
from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from typing import Any

from .refusal import Refusal

# How long the kernel may take to end by itself once it is told to. Exit handlers may have something to finish.
_SHUTDOWN_SECONDS = 10.0
# What it left behind is asked to end, then ended.
_LEFTOVER_SECONDS = 1.0
# The longest address of a socket in the file system, with room for `-5` and a NUL.
_MAX_SOCKET = 100


class Kernel:
    """One kernel from its start to its end. Its files are in the run's folder, its sockets in one nobody else sees."""

    def __init__(self, run_dir: str, hook_dir: str, spec: Any) -> None:
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager

        class OneSpec(KernelSpecManager):
            def get_kernel_spec(self, kernel_name: str) -> Any:
                return spec

        self._hook_dir = hook_dir
        self._connection = os.path.join(run_dir, ".kernel-%d.json" % os.getpid())
        self._sockets: str | None = None
        self.manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=OneSpec(),
                                          connection_file=self._connection)
        self.manager.shutdown_wait_time = _SHUTDOWN_SECONDS
        self.pid = 0

    async def start(self, folder: str) -> None:
        self._choose_transport()
        await self.manager.start_kernel(cwd=folder, env=self._environment())
        self.pid = self._process_id()

    def _choose_transport(self) -> None:
        """Sockets in the file system where there are any: no port that two kernels could choose at once."""
        if os.name != "posix":
            return
        folder = tempfile.mkdtemp(prefix="loopwright-")
        address = os.path.join(folder, "k")
        if len(os.fsencode(address)) > _MAX_SOCKET:
            os.rmdir(folder)
            return
        self._sockets = folder
        self.manager.transport = "ipc"
        self.manager.ip = address

    def _environment(self) -> dict[str, str]:
        environment = dict(os.environ)
        environment.pop("LOOPWRIGHT_HOOK_DIR", None)
        if self._hook_dir:
            path = [self._hook_dir, environment.get("PYTHONPATH", "")]
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        return environment

    def _process_id(self) -> int:
        provisioner = getattr(self.manager, "provisioner", None)
        pid = getattr(provisioner, "pid", None)
        if pid is None:  # before jupyter_client 7
            pid = getattr(getattr(self.manager, "kernel", None), "pid", None)
        return pid or 0

    def exit_code(self) -> int | None:
        """How its process ended, as `subprocess` says it; None while it lives or where that is not known."""
        provisioner = getattr(self.manager, "provisioner", None)
        process = getattr(provisioner, "process", None) or getattr(self.manager, "kernel", None)
        code = getattr(process, "returncode", None)
        return code if isinstance(code, int) else None

    async def interrupt(self) -> None:
        try:
            await self.manager.interrupt_kernel()
        except RuntimeError:
            pass  # there is none any more, which is seen by whoever waits for it

    def kill(self) -> None:
        self._signal_group(getattr(signal, "SIGKILL", signal.SIGTERM))

    async def end(self, at_once: bool) -> None:
        """End it, with all that still belongs to its process group, and remove its files."""
        try:
            if await self.manager.is_alive():
                await self.manager.shutdown_kernel(now=at_once)
        except RuntimeError:
            pass  # it has just ended by itself
        finally:
            self._end_leftovers()
            self.remove_files()

    def _end_leftovers(self) -> None:
        """Processes that the notebook has started and that share the kernel's group. A daemon has one of its own."""
        if not self._signal_group(signal.SIGTERM):
            return
        until = time.monotonic() + _LEFTOVER_SECONDS
        while time.monotonic() < until:
            time.sleep(0.02)
            if not self._signal_group(0):
                return
        self.kill()

    def _signal_group(self, number: int) -> bool:
        """Whether there was somebody."""
        if not self.pid or not hasattr(os, "killpg"):
            return False
        try:
            os.killpg(self.pid, number)
        except OSError:
            return False
        return True

    def remove_files(self) -> None:
        self.manager.cleanup_connection_file()
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)


def python_spec() -> Any:
    """The kernel of this very interpreter: no kernelspec needs to be installed."""
    from jupyter_client.kernelspec import KernelSpec

    return KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
              "--HistoryManager.hist_file=:memory:"],
        display_name="Python", language="python")


def named_spec(name: str) -> Any:
    """@raises Refusal if no kernelspec has that name"""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    specs = KernelSpecManager()
    try:
        return specs.get_kernel_spec(name)
    except NoSuchKernel:
        there = ", ".join(sorted(specs.find_kernel_specs())) or "none"
        raise Refusal("There is no kernel called %s. Installed: %s. Install it, or choose another with --kernel NAME."
                      % (name, there))
