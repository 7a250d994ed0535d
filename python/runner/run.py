"""Starting a run: in the caller's foreground, or detached from everything the caller has."""
from __future__ import annotations

import os
import signal
import stat
import sys

import spec as spec_file
import state
from caller import CallerTerminal
from channel import Channel
from keeper import Keeper
from loop import Loop
from relay import COULD_NOT_START, Relay
from server import Server
from signals import FORWARDED, Dispositions, SignalPipe, block_all, unblock_all
from streams import OutputLog, open_stdio, take_dev_null
from terminal import DEFAULT_SIZE, Terminal, copy_settings, get_size, pack_size, set_size


class CannotStart(Exception):
    """Nothing was started; the text is for the user."""


def run_in_foreground(run_dir: str, closed: set[int]) -> int:
    terminals = {number for number in (0, 1, 2) if number not in closed and os.isatty(number)}
    failure: list[str] = []
    try:
        run = _Run(run_dir, terminals, closed, detached=False)
        relay = run.start(lambda error: failure.append(error) if error else None)
    except CannotStart as error:
        return _refuse(str(error))
    code = relay.run()
    if failure:
        _refuse(failure[0])
    if relay.has_leftovers and os.fork() == 0:
        os.setsid()
        take_dev_null()
        relay.forget_caller()
        relay.carry_leftovers()
    return code


def start_detached(run_dir: str) -> str | None:
    """Start the run in a session of its own. Returns when the script runs, or with the reason why it does not."""
    reader, writer = os.pipe()
    middle = os.fork()
    if middle == 0:
        # Twice forked, so that the runner is nobody's zombie when it ends after its caller.
        os.setsid()
        if os.fork() == 0:
            os.close(reader)
            _serve_detached(run_dir, writer)
        os._exit(0)
    os.close(writer)
    try:
        os.waitpid(middle, 0)
    except ChildProcessError:
        pass  # the caller ignores SIGCHLD, so the system has reaped it
    with open(reader, "rb") as report:
        answer = report.read()
    if answer == b"started":
        return None
    return answer.decode("utf-8", "replace") or "the runner ended before it had started the script"


def _serve_detached(run_dir: str, report: int) -> None:
    def announce(error: str | None) -> None:
        os.write(report, error.encode("utf-8", "surrogateescape") if error else b"started")
        os.close(report)

    try:
        try:
            run = _Run(run_dir, {0, 1, 2}, set(), detached=True)
            os.chdir("/")  # a folder that somebody wants to unmount must not be ours
            relay = run.start(announce, relay_only=report)
        except CannotStart as error:
            announce(str(error))
            return
        relay.run()
        relay.carry_leftovers()
    finally:
        os._exit(0)


def _refuse(reason: str) -> int:
    print("loopwright: %s" % reason, file=sys.stderr)
    return COULD_NOT_START


def _is_piped(number: int) -> bool:
    mode = os.fstat(number).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _inherited_descriptors() -> list[int]:
    """What the caller handed over beside 0, 1 and 2, such as the file of `<(command)`: the script's, not ours."""
    try:
        numbers = [int(name) for name in os.listdir("/dev/fd")]
    except OSError:
        return []
    return [number for number in numbers if number > 2 and _is_inheritable(number)]


def _is_inheritable(number: int) -> bool:
    try:
        return os.get_inheritable(number)
    except OSError:
        return False  # the descriptor that listed the folder


