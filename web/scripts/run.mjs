// What the other scripts share: running a program of this workspace, and saying how it went.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const web = join(dirname(fileURLToPath(import.meta.url)), "..");

// Programs of this workspace come first, and scripts among them run on this very Node.
const path = [join(web, "node_modules/.bin"), dirname(process.execPath), process.env.PATH].join(delimiter);

// Ends this process with the program's status if that is not 0.
export function run(program, args, options = {}) {
  const done = spawnSync(program, args, { cwd: web, stdio: "inherit", ...options, env: { ...process.env, PATH: path, ...options.env } });
  if (done.error) console.error(`${program}: ${done.error.message}`);
  if (done.status !== 0) process.exit(done.status ?? 1);
  return done;
}
