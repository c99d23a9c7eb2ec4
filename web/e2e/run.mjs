// Runs the browser tests one after the other; the last line counts them, as ./dev test wants it. Arguments choose files by name.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((word) => name.includes(word))))
  .sort()
  .map((name) => join(folder, name));

const counts = { passed: 0, failed: 0, skipped: 0 };
const tests = run({ files, concurrency: 1 });
// A file is a test around its tests; only the latter count, or the file where it broke outside of them.
tests.on("test:pass", ({ nesting, name, skip }) => {
  if (nesting > 0 || name.endsWith(".ts")) return;
  counts[skip === undefined ? "passed" : "skipped"] += 1;
});
tests.on("test:fail", () => (counts.failed += 1));
tests.compose(spec).pipe(process.stdout);
tests.once("end", () => {
  if (files.length === 0) counts.failed = 1;
  process.stdout.write("", () => console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`));
  process.exitCode = counts.failed ? 1 : 0;
});
