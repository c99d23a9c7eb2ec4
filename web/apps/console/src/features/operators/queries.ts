import { createClient, withKey } from "@florin/api";
import { OperatorService, type OperatorRole } from "@florin/api/gen/florin/operators/v1/operators_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import type { Ref } from "vue";

const operatorsOf = (scope: readonly string[]) => [...scope, "operators"];

export function useOperators(page: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(OperatorService, transport);
  return useQuery({
    queryKey: () => [...operatorsOf(scope.value), page.value],
    queryFn: ({ signal }) => client.listOperators({ pageSize: 100, pageToken: page.value }, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function useInvite() {
  const { transport, scope } = useHost();
  const client = createClient(OperatorService, transport);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: { email: string; role: OperatorRole; key: string }) => client.inviteOperator({ email: wish.email, role: wish.role }, withKey(wish.key)),
    onSettled: () => queries.invalidateQueries({ queryKey: operatorsOf(scope.value) }),
  });
}

export function useUpdateOperator() {
  const { transport, scope } = useHost();
  const client = createClient(OperatorService, transport);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: { operatorId: string; role?: OperatorRole; disabled?: boolean; key: string }) => {
      const { key, ...change } = wish;
      return client.updateOperator(change, withKey(key));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: operatorsOf(scope.value) }),
  });
}
