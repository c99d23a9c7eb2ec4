"""Runs the test cases of a suite's folder and prints what `./dev test` counts.

    sys.exit(suite.main(folder))

Arguments choose cases by parts of their names: `./dev test system -- idempotency`.
"""

import argparse
import importlib
import sys
import time
import unittest


class Result(unittest.TestResult):
    """One line for each case; the reasons of those that did not pass."""

    def __init__(self):
        super().__init__()
        self.passed = self.failed = self.skipped_count = 0
        self._hurt = set()

    @staticmethod
    def name(test):
        return test.id().removeprefix("unittest.loader.")

    def startTest(self, test):
        super().startTest(test)
        self._started = time.monotonic()

    def addSuccess(self, test):
        self.passed += 1
        print(f"ok   {self.name(test)} ({time.monotonic() - self._started:.1f} s)", flush=True)

    def addFailure(self, test, error):
        self._fail(test, error)

    def addError(self, test, error):
        self._fail(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._fail(test, error, subtest)

    def addSkip(self, test, reason):
        self.skipped_count += 1
        print(f"SKIP {self.name(test)}: {reason}", flush=True)

    def _fail(self, test, error, subtest=None):
        # A case whose parts fail in several places is one failed case.
        if test.id() not in self._hurt:
            self._hurt.add(test.id())
            self.failed += 1
        print(f"FAIL {self.name(subtest or test)}\n{self._exc_info_to_string(error, test)}", flush=True)


def _cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _cases(item)
        else:
            yield item


def main(folder, pattern="*_test.py"):
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help="parts of the names of the cases to run; all if not given")
    names = parser.parse_args().names
    sys.path.insert(0, str(folder))
    loader = unittest.TestLoader()
    chosen = unittest.TestSuite()
    for path in sorted(folder.glob(pattern)):
        for case in _cases(loader.loadTestsFromModule(importlib.import_module(path.stem))):
            if not names or any(name in case.id() for name in names):
                chosen.addTest(case)
    result = Result()
    chosen.run(result)
    line = f"{result.passed} passed, {result.failed} failed"
    print(line + (f", {result.skipped_count} skipped" if result.skipped_count else ""), flush=True)
    return 0 if result.failed == 0 and result.passed > 0 else 1
