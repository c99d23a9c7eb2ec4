// All checks of the pages that need no browser, counted as ./dev test wants it: the last line is "N passed, N failed". The types and
// the lint are one case each, every unit test is one, and so is every size budget.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { run, web } from "./run.mjs";

const path = [join(web, "node_modules/.bin"), dirname(process.execPath), process.env.PATH].join(delimiter);
const counts = { passed: 0, failed: 0, skipped: 0 };
const wanted = process.argv.slice(2);

// Its output if it is wanted, shown where it failed.
function attempt(name, program, args, quiet = false) {
  if (wanted.length > 0 && !wanted.includes(name)) return undefined;
  console.log(`web: ${name}`);
  const done = spawnSync(program, args, { cwd: web, encoding: "utf8", maxBuffer: 1 << 26, env: { ...process.env, PATH: path, NO_COLOR: "1" } });
  if (!quiet || done.status !== 0) process.stdout.write(`${done.stdout}${done.stderr}`);
  return done;
}

function oneCase(done) {
  if (done) counts[done.status === 0 ? "passed" : "failed"] += 1;
}

run(process.execPath, ["scripts/generate.mjs"]);
oneCase(attempt("types", process.execPath, ["scripts/typecheck.mjs"]));
oneCase(attempt("lint", "eslint", ["."]));

const folder = mkdtempSync(join(tmpdir(), "florin-web-"));
const units = attempt("unit", "vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${join(folder, "unit.json")}`], true);
if (units) {
  try {
    const report = JSON.parse(readFileSync(join(folder, "unit.json"), "utf8"));
    counts.passed += report.numPassedTests;
    counts.failed += report.numFailedTests;
    // A file that breaks before its first test has none that fails.
    if (units.status !== 0 && report.numFailedTests === 0) counts.failed += 1;
  } catch {
    counts.failed += 1;
  }
}
rmSync(folder, { recursive: true });

const sizes = attempt("size", "size-limit", ["--json"], true);
if (sizes) {
  try {
    for (const { name, size, passed } of JSON.parse(sizes.stdout)) {
      console.log(`${passed ? " " : "X"} ${name.padEnd(34)} ${(size / 1000).toFixed(1).padStart(7)} kB`);
      counts[passed ? "passed" : "failed"] += 1;
    }
  } catch {
    counts.failed += 1;
  }
}

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed ? 1 : 0;
