"""The last steps before the script: the forked child turns itself into it, or says why it could not."""
from __future__ import annotations

import errno
import json
import os

from signals import Dispositions
from spec import Spec, to_bytes
from streams import Stdio


def become_script(spec: Spec, environment: dict[bytes, bytes], stdio: Stdio, dispositions: Dispositions,
                  foreground: bool, report: int) -> None:
    """Never returns. A failure goes as JSON into `report`, which closes by itself when exec succeeds."""
    step = "prepare"
    try:
        if stdio.slave is not None:
            os.setpgid(0, 0)
            if foreground:
                os.tcsetpgrp(stdio.slave, os.getpid())
        for number, source in stdio.child.items():
            if source == number:
                os.set_inheritable(number, True)
            else:
                os.dup2(source, number, inheritable=True)
        for number in stdio.closed:
            os.close(number)
        step = "chdir"
        os.chdir(to_bytes(spec.cwd))
        step = "exec"
        argv = [to_bytes(word) for word in spec.argv]
        dispositions.restore()
        os.execvpe(argv[0], argv, environment)
    except OSError as error:
        failure = {"step": step, "errno": error.errno or 0}
    except ValueError as error:  # a NUL byte, or half of a surrogate pair
        failure = {"step": step, "errno": 0, "text": str(error)}
    os.write(report, json.dumps(failure).encode("ascii"))
    os._exit(127)


def explain(failure: dict, spec: Spec, environment: dict[bytes, bytes]) -> str:
    """Why the script could not be started and what to do about it, as one line."""
    program = spec.argv[0]
    code = failure["errno"]
    reason = failure.get("text") or os.strerror(code)
    if failure["step"] == "chdir":
        return "The working folder %s cannot be entered: %s." % (spec.cwd, reason)
    if failure["step"] == "prepare":
        return "The terminal or pipes for %s could not be set up: %s." % (program, reason)
    if code == errno.ENOENT:
        path = _found(program, spec, environment)
        if path is None:
            return "%s was not found. Check the path, or choose another interpreter." % program
        return _missing_interpreter(path, program)
    if code == errno.EACCES:
        return "%s is not executable, or a folder on its path is closed to you. Try `chmod +x`." % program
    if code == errno.ENOEXEC:
        return "%s is no program for this machine. A script needs a first line such as `#!/bin/sh`." % program
    if code == errno.E2BIG:
        return "The command line and environment are too long for this system (%s)." % reason
    return "%s could not be started: %s." % (program, reason)


def _missing_interpreter(path: bytes, program: str) -> str:
    try:
        with open(path, "rb") as file:
            first_line = file.readline(256)
    except OSError:
        first_line = b""
    if first_line.startswith(b"#!"):
        interpreter = first_line[2:].strip().decode("utf-8", "replace")
        if interpreter and not os.path.exists(interpreter.split()[0]):
            return "%s asks for the interpreter `%s`, which does not exist. Correct its first line." % (
                program, interpreter)
    return "%s exists, but the loader or interpreter it needs does not." % program


def _found(program: str, spec: Spec, environment: dict[bytes, bytes]) -> bytes | None:
    """The file that exec would have taken, looked up as exec does."""
    name = to_bytes(program)
    cwd = to_bytes(spec.cwd)
    if b"/" in name:
        candidates = [os.path.join(cwd, name)]
    else:
        path = environment.get(b"PATH", os.defpath.encode())
        candidates = [os.path.join(cwd, folder, name) for folder in path.split(b":")]
    return next((candidate for candidate in candidates if os.path.isfile(candidate)), None)
