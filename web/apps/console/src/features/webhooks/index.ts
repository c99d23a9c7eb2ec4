import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [
    { path: "/webhooks", component: () => import("./pages/WebhooksPage.vue") },
    { path: "/webhooks/:id", component: () => import("./pages/WebhookPage.vue"), props: true },
  ],
  navigation: [
    { to: "/webhooks", title: "Webhooks received", icon: "webhooks", group: "Developers", at: "both", permission: "events.read", words: "notifications provider callbacks" },
  ],
};
