"""Programs from other hands that are built by Go from their pinned releases, once, into build/tools."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(os.environ.get("FLORIN_ROOT", Path(__file__).resolve().parents[2]))
FOLDER = ROOT / "build/tools"
GO_NEEDED = (1, 24)


class Unavailable(Exception):
    """Why a program cannot be had on this machine."""


def go_version():
    """The version of the Go on this machine as (major, minor), or None."""
    if shutil.which("go") is None:
        return None
    text = subprocess.run(["go", "version"], capture_output=True, text=True).stdout
    found = re.search(r"go(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def program(package, version, module=None):
    """The path of a program, which is built where that has not been done: with what its own go.mod names, or with that of the folder
    `module`, which pins the same version. Raises Unavailable."""
    name = package.rsplit("/", 1)[-1]
    path = FOLDER / f"{name}-{version}"
    if path.exists():
        return path
    have, needed = go_version(), ".".join(map(str, GO_NEEDED))
    if have is None or have < GO_NEEDED:
        found = "there is none" if have is None else "it is {}.{}".format(*have)
        raise Unavailable(f"{name} is built by Go {needed} or later, and on this machine {found}")
    made = FOLDER / "go" / name
    made.parent.mkdir(parents=True, exist_ok=True)
    print(f"building {package}@{version}", flush=True)
    if module is None:
        command = ["go", "install", f"{package}@{version}"]
    else:
        command = ["go", "build", "-C", str(module), "-o", str(made), package]
    if subprocess.run(command, env=os.environ | {"GOBIN": str(made.parent)}).returncode != 0:
        raise Unavailable(f"{' '.join(command)} failed; is the network there?")
    made.rename(path)
    return path
