// Why a call failed, read from the one error that every service sends; and what follows from it for a payment.

export interface Problem {
  // Of Connect ("failed_precondition"), or "network" where no answer came.
  code: string;
  // Stable word of the reference: "payment_link_not_active". Empty where no server of ours answered.
  reason: string;
  // What a report is to name. May be empty.
  traceId: string;
  retryAfterMs: number;
}

export type Outcome =
  // The call may have taken effect although nobody said so: ask before doing it again.
  | "unclear"
  // Too much at once: the same call again, later.
  | "later"
  // There is no such session or link.
  | "gone"
  // It did not take effect, and would not if it were sent again.
  | "refused";

const outcomes: Record<string, Outcome> = {
  resource_exhausted: "later",
  not_found: "gone",
  invalid_argument: "refused",
  already_exists: "refused",
  permission_denied: "refused",
  failed_precondition: "refused",
  out_of_range: "refused",
  unimplemented: "refused",
  unauthenticated: "refused",
};

// What is not known to be harmless is unclear.
export function outcomeOf(problem: Problem): Outcome {
  return outcomes[problem.code] ?? "unclear";
}

// No answer of ours: waiting for the network helps, reading a reference does not.
export function isUnreachable(problem: Problem): boolean {
  return problem.code === "network" || problem.code === "unavailable" || problem.code === "deadline_exceeded";
}

export const noAnswer: Problem = { code: "network", reason: "", traceId: "", retryAfterMs: 0 };

const byStatus: Record<number, string> = { 404: "unimplemented", 429: "resource_exhausted", 502: "unavailable", 503: "unavailable", 504: "unavailable" };

interface Wire {
  code?: unknown;
  details?: { type?: unknown; value?: unknown }[];
}

// `body` is the answer's JSON, or anything where a proxy answered in the server's place.
export function problemOf(status: number, body: unknown): Problem {
  const wire = (typeof body === "object" && body !== null ? body : {}) as Wire;
  const code = typeof wire.code === "string" ? wire.code : (byStatus[status] ?? "unknown");
  const problem: Problem = { code, reason: "", traceId: "", retryAfterMs: 0 };
  const detail = Array.isArray(wire.details) ? wire.details.find(({ type }) => type === "florin.common.v1.ErrorDetail") : undefined;
  return typeof detail?.value === "string" ? { ...problem, ...readDetail(detail.value) } : problem;
}

// Of florin.common.v1.ErrorDetail these numbers.
const reasonField = 1;
const retryAfterField = 4;
const traceIdField = 7;

// The detail comes as the message's own bytes, in base64. A damaged one tells nothing.
function readDetail(base64: string): Partial<Problem> {
  try {
    const fields = readMessage(Uint8Array.from(atob(base64.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));
    const text = (number: number) => new TextDecoder().decode(fields.get(number) as Uint8Array | undefined);
    const after = fields.get(retryAfterField);
    const duration = after instanceof Uint8Array ? readMessage(after) : new Map<number, number>();
    const retryAfterMs = ((duration.get(1) as number | undefined) ?? 0) * 1000 + Math.ceil(((duration.get(2) as number | undefined) ?? 0) / 1e6);
    return { reason: text(reasonField), traceId: text(traceIdField), retryAfterMs };
  } catch {
    return {};
  }
}

// The protobuf wire format, as far as the detail uses it. The last value of a field counts.
function readMessage(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("ends within a number");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag & 7;
    if (kind === 0) fields.set(tag >> 3, varint());
    else if (kind === 2) {
      const length = varint();
      fields.set(tag >> 3, bytes.subarray(at, at + length));
      at += length;
    } else at += kind === 1 ? 8 : 4;
  }
  return fields;
}
