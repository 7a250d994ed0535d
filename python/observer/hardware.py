"""What the machine is: the facts of section `hardware`. Whatever a system does not tell is left out."""
from __future__ import annotations

import os
import platform
import subprocess
import sys

import gpu
from metrics import memory_info

# Those that change which kernels BLAS and other numeric libraries choose, and with them the last bits of results.
_TELLING_FLAGS = ("sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16",
                  "amx_tile", "amx_bf16", "amx_int8", "neon", "asimd", "sve", "sve2")


def facts(path: str | None) -> dict:
    """@param path the script's PATH, where its tools are"""
    found = {
        "os": operating_system(),
        "kernel": "%s %s" % (platform.system(), platform.release()),
        "machine": platform.machine(),
        "logicalCores": os.cpu_count(),
        "availableCores": _available_cores(),
    }
    if sys.platform.startswith("linux"):
        found.update(_of_linux())
    elif sys.platform == "darwin":
        found.update(_of_macos())
    elif os.name == "nt":
        found["cpu"] = os.environ.get("PROCESSOR_IDENTIFIER")
    found["gpus"] = gpu.describe(path)
    return {key: value for key, value in found.items() if value is not None}


def operating_system() -> str:
    for name in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(name, encoding="utf-8", errors="replace") as file:
                for line in file:
                    if line.startswith("PRETTY_NAME="):
                        return line.partition("=")[2].strip().strip('"')
        except OSError:
            continue
    return ("macOS " + platform.mac_ver()[0]) if sys.platform == "darwin" else platform.platform(terse=True)


def _available_cores() -> int | None:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def _of_linux() -> dict:
    found = cpu_facts(_text("/proc/cpuinfo"))
    memory = memory_info().get("MemTotal")
    return {
        **found,
        "memoryBytes": memory,
        "cpuLimit": _cpu_limit(),
        "memoryLimitBytes": _memory_limit(memory),
        "container": _container(),
        "wsl": True if "microsoft" in platform.release().lower() else None,
    }


def cpu_facts(cpuinfo: str) -> dict:
    """From the text of /proc/cpuinfo, whose keys differ between x86 and ARM."""
    model = None
    flags: set[str] = set()
    cores = set()
    package = ""
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        key, value = key.strip().lower(), value.strip()
        if key in ("model name", "hardware", "cpu model"):
            model = model or value
        elif key in ("flags", "features"):
            flags.update(value.split())
        elif key == "physical id":
            package = value
        elif key == "core id":
            cores.add((package, value))
    return {
        "cpu": model or platform.processor() or None,
        "physicalCores": len(cores) or None,
        "flags": [flag for flag in _TELLING_FLAGS if flag in flags],
    }


def _cpu_limit() -> float | None:
    """Of the container, in cores."""
    words = _text("/sys/fs/cgroup/cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
        return round(int(words[0]) / int(words[1]), 2)
    return None


def _memory_limit(total: int | None) -> int | None:
    text = (_text("/sys/fs/cgroup/memory.max") or _text("/sys/fs/cgroup/memory/memory.limit_in_bytes")).strip()
    if text.isdigit() and int(text) < (total or 1 << 60):  # without one there is a number beyond all memory
        return int(text)
    return None


def _container() -> str | None:
    if os.path.exists("/.dockerenv"):
        return "docker"
    if os.path.exists("/run/.containerenv"):
        return "podman"
    if "KUBERNETES_SERVICE_HOST" in os.environ:
        return "kubernetes"
    groups = _text("/proc/1/cgroup")
    return next((name for name in ("docker", "kubepods", "containerd", "lxc") if name in groups), None)


def _of_macos() -> dict:
    names = {"cpu": "machdep.cpu.brand_string", "physicalCores": "hw.physicalcpu", "memoryBytes": "hw.memsize"}
    found: dict = {}
    for key, name in names.items():
        try:
            text = subprocess.check_output(["sysctl", "-n", name], stderr=subprocess.DEVNULL, timeout=5).decode().strip()
        except (OSError, subprocess.SubprocessError):
            continue
        found[key] = text if key == "cpu" else int(text) if text.isdigit() else None
    if platform.machine() == "arm64":
        found["flags"] = ["neon"]
    return found


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
