// One command from contracts to web/dist: generates the clients, builds every app that has a build script, and lays .gz and .br
// beside what shrinks. `dist/<app>` is what the server serves under `/<app>/`. Arguments name the apps to build; the rest of
// web/dist stays as it is then.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { run, web } from "./run.mjs";

const dist = join(web, "dist");
// A remote stands inside its host's folder, so the host is built before it: it empties that folder.
const order = ["console", "ledger"];

function apps() {
  const found = readdirSync(join(web, "apps")).filter((name) => {
    const file = join(web, "apps", name, "package.json");
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).scripts?.build;
  });
  return [...order.filter((name) => found.includes(name)), ...found.filter((name) => !order.includes(name)).sort()];
}

const shrinks = new Set([".js", ".css", ".html", ".svg", ".json"]);
const leastBytes = 512;

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

// The build's own notes are not served; the size budgets read them from web/.size.
function takeNotes() {
  const notes = join(web, ".size");
  mkdirSync(notes, { recursive: true });
  for (const path of [...files(dist)]) {
    if (path.endsWith("mf-stats.json")) rmSync(path);
    if (!path.endsWith(join(".vite", "manifest.json"))) continue;
    const folder = join(path, "../..");
    renameSync(path, join(notes, `${basename(folder)}.json`));
    rmSync(join(folder, ".vite"), { recursive: true });
  }
}

function compress() {
  let count = 0;
  for (const path of [...files(dist)]) {
    if (!shrinks.has(extname(path))) continue;
    const bytes = readFileSync(path);
    if (bytes.length < leastBytes) continue;
    const gzip = gzipSync(bytes, { level: 9 });
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    if (gzip.length < bytes.length) writeFileSync(`${path}.gz`, gzip);
    if (brotli.length < bytes.length) writeFileSync(`${path}.br`, brotli);
    count += 1;
  }
  return count;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !apps().includes(name));
if (unknown.length > 0) {
  console.error(`build: there is no app ${unknown.join(", ")}; there are ${apps().join(", ")}`);
  process.exit(2);
}

if (wanted.length === 0) rmSync(dist, { recursive: true, force: true });
run(process.execPath, ["scripts/generate.mjs"]);
for (const app of apps().filter((name) => wanted.length === 0 || wanted.includes(name))) {
  console.log(`build: ${app}`);
  run("npm", ["run", "--silent", "build", `--workspace=apps/${app}`, "--", "--logLevel", "warn"]);
}
takeNotes();
console.log(`build: ${compress()} files compressed into web/dist`);
