// For tests: a checkout, and a server that does as it is told.
import type { Checkout, Payment } from "./contract";
import type { Problem } from "./problem";
import type { Answer, Told } from "./shopper";
import type { World } from "./world";

export const session = "s_aaaabbbbccccddddeeeeffff22223333";

export function checkout(payment?: Payment, more: Checkout = {}): Checkout {
  return {
    sessionId: "chk_1",
    status: "CHECKOUT_SESSION_STATUS_OPEN",
    merchantName: "Tea & Co",
    sandbox: true,
    amount: { currency: "USD", minor: "1250" },
    lineItems: [{ name: "Tea", quantity: "1", unitAmountMinor: "1250" }],
    methods: [{ kind: "PAYMENT_METHOD_KIND_CARD" }, { kind: "PAYMENT_METHOD_KIND_WALLET", token: "tok_wallet" }],
    cardFormUrl: "https://vault.example/card-form/v1/",
    expireTime: "2026-01-02T00:00:00Z",
    expiresIn: "86400s",
    payment,
    ...more,
  };
}

export const declined: Payment = { paymentId: "pay_1", status: "PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD", triesLeft: 9, failure: { code: "FAILURE_CODE_INSUFFICIENT_FUNDS" }, updateTime: "2026-01-01T00:00:01Z" };
export const processing: Payment = { paymentId: "pay_1", status: "PAYMENT_STATUS_PROCESSING", triesLeft: 9, updateTime: "2026-01-01T00:00:01Z" };
export const challenged: Payment = { ...processing, status: "PAYMENT_STATUS_REQUIRES_ACTION", action: { redirectUrl: "https://bank.example/check" } };
export const paid = checkout({ ...processing, status: "PAYMENT_STATUS_SUCCEEDED" }, { status: "CHECKOUT_SESSION_STATUS_COMPLETED", methods: [] });

export const told = (value: Checkout): Answer<Told> => ({ ok: true, value: { checkout: value } });
export const failing = (code: string, more: Partial<Problem> = {}): Answer<never> => ({ ok: false, problem: { code, reason: "", traceId: "", retryAfterMs: 0, ...more } });
export const silent = failing("network");

// Answers in turn; a method whose answers are used up never answers again.
export interface Script {
  open?: Answer<Told & { secret: string }>[];
  read?: Answer<Told>[];
  pay?: Answer<Told>[];
  leave?: Answer<Told>[];
}

export interface FakeWorld extends World {
  calls: string[];
  keys: string[];
  went: string[];
  atMs: number;
}

export function fakeWorld(script: Script): FakeWorld {
  const take = <Value>(name: string, answers: Answer<Value>[] | undefined): Promise<Answer<Value>> => {
    world.calls.push(name);
    const answer = answers?.shift();
    return answer ? Promise.resolve(answer) : new Promise(() => {});
  };
  const world: FakeWorld = {
    calls: [],
    keys: [],
    went: [],
    atMs: 1_000_000,
    nowMs: () => world.atMs,
    newKey: () => `key-${world.calls.length}`,
    pause: () => Promise.resolve(),
    go: (url) => void world.went.push(url),
    shopper: {
      openLink: () => take("open", script.open),
      read: () => take("read", script.read),
      pay: (_, { key }) => {
        world.keys.push(key);
        return take("pay", script.pay);
      },
      leave: () => take("leave", script.leave),
    },
  };
  return world;
}
