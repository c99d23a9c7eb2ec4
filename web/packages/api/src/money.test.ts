import { describe, expect, it } from "vitest";
import { currencyDigits, currencyUnit, formatAmount, formatMoney, ledgerUnit, parseAmount, toDecimal } from "./money";

const usd = currencyUnit("USD");

describe("digits", () => {
  it("follows ISO 4217, not the CLDR", () => {
    expect(currencyDigits("USD")).toBe(2);
    expect(currencyDigits("JPY")).toBe(0);
    expect(currencyDigits("BHD")).toBe(3);
    // Intl would say 0 for these, and a hundredth would be lost.
    expect(currencyDigits("AFN")).toBe(2);
    expect(currencyDigits("HUF")).toBe(2);
  });

  it("reads a ledger's own scale", () => {
    expect(ledgerUnit("USD/2")).toEqual({ code: "USD", digits: 2 });
    expect(ledgerUnit("POINTS/0")).toEqual({ code: "POINTS", digits: 0 });
    expect(ledgerUnit("BTC/8").digits).toBe(8);
    expect(ledgerUnit("odd").digits).toBe(0);
  });
});

describe("formatting", () => {
  it("shows small and large amounts exactly", () => {
    expect(formatAmount(0n, usd, "en")).toBe("0.00");
    expect(formatAmount(5n, usd, "en")).toBe("0.05");
    expect(formatAmount(123456n, usd, "en")).toBe("1,234.56");
    expect(formatAmount(7351n, currencyUnit("JPY"), "en")).toBe("7,351");
    expect(formatAmount(1n, currencyUnit("BHD"), "en")).toBe("0.001");
  });

  it("keeps every digit beyond what a number holds", () => {
    expect(formatAmount(9007199254740993n, usd, "en")).toBe("90,071,992,547,409.93");
    // The largest sum of a ledger account: 128 bits.
    expect(formatAmount("340282366920938463463374607431768211455", usd, "en")).toBe("3,402,823,669,209,384,634,633,746,074,317,682,114.55");
  });

  it("has a real minus, and the reader's marks", () => {
    expect(formatAmount(-123456n, usd, "en")).toBe("\u22121,234.56");
    expect(formatAmount(123456n, usd, "de")).toBe("1.234,56");
    expect(formatMoney(1n, usd, "en")).toBe("0.01\u00a0USD");
  });

  it("writes decimals by hand", () => {
    expect(toDecimal(-5n, 2)).toBe("-0.05");
    expect(toDecimal(12n, 0)).toBe("12");
  });
});

describe("reading what was typed", () => {
  const read = (text: string, unit = usd, locale = "en") => {
    const parsed = parseAmount(text, unit, locale);
    return parsed.ok ? parsed.minor : parsed.why;
  };

  it("takes what people write", () => {
    expect(read("12")).toBe(1200n);
    expect(read("12.5")).toBe(1250n);
    expect(read(" 1,234.56 ")).toBe(123456n);
    expect(read(".5")).toBe(50n);
    expect(read("1.234,56", usd, "de")).toBe(123456n);
    expect(read("1 234,56", usd, "fr")).toBe(123456n);
    expect(read("90071992547409.93")).toBe(9007199254740993n);
  });

  it("refuses what could be read in two ways, or is no amount", () => {
    for (const text of ["", "abc", "1.2.3", "1,2,3", "12,34", "-5", "1e3", "."]) expect(typeof read(text), text).toBe("string");
  });

  it("refuses decimals that the currency does not have", () => {
    expect(read("12.345")).toContain("at most 2 decimals");
    expect(read("12.5", currencyUnit("JPY"))).toContain("no decimals");
    expect(read("1.234", currencyUnit("BHD"))).toBe(1234n);
  });

  it("reads back what it writes", () => {
    for (const minor of [1n, 99n, 100n, 123456789n]) {
      for (const locale of ["en", "de", "fr", "en-IN", "de-CH"]) expect(read(formatAmount(minor, usd, locale), usd, locale), `${minor} in ${locale}`).toBe(minor);
    }
  });
});
