import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { ErrorDetailSchema, ErrorDomain } from "./gen/florin/common/v1/error_pb";
import { codeName, fieldProblem, mayRetryRead, outcomeUnknown, reportOf, toProblem, treatmentOf, type Treatment } from "./problem";

const codes = Object.values(Code).filter((code): code is Code => typeof code === "number");

const contract: Record<keyof typeof Code, Treatment> = {
  Canceled: "ended",
  Unknown: "bug",
  InvalidArgument: "fields",
  DeadlineExceeded: "unreachable",
  NotFound: "not_found",
  AlreadyExists: "changed",
  PermissionDenied: "forbidden",
  ResourceExhausted: "wait",
  FailedPrecondition: "refused",
  Aborted: "changed",
  OutOfRange: "fields",
  Unimplemented: "bug",
  Internal: "bug",
  Unavailable: "unreachable",
  DataLoss: "bug",
  Unauthenticated: "sign_in",
};

describe("the contract", () => {
  it("has a treatment for each of the sixteen codes", () => {
    expect(codes).toHaveLength(16);
    for (const code of codes) expect(treatmentOf(code), Code[code]).toBe(contract[Code[code] as keyof typeof Code]);
  });

  it("takes a code that it does not know for a bug", () => {
    expect(treatmentOf(99 as Code)).toBe("bug");
  });

  it("writes codes as the reference does", () => {
    expect(codeName(Code.FailedPrecondition)).toBe("failed_precondition");
    expect(codeName(Code.Unauthenticated)).toBe("unauthenticated");
    expect(codeName(Code.DataLoss)).toBe("data_loss");
  });

  it("has advice for every domain of failure", () => {
    for (const domain of Object.values(ErrorDomain).filter((value): value is ErrorDomain => typeof value === "number" && value !== 0)) {
      const error = new ConnectError("No.", Code.Internal, undefined, [{ desc: ErrorDetailSchema, value: { domain } }]);
      expect(toProblem(error).advice.length, ErrorDomain[domain]).toBeGreaterThan(10);
    }
  });
});

describe("a failed call", () => {
  const error = new ConnectError("amount must be at least 1.", Code.InvalidArgument, undefined, [
    {
      desc: ErrorDetailSchema,
      value: {
        reason: "field_invalid",
        domain: ErrorDomain.REQUEST,
        fieldViolations: [{ field: "amount.minor", description: "must be at least 1" }],
        traceId: "c185a1b66ac46d7994d65f509cbb9971",
        retryAfter: { seconds: 1n, nanos: 500_000_001 },
      },
    },
  ]);

  it("keeps all that the detail says", () => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ treatment: "fields", code: "invalid_argument", reason: "field_invalid", message: "amount must be at least 1.", retryAfterMs: 1501 });
    expect(problem.fields).toEqual([{ field: "amount.minor", description: "must be at least 1" }]);
  });

  it("finds a field's message by the form's name of it", () => {
    const problem = toProblem(error);
    expect(fieldProblem(problem, "amount")).toBe("Must be at least 1.");
    expect(fieldProblem(problem, "reason")).toBeUndefined();
    expect(fieldProblem(undefined, "amount")).toBeUndefined();
  });

  it("makes a report without what is not known", () => {
    expect(reportOf(toProblem(error), "#/payments")).toBe(
      "Florin console, #/payments\ncode: invalid_argument\nreason: field_invalid\ntrace: c185a1b66ac46d7994d65f509cbb9971\namount must be at least 1.",
    );
    expect(reportOf(toProblem(new Error("x")), "#/")).not.toContain("trace");
  });
});

describe("no answer", () => {
  it("is told from an answer that refuses", () => {
    expect(toProblem(new TypeError("Failed to fetch")).treatment).toBe("unreachable");
    expect(toProblem(new TypeError("NetworkError when attempting to fetch resource.")).treatment).toBe("unreachable");
    expect(toProblem(new ConnectError("[unknown] Failed to fetch", Code.Unknown, undefined, undefined, new TypeError("Failed to fetch"))).treatment).toBe("unreachable");
  });

  it("is asked again for reads, and leaves changes in doubt", () => {
    const problem = toProblem(new ConnectError("down", Code.Unavailable));
    expect(mayRetryRead(problem)).toBe(true);
    expect(outcomeUnknown(problem)).toBe(true);
    const refused = toProblem(new ConnectError("no", Code.FailedPrecondition));
    expect(mayRetryRead(refused)).toBe(false);
    expect(outcomeUnknown(refused)).toBe(false);
  });

  it("takes a fault of the page for a bug, not for the network", () => {
    expect(toProblem(new TypeError("undefined is not a function")).treatment).toBe("bug");
    expect(toProblem("thrown").treatment).toBe("bug");
  });
});
