"""The runner on Windows: pipes only, no pseudo-terminal and no socket.

Written with care and not tested: nobody has run it on Windows yet. The engine stops such a run by ending the process
tree of `child`; everything else is as docs/run-folder.md says.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

import beside
import spec as spec_file
import state

COULD_NOT_START = 125
_CHUNK = 1 << 16
_POLL_SECONDS = 0.1
_DETACHED_PROCESS = 0x00000008
_NEW_PROCESS_GROUP = 0x00000200
_CTRL_C_EXIT = 0xC000013A


def main(options) -> int:
    if options.attach:
        return _follow(options.run_dir)
    if options.detach:
        return _start_detached(options.run_dir)
    return _run(options.run_dir)


def _start_detached(run_dir: str) -> int:
    command = [sys.executable, "-I", "-S", os.path.dirname(os.path.abspath(__file__)), run_dir]
    runner = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True,
        creationflags=_DETACHED_PROCESS | _NEW_PROCESS_GROUP)
    while True:
        ended = runner.poll()
        fields = state.read(run_dir)
        if fields is not None and fields["state"] != state.STARTING:
            break
        if ended is not None:
            return _refuse("the runner ended before it had started the script")
        time.sleep(_POLL_SECONDS / 10)
    return _refuse(fields["error"]) if fields["state"] == state.FAILED_TO_START else 0


def _run(run_dir: str) -> int:
    run_dir = os.path.abspath(run_dir)
    try:
        spec = spec_file.load_to_start(run_dir)
        record = state.StateFile.create(run_dir, state.initial_fields(tty=False))
        log = open(os.path.join(run_dir, "output.log"), "ab", buffering=0)
    except spec_file.SpecError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse("the run folder %s cannot be written: %s" % (run_dir, error))
    record.update(keeper=state.identity(os.getpid()))
    started_ms = state.now_ms()  # before it begins: what a quick script wrote must not look older than its start
    try:
        child = subprocess.Popen(
            spec.argv, cwd=spec.cwd, env=_environment(spec, run_dir), stdin=None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    except (OSError, ValueError) as error:
        reason = "%s could not be started: %s" % (spec.argv[0], error)
        record.update(durable=True, state=state.FAILED_TO_START, error=reason)
        return _refuse(reason)
    record.update(state=state.RUNNING, child=state.identity(child.pid), started_ms=started_ms,
                  **_start_observer(spec, run_dir))
    copier = _Copier(log, record)
    threads = [
        threading.Thread(target=copier.copy, args=(child.stdout, 1), daemon=True),
        threading.Thread(target=copier.copy, args=(child.stderr, 2), daemon=True),
    ]
    for thread in threads:
        thread.start()
    code = _wait(child)
    hook_is_up = os.path.exists(os.path.join(run_dir, "main.pid"))
    copier.record(
        durable=True, state=state.EXITED, ended_ms=state.now_ms(), exit_code=code,
        hook="loaded" if hook_is_up else "absent")
    for thread in threads:
        thread.join(timeout=1.0)  # a process left behind may hold the pipes for as long as it likes
    return 130 if code == _CTRL_C_EXIT else code


def _start_observer(spec: spec_file.Spec, run_dir: str) -> dict:
    """What runner.json says of the process that looks at the run from beside it."""
    if not beside.is_wanted(spec):
        return {}
    try:
        observer = subprocess.Popen(
            beside.command(run_dir), env=_environment(spec, run_dir), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True,
            creationflags=_DETACHED_PROCESS | _NEW_PROCESS_GROUP)
    except OSError as error:
        return {"observer_error": str(error)}
    return {"observer": state.identity(observer.pid)}


def _wait(child: subprocess.Popen) -> int:
    """Ctrl+C reaches every process of the console: the script decides what becomes of it, not we."""
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def _environment(spec: spec_file.Spec, run_dir: str) -> dict[str, str]:
    environment = {**os.environ, **spec.env}
    environment["LOOPWRIGHT_RUN_ID"] = spec.run_id
    environment["LOOPWRIGHT_RUN_DIR"] = run_dir
    environment["LOOPWRIGHT_PARAMS"] = json.dumps(spec.params)
    environment["LOOPWRIGHT_CAPTURE"] = ",".join(spec.capture)
    if spec.model_limit_bytes is not None:
        environment["LOOPWRIGHT_MODEL_LIMIT"] = str(spec.model_limit_bytes)
    if spec.root:
        environment["LOOPWRIGHT_ROOT"] = spec.root
    if spec.hook_dir and spec.is_driven:
        environment["LOOPWRIGHT_HOOK_DIR"] = spec.hook_dir
    elif spec.hook_dir:
        path = [spec.hook_dir, environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    return environment


class _Copier:
    """Two threads copy the script's two pipes; the log gets each piece before it is shown."""

    def __init__(self, log, state_file: state.StateFile) -> None:
        self._log = log
        self._state = state_file
        self._lock = threading.Lock()

    def copy(self, pipe, descriptor: int) -> None:
        shown = True
        while True:
            data = pipe.read(_CHUNK)
            if not data:
                return
            with self._lock:
                self._append(data)
            if shown:
                try:
                    view = memoryview(data)
                    while view:
                        view = view[os.write(descriptor, view):]
                except OSError:
                    shown = False  # the caller's reader has gone; the log goes on

    def record(self, durable: bool = False, **changes: object) -> None:
        with self._lock:
            self._state.update(durable, **changes)

    def _append(self, data: bytes) -> None:
        try:
            view = memoryview(data)
            while view:
                view = view[self._log.write(view):]
        except OSError as error:
            if self._state.fields["output_lost"] is None:
                self._state.update(output_lost=error.strerror or str(error))


def _follow(run_dir: str) -> int:
    """Show a run by reading its log, because there is no socket to attach to."""
    position = 0
    while True:
        fields = state.read(run_dir)
        if fields is None:
            return _refuse("%s holds no run that has been started." % run_dir)
        try:
            with open(os.path.join(run_dir, "output.log"), "rb") as log:
                log.seek(position)
                data = log.read()
        except OSError:
            data = b""  # not made yet
        position += len(data)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        if fields["state"] == state.FAILED_TO_START:
            return _refuse(fields["error"])
        if fields["state"] == state.EXITED and not data:
            return fields["exit_code"]
        time.sleep(_POLL_SECONDS)


def _refuse(reason: str) -> int:
    print("loopwright: %s" % reason, file=sys.stderr)
    return COULD_NOT_START
