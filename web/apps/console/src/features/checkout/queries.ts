import { createClient, withKey } from "@florin/api";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { CheckoutService, CheckoutSessionStatus, type CreatePaymentLinkRequestSchema } from "@florin/api/gen/florin/checkout/v1/checkout_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import type { Ref } from "vue";
import { statusOfFilter } from "./model";

export const pageSize = 50;
// What a shopper may be paying just now is read again.
const openMs = 4000;

const checkoutOf = (scope: readonly string[]) => [...scope, "checkout"];

function useCheckout() {
  const { transport, scope } = useHost();
  const client = createClient(CheckoutService, transport);
  return { client, key: (...rest: string[]) => [...checkoutOf(scope.value), ...rest] };
}

export interface SessionFilters {
  status: string;
  link: string;
}

export function useSessions(filters: Ref<SessionFilters>, page: Ref<string>) {
  const { client, key } = useCheckout();
  return useQuery({
    queryKey: () => key("sessions", filters.value.status, filters.value.link, page.value),
    // The server looks at so many rows for one page and no more: one without a match is not the end of the list.
    queryFn: async ({ signal }) => {
      const request = { status: statusOfFilter(filters.value.status), paymentLinkId: filters.value.link, pageSize };
      let answer = await client.listCheckoutSessions({ ...request, pageToken: page.value }, { signal });
      while (answer.sessions.length === 0 && answer.nextPageToken) answer = await client.listCheckoutSessions({ ...request, pageToken: answer.nextPageToken }, { signal });
      return answer;
    },
    placeholderData: keepPreviousData,
  });
}

export function useSession(id: Ref<string>) {
  const { client, key } = useCheckout();
  return useQuery({
    queryKey: () => key("session", id.value),
    queryFn: ({ signal }) => client.getCheckoutSession({ sessionId: id.value }, { signal }),
    refetchInterval: ({ state }) => (state.status === "error" || state.data?.session?.status === CheckoutSessionStatus.OPEN ? openMs : false),
  });
}

export function useLinks(page: Ref<string>) {
  const { client, key } = useCheckout();
  return useQuery({
    queryKey: () => key("links", page.value),
    queryFn: ({ signal }) => client.listPaymentLinks({ pageSize, pageToken: page.value }, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function useLink(id: Ref<string>) {
  const { client, key } = useCheckout();
  return useQuery({
    queryKey: () => key("link", id.value),
    queryFn: ({ signal }) => client.getPaymentLink({ paymentLinkId: id.value }, { signal }),
  });
}

// Nothing is shown as done before the server says so; then everything of checkout is read again.
function useChange<Wish, Answer>(send: (client: ReturnType<typeof useCheckout>["client"], wish: Wish) => Promise<Answer>) {
  const { client, key } = useCheckout();
  const queries = useQueryClient();
  return useMutation({ mutationFn: (wish: Wish) => send(client, wish), onSettled: () => queries.invalidateQueries({ queryKey: key() }) });
}

export const useCancelSession = () => useChange((client, wish: { sessionId: string; key: string }) => client.cancelCheckoutSession({ sessionId: wish.sessionId }, withKey(wish.key)));

export const useSwitchLink = () =>
  useChange((client, wish: { paymentLinkId: string; active: boolean; key: string }) => client.updatePaymentLink({ paymentLinkId: wish.paymentLinkId, active: wish.active }, withKey(wish.key)));

export const useCreateLink = () =>
  useChange((client, wish: { request: MessageInitShape<typeof CreatePaymentLinkRequestSchema>; key: string }) => client.createPaymentLink(wish.request, withKey(wish.key)));
