import { createRouter, createWebHashHistory, type Router } from "vue-router";
import { routes } from "./features";

declare module "vue-router" {
  interface RouteMeta {
    // Shown to whoever is not signed in, without the shell.
    public?: boolean;
  }
}

export function makeRouter(): Router {
  return createRouter({
    history: createWebHashHistory(import.meta.env.BASE_URL),
    routes: [...routes, { path: "/:rest(.*)*", name: "nowhere", component: () => import("./Nowhere.vue") }],
    scrollBehavior: (to, from, kept) => kept ?? (to.path === from.path ? false : { top: 0 }),
  });
}
