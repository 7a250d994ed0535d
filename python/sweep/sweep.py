"""The course of a sweep: which run is next, what becomes of it, and what of the sweep when it is asked to end."""
from __future__ import annotations

import os
import queue
import signal
import sys
import time

import scores
from child import FAILED, FINISHED, STOPPED, Child
from journal import Journal, now_ms
from plan import Template, combinations, label
from wording import duration

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name))

# By then a signal to the whole group has been recorded by the runners that got it themselves.
_WITNESS_SECONDS = 0.4
# `stop` asks with SIGINT, then with SIGTERM, and five seconds later kills us: by then no script may be left.
_KILL_SECONDS = 3.0
# Windows delivers Ctrl+C only between two waits.
_NAP_SECONDS = 0.5 if os.name == "nt" else None


class Sweep:
    def __init__(self, wanted: dict, template: Template, environment: dict[str, str], log: Journal) -> None:
        self._combinations = combinations(wanted["over"])
        self._jobs = max(1, int(wanted.get("jobs") or 1))
        self._template = template
        self._environment = environment
        self._log = log
        self._events: queue.SimpleQueue = queue.SimpleQueue()
        self._running: list[Child] = []
        self._started = 0
        self._counts = {FINISHED: 0, FAILED: 0, STOPPED: 0}
        self._scores: dict[str, dict[str, float]] = {}
        self._labels: dict[str, str] = {}
        self._best: tuple[str, str] | None = None
        self._signals: list[int] = []
        self._comes_to_us_alone: bool | None = None
        self._timers: list[tuple[float, object]] = []
        self._trouble: str | None = None

    def run(self) -> int:
        """Until all is over. The signal that ended it; 0 where none did."""
        for number in _ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` and `&` have theirs ignored
                signal.signal(number, lambda number, frame: self._events.put(number))
        self._tell()
        while True:
            self._start_due()
            if not self._running:
                break
            self._handle(self._next_event())
        self._conclude()
        return self._signals[0] if self._signals else 0

    @property
    def exit_code(self) -> int:
        return 0 if self._counts[FINISHED] == len(self._combinations) else 1

    def _start_due(self) -> None:
        while not self._is_ending and len(self._running) < self._jobs and self._started < len(self._combinations):
            self._take_signals()
            if not self._is_ending:
                self._start(self._combinations[self._started])

    @property
    def _is_ending(self) -> bool:
        return bool(self._signals) or self._trouble is not None

    def _start(self, values: dict[str, str]) -> None:
        position = "[%d/%d]" % (self._started + 1, len(self._combinations))
        try:
            folder = self._template.make(values)
        except OSError as error:
            self._trouble = "The folder of run %d of %d could not be made: %s." % (
                self._started + 1, len(self._combinations), error.strerror or error)
            return
        self._started += 1
        self._say("%s %s" % (position, label(values)))
        try:
            child = Child(folder, values, position, self._environment, self._jobs > 1, self._events)
        except OSError as error:
            self._counts[FAILED] += 1
            self._trouble = "No further process could be started: %s." % (error.strerror or error)
            return
        self._labels[child.run_id] = label(values)
        self._running.append(child)

    # What happens meanwhile

    def _next_event(self) -> object:
        """A run that is over, the number of a signal, or None when a timer is due."""
        due = min((when for when, _ in self._timers), default=None)
        wait = None if due is None else max(0.0, due - time.monotonic())
        while True:
            try:
                return self._events.get(timeout=_NAP_SECONDS if wait is None else wait)
            except queue.Empty:
                if wait is not None:
                    return None

    def _handle(self, event: object) -> None:
        if isinstance(event, Child):
            self._on_ended(event)
        elif isinstance(event, int):
            self._on_signal(event)
        now = time.monotonic()
        due = [action for when, action in self._timers if when <= now]
        self._timers = [timer for timer in self._timers if timer[0] > now]
        for action in due:
            action()

    def _take_signals(self) -> None:
        """Those that came while nobody waited: none may be started after one."""
        later = []
        while not self._events.empty():
            event = self._events.get()
            if isinstance(event, int):
                self._on_signal(event)
            else:
                later.append(event)
        for event in later:
            self._events.put(event)

    def _on_signal(self, number: int) -> None:
        was_interrupted = signal.SIGINT in self._signals
        self._signals.append(number)
        if self._comes_to_us_alone is None:
            self._after(_WITNESS_SECONDS, self._find_out)
        elif self._comes_to_us_alone:
            self._pass_on(number)
        if number == getattr(signal, "SIGTERM", None) and was_interrupted:
            self._after(_KILL_SECONDS, self._kill)

    def _find_out(self) -> None:
        """Ctrl+C is sent to the whole group; what a runner has got itself must not come to its script twice."""
        if self._comes_to_us_alone is None:
            self._comes_to_us_alone = not any(child.is_asked_to_end for child in self._running)
            if self._comes_to_us_alone:
                for number in self._signals:
                    self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        for child in self._running:
            child.send(number)

    def _kill(self) -> None:
        for child in self._running:
            child.kill()

    def _after(self, seconds: float, action) -> None:
        self._timers.append((time.monotonic() + seconds, action))

    def _on_ended(self, child: Child) -> None:
        self._running.remove(child)
        outcome, fields = child.outcome()
        if fields is None and self._signals:
            outcome = STOPPED  # before it could start
        self._counts[outcome] += 1
        told = ""
        if outcome == FINISHED:
            found = scores.scores_of(child.folder)
            self._scores[child.run_id] = found
            self._best = scores.best_of(self._scores)
            alone = scores.best_of({child.run_id: found})
            told = " · %s %.4g" % (alone[1], found[alone[1]]) if alone else ""
        self._say("%s %s%s" % (child.position, _how(outcome, fields), told))
        if fields is not None and fields["signal"] == "SIGINT" and not fields["stop_requested"]:
            # Typed in the terminal while it was the script's own: the whole sweep is meant, as in a shell's loop.
            self._signals.append(signal.SIGINT)
        self._tell()

    # What is said of it

    def _tell(self) -> None:
        best, metric = self._best or (None, None)
        self._log.facts("sweep", {"runs": len(self._combinations), "finished": self._counts[FINISHED],
                                  "failed": self._counts[FAILED], "stopped": self._counts[STOPPED],
                                  "best": best, "bestBy": metric})

    def _conclude(self) -> None:
        total = len(self._combinations)
        if self._best:
            run_id, metric = self._best
            self._say("best: %s · %s %.4g" % (self._labels[run_id], metric, self._scores[run_id][metric]))
        parts = []
        if self._counts[FAILED]:
            parts.append("%d of %d runs failed" % (self._counts[FAILED], total))
        if self._counts[STOPPED]:
            parts.append("%d of %d %s stopped" % (
                self._counts[STOPPED], total, "was" if self._counts[STOPPED] == 1 else "were"))
        left = total - sum(self._counts.values())
        if left:
            parts.append("%d of %d %s not started" % (left, total, "was" if left == 1 else "were"))
        reason = ", ".join(parts) + "." if parts else None
        if self._trouble is not None:
            reason = "%s %s" % (self._trouble, reason) if reason else self._trouble
        if reason:
            self._log.append("facts", now_ms(), "outcome", {"reason": reason})
            self._say("loopwright: %s" % reason)

    @staticmethod
    def _say(text: str) -> None:
        try:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # nobody reads it any more; the runs go on, and their records have all of it


def _how(outcome: str, fields: dict | None) -> str:
    if fields is None:
        return "was never started"
    if fields["error"]:
        return "could not be started"
    if fields["started_ms"] is None or fields["ended_ms"] is None:
        return "was killed"
    taken = duration(fields["ended_ms"] - fields["started_ms"])
    if outcome == FINISHED:
        return "finished in %s" % taken
    if fields["signal"] is not None:
        return "%s by %s after %s" % ("stopped" if outcome == STOPPED else "ended", fields["signal"], taken)
    if outcome == STOPPED:
        return "stopped after %s" % taken
    return "failed with exit code %s after %s" % (fields["exit_code"], taken)
