#!/usr/bin/env python3
"""Words that docs/glossary.md fixes: its table "Words we do not use" is looked for in contracts and documentation.

Only prose is searched: Markdown outside code, and comments of .proto files. A line may end with `allow(glossary): reason`
in a comment of its kind.

usage: check_glossary.py [ROOT]
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib.source import ROOT, Finding, report

GLOSSARY = Path("docs/glossary.md")
HEADING = "## Words we do not use"
ROW = re.compile(r"^\|\s*`(?P<pattern>[^`]+)`\s*\|\s*(?P<instead>[^|]+?)\s*\|")


def rules(glossary):
    """[(compiled pattern, what to say instead)] of the table below HEADING; a pattern is a regular expression over whole words."""
    section = glossary.partition(HEADING)[2].partition("\n## ")[0]
    found = []
    for line in section.splitlines():
        match = ROW.match(line)
        if match:
            pattern = match["pattern"].replace("\\|", "|")
            found.append((re.compile(rf"(?<![\w`/.-]){pattern}(?![\w`-])", re.IGNORECASE), match["instead"]))
    return found


def prose_of(path, text):
    """The lines of `text` with everything but prose emptied."""
    lines = []
    in_code = False
    for line in text.splitlines():
        if path.suffix == ".proto":
            lines.append(line.partition("//")[2])
            continue
        if line.lstrip().startswith("```"):
            in_code = not in_code
            lines.append("")
        else:
            lines.append("" if in_code else re.sub(r"`[^`]*`|\]\([^)]*\)", "", line))
    return lines


def check(root):
    wanted = rules((root / GLOSSARY).read_text())
    paths = sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("src/**/*.md"), *root.glob("proto/**/*.proto")])
    findings = []
    if not wanted:
        findings.append(Finding(str(GLOSSARY), 1, "glossary", f'no rows below "{HEADING}"'))
    for path in paths:
        shown = path.relative_to(root)
        if shown == GLOSSARY:
            continue
        text = path.read_text()
        for number, line in enumerate(prose_of(path, text), 1):
            for pattern, instead in wanted:
                match = pattern.search(line)
                if match and "allow(glossary):" not in line:
                    findings.append(Finding(str(shown), number, "glossary", f'"{match[0]}": {instead}'))
    return findings


if __name__ == "__main__":
    sys.exit(report(check(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT), "glossary"))
