#!/usr/bin/env python3
"""Enforces tools/layers.toml: who includes whom.

Refused: a room that is not declared; an include that the room's line does not allow; a law that lets a room import one of a
higher floor or closes a circle; an include circle between files; an include that is not written from src/ ("room/header.h");
CMake dependencies that the law does not allow. Rooms form no circle because the law has none and every include obeys it.

usage: check_layers.py [ROOT]
"""

import re
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from lib.source import ROOT, Finding, cpp_files, includes, report

LAW = "tools/layers.toml"
RULE = "layers"
TESTING = "testing"
TEST_CODE = re.compile(r"_test\.cc$|^bench_.*_main\.cc$|^testing\.h$")
# Code generated from a .proto: every package of ours and of others ends in its version.
GENERATED = re.compile(r"^\w+(/\w+)*/v\d+\w*/\w+\.(pb|connect)\.h$")
ROOM_CALL = re.compile(r"florin_room\(\s*([\w]+)([^)]*)\)")


class Law:
    """The rooms of layers.toml: floors and allowed imports."""

    def __init__(self, rooms):
        self.rooms = rooms

    def entry_name(self, room):
        """The name under which the law knows `room`: its own, the pattern of its parent folder, or for x/testing that of x; else None."""
        if room in self.rooms:
            return room
        parent, _, last = room.rpartition("/")
        if parent and last == TESTING:
            return self.entry_name(parent)
        if parent and f"{parent}/*" in self.rooms:
            return f"{parent}/*"
        return None

    def floor(self, room):
        return self.rooms[self.entry_name(room)]["floor"]

    def allows(self, room, other):
        """True if a library file of `room` may include a header of `other`."""
        if room == other or other == "base":
            return True
        if is_testing(other):
            return False
        uses = self.rooms[self.entry_name(room)]["uses"]
        return "*" in uses or other in uses or self.entry_name(other) in uses

    def allows_test(self, room, other):
        """True if test code of `room` may."""
        return is_testing(other) or self.floor(other) <= self.floor(room) or self.allows(room, other)

    def faults(self):
        """What is wrong with the law itself, as messages."""
        found = []
        edges = {}
        for room, entry in self.rooms.items():
            edges[room] = []
            for other in entry["uses"]:
                if other == "*":
                    continue
                if self.entry_name(other) is None:
                    found.append(f"{room} uses {other}, which is not declared")
                elif self.floor(other) > entry["floor"]:
                    found.append(f"{room} (floor {entry['floor']}) uses {other} of the higher floor {self.floor(other)}")
                else:
                    edges[room].append(self.entry_name(other))
        for circle in circles(edges):
            found.append("circle between rooms: " + " -> ".join(circle))
        return found


def is_testing(room):
    return room.rpartition("/")[2] == TESTING


def circles(edges):
    """One circle [a, b, ..., a] for each depth-first back edge of the graph {node: [node...]}."""
    found = []
    state = {}  # absent: not seen; 1: on the path; 2: done
    for start in edges:
        if start in state:
            continue
        path = [start]
        iterators = [iter(edges[start])]
        state[start] = 1
        while path:
            for other in iterators[-1]:
                if state.get(other) == 1:
                    found.append(path[path.index(other) :] + [other])
                elif other not in state and other in edges:
                    state[other] = 1
                    path.append(other)
                    iterators.append(iter(edges[other]))
                    break
            else:
                state[path.pop()] = 2
                iterators.pop()
    return found


def room_of(path):
    """The room of a file (a path relative to the root)."""
    if path.parts[0] == "src":
        return path.parent.relative_to("src").as_posix()
    return path.parts[0]


def check_includes(root, law):
    findings = []
    edges = {}
    for path in cpp_files(root):
        room = room_of(path)
        if law.entry_name(room) is None:
            findings.append(Finding(str(path), 1, RULE, f"room {room} is not declared: add its line to {LAW}"))
            continue
        is_test = is_testing(room) or room == "fuzz" or TEST_CODE.search(path.name)
        edges[str(path)] = []
        for line, name, quoted in includes((root / path).read_text()):
            target = Path("src") / name
            if GENERATED.match(name):
                other = "proto_services" if name.endswith(".connect.h") else "proto"
            elif (root / target).is_file() and ".." not in target.parts:
                other = room_of(target)
                edges[str(path)].append(str(target))
            elif name.startswith("google/protobuf/"):
                continue  # Its own headers and generated code write it with quotes, so both forms are seen.
            elif quoted and path.parts[0] != "src" and (root / path.parent / name).is_file():
                continue  # Programs outside src/ keep their own headers beside them.
            elif quoted:
                findings.append(Finding(str(path), line, RULE, f'"{name}" is no header below src/: write "room/header.h", or <...> for a library'))
                continue
            else:
                continue
            if not quoted and not GENERATED.match(name):
                findings.append(Finding(str(path), line, RULE, f'<{name}> is ours: write "{name}"'))
            if law.entry_name(other) is None:
                continue  # Said once, at the undeclared room's own files.
            allowed = law.allows_test(room, other) if is_test else law.allows(room, other)
            if not allowed:
                why = "a higher floor" if law.floor(other) > law.floor(room) else f"not in the line of {law.entry_name(room)}"
                findings.append(Finding(str(path), line, RULE, f"{room} may not include {name}: {other} is {why} in {LAW}"))
    for circle in circles(edges):
        findings.append(Finding(circle[0], 1, RULE, "include circle: " + " -> ".join(circle)))
    return findings


def check_cmake(root, law):
    """Each room's florin_room call: its name is its folder, and its DEPS are allowed."""
    findings = []
    targets = {room.replace("/", "_"): room for room in law.rooms}
    calls = []
    for path in sorted((root / "src").rglob("CMakeLists.txt")):
        for call in ROOM_CALL.finditer(re.sub(r"#[^\n]*", "", path.read_text())):
            calls.append((path.relative_to(root), call))
            targets[call[1]] = room_of(path.relative_to(root))
    for path, call in calls:
        room = room_of(path)
        shown = str(path)
        if call[1] != room.replace("/", "_"):
            findings.append(Finding(shown, 1, RULE, f"the room of this folder is named {room.replace('/', '_')}, not {call[1]}"))
        if law.entry_name(room) is None:
            findings.append(Finding(shown, 1, RULE, f"room {room} is not declared: add its line to {LAW}"))
            continue
        for dep in words_after("DEPS", call[2]):
            other = targets.get(dep)
            allows = law.allows_test if is_testing(room) else law.allows
            if other and law.entry_name(other) and not allows(room, other):
                findings.append(Finding(shown, 1, RULE, f"{room} may not depend on {other} ({LAW})"))
    return findings


def words_after(keyword, arguments):
    """The words between `keyword` and the next keyword (upper case) of a CMake call."""
    words = []
    taking = False
    for word in arguments.split():
        if re.fullmatch(r"[A-Z_]+", word):
            taking = word == keyword
        elif taking:
            words.append(word)
    return words


def check(root):
    law = Law(tomllib.loads((root / LAW).read_text())["rooms"])
    faults = [Finding(LAW, 1, RULE, fault) for fault in law.faults()]
    return faults or check_includes(root, law) + check_cmake(root, law)


if __name__ == "__main__":
    sys.exit(report(check(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT), "layers"))
