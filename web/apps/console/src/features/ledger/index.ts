import type { Feature } from "../../app/navigation";

// The pages come from the federated remote; it fills in the children when it is first wanted.
export const feature: Feature = {
  routes: [
    { path: "/ledger", name: "ledger", component: () => import("./pages/LedgerRemote.vue"), children: [{ path: ":rest(.*)*", name: "ledger-coming", component: () => import("./pages/LedgerComing.vue") }] },
  ],
  navigation: [
    { to: "/ledger", title: "Ledger", icon: "ledger", group: "Money", at: "tenant", permission: "ledger.read", words: "accounts statement trial balance transfers books" },
  ],
};
