"""Reading C++ source well enough for the checkers: which files there are, what they include, and what is code."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPP_FOLDERS = ("src", "bench", "test", "sim", "fuzz")

_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
_ALLOW = re.compile(r"(?://|#)\s*allow\((?P<rule>[a-z-]+)\):\s*\S")

# One alternative per thing that is not code. A digit separator is matched with its number, so that 1'000 opens no character.
_NOT_CODE = re.compile(
    r"""(?P<raw>R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")"""
    r"""|(?P<number>\b\d[\w']*)"""
    r"""|(?P<line>//[^\n]*)|(?P<block>/\*.*?\*/)"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<char>'(?:\\.|[^'\\\n])+')""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Finding:
    """One violation: where, which rule, and what to do about it."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


def cpp_files(root=ROOT, folders=CPP_FOLDERS, suffixes=(".h", ".cc")):
    """Paths of C++ files relative to `root`, sorted."""
    found = []
    for folder in folders:
        found += [p.relative_to(root) for p in (root / folder).rglob("*") if p.suffix in suffixes and p.is_file()]
    return sorted(found)


def blank_comments_and_literals(text):
    """`text` with comments emptied and string and character literals replaced by "" and '', every line kept in its place."""

    def replace(match):
        if match["number"]:
            return match[0]
        lines = "\n" * match[0].count("\n")
        if match["line"] or match["block"]:
            return " " + lines
        return ("''" if match["char"] else '""') + lines

    return _NOT_CODE.sub(replace, text)


def includes(text):
    """[(line number, name, True if quoted)] of every #include outside comments."""
    code = blank_comments_and_literals(text).splitlines()
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = _INCLUDE.match(line)
        if match and "include" in code[number - 1]:
            found.append((number, match[2], match[1] == '"'))
    return found


def is_allowed(lines, number, rule):
    """True if line `number`, or the comment directly above it, says "allow(rule): reason"."""
    for candidate in (number, number - 1):
        if 1 <= candidate <= len(lines):
            match = _ALLOW.search(lines[candidate - 1])
            if match and match["rule"] == rule and (candidate == number or lines[candidate - 1].lstrip()[:1] in "/#"):
                return True
    return False


def report(findings, what):
    """Prints the findings and a last line; returns the exit status."""
    for finding in findings:
        print(finding)
    if findings:
        print(f"{what}: {len(findings)} violation{'s' if len(findings) > 1 else ''}")
        return 1
    return 0
