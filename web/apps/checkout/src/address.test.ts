import { describe, expect, it } from "vitest";
import { appAddress, placeOf, webAddress } from "./address";

describe("the page's address", () => {
  it("holds a session, a link or nothing", () => {
    expect(placeOf({ hash: "#s_abc", search: "" })).toEqual({ session: "s_abc", returned: false });
    expect(placeOf({ hash: "#l_abc", search: "" })).toEqual({ link: "l_abc", returned: false });
    for (const hash of ["", "#", "#s_", "#x_abc", "#s_a/b", `#s_${"a".repeat(63)}`]) expect(placeOf({ hash, search: "" })).toEqual({ returned: false });
  });

  it("tells a shopper who comes back", () => {
    expect(placeOf({ hash: "#s_abc", search: "?payment_id=pay_1&status=succeeded" }).returned).toBe(true);
  });
});

it("follows the merchant's addresses only over the web", () => {
  expect(webAddress("https://shop.example/thanks?a=1#top", { checkout_session_id: "chk_1" })).toBe("https://shop.example/thanks?a=1&checkout_session_id=chk_1#top");
  for (const url of [undefined, "", "javascript:alert(1)", "data:text/html,x", "//shop.example", "shop"]) expect(webAddress(url)).toBeUndefined();
});

it("opens apps, and nothing that runs here", () => {
  expect(appAddress("upi://pay?pa=shop@bank&am=12.50")).toBe("upi://pay?pa=shop@bank&am=12.50");
  for (const url of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", ""]) expect(appAddress(url)).toBeUndefined();
});
