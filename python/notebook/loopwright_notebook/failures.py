"""Why a cell did not go through, in words."""
from __future__ import annotations

import signal
from typing import Any

from .console import duration
from .ending import Ending
from .options import Options

_NO_INPUT = "StdinNotImplementedError"


class Failure:
    def __init__(self, state: str, reason: str, error: dict[str, str], is_kernel_gone: bool = False,
                 is_end: bool = False) -> None:
        self.state = state  # of the execution
        self.reason = reason  # of the run
        self.error = error
        self.is_kernel_gone = is_kernel_gone
        self.is_end = is_end  # the notebook has ended itself, and well


def of_cell(cell: Any, number: int, ending: Ending, options: Options) -> Failure:
    """The cell raised an exception."""
    error = _error_of(cell)
    if ending.is_asked:
        return of_end(number, ending, options, error)
    if error["name"] == "SystemExit" and error["message"] in ("", "0", "None"):
        return Failure("ok", "Cell [%d] ended the notebook (SystemExit); those behind it were not executed." % number,
                       error, is_end=True)
    if error["name"] == _NO_INPUT:
        return Failure("failed", "Cell [%d] asks for input, and nobody is there to give it. Make the value a parameter (a "
                                 "cell with the tag `parameters`, then -P name=value)." % number, error)
    message = error["message"].strip().splitlines()
    text = ": ".join(filter(None, [error["name"], message[0][:300] if message else ""])) or "it says no reason"
    return Failure("failed", "Cell [%d] failed: %s" % (number, text), error)


def of_end(number: int, ending: Ending, options: Options, error: dict[str, str] | None = None) -> Failure:
    """The cell was ended: the run was stopped, or the time was over."""
    if ending.limit == "cell":
        reason = "Cell [%d] was ended after %s, the time limit of a cell." % (
            number, duration(options.cell_time_limit_s or 0))
    elif ending.limit == "notebook":
        reason = "The notebook was ended in cell [%d] after %s, its time limit." % (
            number, duration(options.time_limit_s or 0))
    else:
        reason = "The notebook was stopped in cell [%d]." % number
    name = "TimeLimit" if ending.limit else "Stopped"
    return Failure("interrupted", reason, {
        "name": name, "message": reason, "traceback": error["traceback"] if error else ""},
        is_kernel_gone=ending.is_forced)


def limit_between(options: Options) -> Failure:
    reason = "The notebook was ended after %s, its time limit." % duration(options.time_limit_s or 0)
    return Failure("interrupted", reason, {"name": "TimeLimit", "message": reason, "traceback": ""})


def of_dead_kernel(cell: Any, number: int, exit_code: int | None, ending: Ending, options: Options) -> Failure:
    if ending.is_asked:
        failure = of_end(number, ending, options)
        failure.is_kernel_gone = True
        return failure
    how = how_ended(exit_code)
    reason = "Cell [%d] ended the kernel: %s" % (number, how)
    return Failure("failed", reason, {"name": "DeadKernelError", "message": "The kernel is gone: %s" % how,
                                      "traceback": ""}, is_kernel_gone=True)


def how_ended(code: int | None) -> str:
    """Of a kernel's process."""
    if code is None:
        return "how it ended is not known."
    if code >= 0:
        return "its process ended with exit code %d." % code
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "signal %d" % -code
    hints = {"SIGKILL": " Too little memory is the usual cause.",
             "SIGSEGV": " That is a fault in a library's native code.",
             "SIGABRT": " A library's native code gave up."}
    return "its process was ended by %s.%s" % (name, hints.get(name, ""))


def _error_of(cell: Any) -> dict[str, str]:
    for output in reversed(cell["outputs"]):
        if output["output_type"] == "error":
            return {"name": output["ename"], "message": output["evalue"][:20_000],
                    "traceback": "\n".join(output["traceback"])}
    return {"name": "Error", "message": "", "traceback": ""}
