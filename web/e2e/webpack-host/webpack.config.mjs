// Another team's host, built by another tool: it knows the ledger explorer only by its manifest and the contract of `Host`.
import { ModuleFederationPlugin } from "@module-federation/enhanced/webpack";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shared } from "../../scripts/shared.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const web = join(folder, "../..");

export function configure(output) {
  return {
    mode: "production",
    context: folder,
    entry: "./main.js",
    output: { path: output, publicPath: "/other-host/", clean: true },
    resolve: { modules: ["node_modules", join(web, "node_modules")] },
    performance: { hints: false },
    plugins: [new ModuleFederationPlugin({ name: "other_host", remotes: { ledger: "ledger@/console/remotes/ledger/mf-manifest.json" }, shared, dts: false })],
  };
}
