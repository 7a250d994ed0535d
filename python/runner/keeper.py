"""The keeper: starts the script, waits for it, and records how it ended.

It touches no output, so whatever happens to the process that does (a closed terminal, `kill -9`), the exit code is
kept. On a pseudo-terminal it plays the shell's part: it leads the session, gives the terminal to the script's process
group, and takes it back in the end, so that what the script left running in the background is not hung up.
"""
from __future__ import annotations

import json
import os
import signal
import time

import beside
import state
from channel import Channel
from launch import become_script, explain
from loop import Loop
from signals import FATAL, FORWARDED, Dispositions, SignalPipe, block_all, name_of, unblock_all
from spec import Spec
from streams import Stdio, take_dev_null
from terminal import Terminal

# `stop`: ask as Ctrl+C does, then as `kill` does, then end it. Seconds since the request.
STOP_SCHEDULE = ((0.0, signal.SIGINT), (10.0, signal.SIGTERM), (15.0, signal.SIGKILL))

# A signal sent to everybody (Ctrl+C, `timeout`, a cluster's job control) reaches script and keeper alike. The keeper
# is the witness: what it got within this time, the script has got too, and must not get again.
_WITNESS_SECONDS = 0.25
_SETTLE_SECONDS = 0.02

# When to look whether the hook came up, in seconds after the start; the last look is at the end of the run.
_HOOK_CHECKS = (0.3, 1.0, 5.0)


