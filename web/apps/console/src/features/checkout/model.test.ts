import { create } from "@bufbuild/protobuf";
import { CheckoutSessionSchema, CheckoutSessionStatus, CheckoutTermsSchema, PaymentLinkSchema, PaymentLinkStatus } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import { describe, expect, it } from "vitest";
import { aboutOf, billOf, linkState, sessionState, sessionStatuses, statusOfFilter, whyNotCancel, whyNotSwitch } from "./model";

const all = () => true;
const none = () => false;
const numbers = (enumeration: object) => Object.values(enumeration).filter((value): value is number => typeof value === "number");

describe("states in words", () => {
  it("has a word for every state of the contract, and survives a newer server's", () => {
    for (const status of numbers(CheckoutSessionStatus)) expect(sessionState(status).word).not.toBe("");
    for (const status of numbers(PaymentLinkStatus)) expect(linkState(status).word).not.toBe("");
    expect(sessionState(99 as CheckoutSessionStatus).word).toBe("Unknown");
    expect(sessionStatuses).toHaveLength(numbers(CheckoutSessionStatus).length);
  });

  it("reads the filter of the address, and takes nonsense for all", () => {
    expect(statusOfFilter("completed")).toBe(CheckoutSessionStatus.COMPLETED);
    expect(statusOfFilter("nonsense")).toBe(CheckoutSessionStatus.UNSPECIFIED);
  });
});

describe("what may be done", () => {
  it("lets an open session be canceled by whom may, and says why not otherwise", () => {
    const session = (status: CheckoutSessionStatus) => create(CheckoutSessionSchema, { status });
    expect(whyNotCancel(session(CheckoutSessionStatus.OPEN), all)).toBeUndefined();
    expect(whyNotCancel(session(CheckoutSessionStatus.OPEN), none)).toMatch(/checkout\.write/);
    expect(whyNotCancel(session(CheckoutSessionStatus.COMPLETED), all)).toBe("It is not open any more: paid.");
  });

  it("switches links that are neither paid nor over", () => {
    const link = (status: PaymentLinkStatus) => create(PaymentLinkSchema, { status });
    for (const status of [PaymentLinkStatus.ACTIVE, PaymentLinkStatus.INACTIVE]) expect(whyNotSwitch(link(status), all)).toBeUndefined();
    expect(whyNotSwitch(link(PaymentLinkStatus.USED), all)).toMatch(/one payment/);
    expect(whyNotSwitch(link(PaymentLinkStatus.EXPIRED), all)).toMatch(/ran out/);
  });
});

it("makes a bill of the terms, beyond what a number can hold", () => {
  const terms = create(CheckoutTermsSchema, { lineItems: [{ name: "Gold", quantity: 3n, unitAmountMinor: 9_007_199_254_740_993n }, { name: "Box", quantity: 1n }] });
  expect(billOf(terms.lineItems).map(({ costMinor }) => costMinor)).toEqual([27_021_597_764_222_979n, 0n]);
  expect(aboutOf(terms)).toBe("Gold and 1 more");
  expect(aboutOf(create(CheckoutTermsSchema, { description: "Spring sale" }))).toBe("Spring sale");
});
