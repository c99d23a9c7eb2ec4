import { describe, expect, it } from "vitest";
import { challenged, checkout, declined, paid, processing } from "./fakes";
import { declineOf, endOf, isOffline, judge, markOf, next, noticeOf, offeredKinds, stageOf, start, type State } from "./model";
import type { Checkout } from "./contract";

const at = (told: Checkout, more: Partial<State> = {}): State => ({ ...next(next(start(false, true), { type: "told", checkout: told }), { type: "doing", what: "nothing" }), ...more });
const ended = (status: NonNullable<Checkout["status"]>) => stageOf(at(checkout(undefined, { status })));

describe("the face follows from what the server told", () => {
  it("begins closed, and says so where it cannot open", () => {
    expect(stageOf(start(false, true))).toBe("opening");
    expect(stageOf(next(start(false, true), { type: "noticed", notice: { kind: "offline" } }))).toBe("unopened");
    expect(stageOf(next(start(false, true), { type: "ended", end: "no_secret" }))).toBe("nowhere");
  });

  it("has one for every state of a session and of its payment", () => {
    expect(stageOf(at(checkout()))).toBe("choose");
    expect(stageOf(at(checkout(declined)))).toBe("choose");
    expect(stageOf(at(checkout(processing)))).toBe("waiting");
    expect(stageOf(at(checkout(challenged)))).toBe("action");
    expect(stageOf(at(paid))).toBe("paid");
    expect(ended("CHECKOUT_SESSION_STATUS_EXPIRED")).toBe("expired");
    expect(ended("CHECKOUT_SESSION_STATUS_CANCELED")).toBe("canceled");
    expect(ended("CHECKOUT_SESSION_STATUS_FAILED")).toBe("failed");
  });

  it("waits where the payment is decided and the session not yet", () => {
    for (const status of ["SUCCEEDED", "REQUIRES_CAPTURE", "FAILED", "CANCELED", "EXPIRED"] as const) {
      expect(stageOf(at(checkout({ ...processing, status: `PAYMENT_STATUS_${status}` })))).toBe("waiting");
    }
  });

  it("asks before it believes a shopper who comes back from a provider", () => {
    const back = at(checkout(challenged), { returned: true });
    expect(stageOf(back)).toBe("waiting");
    expect(stageOf(next(back, { type: "waited" }))).toBe("action");
  });
});

describe("choosing", () => {
  it("takes the first method, and keeps the shopper's as long as it is offered", () => {
    const first = at(checkout());
    expect(first.chosen).toBe("CARD");
    const wallet = next(first, { type: "chose", kind: "WALLET" });
    expect(next(wallet, { type: "told", checkout: checkout(declined) }).chosen).toBe("WALLET");
    expect(next(wallet, { type: "told", checkout: checkout(declined, { methods: [{ kind: "PAYMENT_METHOD_KIND_CARD" }] }) }).chosen).toBe("CARD");
    expect(next(wallet, { type: "told", checkout: checkout(processing, { methods: [] }) }).chosen).toBe("WALLET");
  });

  it("begins with the method of the last try after a reload", () => {
    expect(at(checkout({ ...declined, methodKind: "PAYMENT_METHOD_KIND_WALLET" })).chosen).toBe("WALLET");
    expect(at(checkout({ ...declined, methodKind: "PAYMENT_METHOD_KIND_UPI" })).chosen).toBe("CARD");
  });

  it("passes over a kind that it does not know", () => {
    expect(offeredKinds(checkout(undefined, { methods: [{}, { kind: "PAYMENT_METHOD_KIND_UNSPECIFIED" }, { kind: "PAYMENT_METHOD_KIND_UPI" }] }))).toEqual(["UPI"]);
  });
});

describe("what is told about the last try", () => {
  it("is the decline, until the next one begins", () => {
    const state = at(checkout(declined));
    expect(declineOf(state)?.code).toBe("FAILURE_CODE_INSUFFICIENT_FUNDS");
    expect(declineOf(next(state, { type: "doing", what: "sending" }))).toBeUndefined();
    expect(declineOf(at(checkout(challenged)))).toBeUndefined();
  });

  it("drops a notice when something new is begun", () => {
    const noticed = next(at(checkout()), { type: "noticed", notice: { kind: "unsent" } });
    expect(next(noticed, { type: "doing", what: "preparing" }).notice).toBeUndefined();
  });

  it("names the reference of a fault, and ends where there is nothing", () => {
    const problem = { code: "internal", reason: "", traceId: "abc", retryAfterMs: 0 };
    expect(noticeOf(problem)).toEqual({ kind: "fault", traceId: "abc" });
    expect(noticeOf({ ...problem, code: "network" })).toEqual({ kind: "offline" });
    expect(noticeOf({ ...problem, reason: "payment_method_not_offered" })).toEqual({ kind: "method_gone" });
    expect(endOf({ ...problem, code: "not_found" })).toBe("unknown");
    expect(endOf({ ...problem, code: "failed_precondition", reason: "payment_link_not_active" })).toBe("link_closed");
    expect(endOf(problem)).toBeUndefined();
  });
});

describe("an attempt whose outcome was unclear", () => {
  const before = markOf(checkout(declined));
  it("is settled once the payment has got on", () => {
    expect(judge({ before, startedMs: 0 }, checkout(processing), 1000)).toBe("settled");
    expect(judge({ before, startedMs: 0 }, checkout({ ...declined, triesLeft: 8 }), 1000)).toBe("settled");
    expect(judge({ before: markOf(checkout()), startedMs: 0 }, paid, 1000)).toBe("settled");
  });
  it("is sent again while it is fresh, and not brought back to life later", () => {
    expect(judge({ before, startedMs: 0 }, checkout(declined), 119_999)).toBe("send_again");
    expect(judge({ before, startedMs: 0 }, checkout(declined), 120_000)).toBe("drop");
  });
});

it("is offline by what the browser says or by what calls meet", () => {
  const state = at(checkout());
  expect(isOffline(state)).toBe(false);
  expect(isOffline(next(state, { type: "network", online: false }))).toBe(true);
  const unreached = next(state, { type: "unreached" });
  expect(isOffline(unreached)).toBe(true);
  expect(isOffline(next(unreached, { type: "told", checkout: checkout() }))).toBe(false);
});
