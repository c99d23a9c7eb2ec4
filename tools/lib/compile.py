"""The compile database, what a file depends on, and a memory of what was already checked."""

import hashlib
import json
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from lib.source import ROOT, includes

COMPILER = "clang++-19"


class Database:
    """compile_commands.json of a build folder."""

    def __init__(self, build, root=ROOT):
        self.build = Path(build).resolve()
        self.root = root
        entries = json.loads((self.build / "compile_commands.json").read_text())
        self.arguments = {}
        for entry in entries:
            path = (Path(entry["directory"]) / entry["file"]).resolve()
            self.arguments[path] = without_launcher(shlex.split(entry["command"]))

    def search_path(self):
        """Folders that quoted and generated headers are found in, ours only."""
        found = {self.root / "src"}
        for arguments in self.arguments.values():
            for folder in folders_of(arguments):
                if str(folder).startswith(str(self.build)):
                    found.add(folder)
        return sorted(found)

    def header_flags(self):
        """Flags under which every header must compile alone: what all files agree on, and every include folder and macro."""
        flags = ["-std=c++23", f"-I{self.root / 'src'}"]
        seen = set(flags)
        for arguments in self.arguments.values():
            for index, argument in enumerate(arguments):
                group = None
                if argument.startswith(("-D", "-W")) and not argument.startswith("-Wno-error"):
                    group = [argument]
                elif argument.startswith("-I"):
                    group = [argument]
                elif argument == "-isystem":
                    group = [argument, arguments[index + 1]]
                if group and tuple(group) not in seen and "pch" not in argument:
                    seen.add(tuple(group))
                    flags += group
        return flags


def without_launcher(arguments):
    """Drops what stands before the compiler (env, variables, ccache)."""
    for index, argument in enumerate(arguments):
        if "clang" in Path(argument).name and "=" not in argument:
            return arguments[index:]
    return arguments


def folders_of(arguments):
    found = []
    for index, argument in enumerate(arguments):
        if argument.startswith("-I") and len(argument) > 2:
            found.append(Path(argument[2:]))
        elif argument == "-isystem":
            found.append(Path(arguments[index + 1]))
    return found


class Fingerprints:
    """Hash of a file and of everything of ours that it includes, so that an unchanged file need not be checked again."""

    def __init__(self, search_path):
        self.search_path = search_path
        self.contents = lru_cache(maxsize=None)(self._contents)

    def _contents(self, path):
        """(hash of the file, [files of ours it includes directly])."""
        text = path.read_text(errors="replace")
        found = []
        for _, name, _ in includes(text):
            for folder in (path.parent, *self.search_path):
                if (folder / name).is_file():
                    found.append((folder / name).resolve())
                    break
        return hashlib.sha256(text.encode()).hexdigest(), found

    def of(self, path):
        """One hash over the file and, in a fixed order, all it reaches."""
        reached = set()
        pending = [path.resolve()]
        while pending:
            current = pending.pop()
            if current not in reached:
                reached.add(current)
                pending += self.contents(current)[1]
        digest = hashlib.sha256()
        for current in sorted(reached):
            digest.update(f"{current}\0{self.contents(current)[0]}\0".encode())
        return digest.hexdigest()


class Memory:
    """What passed before: one empty file per key below .cache/checked. A failure is never remembered."""

    def __init__(self, name, root=ROOT):
        self.folder = root / ".cache" / "checked" / name
        self.folder.mkdir(parents=True, exist_ok=True)

    def knows(self, key):
        return (self.folder / key).exists()

    def learn(self, key):
        (self.folder / key).touch()


@lru_cache(maxsize=None)
def version(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def key_of(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def run_all(commands, jobs):
    """Runs [(label, argument list)] on `jobs` threads; yields (label, exit status, output) in order, each as soon as it is known."""

    def run(item):
        done = subprocess.run(item[1], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return item[0], done.returncode, done.stdout

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(run, commands)
