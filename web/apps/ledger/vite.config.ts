import { federation } from "@module-federation/vite";
import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { shared } from "../../scripts/shared.mjs";

export default defineConfig({
  base: "/console/remotes/ledger/",
  plugins: [
    vue(),
    tailwindcss(),
    federation({
      name: "ledger",
      filename: "remoteEntry.js",
      // The same for hosts that load remotes by script: a Webpack host of another team.
      varFilename: "remoteEntry.var.js",
      manifest: true,
      exposes: { "./routes": "./src/routes.ts" },
      shared,
      dts: false,
    }),
  ],
  build: {
    outDir: "../../dist/console/remotes/ledger",
    emptyOutDir: true,
    // Which file needs which: the size budgets follow it.
    manifest: true,
    target: "es2023",
    cssTarget: ["chrome125", "firefox125", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
