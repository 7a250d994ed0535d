"""The work `environment`: asked of the script's interpreter once, and told again where the script has imported more."""
from __future__ import annotations

import json
import os

import helpers
import surroundings
from helpers import Helper
from journal import Journal, facts_of

_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "environment.py")
_LIMIT_SECONDS = 300.0
_PACKAGES_IN_RECORD = 500


class EnvironmentWork:
    def __init__(self, journal: Journal, run_dir: str, spec, environment: dict[str, str]) -> None:
        self._journal = journal
        self._run_dir = run_dir
        self._spec = spec
        self._environment = environment
        self._helper: Helper | None = None
        self._asked: str | None = None
        self._reason: str | None = None
        self._packages: list[dict] | None = None

    def tell_surroundings(self) -> None:
        self._journal.facts("environment", surroundings.facts(self._environment, self._spec.root, self._spec.hook_dir))

    def start(self, is_last: bool = False) -> None:
        """Ask the interpreter. Before the end it may not be known yet which one it is."""
        interpreter = helpers.find_interpreter(self._spec.interpreter, self._run_dir, self._environment)
        if interpreter is None:
            if is_last and self._spec.interpreter is not None:
                self._reason = "The interpreter %s was not found." % self._spec.interpreter
            return
        self._asked = interpreter
        environment = helpers.environment_without_hook(self._environment, self._spec.hook_dir)
        try:
            self._helper = Helper([interpreter, _PROGRAM], environment, self._spec.cwd, _LIMIT_SECONDS)
        except OSError as error:
            self._reason = "The interpreter %s could not be started: %s." % (interpreter, error.strerror)

    @property
    def is_under_way(self) -> bool:
        return self._helper is not None

    def poll(self) -> None:
        if self._helper is not None and self._helper.has_ended():
            self._take(self._helper)
            self._helper = None

    def needs_asking(self) -> bool:
        """At the end: nothing was learnt yet, or it was another interpreter than the script's."""
        if self._packages is None:
            return True
        return helpers.find_interpreter(self._spec.interpreter, self._run_dir, self._environment) != self._asked

    def finish(self) -> None:
        """After the script: which of the packages it has imported, and the end of the work."""
        self._tell_packages(_imported(self._run_dir))
        self._journal.done("environment", self._reason)

    def abandon(self) -> None:
        if self._helper is not None:
            self._helper.end()
            self._helper = None

    def _take(self, helper: Helper) -> None:
        failure = helper.failure()
        if failure is None:
            try:
                document = json.loads(helper.answer())
                self._journal.facts("environment", document["environment"])
                self._packages = document["packages"]
                self._reason = None
                return
            except (ValueError, KeyError, TypeError) as error:
                failure = "its answer is no JSON document (%s)" % error
        self._reason = "The interpreter %s could not say which packages it has: %s." % (self._asked, failure)

    def _tell_packages(self, imported: set[str]) -> None:
        packages = self._packages or []
        for start in range(0, len(packages), _PACKAGES_IN_RECORD):
            self._journal.facts("packages", {
                package["name"]: {
                    "version": package["version"], "origin": package["origin"],
                    "imported": not imported.isdisjoint(package["modules"]),
                } for package in packages[start:start + _PACKAGES_IN_RECORD]})


def _imported(run_dir: str) -> set[str]:
    """What the hook has seen in `sys.modules` at the end; nothing where the script did not come to its end."""
    found: set[str] = set()
    for facts in facts_of(run_dir, "environment"):
        if isinstance(facts.get("imported"), list):
            found.update(name for name in facts["imported"] if isinstance(name, str))
    return found
