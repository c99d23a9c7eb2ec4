import type { Feature } from "../../app/navigation";

export { browserName, grantableRoles, operatorState, roleOf } from "./model";

export const feature: Feature = {
  routes: [
    { path: "/welcome/:secret", component: () => import("./pages/WelcomePage.vue"), props: true, meta: { public: true } },
    { path: "/account", component: () => import("./pages/AccountPage.vue") },
  ],
  navigation: [],
};
