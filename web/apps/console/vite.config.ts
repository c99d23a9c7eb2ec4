import { federation } from "@module-federation/vite";
import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { shared } from "../../scripts/shared.mjs";

// Where the ledger explorer stands beside the console: the same origin, so the same policy.
const remotes = { ledger: { type: "module", name: "ledger", entry: "/console/remotes/ledger/remoteEntry.js" } };

export default defineConfig({
  base: "/console/",
  plugins: [vue(), tailwindcss(), federation({ name: "console", remotes, shared, dts: false })],
  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    // Which file needs which: the size budgets follow it.
    manifest: true,
    target: "es2023",
    cssTarget: ["chrome125", "firefox125", "safari17.5"],
    // A picture in the style sheet would need `data:` in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 15173, strictPort: true },
});
