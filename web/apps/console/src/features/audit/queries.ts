import { createClient, fromWall, toTimestamp } from "@florin/api";
import { OperatorService } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import type { Ref } from "vue";

export interface Filters {
  operator: string;
  resource: string;
  since: string;
  until: string;
}

export function useActions(filters: Ref<Filters>, page: Ref<string>) {
  const { transport, scope, zone } = useHost();
  const client = createClient(OperatorService, transport);
  const instant = (wall: string) => {
    const date = wall ? fromWall(wall, zone.value) : undefined;
    return date && toTimestamp(date);
  };
  return useQuery({
    queryKey: () => [...scope.value, "audit", filters.value, zone.value, page.value],
    queryFn: ({ signal }) =>
      client.listOperatorActions(
        {
          operatorId: filters.value.operator,
          resourceId: filters.value.resource,
          timeFrom: instant(filters.value.since),
          timeTo: instant(filters.value.until),
          pageSize: 50,
          pageToken: page.value,
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
}
