// Transfers as bookkeepers read them: per ledger its accounts with debits and credits, and whether it balances.
import { ledgerUnit, type Unit } from "@florin/api";
import { PendingState, type TransferView } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import type { TEntry } from "./components/FlTAccount.vue";

export interface BookAccount {
  id: string;
  path: string;
  debits: TEntry[];
  credits: TEntry[];
}

export interface Book {
  ledger: string;
  unit: Unit;
  accounts: BookAccount[];
  // Posted sums over the accounts.
  debit: bigint;
  credit: bigint;
}

// What a transfer does to the books as they stand: posts, reserves, or nothing any more (a reservation that was posted, voided or
// timed out, and the void itself; the post stands in its own transfer).
export function standing(view: TransferView): "posted" | "pending" | "gone" {
  const flags = view.transfer?.flags;
  if (flags?.voidPending) return "gone";
  if (flags?.pending) return view.pendingState === PendingState.PENDING ? "pending" : "gone";
  return "posted";
}

// Oldest first.
export function inOrder(views: readonly TransferView[]): TransferView[] {
  const at = (view: TransferView) => (view.transfer?.time?.seconds ?? 0n) * 1_000_000_000n + BigInt(view.transfer?.time?.nanos ?? 0);
  return [...views].sort((left, right) => (at(left) < at(right) ? -1 : at(left) > at(right) ? 1 : 0));
}

export function toBooks(views: readonly TransferView[], label: (view: TransferView, side: "debit" | "credit") => string): Book[] {
  const books = new Map<string, Book>();
  for (const view of inOrder(views)) {
    const transfer = view.transfer;
    const state = standing(view);
    if (!transfer || state === "gone") continue;
    const book = books.get(transfer.ledger) ?? { ledger: transfer.ledger, unit: ledgerUnit(transfer.ledger), accounts: [], debit: 0n, credit: 0n };
    books.set(transfer.ledger, book);
    const entry = (side: "debit" | "credit"): TEntry => ({ key: transfer.id + side, minor: transfer.amountMinor, label: label(view, side), pending: state === "pending" });
    accountIn(book, transfer.debitAccountId, view.debitPath).debits.push(entry("debit"));
    accountIn(book, transfer.creditAccountId, view.creditPath).credits.push(entry("credit"));
  }
  for (const book of books.values()) addUp(book);
  return [...books.values()].sort((left, right) => (left.ledger < right.ledger ? -1 : 1));
}

function accountIn(book: Book, id: string, path: string): BookAccount {
  let account = book.accounts.find((one) => one.id === id);
  if (!account) book.accounts.push((account = { id, path, debits: [], credits: [] }));
  return account;
}

// From what the accounts show, not from the transfers: a difference would be a fault of this page, and is to be seen.
function addUp(book: Book): void {
  const posted = (entries: TEntry[]) => entries.filter((one) => !one.pending).reduce((sum, one) => sum + one.minor, 0n);
  for (const account of book.accounts) {
    book.debit += posted(account.debits);
    book.credit += posted(account.credits);
  }
}
