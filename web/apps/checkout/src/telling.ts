// Which words go with what the page is doing, for those who see it and those who hear it.
import type { Doing, Stage, State } from "./model";
import type { Key } from "./words";

const doings: Record<Doing, Key | undefined> = {
  opening: "opening",
  nothing: undefined,
  preparing: "preparing",
  sending: "sending",
  checking: "checking",
  queued: "queued",
  leaving: "leaving",
  going: "going",
};

// What is read out when it changes.
export function progressOf(state: State, stage: Stage): Key | undefined {
  if (state.doing !== "nothing") return doings[state.doing];
  return stage === "waiting" ? (state.returned ? "returned" : "waiting") : titleOf(stage);
}

const titles: Partial<Record<Stage, Key>> = {
  unopened: "unopened",
  nowhere: "nowhere",
  waiting: "waiting",
  paid: "paid_title",
  expired: "expired",
  canceled: "canceled",
  failed: "failed",
};

export function titleOf(stage: Stage): Key | undefined {
  return titles[stage];
}
