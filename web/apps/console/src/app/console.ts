// The console put together: transport, session, query cache, router, and what pages get of them.
import { makeTransport, type Transport } from "@florin/api";
import { makePreferences, provideHost, Toasts, type Host, type Preferences } from "@florin/ui";
import type { QueryClient } from "@tanstack/vue-query";
import { computed, inject, toRef, type App, type InjectionKey } from "vue";
import type { Router } from "vue-router";
import { makeQueryClient } from "./queries";
import { makeRouter } from "./router";
import { environmentName, Session } from "./session";

export interface Console {
  host: Host;
  // Calls for the platform itself, whatever merchant is chosen.
  platform: Transport;
  session: Session;
  queries: QueryClient;
  router: Router;
  preferences: Preferences;
  toasts: Toasts;
}

const key: InjectionKey<Console> = Symbol("console");

export function makeConsole(): Console {
  const preferences = makePreferences();
  const queries = makeQueryClient();
  const common = { baseUrl: location.origin, onSignedOut: () => session.lost() };
  const platform = makeTransport({ ...common, tenant: () => undefined });
  const session = new Session(() => platform);
  const transport = makeTransport({ ...common, tenant: () => session.place.value?.tenantId });
  session.onForget = () => queries.clear();
  session.onReturn = () => void queries.invalidateQueries();
  const host: Host = {
    transport,
    scope: computed(() => [session.place.value?.tenantId ?? "", session.place.value ? environmentName(session.place.value) : ""]),
    zone: toRef(preferences, "zone"),
    can: (permission) => session.can(permission),
  };
  return { host, platform, session, queries, router: makeRouter(), preferences, toasts: new Toasts() };
}

export function provideConsole(app: App, made: Console): void {
  app.provide(key, made);
  provideHost(app, made.host);
}

export function useConsole(): Console {
  const made = inject(key);
  if (!made) throw new Error("this page stands outside the console");
  return made;
}
