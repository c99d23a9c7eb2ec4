import json
import subprocess
import sys
from pathlib import Path

from lib import compile as compiling
from tree import TreeTest

TOOLS = Path(__file__).resolve().parents[1]


class FingerprintTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("src/a/a.h", '#include "b/b.h"\n')
        self.write("src/b/b.h", "int b;\n")
        self.write("src/c/c.h", "int c;\n")

    def fingerprint(self):
        return compiling.Fingerprints([self.root / "src"]).of(self.root / "src/a/a.h")

    def test_it_is_the_same_for_the_same_text(self):
        self.assertEqual(self.fingerprint(), self.fingerprint())

    def test_it_changes_with_what_the_file_includes(self):
        before = self.fingerprint()
        self.write("src/b/b.h", "long b;\n")
        self.assertNotEqual(before, self.fingerprint())

    def test_it_does_not_change_with_another_file(self):
        before = self.fingerprint()
        self.write("src/c/c.h", "long c;\n")
        self.assertEqual(before, self.fingerprint())


class DatabaseTest(TreeTest):
    def test_the_launcher_is_not_part_of_the_command(self):
        command = "env CCACHE_SLOPPINESS=x /usr/bin/ccache /usr/bin/clang++-19 -I/x -c a.cc"
        self.assertEqual("/usr/bin/clang++-19", compiling.without_launcher(command.split())[0])

    def test_header_flags_hold_every_folder_and_no_precompiled_header(self):
        self.write("src/a/a.cc", "")
        command = f"clang++-19 -I{self.root}/src -isystem {self.root}/build/gen -DX=1 -Wall -O2 -Xclang -include-pch -Xclang x.pch -c a.cc"
        entry = {"directory": str(self.root / "build"), "file": str(self.root / "src/a/a.cc"), "command": command}
        self.write("build/compile_commands.json", json.dumps([entry]))
        database = compiling.Database(self.root / "build", self.root)
        flags = database.header_flags()
        for flag in ("-DX=1", "-Wall", f"{self.root}/build/gen"):
            self.assertIn(flag, flags)
        self.assertFalse([flag for flag in flags if "pch" in flag])


class HeaderTest(TreeTest):
    """Runs the checker itself on a tree of its own."""

    def check(self):
        script = self.root / "tools/check_headers.py"
        self.write("tools/check_headers.py", (TOOLS / "check_headers.py").read_text())
        for name in ("compile", "source"):
            self.write(f"tools/lib/{name}.py", (TOOLS / f"lib/{name}.py").read_text())
        self.write("build/compile_commands.json", "[]")
        command = [sys.executable, str(script), str(self.root / "build"), "1"]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_a_header_that_needs_another_first_is_refused(self):
        self.write("src/a/a.h", "inline std::size_t size() { return 1; }\n")
        done = self.check()
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn("src/a/a.h:1: [headers] does not compile alone", done.stdout)

    def test_a_header_that_passed_is_not_compiled_again(self):
        self.write("src/a/a.h", "#pragma once\ninline int one() { return 1; }\n")
        self.assertIn("1 compiled alone, 0 failed", self.check().stdout)
        self.assertIn("0 compiled alone, 0 failed", self.check().stdout)
