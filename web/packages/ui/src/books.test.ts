import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { PendingState, TransferFlagsSchema, TransferViewSchema, type TransferView } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { describe, expect, it } from "vitest";
import { inOrder, standing, toBooks } from "./books";

let second = 0n;
interface More {
  ledger?: string;
  flags?: MessageInitShape<typeof TransferFlagsSchema>;
  pendingState?: PendingState;
}
function view(debit: string, credit: string, amountMinor: bigint, { pendingState, ...more }: More = {}): TransferView {
  second += 1n;
  return create(TransferViewSchema, {
    transfer: { id: String(second), debitAccountId: debit, creditAccountId: credit, amountMinor, ledger: "EUR/2", code: 2, time: { seconds: second }, ...more },
    debitPath: debit,
    creditPath: credit,
    pendingState,
  });
}
const pending = (state: PendingState) => ({ flags: { pending: true }, pendingState: state });

describe("what stands", () => {
  it("tells posted, reserved and gone", () => {
    expect(standing(view("a", "b", 1n))).toBe("posted");
    expect(standing(view("a", "b", 1n, pending(PendingState.PENDING)))).toBe("pending");
    for (const state of [PendingState.POSTED, PendingState.VOIDED, PendingState.TIMED_OUT]) expect(standing(view("a", "b", 1n, pending(state)))).toBe("gone");
    expect(standing(view("a", "b", 1n, { flags: { voidPending: true } }))).toBe("gone");
    expect(standing(view("a", "b", 1n, { flags: { postPending: true } }))).toBe("posted");
  });
});

describe("books", () => {
  it("draws a payment that was captured in part and refunded in part", () => {
    const views = [
      view("psp/pending", "merchant", 2000n, pending(PendingState.VOIDED)),
      view("psp/pending", "merchant", 2000n, { flags: { voidPending: true } }),
      view("psp/receivable", "merchant", 1500n),
      view("psp/pending", "merchant", 500n, pending(PendingState.PENDING)),
      view("merchant", "psp/receivable", 300n, pending(PendingState.POSTED)),
      view("merchant", "psp/receivable", 300n, { flags: { postPending: true } }),
    ];
    const [book] = toBooks(views, () => "x");
    expect(book?.unit).toEqual({ code: "EUR", digits: 2 });
    expect([book?.debit, book?.credit]).toEqual([1800n, 1800n]);
    const merchant = book?.accounts.find(({ path }) => path === "merchant");
    expect(merchant?.debits.map(({ minor }) => minor)).toEqual([300n]);
    expect(merchant?.credits.map(({ minor, pending }) => [minor, pending])).toEqual([
      [1500n, false],
      [500n, true],
    ]);
  });

  it("keeps ledgers apart", () => {
    const books = toBooks([view("a", "b", 1n), view("c", "d", 7n, { ledger: "BHD/3" })], () => "x");
    expect(books.map(({ ledger, debit }) => [ledger, debit])).toEqual([
      ["BHD/3", 7n],
      ["EUR/2", 1n],
    ]);
  });

  it("names an entry by what the page wants, per side", () => {
    const [book] = toBooks([view("a", "b", 1n)], (one, side) => (side === "debit" ? one.creditPath : one.debitPath));
    expect(book?.accounts.map(({ debits, credits }) => [...debits, ...credits].map(({ label }) => label))).toEqual([["b"], ["a"]]);
  });
});

it("orders by the time of record, whatever order they came in", () => {
  const [first, last] = [view("a", "b", 1n), view("a", "b", 2n)];
  expect(inOrder([last, first])).toEqual([first, last]);
});
