"""Runs the unittest tests of a folder and writes what `npm test` adds up: run-unittest.py FOLDER PREFIX

The report goes to the file that LOOPWRIGHT_REPORT names.
"""

import json
import os
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor


class Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = 0
        self.failed = {}

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.passed += 1

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, self.failures[-1][1])

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._fail(test, "It was expected to fail and passed.")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            listed = self.failures if issubclass(err[0], test.failureException) else self.errors
            self._fail(test, listed[-1][1])

    def _fail(self, test, text):
        # One test with several failing parts is one failure.
        name = test.id()
        self.failed[name] = self.failed[name] + "\n" + text if name in self.failed else text


def run_module(folder, name):
    """The report of one file of tests; what it says on the way goes to stderr."""
    tests = unittest.defaultTestLoader.discover(folder, pattern=name)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=1).run(tests)
    return {
        "passed": result.passed,
        "failed": [{"name": name, "text": text} for name, text in result.failed.items()],
        "skipped": [{"name": test.id(), "reason": reason} for test, reason in result.skipped],
    }


def run_apart(folder, name):
    """The same in a process of its own: its report, and what it wrote."""
    command = [sys.executable, __file__, folder, name]
    environment = {**os.environ, "LOOPWRIGHT_UNITTEST_PART": name}
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, check=False)
    said = process.stderr.decode("utf-8", "replace")
    try:
        report = json.loads(process.stdout)
    except ValueError:
        text = "It ended with code %d and left no report." % process.returncode
        report = {"passed": 0, "failed": [{"name": name, "text": text}], "skipped": []}
    return report, said


def main(folder, prefix, report_file):
    """Two files at a time: most tests wait for processes, and seldom for a core."""
    names = sorted(name for name in os.listdir(folder) if name.startswith(prefix) and name.endswith(".py"))
    report = {"passed": 0, "failed": [], "skipped": []}
    with ThreadPoolExecutor(2) as pool:
        for name, (part, said) in zip(names, pool.map(lambda name: run_apart(folder, name), names)):
            sys.stderr.write("%s\n%s" % (name, said))
            sys.stderr.flush()
            for key in report:
                report[key] += part[key]
    with open(report_file, "w", encoding="utf-8") as file:
        json.dump(report, file)
    return 1 if report["failed"] else 0


if __name__ == "__main__":
    if "LOOPWRIGHT_UNITTEST_PART" in os.environ:
        # Whatever tests print must not mix with the report.
        out = os.dup(1)
        os.dup2(2, 1)
        with os.fdopen(out, "w") as file:
            json.dump(run_module(sys.argv[1], sys.argv[2]), file)
    else:
        sys.exit(main(sys.argv[1], sys.argv[2], os.environ["LOOPWRIGHT_REPORT"]))
