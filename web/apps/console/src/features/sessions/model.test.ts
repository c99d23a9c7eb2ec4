import { expect, it } from "vitest";
import { browserName, passwordFault } from "./model";

it("counts characters of a password, not bytes", () => {
  expect(passwordFault("elevenchars")).toMatch(/these are 11/);
  expect(passwordFault("twelve chars")).toBeUndefined();
  expect(passwordFault("🔑".repeat(12))).toBeUndefined();
  expect(passwordFault("🔑".repeat(11))).toMatch(/these are 11/);
});

it("names browsers", () => {
  expect(browserName("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36")).toBe("Chrome 156 on Linux");
  expect(browserName("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe("Firefox 140 on macOS");
  expect(browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Mobile Safari/604.1")).toBe("Safari 19 on iOS");
  expect(browserName("curl/8.1")).toBe("curl 8");
  expect(browserName("")).toBe("Unknown browser");
});