class Keeper:
    def __init__(self, run_dir: str, spec: Spec, environment: dict[bytes, bytes], stdio: Stdio,
                 dispositions: Dispositions, channel: Channel, state_file: state.StateFile,
                 terminal: Terminal | None, detached: bool, close_inherited) -> None:
        self._run_dir = run_dir
        self._spec = spec
        self._environment = environment
        self._stdio = stdio
        self._dispositions = dispositions
        self._channel = channel
        self._state = state_file
        self._outer_terminal = terminal
        self._detached = detached
        self._close_inherited = close_inherited
        self._has_terminal = stdio.slave is not None
        self._child = 0
        self._observer = 0
        self._ended = False
        self._stopping = False
        self._resume_group: int | None = None
        self._forwarding: set[int] = set()
        self._witnessed: dict[int, float] = {}
        self._timers: list[tuple[float, object]] = []
        self._loop = Loop()

    def run(self, foreground: bool) -> None:
        """The whole life of the keeper. `foreground`: the script may read its terminal from the start."""
        if self._has_terminal:
            self._lead_session()
        self._signals = SignalPipe([signal.SIGCHLD, *FORWARDED])
        for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        unblock_all()
        self._state.update(keeper=state.identity(os.getpid()))
        if self._start(foreground):
            self._loop.watch(self._signals.reader, on_read=self._on_signals)
            self._loop.watch(self._channel.fileno(), on_read=self._on_messages)
            self._on_signals()
            self._reap()
            while not (self._ended and self._channel.closed):
                self._loop.turn(self._run_timers())

    def wait_plainly(self) -> None:
        """The last resort after an error of our own: nothing but the end of the script matters any more."""
        while not self._ended:
            _, status = os.waitpid(self._child, 0)
            self._on_ended(status)

    def _lead_session(self) -> None:
        os.setsid()
        import fcntl
        import termios

        fcntl.ioctl(self._stdio.slave, termios.TIOCSCTTY, 0)

    def _start(self, foreground: bool) -> bool:
        report_reader, report_writer = os.pipe()
        # Before it begins: what a quick script wrote must not look older than its start.
        started_ms = state.now_ms()
        block_all()
        pid = os.fork()
        if pid == 0:
            try:
                become_script(self._spec, self._environment, self._stdio, self._dispositions, foreground,
                              report_writer)
            finally:
                os._exit(127)
        self._child = pid
        if self._has_terminal:
            try:
                os.setpgid(pid, pid)
            except OSError:
                pass  # the child was quicker: it has done so itself, and may have called exec or ended already
        unblock_all()
        os.close(report_writer)
        self._let_go_of_streams()
        observer = self._start_observer()
        with open(report_reader, "rb") as report:
            failure = report.read()
        if failure:
            os.waitpid(pid, 0)
            error = explain(json.loads(failure), self._spec, self._environment)
            self._record(durable=True, state=state.FAILED_TO_START, error=error)
            self._channel.send({"event": "failed", "state": self._state.fields})
            return False
        self._record(state=state.RUNNING, child=state.identity(pid), started_ms=started_ms, **observer)
        self._channel.send({"event": "started", "child": pid})
        now = time.monotonic()
        self._timers.extend((now + delay, self._look_for_hook) for delay in _HOOK_CHECKS)
        return True

    def _start_observer(self) -> dict:
        """What runner.json says of it. The script is already on its way: its start does not wait for this."""
        if not beside.is_wanted(self._spec):
            return {}
        try:
            self._observer = beside.start_observer(self._run_dir, self._environment)
        except (OSError, ValueError) as error:
            return {"observer_error": str(error)}
        return {"observer": state.identity(self._observer)}

    def _let_go_of_streams(self) -> None:
        """Whatever we held open would keep others waiting: for the end of output, or for a broken pipe."""
        self._stdio.close_child_ends()
        self._stdio.close_relay_ends()
        if not self._detached:
            self._close_inherited()
        take_dev_null()

    def _run_timers(self) -> float | None:
        """Run what is due; the seconds until the next timer."""
        now = time.monotonic()
        due = [action for when, action in self._timers if when <= now]
        self._timers = [timer for timer in self._timers if timer[0] > now]
        for action in due:
            action()
        if self._ended and self._channel.closed:
            return 0
        return max(0.0, min(when for when, _ in self._timers) - time.monotonic()) if self._timers else None

    # What comes from the relay

    def _on_messages(self) -> None:
        for message in self._channel.receive():
            getattr(self, "_do_" + message.pop("do"))(**message)
        if self._channel.closed:
            self._loop.forget(self._channel.fileno())
            if self._outer_terminal is not None:
                self._outer_terminal.restore()  # it is only raw here if the relay was killed
            if self._has_terminal:
                # The terminal went with the relay. The system tells the leader of the session alone; like a shell,
                # we tell the job, which might otherwise wait for ever for somebody to type.
                self._send_signal(signal.SIGHUP)
                self._send_signal(signal.SIGCONT)

    def _do_note(self, **facts: str) -> None:
        """Something that the relay alone knows, such as `output_lost`."""
        self._record(**facts)

    def _do_terminal(self, raw: bool) -> None:
        """The relay has set the caller's terminal or put it back; should it be killed, that is left to us."""
        if self._outer_terminal is not None:
            self._outer_terminal.is_raw = raw

    def _do_leave(self) -> None:
        """The relay is done with the caller's terminal, though output may still come."""
        if self._outer_terminal is not None:
            self._outer_terminal.close()
            self._outer_terminal = None

    def _do_signal(self, number: int) -> None:
        if number in FATAL and not self._ended:
            self._record(stop_requested=True)
        self._send_signal(number)

    def _do_forward(self, number: int) -> None:
        """The runner got a signal that was meant for the script; the same one twice in a moment counts once."""
        if number in self._forwarding:
            return
        self._forwarding.add(number)
        self._timers.append((time.monotonic() + _SETTLE_SECONDS, lambda: self._forward(number)))

    def _forward(self, number: int) -> None:
        self._forwarding.discard(number)
        self._on_signals()
        if time.monotonic() - self._witnessed.get(number, float("-inf")) > _WITNESS_SECONDS:
            self._do_signal(number)
        elif number in FATAL and not self._ended:
            self._record(stop_requested=True)

    def _do_stop(self) -> None:
        if self._ended or self._stopping:
            return
        self._stopping = True
        self._record(stop_requested=True)
        now = time.monotonic()
        for delay, number in STOP_SCHEDULE:
            self._timers.append((now + delay, lambda number=number: self._stop_with(number)))

    def _stop_with(self, number: int) -> None:
        self._send_signal(number)
        self._send_signal(signal.SIGCONT)  # a script that is paused must hear it, too

    def _do_foreground(self) -> None:
        """The user's terminal is ours: the script may have its own, and goes on if it was stopped."""
        if self._terminal_group() == os.getpgrp():
            self._give_terminal_to(self._resume_group or self._child)
        self._continue()

    def _do_background(self) -> None:
        """Somebody else has the user's terminal: the script goes on, but is stopped when it reads from its own."""
        group = self._terminal_group()
        if group and group != os.getpgrp():
            self._resume_group = group  # not the script's own if that is a shell which has started a job
            self._give_terminal_to(os.getpgrp())
        self._continue()

    def _continue(self) -> None:
        self._send_signal(signal.SIGCONT)
        if self._resume_group not in (None, self._child) and not self._ended:
            try:
                os.killpg(self._resume_group, signal.SIGCONT)
            except OSError:
                self._resume_group = None  # that job has ended

    # What comes from the system

    def _on_signals(self) -> None:
        numbers = self._signals.take()
        for number in numbers:
            if number != signal.SIGCHLD:
                self._on_witnessed(number)
        if signal.SIGCHLD in numbers:
            self._reap()
            self._reap_observer()

    def _on_witnessed(self, number: int) -> None:
        self._witnessed[number] = time.monotonic()
        # Script and relay have got it as well. The script may end by it before the relay has had its turn to say so.
        # With a terminal of our own we lead the session, and a hang-up comes to us that nobody has asked for.
        if number in FATAL and not self._has_terminal and number not in self._dispositions.ignored and not self._ended:
            self._record(stop_requested=True)

    def _reap(self) -> None:
        while not self._ended:
            # Without a terminal of our own, Ctrl+Z stops script and relay together, and the shell sees the relay.
            pid, status = os.waitpid(self._child, os.WNOHANG | (os.WUNTRACED if self._has_terminal else 0))
            if pid == 0:
                return
            if os.WIFSTOPPED(status):
                self._on_stopped(os.WSTOPSIG(status))
            else:
                self._on_ended(status)

    def _reap_observer(self) -> None:
        if self._observer:
            try:
                if os.waitpid(self._observer, os.WNOHANG)[0]:
                    self._observer = 0
            except ChildProcessError:
                self._observer = 0  # already reaped

    def _on_stopped(self, number: int) -> None:
        if not self._detached and not self._channel.closed:
            self._channel.send({"event": "stopped", "signal": number})
        elif number != signal.SIGSTOP:  # no shell could ever continue it; SIGSTOP is somebody's explicit wish
            self._continue()

    def _on_ended(self, status: int) -> None:
        ended_ms = state.now_ms()
        self._ended = True
        self._timers.clear()
        if self._has_terminal:
            self._give_terminal_to(os.getpgrp())
        by_signal = os.WIFSIGNALED(status)
        self._record(
            durable=True,
            state=state.EXITED,
            ended_ms=ended_ms,
            exit_code=None if by_signal else os.WEXITSTATUS(status),
            signal=name_of(os.WTERMSIG(status)) if by_signal else None,
            hook="loaded" if self._hook_is_up() else "absent",
        )
        self._channel.send({"event": "exited", "state": self._state.fields})

    # Small tools

    def _send_signal(self, number: int) -> None:
        """To the script's group where it has one of its own, else to the script alone: the group is the caller's."""
        if self._ended:
            return
        try:
            if self._has_terminal:
                os.killpg(self._child, number)
            else:
                os.kill(self._child, number)
        except OSError:
            pass  # it has just ended, or runs as somebody else now; the end of the run is seen either way

    def _terminal_group(self) -> int:
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError:
            return 0
        try:
            return os.tcgetpgrp(terminal)
        except OSError:
            return 0
        finally:
            os.close(terminal)

    def _give_terminal_to(self, group: int) -> None:
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError:
            return  # hung up: the relay was killed, and the terminal with it
        try:
            os.tcsetpgrp(terminal, group)
        except OSError:
            pass  # the group has ended in the meantime
        finally:
            os.close(terminal)

    def _hook_is_up(self) -> bool:
        return os.path.exists(os.path.join(self._run_dir, "main.pid"))

    def _look_for_hook(self) -> None:
        if self._state.fields["hook"] == "unknown" and self._hook_is_up():
            self._record(hook="loaded")

    def _record(self, durable: bool = False, **changes: object) -> None:
        try:
            self._state.update(durable, **changes)
        except OSError:
            pass  # the disk itself has failed; the relay is still told, and the engine sees dead processes
