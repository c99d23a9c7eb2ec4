// From the page's address to a checkout, and what a reload left unfinished.
import { settleAddress, type Place } from "./address";
import { forgetAttempt, keepLink, openAttempt, sessionOfLink } from "./attempts";
import type { Checkout } from "./contract";
import type { Machine } from "./machine";
import { endOf, judge } from "./model";
import { finish } from "./paying";

// The session of a link: in this tab the same as before as long as it is open, so that a reload does not lose it.
async function openLink(machine: Machine, link: string): Promise<Checkout | undefined> {
  const { shopper } = machine.world;
  const before = sessionOfLink(link);
  const known = before ? await shopper.read(before) : undefined;
  const there = before && known?.ok ? { session: before, checkout: known.value.checkout } : undefined;
  if (there?.checkout?.status === "CHECKOUT_SESSION_STATUS_OPEN") {
    machine.session = there.session;
    return there.checkout;
  }
  const answer = await shopper.openLink(link);
  if (answer.ok) {
    machine.session = answer.value.secret;
    keepLink(link, machine.session);
    return answer.value.checkout;
  }
  // Whoever paid a link for single use sees the receipt again, not a closed door.
  if (there && endOf(answer.problem) === "link_closed") {
    machine.session = there.session;
    return there.checkout;
  }
  return void machine.fail(answer.problem);
}

async function openSession(machine: Machine): Promise<Checkout | undefined> {
  const answer = await machine.world.shopper.read(machine.session);
  return answer.ok ? answer.value.checkout : void machine.fail(answer.problem);
}

export async function open(machine: Machine, { link }: Place): Promise<void> {
  if (!link && !machine.session) return machine.send({ type: "ended", end: "no_secret" });
  machine.send({ type: "doing", what: "opening" });
  const checkout = machine.session ? await openSession(machine) : await openLink(machine, link!);
  if (!checkout) return;
  settleAddress(machine.session);
  const left = openAttempt(machine.session);
  const verdict = left && judge(left, checkout, machine.world.nowMs());
  machine.tell(checkout);
  if (left && verdict === "send_again" && machine.stage === "choose") return finish(machine, left);
  forgetAttempt(machine.session);
  machine.send({ type: "noticed", notice: verdict === "drop" && machine.stage === "choose" ? { kind: "unsent" } : undefined });
}
