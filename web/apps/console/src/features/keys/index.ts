import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [{ path: "/keys", component: () => import("./pages/KeysPage.vue") }],
  navigation: [{ to: "/keys", title: "API keys", icon: "keys", group: "Developers", at: "tenant", permission: "api_keys.read", words: "secret publishable tokens" }],
};
