"""Names that a notebook has without binding them."""
from __future__ import annotations

import builtins
import re

_NEWER = ("aiter", "anext", "BaseExceptionGroup", "EncodingWarning", "ExceptionGroup", "PythonFinalizationError",
          "WindowsError", "reveal_type")
_OF_MODULES = ("__name__", "__doc__", "__builtins__", "__builtin__", "__spec__", "__loader__", "__package__",
               "__annotations__", "__debug__")
# What IPython, VS Code and the kernels of Spark and Databricks put into a notebook's names.
_OF_KERNELS = ("get_ipython", "display", "In", "Out", "exit", "quit", "_", "__", "___", "_i", "_ii", "_iii", "_dh",
               "_ih", "_oh", "_exit_code", "__session__", "__vsc_ipynb_file__", "spark", "sc", "sqlContext", "sqlc",
               "dbutils", "displayHTML")
GIVEN = frozenset(dir(builtins)) | frozenset(_NEWER + _OF_MODULES + _OF_KERNELS)
_NUMBERED = re.compile(r"^_i?\d+$")


def is_given(name: str) -> bool:
    return name in GIVEN or _NUMBERED.match(name) is not None
