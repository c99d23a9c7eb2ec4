"""Runs the checkers' own tests and ends with the line of counts that ./dev test reads."""

import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))


def main():
    pattern = f"*{sys.argv[1]}*_test.py" if len(sys.argv) > 1 else "*_test.py"
    result = unittest.TextTestRunner(stream=sys.stdout).run(unittest.TestLoader().discover(str(HERE), pattern=pattern))
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    print(f"{result.testsRun - failed - skipped} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
