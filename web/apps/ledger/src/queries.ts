import { createClient, fromWall, toTimestamp } from "@florin/api";
import { LedgerService } from "@florin/api/gen/florin/ledger/v1/ledger_pb";
import { useHost } from "@florin/ui";
import { keepPreviousData, useQuery } from "@tanstack/vue-query";
import type { Ref } from "vue";

const accountsMost = 500;
const statementSize = 50;

export function useAccounts(prefix: Ref<string>, page: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(LedgerService, transport);
  return useQuery({
    queryKey: () => [...scope.value, "ledger", "accounts", prefix.value, page.value],
    queryFn: ({ signal }) => client.listAccounts({ pathPrefix: prefix.value, pageSize: accountsMost, pageToken: page.value }, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function useAccount(id: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(LedgerService, transport);
  return useQuery({
    queryKey: () => [...scope.value, "ledger", "account", id.value],
    queryFn: ({ signal }) => client.getAccount({ id: id.value }, { signal }),
  });
}

export interface Range {
  since: string;
  until: string;
  order: "newest" | "oldest";
}

export function useStatement(id: Ref<string>, range: Ref<Range>, page: Ref<string>) {
  const { transport, scope, zone } = useHost();
  const client = createClient(LedgerService, transport);
  const instant = (wall: string) => {
    const date = wall ? fromWall(wall, zone.value) : undefined;
    return date && toTimestamp(date);
  };
  return useQuery({
    queryKey: () => [...scope.value, "ledger", "statement", id.value, range.value, zone.value, page.value],
    queryFn: ({ signal }) =>
      client.getStatement(
        { accountId: id.value, from: instant(range.value.since), to: instant(range.value.until), newestFirst: range.value.order === "newest", pageSize: statementSize, pageToken: page.value },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
}

export function useTransfers(transactionId: Ref<string>) {
  const { transport, scope } = useHost();
  const client = createClient(LedgerService, transport);
  return useQuery({
    queryKey: () => [...scope.value, "ledger", "transaction", transactionId.value],
    queryFn: ({ signal }) => client.listTransfers({ transactionId: transactionId.value, pageSize: 500 }, { signal }),
  });
}

export function useTrialBalance() {
  const { transport, scope } = useHost();
  const client = createClient(LedgerService, transport);
  return useQuery({
    queryKey: () => [...scope.value, "ledger", "trial-balance", ""],
    queryFn: ({ signal }) => client.getTrialBalance({}, { signal }),
  });
}
