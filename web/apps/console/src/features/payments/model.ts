// What the pages of payments know about payments, without any page: states in words, what may be done and why not.
import { AttemptStatus, AttentionReason, OperationKind, OperationStatus, PaymentMethodKind, PaymentStatus, type Action, type Attention, type Operation, type Payment } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { FailureActor, FailureCode, type PaymentFailure } from "@florin/api/gen/florin/common/v1/error_pb";
import { currencyUnit, formatMoney, type Unit } from "@florin/api";
import type { State } from "@florin/ui";

const statuses: Record<PaymentStatus, State> = {
  [PaymentStatus.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [PaymentStatus.REQUIRES_PAYMENT_METHOD]: { word: "Needs a method", tone: "plain" },
  [PaymentStatus.REQUIRES_CONFIRMATION]: { word: "Not confirmed", tone: "plain" },
  [PaymentStatus.REQUIRES_ACTION]: { word: "Waits for shopper", tone: "info", icon: "person" },
  [PaymentStatus.PROCESSING]: { word: "Processing", tone: "info", icon: "clock" },
  [PaymentStatus.REQUIRES_CAPTURE]: { word: "Authorized", tone: "info" },
  [PaymentStatus.SUCCEEDED]: { word: "Paid", tone: "ok" },
  [PaymentStatus.CANCELED]: { word: "Canceled", tone: "plain", icon: "cross" },
  [PaymentStatus.EXPIRED]: { word: "Expired", tone: "warn", icon: "clock" },
  [PaymentStatus.FAILED]: { word: "Failed", tone: "bad" },
};

// What the list says of a payment. Money given back shows, although the status of the contract stays "succeeded".
export function statusOf(payment: Payment): State {
  if (payment.status === PaymentStatus.SUCCEEDED && payment.refundedMinor > 0n) {
    const whole = payment.refundedMinor >= payment.capturedMinor;
    return { word: whole ? "Refunded" : "Partly refunded", tone: whole ? "plain" : "ok", icon: "undo" };
  }
  if (payment.status === PaymentStatus.REQUIRES_PAYMENT_METHOD && payment.lastFailure) return { word: "Declined", tone: "bad" };
  return statuses[payment.status] ?? statuses[PaymentStatus.UNSPECIFIED];
}

// The filter's choices; the value stands in the address.
export const paymentStatuses: { value: string; label: string; status: PaymentStatus }[] = [
  { value: "succeeded", label: "Paid", status: PaymentStatus.SUCCEEDED },
  { value: "requires_capture", label: "Authorized", status: PaymentStatus.REQUIRES_CAPTURE },
  { value: "processing", label: "Processing", status: PaymentStatus.PROCESSING },
  { value: "requires_action", label: "Waits for shopper", status: PaymentStatus.REQUIRES_ACTION },
  { value: "requires_payment_method", label: "Declined or no method", status: PaymentStatus.REQUIRES_PAYMENT_METHOD },
  { value: "requires_confirmation", label: "Not confirmed", status: PaymentStatus.REQUIRES_CONFIRMATION },
  { value: "canceled", label: "Canceled", status: PaymentStatus.CANCELED },
  { value: "expired", label: "Expired", status: PaymentStatus.EXPIRED },
  { value: "failed", label: "Failed", status: PaymentStatus.FAILED },
];

const attemptStates: Record<AttemptStatus, State> = {
  [AttemptStatus.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [AttemptStatus.SENT]: { word: "Sent", tone: "info" },
  [AttemptStatus.DECLINED_SOFT]: { word: "Declined, may work later", tone: "warn" },
  [AttemptStatus.DECLINED_HARD]: { word: "Declined", tone: "bad" },
  [AttemptStatus.ACTION_REQUIRED]: { word: "Waits for shopper", tone: "info", icon: "person" },
  [AttemptStatus.PENDING]: { word: "Pending", tone: "info", icon: "clock" },
  [AttemptStatus.AUTHORIZED]: { word: "Authorized", tone: "ok" },
  [AttemptStatus.CAPTURED]: { word: "Paid", tone: "ok" },
  [AttemptStatus.NOT_SENT]: { word: "Never sent", tone: "plain" },
  [AttemptStatus.UNKNOWN]: { word: "Outcome unknown", tone: "warn", icon: "question" },
  [AttemptStatus.VOIDED]: { word: "Voided", tone: "plain", icon: "cross" },
};
export const attemptState = (status: AttemptStatus): State => attemptStates[status] ?? attemptStates[AttemptStatus.UNSPECIFIED];

const operationStates: Record<OperationStatus, State> = {
  [OperationStatus.UNSPECIFIED]: { word: "Unknown", tone: "plain" },
  [OperationStatus.SENT]: { word: "Sent", tone: "info" },
  [OperationStatus.PENDING]: { word: "Pending", tone: "info", icon: "clock" },
  [OperationStatus.SUCCEEDED]: { word: "Done", tone: "ok" },
  [OperationStatus.FAILED]: { word: "Failed", tone: "bad" },
  [OperationStatus.UNKNOWN]: { word: "Outcome unknown", tone: "warn", icon: "question" },
};
export const operationState = (status: OperationStatus): State => operationStates[status] ?? operationStates[OperationStatus.UNSPECIFIED];

const kinds: Record<OperationKind, string> = {
  [OperationKind.UNSPECIFIED]: "Operation",
  [OperationKind.CAPTURE]: "Capture",
  [OperationKind.VOID]: "Void",
  [OperationKind.REFUND]: "Refund",
};
export const kindName = (kind: OperationKind): string => kinds[kind] ?? kinds[OperationKind.UNSPECIFIED];

// "INSUFFICIENT_FUNDS" as a person says it.
export function failureWord(failure: PaymentFailure): string {
  const name = FailureCode[failure.code] ?? "OTHER";
  const words = name.replaceAll("_", " ").toLowerCase().replace(/\bcvc\b/, "CVC");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const actors: Record<FailureActor, string> = {
  [FailureActor.UNSPECIFIED]: "",
  [FailureActor.SHOPPER]: "The shopper can help: another card, or a correction.",
  [FailureActor.MERCHANT]: "You can help: look at the request and the account's settings.",
  [FailureActor.PLATFORM]: "The platform has to look at it.",
  [FailureActor.PROVIDER]: "The provider or the bank: wait, then try again.",
};
export const failureAdvice = (failure: PaymentFailure): string => actors[failure.actor] ?? "";

export const unitOf = (payment: Payment): Unit => currencyUnit(payment.amount?.currency ?? "");

export function isOpen(operation: Operation): boolean {
  return [OperationStatus.SENT, OperationStatus.PENDING, OperationStatus.UNKNOWN].includes(operation.status);
}

// Something may still change by itself: the page asks again soon.
export function isMoving(payment: Payment): boolean {
  return [PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION].includes(payment.status) || payment.operations.some(isOpen);
}

export type ActionName = "capture" | "cancel" | "refund";

export interface Allowed {
  // Why not; nothing if it may be done.
  why?: string;
  // The most that may be taken or given.
  mostMinor: bigint;
}

const permissions: Record<ActionName, string> = { capture: "payments.write", cancel: "payments.write", refund: "refunds.write" };

// Whether an action may be taken now, and how far. The server decides again; this is so that nobody has to try in order to learn.
export function allowed(action: ActionName, payment: Payment, can: (permission: string) => boolean): Allowed {
  const mostMinor = action === "capture" ? payment.capturableMinor : action === "refund" ? payment.refundableMinor : 0n;
  const why = can(permissions[action]) ? whyNot(action, payment) : `Your role lacks the permission ${permissions[action]}.`;
  return why ? { why, mostMinor } : { mostMinor };
}

function whyNot(action: ActionName, payment: Payment): string | undefined {
  if (action === "capture") return whyNotCapture(payment);
  if (action === "refund") return whyNotRefund(payment);
  return whyNotCancel(payment);
}

function setAside(payment: Payment, kind: OperationKind): bigint {
  return payment.operations.filter((one) => one.kind === kind && isOpen(one)).reduce((sum, one) => sum + one.amountMinor, 0n);
}

function whyNotCapture(payment: Payment): string | undefined {
  if (payment.capturableMinor > 0n) return undefined;
  const waiting = setAside(payment, OperationKind.CAPTURE);
  if (waiting > 0n) return `A capture of ${formatMoney(waiting, unitOf(payment))} is under way.`;
  if (payment.operations.some((one) => one.kind === OperationKind.VOID && isOpen(one))) return "The rest of the authorization is being released.";
  if (payment.capturedMinor > 0n) return "All that was authorized is captured or released.";
  switch (payment.status) {
    case PaymentStatus.PROCESSING:
      return "Its outcome at the provider is not known yet.";
    case PaymentStatus.REQUIRES_ACTION:
      return "The shopper has to finish what they are asked to do first.";
    case PaymentStatus.CANCELED:
    case PaymentStatus.EXPIRED:
    case PaymentStatus.FAILED:
      return "The payment has ended without money.";
    default:
      return "Nothing is authorized.";
  }
}

function whyNotRefund(payment: Payment): string | undefined {
  if (payment.refundableMinor > 0n) return undefined;
  const waiting = setAside(payment, OperationKind.REFUND);
  if (waiting > 0n) return `A refund of ${formatMoney(waiting, unitOf(payment))} is under way; nothing is left beside it.`;
  if (payment.refundedMinor > 0n) return "All that was captured has been given back.";
  if (payment.authorizedMinor > 0n && payment.status === PaymentStatus.REQUIRES_CAPTURE) return "Nothing is captured. Cancel it to release the authorization.";
  return "Nothing is captured.";
}

function whyNotCancel(payment: Payment): string | undefined {
  switch (payment.status) {
    case PaymentStatus.SUCCEEDED:
      return payment.refundableMinor > 0n ? "It is paid. Refund it instead." : "It is paid and has ended.";
    case PaymentStatus.CANCELED:
      return "It is canceled.";
    case PaymentStatus.EXPIRED:
    case PaymentStatus.FAILED:
      return "It has ended.";
    case PaymentStatus.PROCESSING:
      return "Its outcome at the provider is not known yet.";
    default:
      break;
  }
  if (payment.capturedMinor > 0n || setAside(payment, OperationKind.CAPTURE) > 0n) return "A part is captured. Capture the rest as final, or refund what is captured.";
  if (payment.operations.some((one) => one.kind === OperationKind.VOID && isOpen(one))) return "It is being canceled.";
  return undefined;
}

export interface Step {
  key: "amount" | "authorized" | "captured" | "refunded" | "kept";
  name: string;
  minor: bigint;
  // Where the bar begins and how far it reaches, in thousandths of the widest.
  from: number;
  width: number;
  note?: string;
  // Taken away from what stands above it.
  minus?: boolean;
}

// The amounts of a payment as steps: asked for, authorized, captured, given back, kept.
export function waterfall(payment: Payment): Step[] {
  const asked = payment.amount?.minor ?? 0n;
  const kept = payment.capturedMinor - payment.refundedMinor;
  const widest = [asked, payment.authorizedMinor, payment.capturedMinor, 1n].reduce((most, one) => (one > most ? one : most));
  const part = (minor: bigint) => Number((minor * 1000n) / widest);
  const waitingCapture = setAside(payment, OperationKind.CAPTURE);
  const waitingRefund = setAside(payment, OperationKind.REFUND);
  const under = (minor: bigint) => (minor > 0n ? `${formatMoney(minor, unitOf(payment))} more under way` : undefined);
  const steps: Step[] = [
    { key: "amount", name: "Asked for", minor: asked, from: 0, width: part(asked) },
    { key: "authorized", name: "Authorized", minor: payment.authorizedMinor, from: 0, width: part(payment.authorizedMinor) },
    { key: "captured", name: "Captured", minor: payment.capturedMinor, from: 0, width: part(payment.capturedMinor), note: under(waitingCapture) },
  ];
  if (payment.refundedMinor > 0n || waitingRefund > 0n) {
    const from = kept > 0n ? part(kept) : 0;
    steps.push({ key: "refunded", name: "Refunded", minor: payment.refundedMinor, from, width: part(payment.refundedMinor), note: under(waitingRefund), minus: true });
  }
  steps.push({ key: "kept", name: "Kept", minor: kept, from: 0, width: kept > 0n ? part(kept) : 0 });
  return steps;
}

export function attentionWord(attention: Attention, unit: Unit): string {
  const money = formatMoney(attention.amountMinor, unit);
  switch (attention.reason) {
    case AttentionReason.SURPLUS_NOT_RETURNED:
      return `${money} that must not be kept could not be given back. Refund it here, or at the provider's own pages.`;
    case AttentionReason.OVER_REFUNDED:
      return `${money} more was refunded than captured: the provider did two refunds of which one had counted as failed.`;
    default:
      return `Something about ${money} needs a person.`;
  }
}

const methodKinds: Record<PaymentMethodKind, string> = {
  [PaymentMethodKind.UNSPECIFIED]: "",
  [PaymentMethodKind.CARD]: "Card",
  [PaymentMethodKind.WALLET]: "Wallet",
  [PaymentMethodKind.UPI]: "UPI",
  [PaymentMethodKind.BANK_TRANSFER]: "Bank transfer",
  [PaymentMethodKind.BUY_NOW_PAY_LATER]: "Buy now pay later",
};

const brands: Record<string, string> = { visa: "Visa", mastercard: "Mastercard", amex: "American Express", diners: "Diners Club", discover: "Discover", jcb: "JCB", maestro: "Maestro", rupay: "RuPay", unionpay: "UnionPay" };

// "Visa •••• 4242", "Bank transfer"; nothing before a method is known.
export function methodWord(payment: Payment): string {
  const { card, kind } = payment.paymentMethod ?? {};
  if (card?.lastFour) return `${brands[card.brand] ?? "Card"} •••• ${card.lastFour}`;
  return methodKinds[kind ?? PaymentMethodKind.UNSPECIFIED] ?? "";
}

// "tok_decline_fraud" is what the sandbox takes; a token is not for reading, but it tells payments apart.
export function tokenOf(payment: Payment): string {
  const method = payment.paymentMethod?.method;
  return method?.case === "token" ? method.value : "";
}

// What the shopper is asked to do, in a sentence. The provider's answer decides, the kind of method only names the page.
export function actionWord(action: Action, kind: PaymentMethodKind): string {
  if (action.bankTransfer) return "The shopper has to send the money from their bank, with the reference below.";
  if (action.appUrl) return "The shopper has to approve the payment in a payment app, by a code or a link.";
  if (kind === PaymentMethodKind.WALLET) return "The shopper has to approve the payment on the wallet's page.";
  if (kind === PaymentMethodKind.BUY_NOW_PAY_LATER) return "The shopper has to agree with the lender on its page.";
  return "The shopper has to finish a challenge of their bank.";
}
