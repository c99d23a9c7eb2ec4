import tailwindcss from "@tailwindcss/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/checkout/",
  // Tailwind only for the tokens that it reads; no class of its own is used here.
  plugins: [vue(), tailwindcss()],
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
  build: {
    outDir: "../../dist/checkout",
    emptyOutDir: true,
    // Which file needs which: the size budgets follow it.
    manifest: true,
    target: "es2023",
    cssTarget: ["chrome125", "firefox125", "safari17.5"],
    // A picture in the style sheet would need `data:` in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 15174, strictPort: true },
});
