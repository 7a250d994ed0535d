"""What a run can be told apart by without asking its interpreter: variables, lock files, the operating system."""
from __future__ import annotations

import hashlib
import os
import re

from hardware import operating_system

_VARIABLES = frozenset((
    "PYTHONHASHSEED", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONMALLOC", "OMP_NUM_THREADS", "OMP_DYNAMIC",
    "OMP_SCHEDULE", "OMP_PROC_BIND", "OMP_PLACES", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS",
    "VECLIB_MAXIMUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "LOKY_MAX_CPU_COUNT",
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "CUDA_LAUNCH_BLOCKING", "CUBLAS_WORKSPACE_CONFIG",
    "NVIDIA_TF32_OVERRIDE", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "TOKENIZERS_PARALLELISM",
    "TF_DETERMINISTIC_OPS", "TF_CUDNN_DETERMINISTIC", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS", "TF_XLA_FLAGS",
    "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ENABLE_MPS_FALLBACK", "RANK", "LOCAL_RANK", "WORLD_SIZE", "TZ", "LANG",
    "LANGUAGE", "CONDA_DEFAULT_ENV", "VIRTUAL_ENV", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
))
_PREFIXES = ("MKL_", "OPENBLAS_", "GOTO_", "KMP_", "NCCL_", "LC_")
_SECRET_NAME = re.compile(r"TOKEN(?!IZERS)|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE", re.I)
_CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/@\s]*@", re.I)
_MAX_VALUE = 1000

_LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "pixi.lock", "pylock.toml",
               "environment.yml", "environment.yaml", "pyproject.toml", "Pipfile", "setup.cfg")
_REQUIREMENTS = re.compile(r"(requirements|constraints)[^/]*\.(txt|in)$")
_MAX_LOCK_FILES = 50
_MAX_LOCK_BYTES = 64 << 20


def facts(environment: dict[str, str], root: str | None, hook_dir: str) -> dict:
    found = {
        "os": operating_system(),
        "variables": variables(environment, hook_dir),
        "lockFiles": lock_files(root) if root else [],
        "locale": {name: environment[name] for name in ("LC_ALL", "LC_NUMERIC", "LANG") if environment.get(name)},
        "timezone": environment.get("TZ") or _timezone(),
        "venv": environment.get("VIRTUAL_ENV"),
        "conda": environment.get("CONDA_DEFAULT_ENV"),
    }
    return {key: value for key, value in found.items() if value is not None}


def variables(environment: dict[str, str], hook_dir: str) -> dict[str, str]:
    """Those of the list, and nothing that may be a secret."""
    found = {}
    for name, value in sorted(environment.items()):
        if (name not in _VARIABLES and not name.startswith(_PREFIXES)) or _SECRET_NAME.search(name):
            continue
        if name == "PYTHONPATH":
            value = without_hook(value, hook_dir)
            if not value:
                continue
        found[name] = _CREDENTIALS.sub(r"\1", value)[:_MAX_VALUE]
    return found


def without_hook(python_path: str, hook_dir: str) -> str:
    return os.pathsep.join(part for part in python_path.split(os.pathsep) if part != hook_dir)


def lock_files(root: str) -> list[dict]:
    """In the root itself: what says which packages were asked for, with the MD5 of each."""
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return []
    found = []
    for name in names:
        if name not in _LOCK_FILES and not _REQUIREMENTS.match(name):
            continue
        path = os.path.join(root, name)
        digest = _md5(path)
        if digest is not None:
            found.append({"path": path, "md5": digest})
    return found[:_MAX_LOCK_FILES]


def _md5(path: str) -> str | None:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _MAX_LOCK_BYTES:
            return None
        with open(path, "rb") as file:
            digest = hashlib.new("md5", usedforsecurity=False) if _TAKES_USE else hashlib.md5()
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
    except (OSError, ValueError):
        return None  # closed to us, or a system that forbids MD5
    return digest.hexdigest()


def _takes_use() -> bool:
    """Python 3.9 has the argument that lets MD5 through where it is forbidden for secrets."""
    try:
        hashlib.new("md5", usedforsecurity=False)
    except (TypeError, ValueError):
        return False
    return True


_TAKES_USE = _takes_use()


def _timezone() -> str | None:
    try:
        target = os.path.realpath("/etc/localtime")
    except OSError:
        return None
    return target.partition("/zoneinfo/")[2] or None
