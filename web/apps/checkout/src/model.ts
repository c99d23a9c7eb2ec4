// The page as a machine: what is known, what can happen, and which face follows from it. Pure.
//
// The server's Checkout is the only truth about money; the page's own state is what it is doing at the moment.
import { kindOf, type Checkout, type Kind } from "./contract";
import { isUnreachable, type Problem } from "./problem";

// What the page is in the middle of. Whatever it is, nothing else is begun meanwhile.
export type Doing =
  | "opening"
  | "nothing"
  // The card form makes a token.
  | "preparing"
  | "sending"
  // A call's outcome is not clear: the server is asked before anything is repeated.
  | "checking"
  // The server asked for patience before the same call again.
  | "queued"
  | "leaving"
  // On the way to a provider's page.
  | "going";

export type Notice =
  // Proved: the server has not seen the attempt.
  | { kind: "unsent" }
  | { kind: "offline" }
  | { kind: "card_form"; reason: "unavailable" | "too_many" }
  // The method is not to be had any more.
  | { kind: "method_gone" }
  | { kind: "fault"; traceId: string };

// Why there is no checkout to show at all.
export type End = "no_secret" | "unknown" | "link_closed";

export interface State {
  doing: Doing;
  checkout: Checkout | undefined;
  chosen: Kind | undefined;
  notice: Notice | undefined;
  end: End | undefined;
  // Fresh from a provider's page, whose news may still be on its way here.
  returned: boolean;
  // Whether the last call reached the server.
  reached: boolean;
  // What the browser believes of its network.
  online: boolean;
}

export type Event =
  | { type: "doing"; what: Doing }
  | { type: "told"; checkout: Checkout }
  | { type: "unreached" }
  | { type: "network"; online: boolean }
  | { type: "chose"; kind: Kind }
  | { type: "noticed"; notice: Notice | undefined }
  | { type: "ended"; end: End }
  | { type: "waited" };

export function start(returned: boolean, online: boolean): State {
  return { doing: "opening", checkout: undefined, chosen: undefined, notice: undefined, end: undefined, returned, reached: true, online };
}

export function next(state: State, event: Event): State {
  switch (event.type) {
    case "doing":
      return { ...state, doing: event.what, notice: event.what === "nothing" ? state.notice : undefined };
    case "told":
      return { ...state, checkout: event.checkout, chosen: choice(state.chosen, event.checkout), reached: true, end: undefined };
    case "unreached":
      return { ...state, reached: false };
    case "network":
      return { ...state, online: event.online };
    case "chose":
      return { ...state, chosen: event.kind };
    case "noticed":
      return { ...state, doing: "nothing", notice: event.notice };
    case "ended":
      return { ...state, doing: "nothing", end: event.end, notice: undefined };
    case "waited":
      return { ...state, returned: false };
  }
}

export function offeredKinds(checkout: Checkout | undefined): Kind[] {
  return (checkout?.methods ?? []).map(({ kind }) => kindOf(kind)).filter((kind) => kind !== undefined);
}

// The shopper's choice as long as it is offered, else that of the last try, else the first.
function choice(chosen: Kind | undefined, checkout: Checkout): Kind | undefined {
  const kinds = offeredKinds(checkout);
  if (kinds.length === 0) return chosen;
  const wanted = chosen ?? kindOf(checkout.payment?.methodKind);
  return wanted && kinds.includes(wanted) ? wanted : kinds[0];
}

export type Stage = "opening" | "unopened" | "nowhere" | "choose" | "waiting" | "action" | "paid" | "expired" | "canceled" | "failed";

export function stageOf(state: State): Stage {
  if (state.end) return "nowhere";
  if (!state.checkout) return state.notice ? "unopened" : "opening";
  switch (state.checkout.status) {
    case "CHECKOUT_SESSION_STATUS_COMPLETED":
      return "paid";
    case "CHECKOUT_SESSION_STATUS_EXPIRED":
      return "expired";
    case "CHECKOUT_SESSION_STATUS_CANCELED":
      return "canceled";
    case "CHECKOUT_SESSION_STATUS_FAILED":
      return "failed";
    default:
      return openStage(state);
  }
}

function openStage({ checkout, returned, doing }: State): Stage {
  switch (checkout?.payment?.status) {
    case "PAYMENT_STATUS_REQUIRES_ACTION":
      return returned && doing !== "leaving" ? "waiting" : "action";
    // Decided, and the session is about to say so.
    case "PAYMENT_STATUS_REQUIRES_CAPTURE":
    case "PAYMENT_STATUS_SUCCEEDED":
    case "PAYMENT_STATUS_CANCELED":
    case "PAYMENT_STATUS_EXPIRED":
    case "PAYMENT_STATUS_FAILED":
    case "PAYMENT_STATUS_PROCESSING":
      return "waiting";
    default:
      return "choose";
  }
}

// Whether news is to be waited for without being asked.
export function isWatched(stage: Stage): boolean {
  return stage === "waiting" || stage === "action";
}

export function isBusy(doing: Doing): boolean {
  return doing !== "nothing";
}

// The last try's failure, to be told while the shopper chooses again.
export function declineOf({ checkout, doing }: State) {
  const payment = checkout?.payment;
  const told = doing === "nothing" && payment?.status === "PAYMENT_STATUS_REQUIRES_PAYMENT_METHOD";
  return told ? payment.failure : undefined;
}

export function isOffline({ online, reached }: State): boolean {
  return !online || !reached;
}

// Changes whenever the payment gets on, so that two of them tell whether an attempt has arrived.
export function markOf(checkout: Checkout | undefined): string {
  const { paymentId = "", status = "", triesLeft = 0, updateTime = "" } = checkout?.payment ?? {};
  return [checkout?.status ?? "", paymentId, status, triesLeft, updateTime].join("|");
}

// An attempt left behind by a reload is finished while the shopper still expects it; an older one is not brought back to life.
const freshMs = 120_000;

export type Verdict = "settled" | "send_again" | "drop";

// What becomes of an attempt whose outcome was unclear, once the server has told how things stand.
export function judge(attempt: { before: string; startedMs: number }, checkout: Checkout, nowMs: number): Verdict {
  if (markOf(checkout) !== attempt.before) return "settled";
  return nowMs - attempt.startedMs < freshMs ? "send_again" : "drop";
}

// What to say of a call that was refused or failed for good.
export function noticeOf(problem: Problem): Notice {
  if (isUnreachable(problem)) return { kind: "offline" };
  if (problem.reason === "payment_method_not_offered") return { kind: "method_gone" };
  return { kind: "fault", traceId: problem.traceId };
}

export function endOf(problem: Problem): End | undefined {
  if (problem.reason === "payment_link_not_active") return "link_closed";
  return problem.code === "not_found" ? "unknown" : undefined;
}
