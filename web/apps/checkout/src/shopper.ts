// The only caller of the server: ShopperService by Connect's JSON over fetch. Never throws; whoever calls reads `ok`.
import type { Checkout, PaymentStatus } from "./contract";
import { noAnswer, problemOf, type Problem } from "./problem";

export type Answer<Value> = { ok: true; value: Value } | { ok: false; problem: Problem };

export interface Told {
  checkout: Checkout;
}

export interface Wait {
  // Answer when the payment is in another status than this.
  knownStatus?: PaymentStatus | undefined;
  waitS?: number;
  signal?: AbortSignal;
}

// How long the server may be silent beyond what it was asked to wait.
const patienceMs = 15_000;
// How long a payment or its end is waited for in one call; then it is polled.
const outcomeWaitS = 10;

const duration = (seconds: number) => `${seconds}s`;

interface Call {
  method: string;
  request: object;
  waitS?: number;
  key?: string;
  signal?: AbortSignal | undefined;
}

async function call<Value>({ method, request, waitS = 0, key, signal }: Call): Promise<Answer<Value>> {
  const headers: Record<string, string> = { "content-type": "application/json", "connect-protocol-version": "1" };
  if (key) headers["idempotency-key"] = key;
  const limit = AbortSignal.timeout(waitS * 1000 + patienceMs);
  try {
    const answer = await fetch(`/florin.checkout.v1.ShopperService/${method}`, {
      method: "POST",
      headers,
      body: JSON.stringify(request),
      credentials: "omit",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    const body: unknown = await answer.json().catch(() => undefined);
    if (answer.ok && typeof body === "object" && body !== null) return { ok: true, value: body as Value };
    return { ok: false, problem: problemOf(answer.ok ? 0 : answer.status, body) };
  } catch {
    return { ok: false, problem: noAnswer };
  }
}

export const openLink = (secret: string) => call<Told & { secret: string }>({ method: "OpenPaymentLink", request: { secret } });

export function read(secret: string, { knownStatus, waitS = 0, signal }: Wait = {}) {
  const request = { secret, ...(waitS > 0 && { knownStatus, wait: duration(waitS) }) };
  return call<Told>({ method: "GetCheckout", request, waitS, signal });
}

export function pay(secret: string, { token, key }: { token: string; key: string }) {
  const request = { secret, paymentMethod: { token }, wait: duration(outcomeWaitS) };
  return call<Told>({ method: "PayCheckout", request, waitS: outcomeWaitS, key });
}

export const leave = (secret: string) =>
  call<Told>({ method: "LeaveAction", request: { secret, wait: duration(outcomeWaitS) }, waitS: outcomeWaitS });
