// One timeline of a payment: what the server tells, with the operators' names, and what operators did that left no event of its own.
import type { OperatorAction } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { AttemptStatus, type Payment, type TimelineEntry } from "@florin/api/gen/florin/payments/v1/payments_pb";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { IconName, Tone } from "@florin/ui";
import { methodName } from "../../app/words";
import { attemptState, operationState } from "./model";

export interface Line {
  key: string;
  time: Timestamp | undefined;
  title: string;
  kind: string;
  icon: IconName;
  tone: Tone;
  // "Ada Byron", "API key key_…", "the provider".
  who: string;
  traceId: string;
  // Position of the operator's record of it, if an operator did it.
  action?: OperatorAction;
}

interface Kind {
  kind: string;
  icon: IconName;
  tone?: Tone;
}

const kinds: Record<string, Kind> = {
  "payments.payment_created": { kind: "Payment", icon: "plus" },
  "payments.attempt_started": { kind: "Routing", icon: "route" },
  "payments.attempt_updated": { kind: "Attempt", icon: "payments" },
  "payments.operation_reserved": { kind: "Operation", icon: "switch" },
  "payments.operation_updated": { kind: "Operation", icon: "switch" },
  "payments.operation_corrected": { kind: "Correction", icon: "alert", tone: "warn" },
  "payments.surplus_given_up": { kind: "Attention", icon: "alert", tone: "bad" },
  "payments.payment_canceled": { kind: "Payment", icon: "cross" },
  "payments.payment_expired": { kind: "Payment", icon: "clock", tone: "warn" },
  "payments.inquiry_sent": { kind: "Inquiry", icon: "question" },
  "payments.shopper_returned": { kind: "Shopper", icon: "person" },
  "payments.webhook_received": { kind: "Webhook", icon: "webhooks" },
};

// Entries of one command share partition and sequence: "0.418.0" and "0.418.1".
const commandOf = (position: string) => position.split(".").slice(0, 2).join(".");

function order(position: string): number[] {
  return position.split(".").map((part) => parseInt(part, 10));
}

export function comparePositions(left: string, right: string): number {
  const [a, b] = [order(left), order(right)];
  for (let at = 0; at < 3; ++at) if ((a[at] ?? 0) !== (b[at] ?? 0)) return (a[at] ?? 0) - (b[at] ?? 0);
  return 0;
}

// What an event can go either way about, as the payment has it now. An entry does not name its attempt or operation; but the event
// that changed one last stamped it with its own time. News that later news have overtaken find nothing here.
function subjectOf(entry: TimelineEntry, payment: Payment) {
  const stamped = ({ updateTime }: { updateTime?: Timestamp }) => updateTime && entry.time && updateTime.seconds === entry.time.seconds && updateTime.nanos === entry.time.nanos;
  if (entry.type === "payments.attempt_updated") return { attempt: payment.attempts.find(stamped) };
  if (entry.type === "payments.operation_updated") return { operation: payment.operations.find(stamped) };
  return {};
}

function toneOf(entry: TimelineEntry, payment: Payment): Tone {
  const fixed = kinds[entry.type]?.tone;
  if (fixed) return fixed;
  if (!entry.type.endsWith("_updated")) return "plain";
  const { attempt, operation } = subjectOf(entry, payment);
  if (attempt) return attemptState(attempt.status).tone;
  return operation ? operationState(operation.status).tone : "info";
}

const asksShopper = (entry: TimelineEntry, payment: Payment) => subjectOf(entry, payment).attempt?.status === AttemptStatus.ACTION_REQUIRED;

export function whoIs(actor: string, names: ReadonlyMap<string, string>): string {
  const [kind, id = ""] = actor.split(":");
  if (kind === "operator") return names.get(id) ?? id;
  if (kind === "api_key") return "API key";
  if (kind === "psp") return "Provider";
  if (kind === "system") return "Florin";
  return kind === "platform" ? "Platform" : actor;
}

// Oldest first.
export function mergeTimeline(payment: Payment, entries: readonly TimelineEntry[], actions: readonly OperatorAction[]): Line[] {
  const names = new Map(actions.map((action) => [action.operatorId, action.operatorName || action.operatorId]));
  const byCommand = new Map(actions.map((action) => [commandOf(action.position), action]));
  const lines: { position: string; line: Line }[] = entries.map((entry) => {
    const known = kinds[entry.type] ?? { kind: entry.type, icon: "dot" as const };
    const action = byCommand.get(commandOf(entry.position));
    const line: Line = {
      key: entry.position,
      time: entry.time,
      title: entry.summary || entry.type,
      kind: asksShopper(entry, payment) ? "Shopper" : known.kind,
      icon: asksShopper(entry, payment) ? "person" : known.icon,
      tone: toneOf(entry, payment),
      who: action ? action.operatorName || action.operatorId : whoIs(entry.actor, names),
      traceId: entry.traceId,
    };
    if (action) line.action = action;
    return { position: entry.position, line };
  });
  const told = new Set(entries.map((entry) => commandOf(entry.position)));
  for (const action of actions) {
    if (told.has(commandOf(action.position))) continue;
    const line: Line = {
      key: action.position,
      time: action.time,
      title: `${methodName(action.method)} by ${action.operatorName || action.operatorId}`,
      kind: "Operator",
      icon: "operators",
      tone: "plain",
      who: action.operatorName || action.operatorId,
      traceId: action.traceId,
      action,
    };
    lines.push({ position: action.position, line });
  }
  return lines.sort((left, right) => comparePositions(left.position, right.position)).map(({ line }) => line);
}
