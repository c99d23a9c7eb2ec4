// The figures of the overview, out of the newest payments.
import { currencyUnit, toDate, type Unit } from "@florin/api";
import { PaymentStatus, type Payment } from "@florin/api/gen/florin/payments/v1/payments_pb";
import type { Account, LedgerTotals } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { AccountClass } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { ledgerUnit } from "@florin/api";

export interface Volume {
  unit: Unit;
  capturedMinor: bigint;
  refundedMinor: bigint;
  count: number;
}

// Captured and refunded, by currency, most payments first.
export function volumes(payments: readonly Payment[]): Volume[] {
  const found = new Map<string, Volume>();
  for (const payment of payments) {
    const code = payment.amount?.currency ?? "";
    if (payment.capturedMinor === 0n) continue;
    const volume = found.get(code) ?? { unit: currencyUnit(code), capturedMinor: 0n, refundedMinor: 0n, count: 0 };
    volume.capturedMinor += payment.capturedMinor;
    volume.refundedMinor += payment.refundedMinor;
    volume.count += 1;
    found.set(code, volume);
  }
  return [...found.values()].sort((left, right) => right.count - left.count);
}

export interface Approval {
  provider: string;
  approved: number;
  tried: number;
  permille: number;
}

// Of the payments that have an outcome, the share that was authorized, by provider. What is still under way counts for neither.
export function approvals(payments: readonly Payment[]): Approval[] {
  const found = new Map<string, Approval>();
  for (const payment of payments) {
    const attempt = payment.attempts.at(-1);
    const open = [PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.REQUIRES_CONFIRMATION].includes(payment.status);
    if (!attempt || open) continue;
    const provider = `${attempt.connector}/${attempt.pspAccount}`;
    const approval = found.get(provider) ?? { provider, approved: 0, tried: 0, permille: 0 };
    approval.tried += 1;
    if (payment.authorizedMinor > 0n) approval.approved += 1;
    approval.permille = Math.round((approval.approved * 1000) / approval.tried);
    found.set(provider, approval);
  }
  return [...found.values()];
}

export interface Hour {
  start: Date;
  paid: number;
  other: number;
}

const hourMs = 3_600_000;

// The last 24 hours, oldest first: how many payments were paid or authorized, and how many were not.
export function hours(payments: readonly Payment[], now: Date): Hour[] {
  const last = Math.floor(now.getTime() / hourMs);
  const found: Hour[] = Array.from({ length: 24 }, (_, at) => ({ start: new Date((last - 23 + at) * hourMs), paid: 0, other: 0 }));
  for (const payment of payments) {
    if (!payment.createTime) continue;
    const hour = found[Math.floor(toDate(payment.createTime).getTime() / hourMs) - (last - 23)];
    if (!hour) continue;
    if (payment.authorizedMinor > 0n) hour.paid += 1;
    else hour.other += 1;
  }
  return found;
}

export interface Holding {
  path: string;
  unit: Unit;
  balance: bigint;
  pending: bigint;
  accountId: string;
}

// What stands in each ledger, by account: assets and liabilities.
export function holdings(ledgers: readonly LedgerTotals[]): Holding[] {
  const shown = (account: Account) => account.accountClass === AccountClass.LIABILITY || account.accountClass === AccountClass.ASSET;
  return ledgers
    .flatMap((ledger) => ledger.accounts.filter(shown))
    .map((account) => ({
      path: account.path,
      unit: ledgerUnit(account.ledger),
      balance: BigInt(account.balance),
      pending: account.accountClass === AccountClass.LIABILITY ? BigInt(account.creditsPending) - BigInt(account.debitsPending) : BigInt(account.debitsPending) - BigInt(account.creditsPending),
      accountId: account.id,
    }))
    // An account on which only reservations stand says nothing that its counterpart does not.
    .filter((holding) => holding.balance !== 0n)
    .sort((left, right) => (left.path === right.path ? (left.unit.code < right.unit.code ? -1 : 1) : left.path < right.path ? -1 : 1));
}
