// The machine of model.ts, running: its state, and what everything that runs it needs of the server.
import { computed, shallowRef } from "vue";
import type { Checkout } from "./contract";
import { endOf, next, noticeOf, stageOf, start, type Event } from "./model";
import { isUnreachable, outcomeOf, type Problem } from "./problem";
import { backoffMs, type World } from "./world";

// A server that keeps failing is not asked for ever.
const mostFaults = 5;

export class Machine {
  readonly world: World;
  // The session's secret; empty until a link was opened.
  session: string;
  private readonly state_;
  private readonly stage_;

  constructor(world: World, session: string, returned: boolean) {
    this.world = world;
    this.session = session;
    this.state_ = shallowRef(start(returned, navigator.onLine));
    this.stage_ = computed(() => stageOf(this.state_.value));
  }

  get state() {
    return this.state_.value;
  }

  get stage() {
    return this.stage_.value;
  }

  send(event: Event): void {
    this.state_.value = next(this.state_.value, event);
  }

  tell(checkout: Checkout | undefined): void {
    this.send({ type: "told", checkout: checkout ?? {} });
  }

  // For a call that got no answer: the shopper hears of the network.
  note(problem: Problem): void {
    if (isUnreachable(problem)) this.send({ type: "unreached" });
  }

  // Says why it went wrong, and stops.
  fail(problem: Problem): void {
    const end = endOf(problem);
    this.note(problem);
    this.send(end ? { type: "ended", end } : { type: "noticed", notice: noticeOf(problem) });
  }

  // Asks how things are until there is an answer. Nothing only where there is no session, or the server fails again and again:
  // then it has been said.
  async ask(): Promise<Checkout | undefined> {
    for (let tries = 0, faults = 0; ; ++tries) {
      const answer = await this.world.shopper.read(this.session);
      if (answer.ok) return answer.value.checkout ?? {};
      const { problem } = answer;
      const outcome = outcomeOf(problem);
      this.note(problem);
      if (!isUnreachable(problem) && outcome !== "later") ++faults;
      if (outcome === "gone" || faults === mostFaults) return void this.fail(problem);
      await this.world.pause(Math.max(problem.retryAfterMs, backoffMs(tries)));
    }
  }

  // What the server says now, where nothing else is going on.
  async refresh(): Promise<void> {
    if (!this.session || this.state.doing !== "nothing") return;
    const answer = await this.world.shopper.read(this.session);
    if (this.state.doing !== "nothing") return;
    if (answer.ok) this.tell(answer.value.checkout);
    else this.note(answer.problem);
  }

  // The session's time is over by this page's clock; the server says so a moment later.
  async timeIsUp(): Promise<void> {
    for (let tries = 0; tries < mostFaults && this.stage === "choose" && this.state.doing === "nothing"; ++tries) {
      await this.refresh();
      if (this.stage === "choose") await this.world.pause(backoffMs(tries));
    }
  }
}
