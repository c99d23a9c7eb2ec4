import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AccountClass, AccountSchema, LedgerTotalsSchema, StatementLineSchema, type Account } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { describe, expect, it } from "vitest";
import { byLedger, kindOf, pendingOf, toRows, toTree, trialSides, trialSums, visible } from "./model";

function account(path: string, more: MessageInitShape<typeof AccountSchema> = {}): Account {
  return create(AccountSchema, { id: path, path, ledger: "USD/2", accountClass: AccountClass.ASSET, debitsPending: "0", debitsPosted: "0", creditsPending: "0", creditsPosted: "0", balance: "0", ...more });
}

describe("the tree", () => {
  it("makes folders where no account stands, and keeps an account that is a folder too", () => {
    const tree = toTree([account("merchant/payable"), account("psp"), account("psp/sandbox/pending"), account("psp/sandbox/receivable")]);
    const shape = visible(tree, new Set()).map((node) => `${"  ".repeat(node.depth)}${node.name}${node.account ? "*" : ""}`);
    expect(shape).toEqual(["merchant", "  payable*", "psp*", "  sandbox", "    pending*", "    receivable*"]);
  });

  it("hides what stands in a closed folder", () => {
    const tree = toTree([account("a/b/c"), account("d")]);
    expect(visible(tree, new Set(["a/b"])).map(({ path }) => path)).toEqual(["a", "a/b", "d"]);
  });

  it("keeps ledgers apart", () => {
    expect(byLedger([account("a", { ledger: "USD/2" }), account("a", { ledger: "BHD/3" })]).map(({ name, unit }) => [name, unit.digits])).toEqual([
      ["BHD/3", 3],
      ["USD/2", 2],
    ]);
  });
});

describe("sides", () => {
  it("signs what is reserved as the class grows", () => {
    const pending = { debitsPending: "5", creditsPending: "12" };
    expect(pendingOf(account("a", pending))).toBe(-7n);
    expect(pendingOf(account("a", { ...pending, accountClass: AccountClass.LIABILITY }))).toBe(7n);
  });

  it("adds the trial balance up from what it lists, beyond what a number holds", () => {
    const huge = "340282366920938463463374607431768211455";
    const totals = create(LedgerTotalsSchema, { ledger: "USD/2", accounts: [account("a", { debitsPosted: huge }), account("b", { creditsPosted: huge }), account("c", { debitsPosted: "3", creditsPosted: "3" })] });
    expect(trialSums(totals)).toEqual({ debit: BigInt(huge), credit: BigInt(huge) });
    expect(trialSides(totals.accounts[2]!)).toEqual({});
  });
});

describe("a statement", () => {
  const line = create(StatementLineSchema, {
    transfer: { transfer: { id: "t1", debitAccountId: "a", creditAccountId: "b", amountMinor: 7n, flags: { postPending: true } }, debitPath: "pa", creditPath: "pb" },
    balance: "7",
  });

  it("is told from the account's side", () => {
    expect(toRows([line], "a")[0]).toMatchObject({ debit: 7n, other: "pb", otherId: "b" });
    expect(toRows([line], "b")[0]).toMatchObject({ credit: 7n, other: "pa", otherId: "a" });
  });

  it("names kinds of transfers", () => {
    expect(kindOf(line.transfer!)).toBe("Posted from reserve");
    expect(kindOf({ transfer: { flags: { pending: true, postPending: false, voidPending: false } } })).toBe("Reserved");
    expect(kindOf({})).toBe("Posted");
  });
});
