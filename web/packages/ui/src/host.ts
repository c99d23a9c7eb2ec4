// What a page needs of whoever shows it: the console, or another host of a federated remote. Handed over by injection under a key
// that every copy of this module agrees on.
import type { Transport } from "@florin/api";
import type { App, InjectionKey, Ref } from "vue";
import { inject } from "vue";

export interface Host {
  transport: Transport;
  // Merchant and environment: the head of every query key, so that one merchant's data is never shown as another's.
  scope: Readonly<Ref<readonly string[]>>;
  // The zone in which times are shown.
  zone: Ref<string>;
  // Whether the operator holds a permission at the merchant shown.
  can: (permission: string) => boolean;
}

const hostKey: InjectionKey<Host> = Symbol.for("florin.host.v1");

export function provideHost(app: App, host: Host): void {
  app.provide(hostKey, host);
}

export function useHost(): Host {
  const host = inject(hostKey);
  if (!host) throw new Error("no host was provided to this page");
  return host;
}
