import { createClient, fromWall, toTimestamp } from "@florin/api";
import { ReceivedWebhookService } from "@florin/api/gen/florin/webhooks/v1/webhooks_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import type { Ref } from "vue";

export interface Filters {
  payment: string;
  since: string;
  until: string;
}

export function useWebhooks(filters: Ref<Filters>, page: Ref<string>) {
  const { transport, scope, zone } = useHost();
  const client = createClient(ReceivedWebhookService, transport);
  const instant = (wall: string) => {
    const date = wall ? fromWall(wall, zone.value) : undefined;
    return date && toTimestamp(date);
  };
  return useQuery({
    queryKey: () => [...scope.value, "webhooks", "list", filters.value, zone.value, page.value],
    queryFn: ({ signal }) =>
      client.listReceivedWebhooks(
        { paymentId: filters.value.payment, receiveTimeFrom: instant(filters.value.since), receiveTimeTo: instant(filters.value.until), pageSize: 50, pageToken: page.value },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
}

export function useWebhook(id: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(ReceivedWebhookService, transport);
  return useQuery({
    queryKey: () => [...scope.value, "webhooks", "one", id.value],
    queryFn: ({ signal }) => client.getReceivedWebhook({ receivedWebhookId: id.value }, { signal }),
    staleTime: Infinity,
  });
}
