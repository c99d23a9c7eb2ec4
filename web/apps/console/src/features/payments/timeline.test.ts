import { create } from "@bufbuild/protobuf";
import { OperatorActionSchema } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { TimelineEntrySchema } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { describe, expect, it } from "vitest";
import { comparePositions, mergeTimeline } from "./timeline";

const entry = (position: string, type: string, summary: string, actor = "system") => create(TimelineEntrySchema, { position, type: `payments.${type}`, summary, actor });
const action = (position: string, method = "RefundPayment") =>
  create(OperatorActionSchema, { position, operatorId: "usr_1", operatorName: "Ada Byron", method: `florin.payments.v1.PaymentService/${method}` });

describe("one timeline", () => {
  it("gives an operator's command its name instead of a line of its own", () => {
    const lines = mergeTimeline([entry("0.12.1", "operation_reserved", "Refund of 5.00 USD asked for", "operator:usr_1")], [action("0.12.3")]);
    expect(lines.map(({ title, who, action }) => [title, who, Boolean(action)])).toEqual([["Refund of 5.00 USD asked for", "Ada Byron", true]]);
  });

  it("shows what an operator did that left no event, at its place", () => {
    const lines = mergeTimeline([entry("0.9.0", "payment_created", "Created"), entry("0.11.0", "attempt_started", "Started")], [action("0.10.0", "CancelPayment")]);
    expect(lines.map(({ title }) => title)).toEqual(["Created", "Cancel payment by Ada Byron", "Started"]);
  });

  it("orders by place in the journal, as numbers", () => {
    expect(["0.100.0", "0.9.12", "0.9.2", "1.0.0"].sort(comparePositions)).toEqual(["0.9.2", "0.9.12", "0.100.0", "1.0.0"]);
  });

  it("tells outcomes by tone", () => {
    const tone = (type: string, summary: string) => mergeTimeline([entry("0.1.0", type, summary)], [])[0]?.tone;
    expect(tone("attempt_updated", "12.50 USD paid")).toBe("ok");
    expect(tone("attempt_updated", "Declined: The card has expired.")).toBe("bad");
    expect(tone("attempt_updated", "The outcome is not known yet; the provider is being asked")).toBe("warn");
    expect(tone("operation_updated", "Refund of 5.00 USD refused: no")).toBe("bad");
    expect(tone("operation_corrected", "Corrected: …")).toBe("warn");
    expect(tone("payment_created", "Payment of 12.50 USD created")).toBe("plain");
  });

  it("tells a challenge from an attempt, and keeps a type that it does not know", () => {
    const lines = mergeTimeline([entry("0.1.0", "attempt_updated", "The shopper must pass a challenge"), entry("0.2.0", "something_new", "")], []);
    expect(lines.map(({ kind, title }) => [kind, title])).toEqual([
      ["Challenge", "The shopper must pass a challenge"],
      ["payments.something_new", "payments.something_new"],
    ]);
  });
});
