import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [{ path: "/health", component: () => import("./pages/HealthPage.vue") }],
  navigation: [
    { to: "/health", title: "System health", icon: "health", group: "Platform", at: "platform", permission: "system.read", words: "status journal lane providers processes" },
  ],
};
