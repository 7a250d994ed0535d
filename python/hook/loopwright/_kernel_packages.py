"""The environment of a kernel: a script's is told by the observer beside it, and a kernel has none."""
import json
import os
import subprocess
import sys
import tempfile

from . import _exit
from ._journal import append, json_text, now, quote

_IN_RECORD = 500


class Packages:
    """Asks an interpreter of its own, which nobody waits for; its answer is looked for after each cell."""

    def __init__(self, run, parts):
        self._told = {}
        self._packages = []
        self._answer = tempfile.TemporaryFile()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOOPWRIGHT_")}
        environment.pop("PYTHONPATH", None)  # as it was, it may lead to the hook
        program = os.path.join(parts, "observer", "environment.py")
        self._process = subprocess.Popen(
            [sys.executable, program], stdin=subprocess.DEVNULL, stdout=self._answer, stderr=subprocess.DEVNULL,
            env=environment, close_fds=True)

    def look(self):
        if self._process is None or self._process.poll() is None:
            return
        process, self._process = self._process, None
        with self._answer as answer:
            answer.seek(0)
            text = answer.read()
        if process.returncode != 0:
            append('["done",%d,"environment",%s]' % (now(), quote("The kernel's Python could not say what it has.")))
            return
        document = json.loads(text)
        append('["facts",%d,"environment",%s]' % (now(), json_text(document["environment"])))
        self._packages = document["packages"]
        self.tell_imported()
        append('["done",%d,"environment",null]' % now())

    def tell_imported(self):
        """Those that are new, or were not imported when they were told."""
        imported = set(_exit.imported())
        changed = {}
        for package in self._packages:
            is_imported = not imported.isdisjoint(package["modules"])
            if self._told.get(package["name"]) != is_imported:
                self._told[package["name"]] = is_imported
                changed[package["name"]] = {"version": package["version"], "origin": package["origin"],
                                            "imported": is_imported}
        names = sorted(changed)
        for start in range(0, len(names), _IN_RECORD):
            part = {name: changed[name] for name in names[start:start + _IN_RECORD]}
            append('["facts",%d,"packages",%s]' % (now(), json_text(part)))

    def abandon(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._answer.close()
