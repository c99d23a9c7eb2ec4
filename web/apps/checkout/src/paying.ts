// One attempt, from the button to its outcome; and what the shopper is then asked to do, or gives up.
import { webAddress } from "./address";
import { forgetAttempt, keepAttempt, type Attempt } from "./attempts";
import type { Token } from "./cardForm";
import { kindOf, type Checkout } from "./contract";
import type { Machine } from "./machine";
import { judge, markOf, noticeOf, type Notice } from "./model";
import { isUnreachable, outcomeOf, type Problem } from "./problem";
import { backoffMs } from "./world";

// An attempt is sent so often before the shopper is asked to press again.
const mostSends = 3;

// The form itself shows what is incomplete.
const tokenNotices: Partial<Record<string, Notice>> = {
  offline: { kind: "offline" },
  too_many: { kind: "card_form", reason: "too_many" },
  unavailable: { kind: "card_form", reason: "unavailable" },
};

async function tokenOf(machine: Machine, tokenize: () => Promise<Token>): Promise<string | undefined> {
  const { checkout, chosen } = machine.state;
  if (chosen !== "CARD") return checkout?.methods?.find(({ kind }) => kindOf(kind) === chosen)?.token;
  const answer = await tokenize();
  if ("token" in answer) return answer.token;
  machine.send({ type: "noticed", notice: tokenNotices[answer.reason] });
  return undefined;
}

export async function pay(machine: Machine, tokenize: () => Promise<Token>): Promise<void> {
  const { doing, online, checkout } = machine.state;
  if (doing !== "nothing" || machine.stage !== "choose") return;
  if (!online) return machine.send({ type: "noticed", notice: { kind: "offline" } });
  machine.send({ type: "doing", what: "preparing" });
  const token = await tokenOf(machine, tokenize);
  if (!token) return machine.send({ type: "doing", what: "nothing" });
  const attempt = { key: machine.world.newKey(), token, before: markOf(checkout), startedMs: machine.world.nowMs() };
  keepAttempt(machine.session, attempt);
  await finish(machine, attempt);
}

// Sends an attempt, always under its one key, until its outcome is known.
export async function finish(machine: Machine, attempt: Attempt): Promise<void> {
  const { shopper, pause } = machine.world;
  for (let sends = 1; ; ++sends) {
    machine.send({ type: "doing", what: "sending" });
    const answer = await shopper.pay(machine.session, attempt);
    if (answer.ok) return settle(machine, answer.value.checkout ?? {});
    const { problem } = answer;
    const outcome = outcomeOf(problem);
    if (outcome === "refused" || outcome === "gone") return refused(machine, problem);
    if (outcome === "later") {
      machine.send({ type: "doing", what: "queued" });
      await pause(Math.max(problem.retryAfterMs, backoffMs(sends)));
    } else if (await isDecided(machine, { attempt, problem, isLast: sends >= mostSends })) return;
  }
}

// After an answer that was none: how do things stand? False where the attempt is to be sent again.
async function isDecided(machine: Machine, { attempt, problem, isLast }: { attempt: Attempt; problem: Problem; isLast: boolean }): Promise<boolean> {
  machine.send({ type: "doing", what: "checking" });
  machine.note(problem);
  const checkout = await machine.ask();
  if (!checkout) return true;
  const verdict = judge(attempt, checkout, machine.world.nowMs());
  if (verdict === "settled") settle(machine, checkout);
  else if (verdict === "drop" || isLast) giveUp(machine, checkout, isUnreachable(problem) ? { kind: "unsent" } : noticeOf(problem));
  else machine.tell(checkout);
  return verdict !== "send_again" || isLast;
}

function settle(machine: Machine, checkout: Checkout): void {
  forgetAttempt(machine.session);
  machine.tell(checkout);
  if (!go(machine)) machine.send({ type: "doing", what: "nothing" });
}

function giveUp(machine: Machine, checkout: Checkout, notice: Notice): void {
  forgetAttempt(machine.session);
  machine.tell(checkout);
  machine.send({ type: "noticed", notice });
}

// It was not done and never will be; what stands in its way is shown by how things are now.
async function refused(machine: Machine, problem: Problem): Promise<void> {
  forgetAttempt(machine.session);
  const before = machine.stage;
  const answer = await machine.world.shopper.read(machine.session);
  if (answer.ok) machine.tell(answer.value.checkout);
  if (answer.ok && machine.stage !== before) machine.send({ type: "noticed", notice: undefined });
  else machine.fail(problem);
}

// To the provider's page, in this window. False where there is none.
export function go(machine: Machine): boolean {
  const payment = machine.state.checkout?.payment;
  const url = payment?.status === "PAYMENT_STATUS_REQUIRES_ACTION" ? webAddress(payment.action?.redirectUrl) : undefined;
  if (!url) return false;
  machine.send({ type: "doing", what: "going" });
  machine.world.go(url);
  return true;
}

// Gives up what the shopper was asked to do.
export async function leave(machine: Machine): Promise<void> {
  if (machine.state.doing !== "nothing") return;
  machine.send({ type: "doing", what: "leaving" });
  const answer = await machine.world.shopper.leave(machine.session);
  const checkout = answer.ok ? (answer.value.checkout ?? {}) : await machine.ask();
  if (!checkout) return;
  machine.tell(checkout);
  machine.send({ type: "noticed", notice: answer.ok || machine.stage !== "action" ? undefined : noticeOf(answer.problem) });
}
