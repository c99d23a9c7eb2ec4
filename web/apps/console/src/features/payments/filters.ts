// The filters of the list, between the address, the form and the request.
import { fromWall, toTimestamp } from "@florin/api";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { PaymentStatus, type ListPaymentsRequestSchema } from "@florin/api/gen/florin/payments/v1/payments_pb";
import type { LocationQuery } from "vue-router";
import { paymentStatuses } from "./model";

// All text: what stands in the address, and in query keys.
export interface Filters {
  status: string;
  reference: string;
  currency: string;
  // A clock on the wall in the zone: "2026-11-23T18:00".
  from: string;
  to: string;
  attention: string;
}

export const filterNames = ["status", "reference", "currency", "since", "until", "attention"] as const;

const text = (value: LocationQuery[string] | undefined) => (typeof value === "string" ? value : "");

export function readFilters(query: LocationQuery): Filters {
  const status = text(query.status);
  const currency = text(query.currency).toUpperCase();
  return {
    status: paymentStatuses.some(({ value }) => value === status) ? status : "",
    reference: text(query.reference).slice(0, 200),
    currency: /^[A-Z]{3}$/.test(currency) ? currency : "",
    from: text(query.since),
    to: text(query.until),
    attention: text(query.attention) === "yes" ? "yes" : "",
  };
}

export function writeFilters(filters: Filters): Record<(typeof filterNames)[number], string | undefined> {
  return {
    status: filters.status || undefined,
    reference: filters.reference.trim() || undefined,
    currency: filters.currency || undefined,
    since: filters.from || undefined,
    until: filters.to || undefined,
    attention: filters.attention || undefined,
  };
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some(Boolean);
}

export function toRequest(filters: Filters, zone: string): MessageInitShape<typeof ListPaymentsRequestSchema> {
  const from = filters.from ? fromWall(filters.from, zone) : undefined;
  const to = filters.to ? fromWall(filters.to, zone) : undefined;
  return {
    status: paymentStatuses.find(({ value }) => value === filters.status)?.status ?? PaymentStatus.UNSPECIFIED,
    reference: filters.reference.trim(),
    currency: filters.currency,
    createTimeFrom: from && toTimestamp(from),
    createTimeTo: to && toTimestamp(to),
    needsAttention: filters.attention === "yes",
  };
}

export interface Chip {
  name: keyof Filters;
  label: string;
}

// What is filtered, in words, each to be taken away by itself.
export function chipsOf(filters: Filters): Chip[] {
  const chips: Chip[] = [];
  const status = paymentStatuses.find(({ value }) => value === filters.status);
  if (status) chips.push({ name: "status", label: `Status is ${status.label}` });
  if (filters.reference) chips.push({ name: "reference", label: `Reference is ${filters.reference}` });
  if (filters.currency) chips.push({ name: "currency", label: `Currency is ${filters.currency}` });
  if (filters.from) chips.push({ name: "from", label: `Created from ${filters.from.replace("T", " ")}` });
  if (filters.to) chips.push({ name: "to", label: `Created before ${filters.to.replace("T", " ")}` });
  if (filters.attention) chips.push({ name: "attention", label: "Needs attention" });
  return chips;
}
