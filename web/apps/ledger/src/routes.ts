// What the explorer gives its host: routes to hang below a path of the host's choice. The host provides `Host` (@florin/ui) and a
// query client; both are its own, so what it has read is not read again.
import type { RouteRecordRaw } from "vue-router";
import LedgerFrame from "./LedgerFrame.vue";
import "./styles.css";

export const routes: RouteRecordRaw[] = [
  {
    path: "",
    component: LedgerFrame,
    children: [
      { path: "", name: "ledger-home", redirect: { name: "ledger-accounts" } },
      { path: "accounts", name: "ledger-accounts", component: () => import("./pages/AccountsPage.vue") },
      { path: "accounts/:id", name: "ledger-account", component: () => import("./pages/StatementPage.vue"), props: true },
      { path: "transactions/:id", name: "ledger-transaction", component: () => import("./pages/TransactionPage.vue"), props: true },
      { path: "trial-balance", name: "ledger-trial-balance", component: () => import("./pages/TrialBalancePage.vue") },
    ],
  },
];
