import type { Feature } from "../../app/navigation";

export { paymentStatuses, statusOf } from "./model";
export { paymentQueries } from "./queries";
export { default as PaymentTag } from "./components/PaymentTag.vue";

export const feature: Feature = {
  routes: [
    { path: "/payments", component: () => import("./pages/PaymentsPage.vue") },
    { path: "/payments/:id", component: () => import("./pages/PaymentPage.vue"), props: true },
  ],
  navigation: [
    { to: "/payments", title: "Payments", icon: "payments", group: "Money", at: "tenant", permission: "payments.read", words: "charges refunds captures list" },
  ],
};
