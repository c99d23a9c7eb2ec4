import { createConnectTransport } from "@connectrpc/connect-web";
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { createApp, h, ref } from "vue";
import { createRouter, createWebHashHistory, RouterView } from "vue-router";
import { routes } from "ledger/routes";

const { tenant } = document.body.dataset;
const queries = new QueryClient();
window.hostQueries = queries;

const transport = createConnectTransport({
  baseUrl: location.origin,
  useHttpGet: true,
  useBinaryFormat: true,
  interceptors: [
    (next) => (request) => {
      request.header.set("florin-tenant", tenant);
      return next(request);
    },
  ],
});

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", redirect: "/books" },
    { path: "/books", component: RouterView, children: routes },
  ],
});
createApp({ render: () => [h("header", "Another team's host"), h(RouterView)] })
  .provide(Symbol.for("florin.host.v1"), { transport, scope: ref([tenant, "Sandbox"]), zone: ref("UTC"), can: () => true })
  .use(VueQueryPlugin, { queryClient: queries })
  .use(router)
  .mount("#app");
