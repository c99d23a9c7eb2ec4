#!/usr/bin/env python3
"""Files and functions stay small enough to read.

Refused: a file over 600 lines (tests 1,000, headers 200), a function of 70 lines or more, unless
tools/size_exemptions.toml names it with its reason; and an exemption that is no longer needed.

usage: check_sizes.py [ROOT]
"""

import re
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib.source import ROOT, Finding, blank_comments_and_literals, cpp_files, report

EXEMPTIONS = "tools/size_exemptions.toml"
FUNCTION_LINES_MAX = 69
FILE_LINES_MAX = 600
TEST_LINES_MAX = 1000
HEADER_LINES_MAX = 200

_SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
_NAME = re.compile(r"([\w:~]+(?:\s*operator\s*\S+)?)\s*\(")


def functions(text):
    """[(name, first line, last line)] of every function body at namespace or class level, a lambda belonging to its function.

    Tells a body from a scope or an initialiser by what stands before its opening brace: parentheses and no class or namespace.
    """
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", blank_lines, blank_comments_and_literals(text), flags=re.MULTILINE)
    found = []
    scopes = []  # what each open brace outside functions is: "scope" or "other"
    head_start = 0
    index = 0
    while index < len(code):
        character = code[index]
        if character == "{":
            head = code[head_start:index]
            if is_function_head(head):
                end = matching_brace(code, index)
                end = skip_initialisers(code, end)
                first = code.count("\n", 0, head_start + len(head) - len(head.lstrip())) + 1
                found.append((function_name(head), first, code.count("\n", 0, end) + 1))
                index = end
            else:
                scopes.append("scope")
            head_start = index + 1
        elif character == "}":
            if scopes:
                scopes.pop()
            head_start = index + 1
        elif character == ";":
            head_start = index + 1
        elif character == ":" and re.search(r"\b(public|private|protected)\s*$", code[head_start:index]):
            head_start = index + 1
        index += 1
    return found


def blank_lines(match):
    return "\n" * match[0].count("\n")


def is_function_head(head):
    if "(" not in head:
        return False
    before_arguments = head[: head.index("(")]
    return not _SCOPE.search(re.sub(r"\btemplate\s*<[^{}]*?>\s*(?=\w)", "", before_arguments)) or bool(
        re.search(r"\b(struct|class|enum)\s+\w+[\s*&]+\w+\s*$", before_arguments)
    )


def matching_brace(code, opening):
    depth = 0
    for index in range(opening, len(code)):
        if code[index] == "{":
            depth += 1
        elif code[index] == "}":
            depth -= 1
            if depth == 0:
                return index
    return len(code) - 1


def skip_initialisers(code, end):
    """A constructor's `: a_{x}, b_{y} { body }` has several braces; returns the last one's end."""
    while True:
        following = re.compile(r"\s*(?:,[^{};]*)?\{").match(code, end + 1)
        if not following:
            return end
        end = matching_brace(code, following.end() - 1)


def function_name(head):
    names = _NAME.findall(head)
    return names[0].strip() if names else "?"


def line_limit(path):
    if path.name.endswith("_test.cc") or path.parts[0] == "test" or "testing" in path.parts:
        return TEST_LINES_MAX
    return HEADER_LINES_MAX if path.suffix == ".h" else FILE_LINES_MAX


def script_files(root):
    """Scripts and contracts: they obey the limit for files too."""
    found = [Path("dev")] if (root / "dev").is_file() else []
    for pattern in ("tools/**/*.py", "tools/**/*.sh", "proto/**/*.proto", "test/**/*.py", "test/**/*.sh", "cmake/*.cmake"):
        found += [p.relative_to(root) for p in root.glob(pattern) if "node_modules" not in p.parts]
    return sorted(found)


def check(root):
    exempt_file = root / EXEMPTIONS
    exemptions = tomllib.loads(exempt_file.read_text()) if exempt_file.exists() else {}
    used = set()
    findings = []

    def violation(key, path, line, message):
        if key in exemptions:
            used.add(key)
        else:
            findings.append(Finding(str(path), line, "sizes", message))

    for path in cpp_files(root) + script_files(root):
        text = (root / path).read_text()
        lines = text.count("\n")
        if lines > line_limit(path):
            violation(str(path), path, 1, f"{lines} lines, at most {line_limit(path)}: split by subject")
        for name, first, last in functions(text) if path.suffix in (".h", ".cc") else []:
            if last - first + 1 > FUNCTION_LINES_MAX:
                message = f"{name} has {last - first + 1} lines, at most {FUNCTION_LINES_MAX}: split by subject"
                violation(f"{path}:{name}", path, first, message)
    for key, reason in exemptions.items():
        if key not in used:
            findings.append(Finding(EXEMPTIONS, 1, "sizes", f"{key} needs no exemption any more: remove it"))
        if not str(reason).strip():
            findings.append(Finding(EXEMPTIONS, 1, "sizes", f"{key}: say why it may be so long"))
    return findings


if __name__ == "__main__":
    sys.exit(report(check(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT), "sizes"))
