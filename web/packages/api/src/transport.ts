// How the pages call the server: same origin, cookie session, reads by GET, every call traced and limited in time.
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

export const callTimeoutMs = 20_000;

export interface TransportOptions {
  baseUrl: string;
  // The merchant whose data is meant; nothing before one is chosen.
  tenant: () => string | undefined;
  // Called when the server no longer knows the session.
  onSignedOut: () => void;
}

export function makeTransport(options: TransportOptions): Transport {
  return createConnectTransport({
    baseUrl: options.baseUrl,
    // Binary, so that an Any of a newer server does not make a whole answer unreadable.
    useBinaryFormat: true,
    useHttpGet: true,
    defaultTimeoutMs: callTimeoutMs,
    interceptors: [noticeSignOut(options.onSignedOut), nameTenant(options.tenant), markChange, trace],
    fetch: (input, init) => globalThis.fetch(input, { ...init, credentials: "same-origin" }),
  });
}

function noticeSignOut(onSignedOut: () => void): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.Unauthenticated) onSignedOut();
      throw error;
    }
  };
}

function nameTenant(tenant: () => string | undefined): Interceptor {
  return (next) => (request) => {
    const id = tenant();
    if (id) request.header.set("florin-tenant", id);
    return next(request);
  };
}

// A page of another origin cannot set this header, so the server takes a cookie's change only with it.
const markChange: Interceptor = (next) => (request) => {
  if (request.method.idempotency !== MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS) request.header.set("florin-console", "1");
  return next(request);
};

// W3C trace context, so that what the server records can be found from the browser's side.
const trace: Interceptor = (next) => (request) => {
  request.header.set("traceparent", `00-${randomHex(16)}-${randomHex(8)}-01`);
  return next(request);
};

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Made when a form opens, sent with every try of it: the same change is never made twice.
export function newIdempotencyKey(): string {
  return `console-${randomHex(16)}`;
}

export function withKey(idempotencyKey: string): { headers: HeadersInit } {
  return { headers: { "idempotency-key": idempotencyKey } };
}
