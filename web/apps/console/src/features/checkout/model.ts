// What the pages of checkout know about sessions and links, without any page: states in words, bills, what may be done and why not.
import { currencyUnit, type Unit } from "@florin/api";
import { CheckoutSessionStatus, PaymentLinkStatus, PaymentLinkUse, type CheckoutSession, type CheckoutTerms, type LineItem, type PaymentLink } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import type { State } from "@florin/ui";

const sessionStates: Record<CheckoutSessionStatus, State> = {
  [CheckoutSessionStatus.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [CheckoutSessionStatus.OPEN]: { word: "Open", tone: "info" },
  [CheckoutSessionStatus.COMPLETED]: { word: "Paid", tone: "ok" },
  [CheckoutSessionStatus.EXPIRED]: { word: "Expired", tone: "warn", icon: "clock" },
  [CheckoutSessionStatus.CANCELED]: { word: "Canceled", tone: "plain", icon: "cross" },
  [CheckoutSessionStatus.FAILED]: { word: "Failed", tone: "bad" },
};
export const sessionState = (status: CheckoutSessionStatus): State => sessionStates[status] ?? sessionStates[CheckoutSessionStatus.UNSPECIFIED];

// The filter's choices; the value stands in the address.
export const sessionStatuses: { value: string; label: string; status: CheckoutSessionStatus }[] = [
  { value: "", label: "All", status: CheckoutSessionStatus.UNSPECIFIED },
  { value: "open", label: "Open", status: CheckoutSessionStatus.OPEN },
  { value: "completed", label: "Paid", status: CheckoutSessionStatus.COMPLETED },
  { value: "expired", label: "Expired", status: CheckoutSessionStatus.EXPIRED },
  { value: "canceled", label: "Canceled", status: CheckoutSessionStatus.CANCELED },
  { value: "failed", label: "Failed", status: CheckoutSessionStatus.FAILED },
];
export const statusOfFilter = (value: string): CheckoutSessionStatus => sessionStatuses.find((one) => one.value === value)?.status ?? CheckoutSessionStatus.UNSPECIFIED;

const linkStates: Record<PaymentLinkStatus, State> = {
  [PaymentLinkStatus.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [PaymentLinkStatus.ACTIVE]: { word: "Active", tone: "ok" },
  [PaymentLinkStatus.INACTIVE]: { word: "Turned off", tone: "plain", icon: "cross" },
  [PaymentLinkStatus.USED]: { word: "Paid", tone: "ok" },
  [PaymentLinkStatus.EXPIRED]: { word: "Expired", tone: "warn", icon: "clock" },
};
export const linkState = (status: PaymentLinkStatus): State => linkStates[status] ?? linkStates[PaymentLinkStatus.UNSPECIFIED];

export const useWord = (use: PaymentLinkUse): string => (use === PaymentLinkUse.SINGLE ? "Once" : "Any number of times");

export const languages: { value: string; label: string }[] = [
  { value: "", label: "The shopper's own" },
  { value: "en", label: "English" },
  { value: "de", label: "German" },
  { value: "es", label: "Spanish" },
  { value: "ar", label: "Arabic" },
  { value: "hi", label: "Hindi" },
];
export const languageWord = (locale: string): string => languages.find(({ value }) => value === locale)?.label ?? locale;

export const unitOf = (terms: CheckoutTerms | undefined): Unit => currencyUnit(terms?.currency ?? "");

// What is bought, in a few words, for lists.
export function aboutOf(terms: CheckoutTerms | undefined): string {
  if (terms?.description) return terms.description;
  const [first, ...others] = terms?.lineItems ?? [];
  if (!first) return "";
  return others.length ? `${first.name} and ${others.length} more` : first.name;
}

export interface BillLine {
  key: string;
  name: string;
  description: string;
  quantity: bigint;
  unitMinor: bigint;
  costMinor: bigint;
}

export function billOf(items: readonly LineItem[]): BillLine[] {
  return items.map(({ name, description, quantity, unitAmountMinor }, at) => ({ key: String(at), name, description, quantity, unitMinor: unitAmountMinor, costMinor: quantity * unitAmountMinor }));
}

const lacking = "Your role lacks the permission checkout.write.";

// The server decides again; these are so that nobody has to try in order to learn.
export function whyNotCancel(session: CheckoutSession, can: (permission: string) => boolean): string | undefined {
  if (session.status !== CheckoutSessionStatus.OPEN) return `It is not open any more: ${sessionState(session.status).word.toLowerCase()}.`;
  return can("checkout.write") ? undefined : lacking;
}

export function whyNotSwitch(link: PaymentLink, can: (permission: string) => boolean): string | undefined {
  if (link.status === PaymentLinkStatus.USED) return "It was for one payment, and that is made.";
  if (link.status === PaymentLinkStatus.EXPIRED) return "Its time ran out.";
  return can("checkout.write") ? undefined : lacking;
}

export const whyNotMake = (can: (permission: string) => boolean): string | undefined => (can("checkout.write") ? undefined : lacking);
