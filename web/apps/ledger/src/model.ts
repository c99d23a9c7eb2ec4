// Accounts as a tree by their paths, and how the books are read. No page in here.
import { ledgerUnit, type Unit } from "@florin/api";
import { AccountClass, type Account, type LedgerTotals, type StatementLine } from "@florin/api/gen/florin/ledger/v1/ledger_pb";

const classes: Record<AccountClass, string> = {
  [AccountClass.UNSPECIFIED]: "",
  [AccountClass.ASSET]: "Asset",
  [AccountClass.LIABILITY]: "Liability",
  [AccountClass.EQUITY]: "Equity",
  [AccountClass.INCOME]: "Income",
  [AccountClass.EXPENSE]: "Expense",
};
export const className = (kind: AccountClass): string => classes[kind] ?? "";

export interface Node {
  // "psp/sandbox"; the name is its last part.
  path: string;
  name: string;
  depth: number;
  // The account that stands at this path; none for a mere folder.
  account?: Account;
  children: Node[];
}

// The accounts of one ledger as a tree. Folders come where no account stands.
export function toTree(accounts: readonly Account[]): Node[] {
  const roots: Node[] = [];
  for (const account of accounts) {
    let level = roots;
    const parts = account.path.split("/");
    parts.forEach((name, depth) => {
      const path = parts.slice(0, depth + 1).join("/");
      let node = level.find((one) => one.path === path);
      if (!node) level.push((node = { path, name, depth, children: [] }));
      if (depth === parts.length - 1) node.account = account;
      level = node.children;
    });
  }
  return roots;
}

// Depth first, without what stands in a closed folder.
export function visible(nodes: readonly Node[], closed: ReadonlySet<string>): Node[] {
  return nodes.flatMap((node) => [node, ...(closed.has(node.path) ? [] : visible(node.children, closed))]);
}

export interface Ledger {
  name: string;
  unit: Unit;
  accounts: Account[];
}

export function byLedger(accounts: readonly Account[]): Ledger[] {
  const found = new Map<string, Ledger>();
  for (const account of accounts) {
    const ledger = found.get(account.ledger) ?? { name: account.ledger, unit: ledgerUnit(account.ledger), accounts: [] };
    ledger.accounts.push(account);
    found.set(account.ledger, ledger);
  }
  return [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

// An account grows on the debit side or on the credit side, by its class.
export const growsByDebit = (kind: AccountClass): boolean => kind === AccountClass.ASSET || kind === AccountClass.EXPENSE;

// What is reserved, signed as the balance is.
export function pendingOf(account: Account): bigint {
  const debits = BigInt(account.debitsPending);
  const credits = BigInt(account.creditsPending);
  return growsByDebit(account.accountClass) ? debits - credits : credits - debits;
}

export interface StatementRow {
  key: string;
  line: StatementLine;
  debit?: bigint;
  credit?: bigint;
  other: string;
  otherId: string;
}

// A statement's line from the account's side.
export function toRows(lines: readonly StatementLine[], accountId: string): StatementRow[] {
  return lines.flatMap((line) => {
    const view = line.transfer;
    const transfer = view?.transfer;
    if (!view || !transfer) return [];
    const isDebit = transfer.debitAccountId === accountId;
    const other = isDebit ? { other: view.creditPath, otherId: transfer.creditAccountId } : { other: view.debitPath, otherId: transfer.debitAccountId };
    return [{ key: transfer.id, line, ...other, ...(isDebit ? { debit: transfer.amountMinor } : { credit: transfer.amountMinor }) }];
  });
}

export function kindOf(line: { transfer?: { flags?: { pending: boolean; postPending: boolean; voidPending: boolean } | undefined } | undefined }): string {
  const flags = line.transfer?.flags;
  if (flags?.pending) return "Reserved";
  if (flags?.postPending) return "Posted from reserve";
  return flags?.voidPending ? "Reserve released" : "Posted";
}

export interface Sums {
  debitsPosted: bigint;
  creditsPosted: bigint;
  debitsPending: bigint;
  creditsPending: bigint;
}

export function sumsOf(totals: LedgerTotals): Sums {
  return {
    debitsPosted: BigInt(totals.debitsPosted),
    creditsPosted: BigInt(totals.creditsPosted),
    debitsPending: BigInt(totals.debitsPending),
    creditsPending: BigInt(totals.creditsPending),
  };
}

// An account in the trial balance: its balance on the side on which it stands.
export function trialSides(account: Account): { debit?: bigint; credit?: bigint } {
  const net = BigInt(account.debitsPosted) - BigInt(account.creditsPosted);
  if (net > 0n) return { debit: net };
  return net < 0n ? { credit: -net } : {};
}

// The foot of the trial balance, from what it lists.
export function trialSums(totals: LedgerTotals): { debit: bigint; credit: bigint } {
  const sums = { debit: 0n, credit: 0n };
  for (const account of totals.accounts) {
    const { debit = 0n, credit = 0n } = trialSides(account);
    sums.debit += debit;
    sums.credit += credit;
  }
  return sums;
}
