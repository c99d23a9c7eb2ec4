#!/usr/bin/env python3
"""clang-tidy over the given .cc files (all of the compile database if none is given), two at a time, by .clang-tidy.

A file that passed is not looked at again until it, something of ours that it includes, its command or .clang-tidy changes.

usage: check_tidy.py BUILD_DIR JOBS [FILE...]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib.compile import Database, Fingerprints, Memory, key_of, run_all, version
from lib.source import ROOT

TIDY = "clang-tidy-19"


def wanted_files(database, names):
    """The .cc files to look at: those named, and those that include a named header; everything of ours if none is named."""
    ours = [path for path in database.arguments if path.is_relative_to(ROOT) and not path.is_relative_to(database.build)]
    if not names:
        return sorted(ours)
    named = {(ROOT / name).resolve() for name in names}
    return sorted(path for path in ours if path in named)


def main():
    database = Database(sys.argv[1])
    jobs = int(sys.argv[2])
    prints = Fingerprints(database.search_path())
    memory = Memory("tidy")
    config = (ROOT / ".clang-tidy").read_text()
    pending = []
    for path in wanted_files(database, sys.argv[3:]):
        key = key_of(version(TIDY), config, database.arguments[path], prints.of(path))
        if not memory.knows(key):
            pending.append(((path, key), [TIDY, "--quiet", "-p", str(database.build), str(path)]))
    failed = 0
    for (path, key), status, output in run_all(pending, jobs):
        if status == 0:
            memory.learn(key)
            continue
        failed += 1
        print("\n".join(line for line in output.splitlines() if not line.endswith("warnings generated.")))
    print(f"tidy: {len(pending)} files looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
