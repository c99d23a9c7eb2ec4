// What a shopper is told about each way in which a payment can fail: what happened, what to do, and where to go on.
import type { FailureCode } from "./contract";
import type { Key } from "./words";

export type Field = "number" | "expiry" | "cvc";

export interface Advice {
  what: Key;
  todo: Key;
  // Where a correction helps; else the shopper decides.
  field?: Field;
  // The same method may succeed, so nothing is to be typed anew.
  again: boolean;
  // The shopper's own doing, or nobody's: said without alarm.
  calm?: boolean;
}

// A card that is reported as lost or suspected of fraud is declined like any: a thief must not learn more.
const declined: Advice = { what: "declined", todo: "declined_todo", again: false };
const provider: Advice = { what: "provider_down", todo: "provider_down_todo", again: true };
const other: Advice = { what: "not_paid", todo: "not_paid_todo", again: true };

const advices: Record<FailureCode, Advice> = {
  FAILURE_CODE_UNSPECIFIED: other,
  FAILURE_CODE_INSUFFICIENT_FUNDS: { what: "no_funds", todo: "other_method_todo", again: false },
  FAILURE_CODE_DO_NOT_HONOR: declined,
  FAILURE_CODE_EXPIRED_CARD: { what: "card_expired", todo: "card_expired_todo", field: "expiry", again: true },
  FAILURE_CODE_INCORRECT_NUMBER: { what: "wrong_number", todo: "wrong_number_todo", field: "number", again: true },
  FAILURE_CODE_INCORRECT_CVC: { what: "wrong_cvc", todo: "wrong_cvc_todo", field: "cvc", again: true },
  FAILURE_CODE_LOST_OR_STOLEN: declined,
  FAILURE_CODE_FRAUD_SUSPECTED: declined,
  FAILURE_CODE_AUTHENTICATION_REQUIRED: { what: "check_needed", todo: "check_needed_todo", again: true },
  FAILURE_CODE_AUTHENTICATION_FAILED: { what: "check_failed", todo: "check_failed_todo", again: true },
  FAILURE_CODE_LIMIT_EXCEEDED: { what: "over_limit", todo: "over_limit_todo", again: false },
  FAILURE_CODE_METHOD_NOT_SUPPORTED: { what: "not_supported", todo: "other_method_todo", again: false },
  FAILURE_CODE_CURRENCY_NOT_SUPPORTED: { what: "wrong_currency", todo: "other_method_todo", again: false },
  FAILURE_CODE_TRY_AGAIN_LATER: { what: "not_now", todo: "wait_todo", again: true },
  FAILURE_CODE_CANCELED_BY_SHOPPER: { what: "left", todo: "left_todo", again: true, calm: true },
  FAILURE_CODE_PROVIDER_UNAVAILABLE: provider,
  FAILURE_CODE_PROVIDER_ERROR: provider,
  FAILURE_CODE_DUPLICATE: { what: "duplicate", todo: "duplicate_todo", again: true },
  FAILURE_CODE_NOT_PROCESSED: other,
  FAILURE_CODE_EXPIRED: { what: "too_late", todo: "too_late_todo", again: true, calm: true },
  FAILURE_CODE_OTHER: other,
};

// A code that this page does not know yet is treated as "other".
export function adviceOf(code: FailureCode | undefined): Advice {
  return (code && advices[code]) || other;
}

// Until then the shopper is not counted down at.
const fewTries = 3;

export function triesToTell(left: number | undefined): number | undefined {
  return left !== undefined && left > 0 && left <= fewTries ? left : undefined;
}
