import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [{ path: "/audit", component: () => import("./pages/AuditPage.vue") }],
  navigation: [
    { to: "/audit", title: "Audit", icon: "audit", group: "People", at: "both", permission: "operators.read", words: "log history who did what actions" },
  ],
};
