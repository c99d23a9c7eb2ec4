// The error contract, in one place: what the pages do about each way in which a call can fail.
//
// A failing call carries a Connect code and one ErrorDetail. The code decides the treatment, the detail fills it in.
import type { PaymentFailure } from "./gen/florin/common/v1/error_pb";
import { ErrorDetailSchema, ErrorDomain } from "./gen/florin/common/v1/error_pb";
import { Code, ConnectError } from "@connectrpc/connect";

export type Treatment =
  // Sign in again, over the page; what was typed stays.
  | "sign_in"
  // A panel that names the missing permission.
  | "forbidden"
  // An empty state for what is not there.
  | "not_found"
  // Messages at the fields, the first one focused.
  | "fields"
  // Why it cannot be, and what can; the dialog stays open.
  | "refused"
  // It changed since it was opened: read again.
  | "changed"
  // Too much at once: wait, then it goes on by itself.
  | "wait"
  // No answer: what is shown is old; of a change the outcome is unknown.
  | "unreachable"
  // A fault: reference and report.
  | "bug"
  // We ended it ourselves: nothing is shown.
  | "ended";

const treatments: Record<Code, Treatment> = {
  [Code.Canceled]: "ended",
  [Code.Unknown]: "bug",
  [Code.InvalidArgument]: "fields",
  [Code.DeadlineExceeded]: "unreachable",
  [Code.NotFound]: "not_found",
  [Code.AlreadyExists]: "changed",
  [Code.PermissionDenied]: "forbidden",
  [Code.ResourceExhausted]: "wait",
  [Code.FailedPrecondition]: "refused",
  [Code.Aborted]: "changed",
  [Code.OutOfRange]: "fields",
  [Code.Unimplemented]: "bug",
  [Code.Internal]: "bug",
  [Code.Unavailable]: "unreachable",
  [Code.DataLoss]: "bug",
  [Code.Unauthenticated]: "sign_in",
};

export function treatmentOf(code: Code): Treatment {
  return treatments[code] ?? "bug";
}

// The code as the wire and the reference write it: "failed_precondition".
export function codeName(code: Code): string {
  const name = Code[code] ?? "Unknown";
  return name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
}

export interface FieldProblem {
  // "amount.minor", in the names of the contract.
  field: string;
  description: string;
}

export interface Problem {
  treatment: Treatment;
  // "failed_precondition".
  code: string;
  // Stable word of the reference: "payment_not_refundable". Empty where no server answered.
  reason: string;
  message: string;
  // Who can do something about it.
  advice: string;
  fields: FieldProblem[];
  retryable: boolean;
  retryAfterMs: number;
  failure: PaymentFailure | undefined;
  traceId: string;
  // Path of the page in the documentation.
  help: string;
}

const advices: Record<ErrorDomain, string> = {
  [ErrorDomain.UNSPECIFIED]: "",
  [ErrorDomain.REQUEST]: "Change what you asked for and try again.",
  [ErrorDomain.TENANT]: "Choose another merchant, or ask the platform to enable this one.",
  [ErrorDomain.PERMISSION]: "Ask an owner or admin for the permission.",
  [ErrorDomain.LIMIT]: "A limit was reached. It clears by itself.",
  [ErrorDomain.PSP]: "The payment provider refused or failed. Read its answer before trying again.",
  [ErrorDomain.NETWORK]: "Nothing was lost. The same request may be sent again.",
  [ErrorDomain.DATA]: "Stored data is missing or damaged. Tell the platform, with the reference.",
  [ErrorDomain.INTERNAL]: "This is a fault of Florin. Report it with the reference.",
};

const plainMessages: Partial<Record<Treatment, string>> = {
  unreachable: "The server did not answer.",
  bug: "The page met a fault.",
  sign_in: "The session has ended.",
};

// Any thrown thing as a Problem; what is not from a call at all is a bug of the page.
export function toProblem(thrown: unknown): Problem {
  if (isFetchFailure(thrown)) return bareProblem("unreachable", "unavailable", "");
  if (!(thrown instanceof ConnectError)) return bareProblem("bug", "unknown", thrown instanceof Error ? thrown.message : "");
  const detail = thrown.findDetails(ErrorDetailSchema)[0];
  const treatment = isFetchFailure(thrown.cause) ? "unreachable" : treatmentOf(thrown.code);
  if (!detail) return { ...bareProblem(treatment, codeName(thrown.code), ""), message: thrown.rawMessage || plainMessages[treatment] || "" };
  const after = detail.retryAfter;
  return {
    treatment,
    code: codeName(thrown.code),
    reason: detail.reason,
    message: thrown.rawMessage,
    advice: advices[detail.domain] ?? "",
    fields: detail.fieldViolations.map(({ field, description }) => ({ field, description })),
    retryable: detail.retryable,
    retryAfterMs: after ? Number(after.seconds) * 1000 + Math.ceil(after.nanos / 1_000_000) : 0,
    failure: detail.paymentFailure,
    traceId: detail.traceId,
    help: detail.help,
  };
}

// What fetch throws where there is no answer: browsers agree on the type, not on the words.
function isFetchFailure(thrown: unknown): boolean {
  return thrown instanceof TypeError && /fetch|network|load failed|connection/i.test(thrown.message);
}

function bareProblem(treatment: Treatment, code: string, detail: string): Problem {
  const message = [plainMessages[treatment] ?? "", detail].filter(Boolean).join(" ");
  const advice = treatment === "unreachable" ? advices[ErrorDomain.NETWORK] : treatment === "bug" ? advices[ErrorDomain.INTERNAL] : "";
  return {
    ...{ treatment, code, message, advice, reason: "", fields: [], retryable: treatment === "unreachable" },
    ...{ retryAfterMs: 0, failure: undefined, traceId: "", help: "" },
  };
}

// Only these are worth the same read again, unasked.
export function mayRetryRead(problem: Problem): boolean {
  return problem.treatment === "unreachable" || problem.treatment === "wait";
}

// For a change: it may have taken effect although no answer came.
export function outcomeUnknown(problem: Problem): boolean {
  return problem.treatment === "unreachable" || problem.reason === "outcome_unknown";
}

// What a person pastes into a report.
export function reportOf(problem: Problem, page: string): string {
  const lines = [
    `Florin console, ${page}`,
    `code: ${problem.code}`,
    problem.reason && `reason: ${problem.reason}`,
    problem.traceId && `trace: ${problem.traceId}`,
    problem.message,
  ];
  return lines.filter(Boolean).join("\n");
}

// The violation of one field, by the last part of its path too: forms show `amount` where the contract has `amount.minor`.
export function fieldProblem(problem: Problem | undefined, ...names: string[]): string | undefined {
  const found = problem?.fields.find(({ field }) => names.some((name) => field === name || field.startsWith(`${name}.`)));
  return found && `${found.description.charAt(0).toUpperCase()}${found.description.slice(1)}.`;
}
