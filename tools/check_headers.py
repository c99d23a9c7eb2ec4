#!/usr/bin/env python3
"""Every header compiles alone, without a precompiled header and whatever was included before it.

A header whose text and includes have not changed since it passed is not compiled again.

usage: check_headers.py BUILD_DIR [JOBS]
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib.compile import COMPILER, Database, Fingerprints, Memory, key_of, run_all, version
from lib.source import ROOT, cpp_files

OUTPUT_LINES_MAX = 12  # of each header: the first error is the one that matters


def main():
    database = Database(sys.argv[1])
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else os.cpu_count()
    flags = database.header_flags()
    prints = Fingerprints(database.search_path())
    memory = Memory("headers")
    pending = []
    for path in cpp_files(suffixes=(".h",)):
        key = key_of(version(COMPILER), flags, path, prints.of(ROOT / path))
        if not memory.knows(key):
            # Included from a file, so that "#pragma once in main file" is no warning.
            command = [COMPILER, *flags, "-Werror", "-fsyntax-only", "-x", "c++", "-include", str(ROOT / path), "/dev/null"]
            pending.append(((path, key), command))
    failed = 0
    for (path, key), status, output in run_all(pending, jobs):
        if status == 0:
            memory.learn(key)
        else:
            failed += 1
            print(f"{path}:1: [headers] does not compile alone:")
            print("\n".join("  " + line for line in output.splitlines()[:OUTPUT_LINES_MAX]))
    print(f"headers: {len(pending)} compiled alone, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
