import { create } from "@bufbuild/protobuf";
import { AttentionReason, OperationKind, OperationStatus, PaymentStatus } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { FailureCode } from "@florin/api/gen/florin/common/v1/error_pb";
import { currencyUnit } from "@florin/api";
import { payment } from "@florin/testkit";
import { describe, expect, it } from "vitest";
import { actionWord, allowed, attemptState, attentionWord, failureWord, isMoving, methodWord, operationState, paymentStatuses, statusOf, waterfall } from "./model";
import { ActionSchema, AttemptStatus, PaymentMethodKind } from "@florin/api/gen/florin/payments/v1/payments_pb";

const all = () => true;
const numbers = (enumeration: object) => Object.values(enumeration).filter((value): value is number => typeof value === "number");
const refund = (amountMinor: bigint, status: OperationStatus) => ({ id: "ref_1", kind: OperationKind.REFUND, status, amountMinor });

describe("states in words", () => {
  it("has a word for every state of the contract", () => {
    for (const status of numbers(PaymentStatus)) expect(statusOf(payment({ status, refundedMinor: 0n })).word).not.toBe("");
    for (const status of numbers(AttemptStatus)) expect(attemptState(status).word).not.toBe("");
    for (const status of numbers(OperationStatus)) expect(operationState(status).word).not.toBe("");
    expect(paymentStatuses).toHaveLength(numbers(PaymentStatus).length - 1);
  });

  it("does not break on a state of a newer server", () => {
    expect(statusOf(payment({ status: 99 as PaymentStatus })).word).toBe("Unknown");
    expect(failureWord({ code: 99 } as never)).toBe("Other");
  });

  it("tells refunds and declines, which the status alone does not", () => {
    expect(statusOf(payment({ refundedMinor: 500n })).word).toBe("Partly refunded");
    expect(statusOf(payment({ refundedMinor: 2000n })).word).toBe("Refunded");
    expect(statusOf(payment({ status: PaymentStatus.REQUIRES_PAYMENT_METHOD, lastFailure: { code: FailureCode.EXPIRED_CARD } })).word).toBe("Declined");
    expect(failureWord({ code: FailureCode.INCORRECT_CVC } as never)).toBe("Incorrect CVC");
  });
});

describe("what may be done", () => {
  it("lets a paid payment be refunded up to what is left", () => {
    expect(allowed("refund", payment({ refundableMinor: 1500n }), all)).toEqual({ mostMinor: 1500n });
    expect(allowed("cancel", payment(), all).why).toBe("It is paid. Refund it instead.");
    expect(allowed("capture", payment(), all).why).toMatch(/captured or released/);
  });

  it("lets an authorized payment be captured or canceled", () => {
    const authorized = payment({ status: PaymentStatus.REQUIRES_CAPTURE, capturedMinor: 0n, refundableMinor: 0n, capturableMinor: 2000n });
    expect(allowed("capture", authorized, all)).toEqual({ mostMinor: 2000n });
    expect(allowed("cancel", authorized, all).why).toBeUndefined();
    expect(allowed("refund", authorized, all).why).toMatch(/Cancel it/);
  });

  it("does not cancel what is captured in part", () => {
    const part = payment({ status: PaymentStatus.REQUIRES_CAPTURE, capturedMinor: 500n, capturableMinor: 1500n });
    expect(allowed("cancel", part, all).why).toMatch(/A part is captured/);
  });

  it("says what is under way when nothing is left beside it", () => {
    const busy = payment({ refundableMinor: 0n, operations: [refund(2000n, OperationStatus.UNKNOWN)] });
    expect(allowed("refund", busy, all).why).toMatch(/20\.00.USD is under way/);
    expect(isMoving(busy)).toBe(true);
    expect(isMoving(payment())).toBe(false);
  });

  it("names the permission that is missing before anything else", () => {
    const viewer = (permission: string) => permission === "payments.read";
    expect(allowed("refund", payment(), viewer).why).toBe("Your role lacks the permission refunds.write.");
    expect(allowed("capture", payment(), viewer).why).toBe("Your role lacks the permission payments.write.");
  });

  it("has a reason for every status in which nothing can be done", () => {
    for (const status of numbers(PaymentStatus)) {
      const bare = payment({ status, authorizedMinor: 0n, capturedMinor: 0n, refundableMinor: 0n });
      expect(allowed("capture", bare, all).why, PaymentStatus[status]).toBeTruthy();
      expect(allowed("refund", bare, all).why, PaymentStatus[status]).toBeTruthy();
    }
  });
});

describe("the waterfall", () => {
  it("hangs what was given back below what was captured", () => {
    const steps = waterfall(payment({ refundedMinor: 500n }));
    expect(steps.map(({ key, from, width }) => [key, from, width])).toEqual([
      ["amount", 0, 1000],
      ["authorized", 0, 1000],
      ["captured", 0, 1000],
      ["refunded", 750, 250],
      ["kept", 0, 750],
    ]);
  });

  it("tells what is under way beside what is done", () => {
    const steps = waterfall(payment({ operations: [refund(700n, OperationStatus.PENDING)] }));
    expect(steps.find(({ key }) => key === "refunded")?.note).toMatch(/7\.00.USD more under way/);
  });

  it("stays within its frame when more was refunded than captured, and when there is nothing at all", () => {
    for (const odd of [payment({ refundedMinor: 4000n }), payment({ amount: undefined, authorizedMinor: 0n, capturedMinor: 0n })]) {
      for (const step of waterfall(odd)) expect(step.from).toBeGreaterThanOrEqual(0);
    }
  });
});

it("tells what needs attention, with the amount", () => {
  const word = (reason: AttentionReason) => attentionWord({ reason, amountMinor: 1250n } as never, currencyUnit("USD"));
  expect(word(AttentionReason.SURPLUS_NOT_RETURNED)).toMatch(/^12\.50.USD that must not be kept/);
  expect(word(AttentionReason.OVER_REFUNDED)).toMatch(/more was refunded/);
  expect(word(99 as AttentionReason)).toMatch(/needs a person/);
});

describe("methods and what they ask for", () => {
  it("names every kind of method, and a card by its brand and last digits", () => {
    const word = (paymentMethod: object) => methodWord(payment({ paymentMethod }));
    for (const kind of numbers(PaymentMethodKind).filter((one) => one !== PaymentMethodKind.UNSPECIFIED)) expect(word({ kind })).not.toBe("");
    expect(word({ kind: PaymentMethodKind.CARD, card: { brand: "visa", lastFour: "4242" } })).toBe("Visa •••• 4242");
    expect(word({})).toBe("");
  });

  it("says what the shopper has to do", () => {
    const word = (action: Parameters<typeof create<typeof ActionSchema>>[1], kind = PaymentMethodKind.CARD) => actionWord(create(ActionSchema, action), kind);
    expect(word({ bankTransfer: { reference: "SB1" } })).toMatch(/from their bank/);
    expect(word({ appUrl: "upi://pay" })).toMatch(/payment app/);
    expect(word({ redirectUrl: "https://w" }, PaymentMethodKind.WALLET)).toMatch(/wallet's page/);
    expect(word({ redirectUrl: "https://b" })).toMatch(/challenge/);
  });
});
