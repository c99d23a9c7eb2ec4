import { create, toBinary } from "@bufbuild/protobuf";
import { ErrorDetailSchema, ErrorDomain } from "@florin/api/gen/florin/common/v1/error_pb";
import { describe, expect, it } from "vitest";
import { isUnreachable, outcomeOf, problemOf } from "./problem";

function wire(code: string, padded = true): object {
  const detail = create(ErrorDetailSchema, {
    reason: "payment_link_not_active",
    domain: ErrorDomain.REQUEST,
    retryable: true,
    retryAfter: { seconds: 300n, nanos: 5_000_001 },
    fieldViolations: [{ field: "secret", description: "must be there" }],
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    help: "errors/x",
  });
  const value = btoa(String.fromCharCode(...toBinary(ErrorDetailSchema, detail)));
  return { code, message: "no", details: [{ type: "other.Detail", value: "AQ" }, { type: "florin.common.v1.ErrorDetail", value: padded ? value : value.replaceAll("=", "") }] };
}

describe("an error of ours", () => {
  it("is read from the detail's own bytes", () => {
    for (const padded of [true, false]) {
      expect(problemOf(400, wire("failed_precondition", padded))).toEqual({
        code: "failed_precondition",
        reason: "payment_link_not_active",
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
        retryAfterMs: 300_006,
      });
    }
  });

  it("survives a detail that is damaged or missing", () => {
    const bare = { code: "internal", reason: "", traceId: "", retryAfterMs: 0 };
    expect(problemOf(500, { code: "internal" })).toEqual(bare);
    for (const value of ["%%%", "Cg", "CgX/", "/////w=="]) {
      const problem = problemOf(500, { code: "internal", details: [{ type: "florin.common.v1.ErrorDetail", value }] });
      expect(problem.code).toBe("internal");
    }
  });
});

describe("an answer of somebody else", () => {
  it("counts by its status", () => {
    expect(problemOf(502, undefined).code).toBe("unavailable");
    expect(problemOf(429, "busy").code).toBe("resource_exhausted");
    expect(problemOf(500, null).code).toBe("unknown");
    expect(problemOf(0, undefined).code).toBe("unknown");
  });
});

it("holds for unclear whatever is not known to be harmless", () => {
  const outcome = (code: string) => outcomeOf({ code, reason: "", traceId: "", retryAfterMs: 0 });
  for (const code of ["network", "unavailable", "deadline_exceeded", "internal", "unknown", "aborted", "canceled", "data_loss", "what_is_this"]) expect(outcome(code)).toBe("unclear");
  for (const code of ["invalid_argument", "failed_precondition", "already_exists", "permission_denied", "unauthenticated", "out_of_range", "unimplemented"]) expect(outcome(code)).toBe("refused");
  expect(outcome("resource_exhausted")).toBe("later");
  expect(outcome("not_found")).toBe("gone");
});

it("knows a network from a fault", () => {
  expect(isUnreachable(problemOf(503, undefined))).toBe(true);
  expect(isUnreachable(problemOf(500, undefined))).toBe(false);
});
