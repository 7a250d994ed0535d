"""NVIDIA's GPUs, through one `nvidia-smi` that goes on reporting for as long as its pipe is read."""
from __future__ import annotations

import os
import shutil
import subprocess

_PATIENCE_SECONDS = 15


def describe(path: str | None) -> list[dict]:
    """Name, driver and memory of each; empty where there is no `nvidia-smi` or it can't reach a driver."""
    program = shutil.which("nvidia-smi", path=path)
    if program is None:
        return []
    query = [program, "--query-gpu=index,name,driver_version,memory.total", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                timeout=_PATIENCE_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return []
    if answer.returncode != 0:
        return []
    found = []
    for line in answer.stdout.decode("utf-8", "replace").splitlines():
        parts = [part.strip() for part in line.split(",")]
        if len(parts) == 4:
            found.append({"index": parts[0], "name": parts[1], "driver": parts[2], "memory_mb": _number(parts[3])})
    return found


class Gpus:
    """Starts the long-running query. A report that did not come leaves its values out."""

    def __init__(self, path: str | None) -> None:
        self._rest = b""
        program = shutil.which("nvidia-smi", path=path)
        self._process = subprocess.Popen(
            [program or "nvidia-smi", "--query-gpu=index,utilization.gpu,memory.used", "--format=csv,noheader,nounits",
             "--loop=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        os.set_blocking(self._process.stdout.fileno(), False)

    def values(self) -> dict[str, float]:
        """The last complete report of each GPU."""
        found = {}
        for line in self._lines():
            parts = [part.strip() for part in line.split(",")]
            if len(parts) != 3 or not parts[0].isdigit():
                continue
            for key, text in (("percent", parts[1]), ("memory_mb", parts[2])):
                value = _number(text)
                if value is not None:
                    found["system/gpu%s_%s" % (parts[0], key)] = value
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.stdout.close()
        self._process.wait()

    def _lines(self) -> list[str]:
        data = self._rest
        try:
            while True:
                piece = os.read(self._process.stdout.fileno(), 1 << 16)
                if not piece:
                    break
                data += piece
        except BlockingIOError:
            pass  # that is all for now
        *lines, self._rest = data.split(b"\n")
        return [line.decode("ascii", "replace") for line in lines]


def _number(text: str) -> float | None:
    """`[N/A]` and the like are no numbers."""
    try:
        return float(text)
    except ValueError:
        return None
