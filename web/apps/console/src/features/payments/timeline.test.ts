import { create } from "@bufbuild/protobuf";
import { OperatorActionSchema } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { AttemptStatus, OperationStatus, TimelineEntrySchema } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { payment } from "@florin/testkit";
import { describe, expect, it } from "vitest";
import { comparePositions, mergeTimeline } from "./timeline";

const at = (seconds: bigint) => ({ seconds, nanos: 5000 });
const entry = (position: string, type: string, summary: string, actor = "system") => create(TimelineEntrySchema, { position, type: `payments.${type}`, summary, actor, time: at(7n) });
const merge = (entries: Parameters<typeof mergeTimeline>[1], actions: Parameters<typeof mergeTimeline>[2] = [], changes: Parameters<typeof payment>[0] = {}) => mergeTimeline(payment(changes), entries, actions);
const action = (position: string, method = "RefundPayment") =>
  create(OperatorActionSchema, { position, operatorId: "usr_1", operatorName: "Ada Byron", method: `florin.payments.v1.PaymentService/${method}` });

describe("one timeline", () => {
  it("gives an operator's command its name instead of a line of its own", () => {
    const lines = merge([entry("0.12.1", "operation_reserved", "Refund of 5.00 USD asked for", "operator:usr_1")], [action("0.12.3")]);
    expect(lines.map(({ title, who, action }) => [title, who, Boolean(action)])).toEqual([["Refund of 5.00 USD asked for", "Ada Byron", true]]);
  });

  it("shows what an operator did that left no event, at its place", () => {
    const lines = merge([entry("0.9.0", "payment_created", "Created"), entry("0.11.0", "attempt_started", "Started")], [action("0.10.0", "CancelPayment")]);
    expect(lines.map(({ title }) => title)).toEqual(["Created", "Cancel payment by Ada Byron", "Started"]);
  });

  it("orders by place in the journal, as numbers", () => {
    expect(["0.100.0", "0.9.12", "0.9.2", "1.0.0"].sort(comparePositions)).toEqual(["0.9.2", "0.9.12", "0.100.0", "1.0.0"]);
  });

  it("tells outcomes by the status of what the entry changed last, whatever the sentence says", () => {
    const attempt = (status: AttemptStatus) => merge([entry("0.1.0", "attempt_updated", "In any words")], [], { attempts: [{ id: "att_1", status, updateTime: at(7n) }] })[0]?.tone;
    expect([AttemptStatus.CAPTURED, AttemptStatus.DECLINED_HARD, AttemptStatus.UNKNOWN, AttemptStatus.PENDING].map(attempt)).toEqual(["ok", "bad", "warn", "info"]);
    const operation = (status: OperationStatus) => merge([entry("0.1.0", "operation_updated", "In any words")], [], { operations: [{ id: "ref_1", status, updateTime: at(7n) }] })[0]?.tone;
    expect([OperationStatus.SUCCEEDED, OperationStatus.FAILED].map(operation)).toEqual(["ok", "bad"]);
    expect(merge([entry("0.1.0", "operation_corrected", "")])[0]?.tone).toBe("warn");
    expect(merge([entry("0.1.0", "payment_created", "")])[0]?.tone).toBe("plain");
  });

  it("claims no outcome for news that were overtaken", () => {
    const overtaken = merge([entry("0.1.0", "attempt_updated", "")], [], { attempts: [{ id: "att_1", status: AttemptStatus.CAPTURED, updateTime: at(9n) }] });
    expect(overtaken[0]?.tone).toBe("info");
  });

  it("tells what the shopper is asked to do from an attempt, and keeps a type that it does not know", () => {
    const asked = { attempts: [{ id: "att_1", status: AttemptStatus.ACTION_REQUIRED, updateTime: at(7n) }] };
    const lines = merge([entry("0.1.0", "attempt_updated", "The shopper must pass a challenge"), entry("0.2.0", "something_new", "")], [], asked);
    expect(lines.map(({ kind, title }) => [kind, title])).toEqual([
      ["Shopper", "The shopper must pass a challenge"],
      ["payments.something_new", "payments.something_new"],
    ]);
  });
});
