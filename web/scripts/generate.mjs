// Generates packages/api/src/gen from ../proto by the Buf that ./dev setup brought (tools/node).
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const machine = { x64: "linux-x64", arm64: "linux-aarch64" }[process.arch];
const brought = join(web, "../tools/node/node_modules/@bufbuild", `buf-${machine}`, "bin/buf");
const buf = existsSync(brought) ? brought : "buf";

// The plugin is a Node script that looks for `node` on the PATH: this very one.
const path = dirname(process.execPath) + delimiter + process.env.PATH;
const done = spawnSync(buf, ["generate"], { cwd: web, stdio: "inherit", env: { ...process.env, PATH: path } });
if (done.error) {
  console.error(`generate: there is no ${buf} (${done.error.message}); ./dev setup brings it`);
  process.exit(1);
}
process.exit(done.status ?? 1);