class _Run:
    """Everything that must be there before the first fork, so that a failure starts nothing."""

    def __init__(self, run_dir: str, terminals: set[int], closed: set[int], detached: bool) -> None:
        self._run_dir = os.path.abspath(run_dir)
        self._detached = detached
        self._dispositions = Dispositions()
        block_all()  # until the handlers stand: an early Ctrl+C is for the script, too
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._inherited = _inherited_descriptors()
        try:
            self._spec = spec_file.load_to_start(self._run_dir)
            self._environment = spec_file.child_environment(
                spec_file.inherited_environment(), self._spec, self._run_dir)
        except (spec_file.SpecError, UnicodeError) as error:
            self._note_failure(str(error))
            raise CannotStart(str(error))
        self._state = self._claim(tty=bool(terminals))
        self._terminal = self._find_terminal()
        # In a pipeline the terminal may be somebody else's (`| less`): it is taken when the script asks for it.
        self._takes_terminal = (
            not detached and 0 in terminals and not any(_is_piped(number) for number in {1, 2} - closed))
        try:
            self._log = OutputLog(os.path.join(self._run_dir, "output.log"), self._on_lost_output)
            if detached:
                take_dev_null()
            self._stdio = open_stdio(terminals, closed, shown=not detached)
            if self._stdio.slave is not None:
                self._prepare_terminal(self._stdio.slave)
        except OSError as error:
            reason = "the run's output could not be set up: %s" % error
            self._state.update(durable=True, state=state.FAILED_TO_START, error=reason)
            raise CannotStart(reason)
        if detached and self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    def _prepare_terminal(self, slave: int) -> None:
        """Size and settings of the caller's terminal, unless a shell has it and has set it for itself."""
        size = get_size(self._terminal.descriptor) if self._terminal is not None else None
        set_size(slave, size or pack_size(*DEFAULT_SIZE))
        is_ours = self._terminal is not None and (self._detached or self._terminal.is_foreground())
        copy_settings(self._terminal.descriptor if is_ours else None, slave)

    def start(self, announce, relay_only: int | None = None) -> Relay:
        """Fork the keeper, which starts the script, and hand back what carries its output.

        `relay_only` is a descriptor whose end somebody waits for: the keeper must not hold it.
        """
        relay_end, keeper_end = Channel.pair()
        if self._detached:
            self._close_inherited()
        in_foreground = self._detached or (self._takes_terminal and self._terminal.is_foreground())
        keeper_pid = self._fork()
        if keeper_pid == 0:
            relay_end.close()
            if relay_only is not None:
                os.close(relay_only)
            self._keep(keeper_end, in_foreground)
        keeper_end.close()
        self._stdio.close_child_ends()
        if not self._detached:
            self._close_inherited()
        self._let_go_of_stdin()
        handled = [signal.SIGWINCH, *(number for number in FORWARDED if number not in self._dispositions.ignored)]
        if self._stdio.slave is not None and not self._detached:
            handled += [signal.SIGTSTP, signal.SIGCONT]
        signals = SignalPipe(handled)
        unblock_all()
        loop = Loop()
        relay = Relay(self._stdio, self._log, relay_end, keeper_pid, signals, loop, self._detached, announce)
        if self._terminal is not None and self._stdio.master is not None:
            relay.use_terminal(CallerTerminal(
                self._terminal, self._takes_terminal, self._stdio.master, loop, relay_end, relay.type))
        self._relay = relay
        self._open_server(relay, loop, relay_end)
        return relay

    def _fork(self) -> int:
        try:
            return os.fork()
        except OSError as error:
            reason = "no further process could be started: %s" % error.strerror
            self._state.update(durable=True, state=state.FAILED_TO_START, error=reason)
            raise CannotStart(reason)

    def _note_failure(self, reason: str) -> None:
        """A folder whose spec.json is no good is a run that could not be started; any other folder is left alone."""
        if os.path.exists(os.path.join(self._run_dir, "spec.json")):
            fields = dict(state.initial_fields(tty=False), state=state.FAILED_TO_START, error=reason)
            try:
                state.StateFile.create(self._run_dir, fields)
            except OSError:
                pass  # the caller is told in any case

    def _keep(self, channel: Channel, in_foreground: bool) -> None:
        """The keeper's process; never returns."""
        try:
            keeper = Keeper(self._run_dir, self._spec, self._environment, self._stdio, self._dispositions, channel,
                            self._state, self._terminal, self._detached, self._close_inherited)
            try:
                keeper.run(in_foreground)
            except Exception as error:  # a mistake of ours must neither lose an exit code nor seem to start for ever
                if self._state.fields["state"] == state.RUNNING:
                    keeper.wait_plainly()
                elif self._state.fields["state"] == state.STARTING:
                    reason = "the runner failed while it started the script: %r" % error
                    self._state.update(durable=True, state=state.FAILED_TO_START, error=reason)
                    channel.send({"event": "failed", "state": self._state.fields})
        finally:
            os._exit(0)

    def _claim(self, tty: bool) -> state.StateFile:
        try:
            return state.StateFile.create(self._run_dir, state.initial_fields(tty))
        except FileExistsError:
            raise CannotStart("%s was started before. A run starts once; make another one." % self._run_dir)
        except OSError as error:
            raise CannotStart("the run folder %s cannot be written: %s" % (self._run_dir, error.strerror))

    def _find_terminal(self) -> Terminal | None:
        candidates = [number for number in (0, 1, 2) if os.isatty(number)]
        if not candidates:
            return None
        if candidates[0] != 0:
            try:
                own = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
            except OSError:
                return Terminal(candidates[0])
            terminal = Terminal(own)
            os.close(own)
            return terminal
        return Terminal(0)

    def _open_server(self, relay: Relay, loop: Loop, channel: Channel) -> None:
        """A run that nobody can attach to is still a run; runner.json says why."""
        if self._spec.socket is None:
            return
        try:
            if self._spec.token is None:
                raise OSError(0, "spec.json names no token")
            server = Server(self._spec.socket, self._spec.token, loop, relay)
            server.open()
        except (OSError, ValueError) as error:
            channel.send({"do": "note", "socket_error": str(error)})
            return
        relay.serve(server)

    def _let_go_of_stdin(self) -> None:
        """Only the script reads it: a writer must see the broken pipe when the script closes it."""
        if not os.isatty(0):
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.close(null)

    def _close_inherited(self) -> None:
        for number in self._inherited:
            os.close(number)

    def _on_lost_output(self, reason: str) -> None:
        self._relay.note_lost_output(reason)
