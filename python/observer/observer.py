"""The life of the observer: beside the script until it ends, then what is to be done after it, then the stragglers.

Modules that are needed later are imported later: the first look at the script's files must come early.
"""
from __future__ import annotations

import os
import select
import time

import metrics
import spec as spec_file
from journal import Journal
from metrics import Metrics
from processes import HAS_PROC, Tree
from script import Script, wait_for_start

# When the interpreter is asked for its packages beside a script that runs on.
_ENVIRONMENT_SECONDS = 5.0
# Facts that cost something wait until a short script is over.
_HARDWARE_SECONDS = 0.5
_TICK_SECONDS = 1.0
_HELPER_SECONDS = 0.02
_NO_PIDFD_SECONDS = 0.1
# When the script's end is seen this late, what was read last may have been read by anybody.
_SAFE_MS = 1000


class Observer:
    def __init__(self, run_dir: str, files) -> None:
        self._run_dir = run_dir
        self._files = files
        self._environment = {os.fsdecode(name): os.fsdecode(value) for name, value in os.environb.items()} \
            if hasattr(os, "environb") else dict(os.environ)

    def run(self) -> int:
        fields = wait_for_start(self._run_dir)
        if fields is None:
            return 0
        try:
            spec = spec_file.load(self._run_dir)
        except spec_file.SpecError:
            return 1  # the runner has read it a moment ago: the run is being deleted
        self._spec = spec
        self._kinds = set(spec.capture)
        self._journal = Journal(self._run_dir)
        self._script = Script(self._run_dir, fields)
        self._tree = Tree(self._script.pid)
        self._packages = None
        if self._files is not None:
            words = [word for word in [*spec.argv[1:], *spec.params.values()] if isinstance(word, str)]
            self._files.begin(self._journal, self._tree, self._script.started_ms * 1_000_000, words, spec.cwd)
        try:
            self._beside()
            self._after()
        except Exception as error:  # a mistake of ours: the run must not wait for what will never come
            self._give_up(error)
            return 1
        return 0

    def _give_up(self, error: Exception) -> None:
        reason = "The process beside the script failed: %r." % error
        self._journal.note(reason)
        if self._packages is not None:
            self._packages.abandon()
        for kind in ("environment", "models"):
            if kind in self._kinds:
                self._journal.done(kind, reason)

    # While the script runs

    def _beside(self) -> None:
        begun = time.monotonic()
        self._metrics: Metrics | None = None
        self._gpus = None
        self._hardware_is_told = False
        if "system" in self._kinds and HAS_PROC and metrics.is_possible():
            self._metrics = Metrics(self._journal, self._tree)
        # (when, what): each once.
        plan = [(begun + _HARDWARE_SECONDS, self._tell_hardware)]
        if "environment" in self._kinds:
            plan.append((begun + _ENVIRONMENT_SECONDS, self._ask_for_packages))
        self._watch_until(self._script.is_alive, plan, self._script.descriptor)

    def _watch_until(self, goes_on, plan: list, ended: int = -1) -> None:
        """Look after everything for as long as something goes on; `ended` is readable when it no longer does."""
        watch = self._files.watch if self._files is not None else None
        next_tick = time.monotonic() + _TICK_SECONDS
        while goes_on():
            now = time.monotonic()
            while plan and plan[0][0] <= now:
                plan.pop(0)[1]()
            if self._metrics is not None and self._metrics.due <= now:
                self._metrics.sample()
            if self._packages is not None:
                self._packages.poll()
            if watch is not None and next_tick <= now:
                watch.tick()
                next_tick = now + _TICK_SECONDS
            if self._files is not None and self._files.is_scanning:
                self._files.scan_slice()
                timeout = 0.0
            else:
                timeout = self._patience(plan, next_tick if watch is not None else None, ended)
            ready = _wait([descriptor for descriptor in (ended, watch.descriptor if watch else -1)
                           if descriptor >= 0], timeout)
            if watch is not None and watch.descriptor in ready:
                nap = watch.take()
                if nap > 0 and not self._files.is_scanning:
                    _wait([ended] if ended >= 0 else [], nap)

    def _patience(self, plan: list, next_tick: float | None, ended: int) -> float:
        times = [when for when, _ in plan[:1]]
        if self._metrics is not None:
            times.append(self._metrics.due)
        if next_tick is not None:
            times.append(next_tick)
        now = time.monotonic()
        patience = min(times) - now if times else 60.0
        if ended < 0:
            patience = min(patience, _NO_PIDFD_SECONDS)
        if self._packages is not None and self._packages.is_under_way:
            patience = min(patience, 0.25)
        return max(0.0, patience)

    def _tell_hardware(self) -> None:
        if "system" not in self._kinds or self._hardware_is_told:
            return
        self._hardware_is_told = True
        import gpu
        import hardware

        path = self._environment.get("PATH")
        facts = hardware.facts(path)
        self._journal.facts("hardware", facts)
        if facts.get("gpus") and self._metrics is not None and self._script.is_alive():
            try:
                self._gpus = gpu.Gpus(path)
            except OSError:
                return  # it was there a moment ago; the other metrics go on
            self._metrics.use(self._gpus)

    def _ask_for_packages(self) -> None:
        self._make_packages()
        self._packages.start()

    def _make_packages(self) -> None:
        if self._packages is None:
            from packages import EnvironmentWork

            self._packages = EnvironmentWork(self._journal, self._run_dir, self._spec, self._environment)

    # After it

    def _after(self) -> None:
        seen_ms = int(time.time() * 1000)
        leftovers = self._tree.leftovers() if HAS_PROC else []
        if self._files is not None:
            ended_ms = self._script.ended_ms() or seen_ms
            self._files.finish(seen_ms - ended_ms < _SAFE_MS, self._script.hook_is_up(), bool(leftovers))
            if self._files.watch is not None and not leftovers:
                self._files.watch.close()
        self._tell_hardware()
        self._do_work()
        self._keep_bytecode()
        if leftovers:
            self._watch_until(lambda: bool(self._tree.leftovers()), [], -1)
            if self._files is not None:
                self._files.finish(False, self._script.hook_is_up(), False)
        if self._gpus is not None:
            self._gpus.close()

    def _keep_bytecode(self) -> None:
        from bytecode import keep_bytecode

        keep_bytecode(self._spec.hook_dir)

    def _do_work(self) -> None:
        models = None
        if "models" in self._kinds:
            from models import ModelsWork

            models = ModelsWork(self._journal, self._run_dir, self._spec, self._environment)
        if "environment" in self._kinds:
            self._make_packages()
            self._packages.tell_surroundings()
            while self._packages.is_under_way:
                self._packages.poll()
                time.sleep(_HELPER_SECONDS)
            if self._packages.needs_asking():
                self._packages.start(is_last=True)
        if models is not None:
            models.start()
        while (self._packages and self._packages.is_under_way) or (models and models.is_under_way):
            if self._packages is not None:
                self._packages.poll()
            if models is not None:
                models.poll()
            time.sleep(_HELPER_SECONDS)
        if self._packages is not None:
            self._packages.finish()


def _wait(descriptors: list[int], seconds: float) -> list[int]:
    if not descriptors:
        time.sleep(seconds)
        return []
    return select.select(descriptors, [], [], seconds)[0]
