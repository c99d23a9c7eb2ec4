import { createClient } from "@connectrpc/connect";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PaymentService } from "./gen/florin/payments/v1/payments_pb";
import { makeTransport, newIdempotencyKey, withKey } from "./transport";

interface Seen {
  method: string;
  url: URL;
  headers: Headers;
}

function listen(status = 200): Seen[] {
  const seen: Seen[] = [];
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init: RequestInit = {}) => {
    seen.push({ method: init.method ?? "GET", url: new URL(String(input)), headers: new Headers(init.headers) });
    const body = status === 200 ? new Uint8Array() : JSON.stringify({ code: "unauthenticated", message: "Sign in." });
    return Promise.resolve(new Response(body, { status, headers: { "content-type": status === 200 ? "application/proto" : "application/json" } }));
  });
  return seen;
}
afterEach(() => vi.unstubAllGlobals());

const options = { baseUrl: "http://florin.test", tenant: () => "ten_1" as string | undefined, onSignedOut: () => {} };

describe("calls", () => {
  it("reads by GET, for the merchant chosen, traced", async () => {
    const seen = listen();
    await createClient(PaymentService, makeTransport(options)).listPayments({});
    expect(seen[0]?.method).toBe("GET");
    expect(seen[0]?.headers.get("florin-tenant")).toBe("ten_1");
    expect(seen[0]?.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(seen[0]?.headers.get("florin-console")).toBeNull();
  });

  it("changes by POST, marked as the console's own, with its key", async () => {
    const seen = listen();
    await createClient(PaymentService, makeTransport(options)).cancelPayment({ paymentId: "pay_1" }, withKey("k-1"));
    expect(seen[0]?.method).toBe("POST");
    expect(seen[0]?.headers.get("florin-console")).toBe("1");
    expect(seen[0]?.headers.get("idempotency-key")).toBe("k-1");
    expect(seen[0]?.headers.get("connect-timeout-ms")).toBe("20000");
  });

  it("names no merchant for the platform", async () => {
    const seen = listen();
    await createClient(PaymentService, makeTransport({ ...options, tenant: () => undefined })).listPayments({});
    expect(seen[0]?.headers.has("florin-tenant")).toBe(false);
  });

  it("tells when the session is over, and still fails", async () => {
    listen(401);
    const onSignedOut = vi.fn();
    const client = createClient(PaymentService, makeTransport({ ...options, onSignedOut }));
    await expect(client.listPayments({})).rejects.toThrow("Sign in.");
    expect(onSignedOut).toHaveBeenCalledOnce();
  });
});

it("makes keys that do not repeat", () => {
  const keys = new Set(Array.from({ length: 100 }, newIdempotencyKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^console-[0-9a-f]{32}$/);
});
