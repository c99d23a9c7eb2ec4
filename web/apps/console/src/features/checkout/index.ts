import type { Feature } from "../../app/navigation";

export const feature: Feature = {
  routes: [
    { path: "/checkout/sessions", component: () => import("./pages/SessionsPage.vue") },
    { path: "/checkout/sessions/:id", component: () => import("./pages/SessionPage.vue"), props: true },
    { path: "/checkout/links", component: () => import("./pages/LinksPage.vue") },
    { path: "/checkout/links/new", component: () => import("./pages/NewLinkPage.vue") },
    { path: "/checkout/links/:id", component: () => import("./pages/LinkPage.vue"), props: true },
  ],
  navigation: [
    { to: "/checkout/sessions", title: "Checkout", icon: "cart", group: "Money", at: "tenant", permission: "checkout.read", words: "sessions hosted page cart" },
    { to: "/checkout/links", title: "Payment links", icon: "link", group: "Money", at: "tenant", permission: "checkout.read", words: "pay by link qr code" },
  ],
};
