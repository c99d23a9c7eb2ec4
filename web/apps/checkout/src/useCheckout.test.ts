import { flushPromises } from "@vue/test-utils";
import { beforeEach, describe, expect, it } from "vitest";
import { effectScope } from "vue";
import type { Place } from "./address";
import { keepAttempt, keepLink, openAttempt } from "./attempts";
import type { Token } from "./cardForm";
import { challenged, checkout, declined, failing, fakeWorld, paid, processing, session, silent, told, type Script } from "./fakes";
import { markOf } from "./model";
import { useCheckout } from "./useCheckout";

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, "", `/checkout/?payment_id=pay_1#${session}`);
});

const card = (token = "tok_card_1") => (): Promise<Token> => Promise.resolve({ token });

async function opened(script: Script, place: Place = { session, returned: false }) {
  const world = fakeWorld(script);
  const machine = effectScope(true).run(() => useCheckout(place, world))!;
  await machine.open();
  await flushPromises();
  return { world, ...machine };
}

describe("opening", () => {
  it("shows the session and strips what a provider added to the address", async () => {
    const { stage, state } = await opened({ read: [told(checkout())] });
    expect([stage.value, state.value.doing]).toEqual(["choose", "nothing"]);
    expect(location.search + location.hash).toBe(`#${session}`);
  });

  it("makes a session of a link once, however often the page is loaded", async () => {
    const place = { link: "l_x", returned: false };
    const first = await opened({ open: [{ ok: true, value: { secret: session, checkout: checkout() } }] }, place);
    expect(first.stage.value).toBe("choose");
    expect(location.hash).toBe(`#${session}`);
    const again = await opened({ read: [told(checkout(declined))] }, place);
    expect(again.world.calls).toEqual(["read"]);
    const afterPaying = await opened({ read: [told(paid)], open: [{ ok: true, value: { secret: "s_2", checkout: checkout() } }] }, place);
    expect(afterPaying.world.calls).toEqual(["read", "open"]);
    expect(location.hash).toBe("#s_2");
  });

  it("shows the receipt again to whoever paid a link for single use", async () => {
    keepLink("l_x", session);
    const closed = failing("failed_precondition", { reason: "payment_link_not_active" });
    const { stage } = await opened({ read: [told(paid)], open: [closed] }, { link: "l_x", returned: false });
    expect(stage.value).toBe("paid");
  });

  it("says which end it is", async () => {
    expect((await opened({}, { returned: false })).state.value.end).toBe("no_secret");
    expect((await opened({ read: [failing("not_found", { reason: "checkout_session_not_found" })] })).state.value.end).toBe("unknown");
    const closed = failing("failed_precondition", { reason: "payment_link_not_active" });
    expect((await opened({ open: [closed] }, { link: "l_x", returned: false })).state.value.end).toBe("link_closed");
  });

  it("can be tried again after it failed", async () => {
    const { stage, state, open } = await opened({ read: [silent, told(checkout())] });
    expect([stage.value, state.value.reached]).toEqual(["unopened", false]);
    await open();
    expect([stage.value, state.value.reached]).toEqual(["choose", true]);
  });

  it("does not go to the bank by itself when the shopper comes back by the back button", async () => {
    const { stage, world } = await opened({ read: [told(checkout(challenged))] });
    expect([stage.value, world.went]).toEqual(["action", []]);
  });

  it("waits for the provider's news after a return, then offers to go on", async () => {
    const { stage, state } = await opened({ read: [told(checkout(challenged)), told(checkout(challenged))] }, { session, returned: true });
    await flushPromises();
    expect([stage.value, state.value.returned]).toEqual(["action", false]);
  });
});

it("turns to the end when the time is over, though the server says so a moment later", async () => {
  const { stage, timeIsUp } = await opened({ read: [told(checkout()), told(checkout()), told(checkout(undefined, { status: "CHECKOUT_SESSION_STATUS_EXPIRED" }))] });
  await timeIsUp();
  expect(stage.value).toBe("expired");
});

describe("paying", () => {
  it("ends with the receipt and forgets the key", async () => {
    const { stage, pay, world } = await opened({ read: [told(checkout())], pay: [told(paid)] });
    await pay(card());
    expect([stage.value, openAttempt(session), world.keys.length]).toEqual(["paid", undefined, 1]);
  });

  it("begins once, however often it is pressed", async () => {
    const { pay, world } = await opened({ read: [told(checkout())], pay: [told(paid)] });
    await Promise.all([pay(card()), pay(card()), pay(card())]);
    expect(world.calls.filter((call) => call === "pay")).toHaveLength(1);
  });

  it("takes the fixed token of another method without the card form", async () => {
    const { pay, choose, world } = await opened({ read: [told(checkout())], pay: [told(checkout(challenged))] });
    choose("WALLET");
    await pay(() => Promise.reject(new Error("the card form was asked")));
    expect(world.went).toEqual(["https://bank.example/check"]);
  });

  it("sends nothing while the card is incomplete or the browser is offline", async () => {
    const { pay, world, state, network } = await opened({ read: [told(checkout())] });
    await pay(() => Promise.resolve({ reason: "incomplete" }));
    expect([state.value.doing, state.value.notice]).toEqual(["nothing", undefined]);
    await pay(() => Promise.resolve({ reason: "unavailable" }));
    expect(state.value.notice).toEqual({ kind: "card_form", reason: "unavailable" });
    network(false);
    await pay(card());
    expect([state.value.notice, world.calls]).toEqual([{ kind: "offline" }, ["read"]]);
  });

  it("does not follow an address that would run in the page", async () => {
    const evil = checkout({ ...challenged, action: { redirectUrl: "javascript:alert(1)" } });
    const { pay, world, stage } = await opened({ read: [told(checkout())], pay: [told(evil)] });
    await pay(card());
    expect([world.went, stage.value]).toEqual([[], "action"]);
  });
});

