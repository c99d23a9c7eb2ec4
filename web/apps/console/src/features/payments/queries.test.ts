import { PaymentService } from "@florin/api/gen/florin/payments/v1/payments_pb";
import { fakeServer, payment } from "@florin/testkit";
import { provideHost } from "@florin/ui";
import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { flushPromises, mount } from "@vue/test-utils";
import { expect, it } from "vitest";
import { computed, ref } from "vue";
import { readFilters } from "./filters";
import { usePayments } from "./queries";

it("goes on over pages without a match, for the list may go on behind them", async () => {
  const asked: string[] = [];
  const transport = fakeServer(({ service }) =>
    service(PaymentService, {
      listPayments({ pageToken }) {
        asked.push(pageToken);
        if (pageToken === "") return { payments: [], nextPageToken: "a" };
        return pageToken === "a" ? { payments: [], nextPageToken: "b" } : { payments: [payment()], nextPageToken: "c" };
      },
    }),
  );
  const host = { transport, scope: computed(() => ["ten_1", "Sandbox"]), zone: ref("UTC"), can: () => true };
  let query: ReturnType<typeof usePayments> | undefined;
  const page = {
    setup() {
      query = usePayments(ref(readFilters({ currency: "NOK" })), ref(""));
      return () => null;
    },
  };
  mount(page, { global: { plugins: [[VueQueryPlugin, { queryClient: new QueryClient() }], { install: (app) => provideHost(app, host) }] } });
  await flushPromises();
  await flushPromises();
  expect(asked).toEqual(["", "a", "b"]);
  expect(query?.data.value?.payments).toHaveLength(1);
  expect(query?.data.value?.nextPageToken).toBe("c");
});
