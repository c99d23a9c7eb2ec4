import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [{ path: "/operators", component: () => import("./pages/OperatorsPage.vue") }],
  navigation: [
    { to: "/operators", title: "Operators", icon: "operators", group: "People", at: "both", permission: "operators.read", words: "users roles invite team people" },
  ],
};
