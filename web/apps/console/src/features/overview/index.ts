import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [{ path: "/", component: () => import("./pages/OverviewPage.vue") }],
  navigation: [
    { to: "/", title: "Overview", icon: "overview", group: "Money", at: "tenant", permission: "payments.read", words: "home start today" },
  ],
};
