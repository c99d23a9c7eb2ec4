import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
    environment: "jsdom",
    env: { TZ: "UTC" },
    // Node reads a language from the machine; what the pages say must not hang on it.
    setupFiles: ["packages/testkit/src/setup.ts"],
    fileParallelism: false,
  },
});
