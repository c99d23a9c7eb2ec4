"""Runs every unit test program of a build folder through ctest and counts test cases, not programs.

usage: run_unit.py BUILD_DIR OUT_DIR JOBS [ctest arguments]

GoogleTest writes one JSON report per program; ctest says whether the program ended well. A program that died, or is missing,
counts as one failure beside the cases it reported.
"""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def run_ctest(build, out, jobs, arguments):
    """Runs ctest and returns {test name: "run" | "fail" | "notrun" | "disabled"}."""
    junit = out / "ctest.xml"
    command = ["ctest", "--test-dir", str(build), "--output-junit", str(junit.absolute()), "--output-on-failure"]
    command += ["--no-tests=ignore", "-j", str(jobs), *arguments]
    env = dict(os.environ, GTEST_OUTPUT=f"json:{out.absolute()}/", GTEST_COLOR="no")
    subprocess.run(command, env=env, check=False)
    if not junit.exists():
        return {}
    return {case.get("name"): case.get("status") for case in xml.parse(junit).iter("testcase")}


def programs(build):
    """{test name: file name of its program}."""
    listing = subprocess.run(
        ["ctest", "--test-dir", str(build), "--show-only=json-v1"], capture_output=True, text=True, check=True
    )
    tests = json.loads(listing.stdout)["tests"]
    return {test["name"]: Path(test["command"][0]).name for test in tests if test.get("command")}


def count_report(report):
    """(passed, failed, [(case, why skipped)]) of one GoogleTest JSON report."""
    passed = failed = 0
    skipped = []
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            name = f"{suite['name']}.{case['name']}"
            if case.get("failures"):
                failed += 1
            elif case["result"] == "SKIPPED":
                why = case.get("skipped", [{}])[0].get("message", "").strip().splitlines()
                skipped.append((name, why[-1] if why else "no reason given"))
            elif case["status"] == "NOTRUN":
                skipped.append((name, "disabled"))
            else:
                passed += 1
    return passed, failed, skipped


def main():
    build, out, jobs, *arguments = sys.argv[1:]
    build, out = Path(build), Path(out)
    passed = failed = skipped = 0
    known = programs(build)
    for name, status in sorted(run_ctest(build, out, jobs, arguments).items()):
        report = out / f"{known.get(name, name)}.json"
        counted = (0, 0, [])
        if report.exists() and report.stat().st_size:
            counted = count_report(json.loads(report.read_text()))
            passed += counted[0]
            failed += counted[1]
            skipped += len(counted[2])
            for case, why in counted[2]:
                print(f"SKIP {case}: {why}")
        elif status == "run":
            passed += 1
        if status != "run" and counted[1] == 0:
            print(f"{name}: the test program ended badly ({status})")
            failed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
