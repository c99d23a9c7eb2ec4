import { describe, expect, it } from "vitest";
import { cardName, durationMs, formatAccount, formatLocale, formatMoney, formatTimeLeft, plainAmount } from "./format";
import { skewMs } from "./useClock";

describe("money", () => {
  it("is exact at any size and has its currency's digits", () => {
    expect(formatMoney("1250", "USD", "en-US")).toBe("$12.50");
    expect(formatMoney("900719925474099301", "USD", "en-US")).toBe("$9,007,199,254,740,993.01");
    expect(formatMoney("1250", "JPY", "en-US")).toBe("¥1,250");
    expect(formatMoney("1250", "BHD", "en-US")).toBe("BHD\u00a01.250");
    expect(formatMoney("123456", "EUR", "de")).toBe("1.234,56\u00a0€");
    expect(formatMoney("12345678", "INR", "hi")).toBe("₹1,23,456.78");
  });
});

describe("time", () => {
  it("is counted in the reader's digits", () => {
    expect(formatTimeLeft(245_000, "en")).toBe("4:05");
    expect(formatTimeLeft(3_723_000, "en")).toBe("1:02:03");
    expect(formatTimeLeft(-5, "en")).toBe("0:00");
    expect(formatTimeLeft(65_000, "ar-EG")).toBe("١:٠٥");
  });

  it("is read from durations as JSON has them", () => {
    expect(["1.5s", "86400s", "0s", "", undefined, "x"].map(durationMs)).toEqual([1500, 86_400_000, 0, undefined, undefined, undefined]);
  });

  it("goes by the server's clock", () => {
    const told = Date.parse("2026-01-01T00:00:00Z");
    expect(skewMs({ expireTime: "2026-01-01T00:20:00Z", expiresIn: "600s" }, told)).toBe(600_000);
    expect(skewMs({ expireTime: "2026-01-01T00:20:00Z", expiresIn: "0s" }, told)).toBe(0);
  });
});

it("takes the browser's kind of a language", () => {
  expect(formatLocale("en", ["de-AT", "en-GB"])).toBe("en-GB");
  expect(formatLocale("hi", ["de-AT"])).toBe("hi");
});

it("shows account numbers for people, and amounts for forms", () => {
  expect(formatAccount("DE52000000000012345678")).toBe("DE52 0000 0000 0012 3456 78");
  expect(formatAccount("00000012345678")).toBe("00000012345678");
  expect([plainAmount("1250", "EUR"), plainAmount("1250", "JPY"), plainAmount("5", "BHD")]).toEqual(["12.50", "1250", "0.005"]);
});

it("names a card by brand and last four", () => {
  expect(cardName("visa", "4242")).toBe("Visa ••••\u00a04242");
  expect(cardName("new_brand", "4242")).toBe("••••\u00a04242");
  expect(cardName(undefined, undefined)).toBe("");
});
