// The machine as components have it: what they show, and what a shopper can wish.
import { computed, watch } from "vue";
import type { Place } from "./address";
import type { Token } from "./cardForm";
import type { Kind } from "./contract";
import { follow } from "./following";
import { Machine } from "./machine";
import { isWatched } from "./model";
import { open } from "./opening";
import { go, leave, pay } from "./paying";
import { world as realWorld, type World } from "./world";

export function useCheckout(place: Place, world: World = realWorld) {
  const machine = new Machine(world, place.session ?? "", place.returned);

  let following: AbortController | undefined;
  watch(
    () => isWatched(machine.stage) && machine.state.doing === "nothing",
    (wanted) => {
      following?.abort();
      following = wanted ? new AbortController() : undefined;
      if (following) void follow(machine, following.signal);
    },
  );

  // Back in sight, or back on the network: what is shown may be old.
  async function refresh(): Promise<void> {
    if (machine.state.doing === "going") machine.send({ type: "doing", what: "nothing" });
    await (machine.stage === "unopened" ? open(machine, place) : machine.refresh());
  }

  return {
    state: computed(() => machine.state),
    stage: computed(() => machine.stage),
    open: () => open(machine, place),
    pay: (tokenize: () => Promise<Token>) => pay(machine, tokenize),
    go: () => go(machine),
    leave: () => leave(machine),
    refresh,
    timeIsUp: () => machine.timeIsUp(),
    choose: (kind: Kind) => machine.send({ type: "chose", kind }),
    network: (online: boolean) => {
      machine.send({ type: "network", online });
      if (online) void refresh();
    },
  };
}