describe("no clear answer", () => {
  it("asks first, and pays no second time where the first has arrived", async () => {
    const { pay, world, stage } = await opened({ read: [told(checkout()), silent, told(paid)], pay: [silent] });
    await pay(card());
    expect([stage.value, world.calls]).toEqual(["paid", ["read", "pay", "read", "read"]]);
  });

  it("sends the same attempt under the same key where it has not", async () => {
    const { pay, world, stage } = await opened({ read: [told(checkout()), told(checkout())], pay: [failing("unavailable"), told(paid)] });
    await pay(card());
    expect([stage.value, new Set(world.keys).size, world.keys.length]).toEqual(["paid", 1, 2]);
  });

  it("gives the shopper the choice after a few tries, and says what is known", async () => {
    const { pay, state, stage } = await opened({ read: [told(checkout()), told(checkout()), told(checkout()), told(checkout())], pay: [silent, silent, silent] });
    await pay(card());
    expect([stage.value, state.value.notice, openAttempt(session)]).toEqual(["choose", { kind: "unsent" }, undefined]);
  });

  it("names the reference where the server has a fault", async () => {
    const fault = failing("internal", { traceId: "abc" });
    const { pay, state } = await opened({ read: [told(checkout()), told(checkout()), told(checkout()), told(checkout())], pay: [fault, fault, fault] });
    await pay(card());
    expect(state.value.notice).toEqual({ kind: "fault", traceId: "abc" });
  });

  it("waits as long as a busy server asks, then sends the same", async () => {
    const { pay, world, stage } = await opened({ read: [told(checkout())], pay: [failing("resource_exhausted", { retryAfterMs: 10 }), told(paid)] });
    await pay(card());
    expect([stage.value, new Set(world.keys).size, world.calls]).toEqual(["paid", 1, ["read", "pay", "pay"]]);
  });

  it("shows how things are when it is refused", async () => {
    const other = await opened({ read: [told(checkout()), told(paid)], pay: [failing("failed_precondition", { reason: "checkout_session_not_open" })] });
    await other.pay(card());
    expect([other.stage.value, other.state.value.notice]).toEqual(["paid", undefined]);
    const used = await opened({ read: [told(checkout()), told(checkout())], pay: [failing("failed_precondition", { reason: "token_used", traceId: "t" })] });
    await used.pay(card());
    expect([used.stage.value, used.state.value.notice, openAttempt(session)]).toEqual(["choose", { kind: "fault", traceId: "t" }, undefined]);
  });
});

describe("a reload in the middle", () => {
  const attempt = { key: "key-before", token: "tok_card_1", before: markOf(checkout()), startedMs: 1_000_000 };

  it("finishes the attempt under its old key where it has not arrived", async () => {
    keepAttempt(session, attempt);
    const { world, stage } = await opened({ read: [told(checkout())], pay: [told(paid)] });
    expect([stage.value, world.keys, openAttempt(session)]).toEqual(["paid", ["key-before"], undefined]);
  });

  it("sends nothing where it has", async () => {
    keepAttempt(session, attempt);
    const { world, stage } = await opened({ read: [told(checkout(processing))] });
    expect([stage.value, world.keys, openAttempt(session)]).toEqual(["waiting", [], undefined]);
  });

  it("brings no old attempt back to life, and says that it did not arrive", async () => {
    keepAttempt(session, { ...attempt, startedMs: 1 });
    const { world, stage, state } = await opened({ read: [told(checkout())] });
    expect([stage.value, world.keys, state.value.notice]).toEqual(["choose", [], { kind: "unsent" }]);
  });

  it("is not upset by what others left in the storage", async () => {
    sessionStorage.setItem(`florin.attempt.${session}`, "{");
    expect((await opened({ read: [told(checkout())] })).stage.value).toBe("choose");
  });
});

describe("waiting and leaving", () => {
  it("follows the payment until it is decided", async () => {
    const { stage } = await opened({ read: [told(checkout(processing)), silent, told(checkout(processing)), told(checkout(declined))] });
    await flushPromises();
    expect(stage.value).toBe("choose");
  });

  it("gives the challenge up and lets another method be tried", async () => {
    const { stage, leave } = await opened({ read: [told(checkout(challenged))], leave: [told(checkout({ ...declined, failure: { code: "FAILURE_CODE_CANCELED_BY_SHOPPER" } }))] });
    await leave();
    expect(stage.value).toBe("choose");
  });

  it("learns that the money was taken meanwhile", async () => {
    const { stage, leave } = await opened({ read: [told(checkout(challenged))], leave: [told(paid)] });
    await leave();
    expect(stage.value).toBe("paid");
  });

  it("asks how things are where leaving got no answer", async () => {
    const script: Script = { read: [told(checkout(challenged))], leave: [failing("internal", { traceId: "x" }), silent] };
    const { stage, state, leave } = await opened(script);
    script.read!.push(told(checkout(challenged)));
    await leave();
    expect([stage.value, state.value.notice]).toEqual(["action", { kind: "fault", traceId: "x" }]);
    script.read!.push(told(checkout(declined)));
    await leave();
    expect([stage.value, state.value.notice]).toEqual(["choose", undefined]);
  });
});
