import { PaymentLinkUse } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import { describe, expect, it } from "vitest";
import { billOfDraft, emptyDraft, emptyItem, errorsOf, itemField, toRequest, totalOf, type LinkDraft } from "./form";

const item = (name: string, quantity: string, price: string) => ({ ...emptyItem(), name, quantity, price });
const draft = (changes: Partial<LinkDraft> = {}): LinkDraft => ({ ...emptyDraft(), items: [item("Tea", "2", "14.50"), item("Cup", "1", "19.90")], ...changes });

describe("the form of a link", () => {
  it("becomes minor units, exactly, in the digits of the currency", () => {
    const units = (currency: string, price: string) => toRequest(draft({ currency, items: [item("Tea", "1", price)] })).terms?.lineItems?.[0]?.unitAmountMinor;
    expect(units("eur", "0.29")).toBe(29n);
    expect(units("KWD", "1.005")).toBe(1005n);
    expect(units("JPY", "1,500")).toBe(1500n);
    expect(units("USD", "9,007,199,254,740.93")).toBe(900_719_925_474_093n);
  });

  it("adds up while one types, and counts what cannot be read as nothing", () => {
    expect(totalOf(billOfDraft(draft()))).toBe(4890n);
    expect(totalOf(billOfDraft(draft({ items: [item("Tea", "2", "14.50"), item("Cup", "", "abc")] })))).toBe(2900n);
  });

  it("says what is wrong at the field, in the names of the contract", () => {
    const errors = errorsOf(draft({ currency: "E", items: [item(" ", "0", "1.234"), item("Cup", "1", "")] }));
    expect(errors["terms.currency"]).toMatch(/three letters/);
    expect(errors[itemField(0, "name")]).toBe("Say what it is.");
    expect(errors["terms.line_items[0].quantity"]).toMatch(/whole number/);
    expect(errors[itemField(1, "unit_amount_minor")]).toBe("Give an amount.");
    expect(errorsOf(draft({ items: [item("Tea", "1", "1.234")] }))[itemField(0, "unit_amount_minor")]).toBe("EUR has at most 2 decimals.");
  });

  it("refuses a bill of nothing, and one beyond what a payment can be", () => {
    expect(errorsOf(draft({ items: [item("Gift", "3", "0")] }))["terms.line_items"]).toMatch(/more than nothing/);
    expect(errorsOf(draft({ items: [item("Gold", "1000000", "9000000000")] }))["terms.line_items"]).toMatch(/more than one payment/);
    expect(errorsOf(draft({ items: [item("Gift", "1", "0"), item("Tea", "1", "1")] }))).toEqual({});
  });

  it("sends a lifetime only if there is an end", () => {
    expect(toRequest(draft()).lifetime).toBeUndefined();
    const request = toRequest(draft({ lifetime: "86400", use: "single", description: " Spring ", currency: " eur " }));
    expect(request).toMatchObject({ lifetime: { seconds: 86400n }, use: PaymentLinkUse.SINGLE, terms: { description: "Spring", currency: "EUR" } });
  });
});
