#!/usr/bin/env python3
"""Words that the house rules forbid, looked for in code (comments and strings do not count, except for TODO).

A line, or the comment directly above it, may say `// allow(<rule>): <reason>`.

usage: check_forbidden.py [ROOT]
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib.source import ROOT, Finding, blank_comments_and_literals, cpp_files, is_allowed, report


@dataclass(frozen=True)
class Rule:
    """`pattern` may not occur in the code of files whose path matches `where` and not `except_in`."""

    name: str
    pattern: re.Pattern
    why: str
    where: re.Pattern = re.compile("")
    except_in: re.Pattern = re.compile(r"(?!)")


def rule(name, pattern, why, where="", except_in=r"(?!)"):
    return Rule(name, re.compile(pattern), why, re.compile(where), re.compile(except_in))


RULES = [
    rule("sleep", r"\b(sleep_for|sleep_until|usleep|nanosleep)\s*\(|\bsleep\s*\(\s*[^)\s]",
         "nothing waits by sleeping: wait for the event itself, or move a manual clock"),
    rule("float", r"\b(float|double)\b", "money and what is stored are integers",
         where=r"^src/(ledger|payments|tenants)/|^src/base/money"),
    rule("throw", r"\bthrow\b", "our code does not throw: return a Result",
         except_in=r"_test\.cc$"),  # A test may play the library that throws.
    rule("random", r"\brand\s*\(\s*\)|\bsrand\s*\(|\brandom_device\b|\bmt19937(_64)?\b",
         "randomness comes through Random (base/random.h)", except_in=r"^src/base/random\."),
    rule("clock", r"\bchrono::system_clock\b|\bgettimeofday\b|\bclock_gettime\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)",
         "time comes through Clock (base/time.h)", except_in=r"^src/base/time\."),
    rule("iostream", r"\bstd::(cout|cerr)\b|#\s*include\s*<iostream>", "print with fmt, log with spdlog"),
]
TODO = re.compile(r"(?://|/\*|^\s*\*).*\b(TODO|FIXME|XXX|HACK)\b")
TODO_WITH_ISSUE = re.compile(r"\bTODO\(#\d+\)")


def check_text(path, text):
    """Findings in one file; `path` is its name relative to the root, in POSIX form."""
    lines = text.splitlines()
    code = blank_comments_and_literals(text).splitlines()
    findings = []
    for rule_ in RULES:
        if not rule_.where.search(path) or rule_.except_in.search(path):
            continue
        for number, line in enumerate(code, 1):
            match = rule_.pattern.search(line)
            if match and not is_allowed(lines, number, rule_.name):
                findings.append(Finding(path, number, rule_.name, f"{match[0].strip()}: {rule_.why}"))
    for number, line in enumerate(lines, 1):
        if TODO.search(line) and not TODO_WITH_ISSUE.search(line):
            findings.append(Finding(path, number, "todo", "name its issue: TODO(#12): ..."))
    return findings


def check(root):
    findings = []
    for path in cpp_files(root):
        findings += check_text(path.as_posix(), (root / path).read_text())
    return findings


if __name__ == "__main__":
    sys.exit(report(check(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT), "forbidden words"))
