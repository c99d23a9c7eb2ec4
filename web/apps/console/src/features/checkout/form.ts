// The form of a payment link, between what a person types and what the contract takes. Errors stand under the names of the contract,
// so that the server's own land at the same fields.
import { currencyUnit, parseAmount, type Unit } from "@florin/api";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { PaymentLinkUse, type CreatePaymentLinkRequestSchema } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import type { BillLine } from "./model";

// All text, as it stands in the fields.
export interface ItemDraft {
  key: number;
  name: string;
  quantity: string;
  price: string;
}

export interface LinkDraft {
  currency: string;
  items: ItemDraft[];
  use: "reusable" | "single";
  // Seconds; empty for no end.
  lifetime: string;
  description: string;
  reference: string;
  successUrl: string;
  locale: string;
}

export const itemsMax = 100;
const quantityMax = 1_000_000n;
const amountMax = 1_000_000_000_000_000n;

let keys = 0;
export const emptyItem = (): ItemDraft => ({ key: ++keys, name: "", quantity: "1", price: "" });
export const emptyDraft = (): LinkDraft => ({ currency: "EUR", items: [emptyItem()], use: "reusable", lifetime: "", description: "", reference: "", successUrl: "", locale: "" });

export const lifetimes: { value: string; label: string }[] = [
  { value: "", label: "Without an end" },
  { value: "3600", label: "1 hour" },
  { value: "86400", label: "1 day" },
  { value: "604800", label: "7 days" },
  { value: "2592000", label: "30 days" },
  { value: "31536000", label: "1 year" },
];

const codeOf = (draft: LinkDraft) => draft.currency.trim().toUpperCase();
export const unitOfDraft = (draft: LinkDraft): Unit => currencyUnit(codeOf(draft));

function quantityOf(item: ItemDraft): bigint | undefined {
  const text = item.quantity.trim();
  if (!/^\d{1,7}$/.test(text)) return undefined;
  const quantity = BigInt(text);
  return quantity >= 1n && quantity <= quantityMax ? quantity : undefined;
}

function priceOf(item: ItemDraft, unit: Unit): bigint | undefined {
  const price = parseAmount(item.price, unit);
  return price.ok && price.minor <= amountMax ? price.minor : undefined;
}

// The lines that can be read already; the others cost nothing yet.
export function billOfDraft(draft: LinkDraft): BillLine[] {
  const unit = unitOfDraft(draft);
  return draft.items.map((item) => {
    const quantity = quantityOf(item) ?? 0n;
    const unitMinor = priceOf(item, unit) ?? 0n;
    return { key: String(item.key), name: item.name.trim(), description: "", quantity, unitMinor, costMinor: quantity * unitMinor };
  });
}

export const totalOf = (lines: readonly BillLine[]): bigint => lines.reduce((sum, line) => sum + line.costMinor, 0n);

export type FieldErrors = Record<string, string>;

export const itemField = (at: number, name: "name" | "quantity" | "unit_amount_minor"): string => `terms.line_items[${at}].${name}`;

// What is wrong already before the server is asked.
export function errorsOf(draft: LinkDraft): FieldErrors {
  const errors: FieldErrors = {};
  if (!/^[A-Z]{3}$/.test(codeOf(draft))) errors["terms.currency"] = "Give three letters, like EUR.";
  const unit = unitOfDraft(draft);
  draft.items.forEach((item, at) => {
    if (!item.name.trim()) errors[itemField(at, "name")] = "Say what it is.";
    if (quantityOf(item) === undefined) errors[itemField(at, "quantity")] = "Give a whole number from 1 to 1,000,000.";
    const price = parseAmount(item.price, unit);
    if (!price.ok) errors[itemField(at, "unit_amount_minor")] = price.why;
    else if (price.minor > amountMax) errors[itemField(at, "unit_amount_minor")] = "That is more than one payment can be.";
  });
  if (Object.keys(errors).length > 0) return errors;
  const total = totalOf(billOfDraft(draft));
  if (total < 1n) errors["terms.line_items"] = "Together they must cost more than nothing.";
  if (total > amountMax) errors["terms.line_items"] = "Together they cost more than one payment can be.";
  return errors;
}

export function toRequest(draft: LinkDraft): MessageInitShape<typeof CreatePaymentLinkRequestSchema> {
  const lines = billOfDraft(draft);
  return {
    terms: {
      currency: codeOf(draft),
      lineItems: lines.map(({ name, quantity, unitMinor }) => ({ name, quantity, unitAmountMinor: unitMinor })),
      description: draft.description.trim(),
      reference: draft.reference.trim(),
      successUrl: draft.successUrl.trim(),
      locale: draft.locale,
    },
    use: draft.use === "single" ? PaymentLinkUse.SINGLE : PaymentLinkUse.REUSABLE,
    ...(draft.lifetime ? { lifetime: { seconds: BigInt(draft.lifetime) } } : {}),
  };
}
