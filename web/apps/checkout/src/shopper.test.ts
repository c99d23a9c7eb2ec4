import { afterEach, expect, it, vi } from "vitest";
import { openLink, pay, read } from "./shopper";

afterEach(() => vi.unstubAllGlobals());

function server(status: number, body: string) {
  const calls: { url: string; headers: Record<string, string>; body: unknown }[] = [];
  vi.stubGlobal("fetch", async (url: string, { headers, body: sent }: { headers: Record<string, string>; body: string }) => {
    calls.push({ url, headers, body: JSON.parse(sent) });
    return new Response(body, { status });
  });
  return calls;
}

it("speaks Connect's JSON", async () => {
  const calls = server(200, '{"checkout":{"sessionId":"chk_1"}}');
  const answer = await pay("s_1", { token: "tok_wallet", key: "k" });
  expect(answer).toEqual({ ok: true, value: { checkout: { sessionId: "chk_1" } } });
  expect(calls[0]).toEqual({
    url: "/florin.checkout.v1.ShopperService/PayCheckout",
    headers: { "content-type": "application/json", "connect-protocol-version": "1", "idempotency-key": "k" },
    body: { secret: "s_1", paymentMethod: { token: "tok_wallet" }, wait: "10s" },
  });
});

it("waits only where it is asked to", async () => {
  const calls = server(200, "{}");
  await read("s_1");
  await read("s_1", { knownStatus: "PAYMENT_STATUS_PROCESSING", waitS: 20 });
  expect(calls.map(({ body }) => body)).toEqual([{ secret: "s_1" }, { secret: "s_1", knownStatus: "PAYMENT_STATUS_PROCESSING", wait: "20s" }]);
});

it("tells what came in the place of an answer", async () => {
  server(404, '{"code":"not_found","message":"no"}');
  expect(await openLink("l_1")).toMatchObject({ ok: false, problem: { code: "not_found" } });
  server(502, "<html>");
  expect(await read("s_1")).toMatchObject({ ok: false, problem: { code: "unavailable" } });
  server(200, "<html>");
  expect(await read("s_1")).toMatchObject({ ok: false, problem: { code: "unknown" } });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  expect(await read("s_1")).toMatchObject({ ok: false, problem: { code: "network" } });
});
