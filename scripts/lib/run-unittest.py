"""Runs the unittest tests of a folder and writes what `npm test` adds up: run-unittest.py FOLDER

The report goes to the file that LOOPWRIGHT_REPORT names.
"""

import json
import os
import sys
import unittest


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


def main(folder, report_file):
    tests = unittest.defaultTestLoader.discover(folder)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=1).run(tests)
    report = {
        "passed": result.passed,
        "failed": [{"name": name, "text": text} for name, text in result.failed.items()],
        "skipped": [{"name": test.id(), "reason": reason} for test, reason in result.skipped],
    }
    with open(report_file, "w", encoding="utf-8") as file:
        json.dump(report, file)
    return 1 if report["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ["LOOPWRIGHT_REPORT"]))
