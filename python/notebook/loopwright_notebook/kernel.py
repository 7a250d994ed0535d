"""The kernel: which one, how it is started, and that nothing of it stays."""
from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from typing import Any

from .outputs import content_of
from .refusal import Refusal

# How long the kernel may take to end by itself once it is told to: as long as Jupyter gives it.
_SHUTDOWN_SECONDS = 5.0
_LOOK_SECONDS = 0.1
# What it left behind is asked to end, then ended.
_LEFTOVER_SECONDS = 1.0
# The longest address of a socket in the file system, with room for `-5` and a NUL.
_MAX_SOCKET = 100


# Messages that may wait for us; ZeroMQ's default is 1,000.
_QUEUE = 100_000


_SOCKETS = "loopwright-kernel-"


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
        _receive_much(self.manager)
        self.pid = 0

    async def start(self, folder: str) -> None:
        self._choose_transport()
        await self.manager.start_kernel(cwd=folder, env=self._environment())
        self.pid = self._process_id()

    def _choose_transport(self) -> None:
        """Sockets in the file system where there are any: no port that two kernels could choose at once."""
        if os.name != "posix":
            return
        _remove_stale()
        folder = tempfile.mkdtemp(prefix="%s%d-" % (_SOCKETS, os.getpid()))
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
            environment["LOOPWRIGHT_IS_KERNEL"] = "1"
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

    async def is_gone(self) -> None:
        """Returns when its process has ended."""
        while await self.manager.is_alive():
            await asyncio.sleep(_LOOK_SECONDS)

    async def reap(self) -> None:
        """After its death, so that it is known how it ended."""
        for _ in range(50):
            if self.exit_code() is not None or not await self.manager.is_alive():
                return
            await asyncio.sleep(0.02)

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
            if not at_once:
                await self._ask_to_end()
            if await self.manager.is_alive():
                await self.manager.shutdown_kernel(now=True)
        except RuntimeError:
            pass  # it has just ended by itself
        finally:
            self._end_leftovers()
            self.remove_files()

    async def _ask_to_end(self) -> None:
        """As `shutdown_kernel` does, which looks less often whether it has ended."""
        if not await self.manager.is_alive():
            return
        request = self.manager.request_shutdown()
        if request is not None:  # a plain function before jupyter_client 7
            await request
        until = time.monotonic() + _SHUTDOWN_SECONDS
        while time.monotonic() < until and await self.manager.is_alive():
            await asyncio.sleep(0.01)

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


def _remove_stale() -> None:
    """Folders of sockets whose makers were killed."""
    place = tempfile.gettempdir()
    for name in os.listdir(place):
        maker = name[len(_SOCKETS):].partition("-")[0] if name.startswith(_SOCKETS) else ""
        if not maker.isdigit():
            continue
        try:
            os.kill(int(maker), 0)
        except ProcessLookupError:
            shutil.rmtree(os.path.join(place, name), ignore_errors=True)
        except OSError:
            continue  # somebody else's, and alive


def _receive_much(manager: Any) -> None:
    """Sockets drop what is more than their queue holds, without a word; a message of huge text is read in part."""
    import zmq

    manager.context.setsockopt(zmq.RCVHWM, _QUEUE)
    unpack = manager.session.unpack
    manager.session.unpack = lambda data: content_of(data, unpack)


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
