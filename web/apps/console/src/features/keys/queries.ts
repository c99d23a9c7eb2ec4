import { createClient, withKey } from "@florin/api";
import { TenantService, type ApiKeyKind } from "@florin/api/gen/florin/tenants/v1/tenants_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import type { Ref } from "vue";

const keysOf = (scope: readonly string[]) => [...scope, "keys"];

export function useKeys(page: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(TenantService, transport);
  return useQuery({
    queryKey: () => [...keysOf(scope.value), page.value],
    queryFn: ({ signal }) => client.listApiKeys({ pageSize: 100, pageToken: page.value }, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function useCreateKey() {
  const { transport, scope } = useHost();
  const client = createClient(TenantService, transport);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: { name: string; kind: ApiKeyKind; permissions: string[]; key: string }) =>
      client.createApiKey({ name: wish.name, kind: wish.kind, permissions: wish.permissions }, withKey(wish.key)),
    onSettled: () => queries.invalidateQueries({ queryKey: keysOf(scope.value) }),
  });
}

export function useRevokeKey() {
  const { transport, scope } = useHost();
  const client = createClient(TenantService, transport);
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: { apiKeyId: string; key: string }) => client.revokeApiKey({ apiKeyId: wish.apiKeyId }, withKey(wish.key)),
    onSettled: () => queries.invalidateQueries({ queryKey: keysOf(scope.value) }),
  });
}
