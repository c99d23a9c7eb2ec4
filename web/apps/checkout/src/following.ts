// Waits for news of a payment that is under way.
import type { Machine } from "./machine";
import { isUnreachable, outcomeOf, type Problem } from "./problem";
import { backoffMs } from "./world";

const pollWaitS = 20;
// For the provider's news when the shopper comes back.
const returnWaitS = 8;
const leastPollMs = 400;
// A server that keeps failing is not asked for ever.
const mostFaults = 10;

// Until the signal ends it.
export async function follow(machine: Machine, signal: AbortSignal): Promise<void> {
  const { shopper, nowMs, pause } = machine.world;
  for (let faults = 0, tries = 0; !signal.aborted; ) {
    const began = nowMs();
    const { checkout, returned } = machine.state;
    const knownStatus = checkout?.payment?.status;
    // A payment that is decided changes no more, only its session does: that is asked for at short intervals.
    const isUnderWay = knownStatus === "PAYMENT_STATUS_PROCESSING" || knownStatus === "PAYMENT_STATUS_REQUIRES_ACTION";
    const waitS = isUnderWay ? (returned ? returnWaitS : pollWaitS) : 0;
    const answer = await shopper.read(machine.session, { knownStatus, waitS, signal });
    if (signal.aborted) return;
    if (answer.ok) {
      faults = tries = 0;
      machine.tell(answer.value.checkout);
      if (returned) machine.send({ type: "waited" });
      if (nowMs() - began < leastPollMs) await pause(leastPollMs, signal);
    } else {
      machine.note(answer.problem);
      if (isFault(answer.problem)) ++faults;
      if (outcomeOf(answer.problem) === "gone" || faults === mostFaults) return machine.fail(answer.problem);
      await pause(Math.max(answer.problem.retryAfterMs, backoffMs(tries++)), signal);
    }
  }
}

function isFault(problem: Problem): boolean {
  return !isUnreachable(problem) && outcomeOf(problem) !== "later";
}
