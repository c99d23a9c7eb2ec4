// Types of every app and of the tests.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run, web } from "./run.mjs";

if (!existsSync(join(web, "packages/api/src/gen"))) run(process.execPath, ["scripts/generate.mjs"]);
for (const app of readdirSync(join(web, "apps"))) {
  if (existsSync(join(web, "apps", app, "tsconfig.json"))) run("vue-tsc", ["--noEmit", "--project", `apps/${app}`]);
}
run("tsc", ["--noEmit", "--project", "e2e"]);
