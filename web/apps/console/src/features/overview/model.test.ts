import { create } from "@bufbuild/protobuf";
import { AccountClass, LedgerTotalsSchema } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { AttemptStatus, PaymentStatus } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { toTimestamp } from "@florin/api";
import { payment } from "@florin/testkit";
import { expect, it } from "vitest";
import { approvals, holdings, hours, volumes } from "./model";

const attempts = [{ id: "att_1", status: AttemptStatus.CAPTURED, connector: "sandbox", pspAccount: "default" }];

it("adds volumes up by currency, exactly, and never across", () => {
  const big = 9007199254740993n;
  const found = volumes([payment({ capturedMinor: big }), payment({ capturedMinor: 1n, refundedMinor: 1n }), payment({ amount: { currency: "JPY", minor: 5n }, capturedMinor: 5n }), payment({ capturedMinor: 0n })]);
  expect(found.map(({ unit, capturedMinor, refundedMinor, count }) => [unit.code, capturedMinor, refundedMinor, count])).toEqual([
    ["USD", big + 1n, 1n, 2],
    ["JPY", 5n, 0n, 1],
  ]);
});

it("counts approvals only where there is an outcome", () => {
  const found = approvals([
    payment({ attempts }),
    payment({ attempts, authorizedMinor: 0n, status: PaymentStatus.REQUIRES_PAYMENT_METHOD }),
    payment({ attempts, authorizedMinor: 0n, status: PaymentStatus.PROCESSING }),
    payment({ attempts: [] }),
  ]);
  expect(found).toEqual([{ provider: "sandbox/default", approved: 1, tried: 2, permille: 500 }]);
});

it("puts payments into the last 24 hours, and leaves older ones out", () => {
  const now = new Date("2026-11-23T18:30:00Z");
  const at = (iso: string, authorizedMinor = 1n) => payment({ createTime: toTimestamp(new Date(iso)), authorizedMinor });
  const found = hours([at("2026-11-23T18:10:00Z"), at("2026-11-23T18:20:00Z", 0n), at("2026-11-22T19:00:00Z"), at("2026-11-22T18:59:59Z")], now);
  expect(found).toHaveLength(24);
  expect([found[23]?.paid, found[23]?.other, found[0]?.paid]).toEqual([1, 1, 1]);
});

it("lists what stands, not what is zero", () => {
  const account = (path: string, balance: string, accountClass: AccountClass) => ({ id: path, path, ledger: "USD/2", balance, accountClass, creditsPending: "0", debitsPending: "0" });
  const totals = create(LedgerTotalsSchema, {
    ledger: "USD/2",
    accounts: [account("psp/receivable", "100", AccountClass.ASSET), account("merchant/payable", "100", AccountClass.LIABILITY), account("psp/pending", "0", AccountClass.ASSET), account("fees", "7", AccountClass.EXPENSE)],
  });
  expect(holdings([totals]).map(({ path, balance }) => [path, balance])).toEqual([
    ["merchant/payable", 100n],
    ["psp/receivable", 100n],
  ]);
});
